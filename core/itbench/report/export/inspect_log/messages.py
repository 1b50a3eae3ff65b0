"""The conversations of a trial as chat messages, each kept once however many requests repeat it."""

from collections.abc import Iterator, Sequence
from typing import TypeAlias

from itbench.interfaces.json import JsonObject
from itbench.report.export.steps.arguments import arguments_of
from itbench.report.export.steps.step import Answered, Asked, Called
from itbench.report.transcript.fields import number_of, objects_of, text_of, thoughts_of

Ranges: TypeAlias = tuple[tuple[int, int], ...]
"""Places of messages in the pool: first and behind the last, as often as they are not in a row."""
_FAILED = "unknown"


class Messages:
    """All messages of a trial, and which of them each request had.

    Attributes:
        pool: the messages, in the order in which they were first sent or received.
    """

    def __init__(self) -> None:
        self.pool: list[JsonObject] = []
        self._requests: dict[str, tuple[Ranges, Ranges]] = {}
        self._replies: dict[str, int] = {}
        self._names: dict[str, str] = {}
        self._last = ""
        self._longest: tuple[int, Ranges] = (0, ())

    def ask(self, asked: Asked) -> None:
        """Take a request."""
        data = asked.data
        number = text_of(data.get("number"))
        base = self._last if number == "" else text_of(data.get("after"))
        system, shared = self._requests.get(base, ((), ()))
        if number != "":
            shared = head(shared, int(number_of(data.get("from")) or 0))
        if data.get("system"):
            system = self._add({"role": "system", "content": text_of(data["system"])})
        for message in objects_of(data.get("messages")):
            shared = joined(shared, self._place(message))
        if data.get("left_out"):
            text = f"({text_of(data['left_out'])} messages are not kept)"
            shared = joined(shared, self._add({"role": "user", "content": text}))
        self._requests[number] = system, shared
        self._last = number

    def answer(self, answered: Answered) -> JsonObject | None:
        """Take a reply and return its message; None where there was none."""
        if answered.reply is None or answered.role is not None:
            return None
        number = text_of(answered.reply.get("request"))
        place = self._add(assistant(answered))
        self._replies[number] = place[0][0]
        system, shared = self._requests.get(number, ((), ()))
        whole = joined(joined(system, shared), place)
        if length(whole) >= self._longest[0]:
            self._longest = length(whole), whole
        return self.pool[-1]

    def of_request(self, answered: Answered) -> Ranges:
        """Return the places of the messages that a request had; none of one in a role, whose conversation is the environment's."""
        if answered.role is not None:
            return ()
        system, shared = self._requests.get(text_of(answered.request.get("number")), ((), ()))
        return joined(system, shared)

    def longest(self) -> list[JsonObject]:
        """Return the messages of the longest conversation, with the reply that ended it."""
        return [self.pool[place] for start, end in self._longest[1] for place in range(start, end)]

    def _place(self, message: JsonObject) -> Ranges:
        role = message.get("role")
        is_reply = role == "assistant" and ("reply" in message or set(message) == {"role"})
        if is_reply:
            place = self._replies.get(text_of(message["reply"]) if "reply" in message else self._last)
            if place is not None:
                return ((place, place + 1),)
        return self._add(self._converted(message))

    def _add(self, message: JsonObject) -> Ranges:
        place = len(self.pool)
        self.pool.append({"id": f"m{place}"} | message)
        for call in message.get("tool_calls", ()):
            self._names[call["id"]] = call["function"]
        return ((place, place + 1),)

    def _converted(self, message: JsonObject) -> JsonObject:
        role, text = message.get("role"), text_of(message.get("text"))
        if role == "tool":
            call_id = text_of(message.get("id"))
            return tool_message(call_id, self._names.get(call_id), text, is_ok=message.get("ok") is not False)
        if role == "assistant":
            return {"role": "assistant", "content": text, "tool_calls": _calls(message)}
        return {"role": "user", "content": text}


def assistant(answered: Answered) -> JsonObject:
    """Return a reply as a message."""
    reply = answered.reply or {}
    text, thoughts = text_of(reply.get("text")), thoughts_of(reply.get("native"))
    content = [{"type": "reasoning", "reasoning": thoughts}, {"type": "text", "text": text}]
    return {
        "role": "assistant",
        "content": content if thoughts else text,
        "tool_calls": _calls(reply),
        "model": answered.model,
        "source": "generate",
    }


def tool_message(call_id: str, name: str | None, text: str, *, is_ok: bool) -> JsonObject:
    """Return what came of a call as a message."""
    message: JsonObject = {"role": "tool", "tool_call_id": call_id, "function": name, "content": text}
    return message if is_ok else message | {"error": {"type": _FAILED, "message": "the call failed"}}


def without_a_model(instructions: str, calls: Sequence[Called]) -> Iterator[JsonObject]:
    """Yield the messages of a trial whose agent asked no model: the task, and each call with what came of it."""
    yield {"id": "m0", "role": "user", "content": instructions, "source": "input"}
    for place, call in enumerate(calls):
        asked = {
            "id": call.id,
            "function": call.name,
            "arguments": call.arguments,
            "type": "function",
        }
        yield {"id": f"m{2 * place + 1}", "role": "assistant", "content": "", "tool_calls": [asked]}
        result = tool_message(call.id, call.name, call.result, is_ok=call.is_ok)
        yield {"id": f"m{2 * place + 2}"} | result


def head(ranges: Ranges, count: int) -> Ranges:
    """Return the first places."""
    found: list[tuple[int, int]] = []
    for start, end in ranges:
        if count <= 0:
            break
        found.append((start, min(end, start + count)))
        count -= end - start
    return tuple(found)


def joined(ranges: Ranges, others: Ranges) -> Ranges:
    """Return places and those behind them, in a row where they are."""
    if ranges and others and ranges[-1][1] == others[0][0]:
        return (*ranges[:-1], (ranges[-1][0], others[0][1]), *others[1:])
    return (*ranges, *others)


def length(ranges: Ranges) -> int:
    """Return how many places there are."""
    return sum(end - start for start, end in ranges)


def _calls(reply: JsonObject) -> list[JsonObject]:
    return [
        {
            "id": text_of(call.get("id")),
            "function": text_of(call.get("name")),
            "arguments": arguments_of(call.get("arguments")),
            "type": "function",
        }
        for call in objects_of(reply.get("calls"))
    ]
