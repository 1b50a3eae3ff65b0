"""Reads replies of Chat Completions, streamed or whole, as OpenAI and all who imitate it send them."""

from itbench.interfaces.conversation import AssistantMessage, Native, Stop, TokenUse, ToolCall
from itbench.interfaces.json import JsonObject, JsonValue
from itbench.models.openai.merging import MergedObject
from itbench.models.reply.calls import CallMerger
from itbench.models.reply.codec import Draft, ReplyReader, cut_off, empty
from itbench.models.reply.endings import idle_failure, is_length, is_refusal
from itbench.models.reply.errors import error_of, failed_finish, says_something
from itbench.models.reply.foreign import (
    arguments_object,
    object_of,
    objects_of,
    text_of,
    whole_number,
    wrong_kind,
)
from itbench.models.reply.usage import merge_usage, read_use

_THOUGHTS = ("reasoning_content", "reasoning", "reasoning_details", "thinking", "thinking_blocks")
_CALLS = frozenset({"tool_calls", "tool_use", "function_call"})


class ChatReader(ReplyReader):
    """Merges the deltas of the first choice, unknown fields included.

    Args:
        turn: makes the ids differ that calls without one are given.
    """

    def __init__(self, turn: int = 0) -> None:
        self._turn = turn
        self._message = MergedObject()
        self._content = _Content()
        self._calls = CallMerger()
        self._finish = ""
        self._usage: JsonValue = None
        self._is_done = False

    def add(self, event: JsonObject) -> None:
        """Take a chunk."""
        self._count(event)
        for choice in objects_of(event.get("choices"), "choices"):
            if not whole_number(choice.get("index")):
                self._take(choice, choice.get("delta") or choice.get("message"))

    def add_whole(self, body: JsonObject) -> None:
        """Take a reply that was not streamed."""
        self._count(body)
        choices = objects_of(body.get("choices"), "choices")
        for choice in [one for one in choices if not whole_number(one.get("index"))][:1]:
            self._take(choice, choice.get("message") or choice.get("delta"))
            self._is_done = True

    def end(self) -> None:
        """Take note that the stream is complete."""
        self._is_done = True

    def use(self) -> TokenUse | None:
        """Return what the reply says that it took."""
        return read_use(self._usage)

    def draft(self) -> Draft:
        """Return the reply."""
        error = failed_finish(self._finish)
        if error is not None:
            raise error
        entries = self._calls.finished(self._turn)
        calls = tuple(_call(entry) for entry in entries)
        message = self._native(entries)
        text = self._content.text() or text_of(message.get("refusal"), "refusal")
        self._check(text, calls)
        stop = Stop.LENGTH if is_length(self._finish) else Stop.TOOLS if calls else Stop.END
        has_refusal = is_refusal(self._finish) or bool(message.get("refusal"))
        return Draft(
            message=AssistantMessage(text=text, calls=calls, native=Native(api="chat", value=message)),
            stop=Stop.REFUSAL if has_refusal else stop,
            use=self.use(),
            has_ending=bool(self._finish),
        )

    def _count(self, event: JsonObject) -> None:
        groq = event.get("x_groq")
        for usage in (event.get("usage"), groq.get("usage") if isinstance(groq, dict) else None):
            self._usage = merge_usage(self._usage, usage)

    def _take(self, choice: JsonObject, said: JsonValue) -> None:
        delta = object_of(said, "a choice's message")
        for place in (choice, delta):
            if says_something(place.get("error")):
                raise error_of(None, place)
        self._usage = merge_usage(self._usage, choice.get("usage"))
        reason = text_of(choice.get("finish_reason"), "finish_reason")
        # Some servers write the word where the value is meant.
        self._finish = self._finish if reason.lower() in {"", "null", "none"} else reason
        self._calls.add(objects_of(delta.get("tool_calls"), "tool_calls"))
        if says_something(delta.get("function_call")):  # What a call was before 2024.
            self._calls.add([{"function": delta["function_call"]}])
        self._content.add(delta.get("content"))
        apart = ("content", "tool_calls", "function_call")
        self._message.add({key: value for key, value in delta.items() if key not in apart})

    def _check(self, text: str, calls: tuple[ToolCall, ...]) -> None:
        """Refuse a reply that is not complete, or lacks what it says it has."""
        said = bool(text.strip() or calls)
        if not self._finish:
            # Without a reason for its end, only what is whole can be told from what was cut.
            is_whole = all(arguments_object(call.arguments) is not None for call in calls)
            if not (self._is_done and said and is_whole):
                raise cut_off()
            return
        if said:
            return
        # A model that only thought has answered, though without a word.
        is_told = self._content.was_told or any(map(self._message.get, _THOUGHTS))
        if self._finish.lower() in _CALLS or not (
            is_told or is_length(self._finish) or is_refusal(self._finish)
        ):
            raise empty()
        error = idle_failure(self._finish)
        if error is not None:
            raise error

    def _native(self, entries: list[JsonObject]) -> JsonObject:
        message = self._message.value()
        for detail in _details(message):
            detail.pop("index", None)
        role = message.get("role")
        message["role"] = role if isinstance(role, str) and role else "assistant"
        message["content"] = self._content.value()
        return message | ({"tool_calls": entries} if entries else {})


class _Content:
    """The text of a message: a text, or a list of parts."""

    def __init__(self) -> None:
        self._texts: list[str] = []
        self._parts: list[MergedObject] | None = None
        self.was_told = False

    def add(self, more: JsonValue) -> None:
        """Take what a chunk adds."""
        if more is None:
            return
        self.was_told = True
        if isinstance(more, dict | list):
            self._add_parts([more] if isinstance(more, dict) else more)
        elif self._parts is not None:
            self._add_parts([text_of(more, "content")])
        else:
            self._texts.append(text_of(more, "content"))

    def value(self) -> JsonValue:
        """Return the content as it came."""
        if self._parts is not None:
            return [part.value() for part in self._parts]
        return "".join(self._texts) if self.was_told else None

    def text(self) -> str:
        """Return the text."""
        if self._parts is None:
            return "".join(self._texts)
        texts = (part.get("text") or part.get("refusal") for part in self._parts)
        return "".join(text_of(text, "the text of a part") for text in texts)

    def _add_parts(self, parts: list[JsonValue]) -> None:
        if self._parts is None:
            self._parts = []
            before = "".join(self._texts)
            parts = [before, *parts] if before else parts
        for part in parts:
            spelled = {"type": "text", "text": part} if isinstance(part, str) else part
            if not isinstance(spelled, dict):
                raise wrong_kind(spelled, "a part of the content")
            self._append(self._parts, spelled)

    def _append(self, parts: list[MergedObject], part: JsonObject) -> None:
        """Add a part, to the last one if that is of the same type."""
        part = {"type": "text", **part} if "text" in part else part
        if not parts or parts[-1].get("type") != part.get("type"):
            parts.append(MergedObject())
        parts[-1].add(part)


def _call(entry: JsonObject) -> ToolCall:
    function = entry["function"]
    return ToolCall(id=entry["id"], name=function["name"], arguments=function["arguments"])


def _details(message: JsonObject) -> list[JsonObject]:
    details = message.get("reasoning_details")
    return [entry for entry in details if isinstance(entry, dict)] if isinstance(details, list) else []
