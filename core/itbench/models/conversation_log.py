"""The one place where requests to models and what comes of them become events: for react, Stirrup, the gateway and roles alike.

Each request has a number and ends in a reply, in the word that it is too long, or in a failure; before that, it may wait.
"""

import hashlib
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from itbench.interfaces.conversation import (
    AssistantMessage,
    Conversation,
    Message,
    Reply,
    ToolCall,
    ToolResult,
)
from itbench.interfaces.events import EventKind
from itbench.interfaces.json import JsonObject, json_text
from itbench.interfaces.trace import Trace
from itbench.models.model import ModelWait
from itbench.models.reply.foreign import arguments_object
from itbench.text.redaction import Redactor

MOST_CHARACTERS = 16_000_000
"""How much of the messages of one trial's requests is kept; a program can send what it likes."""
# A program may lead several conversations in turn; a request is told by what it has more than the nearest of so many.
_KEPT_REQUESTS = 8
_MOST_REPLIES = 10_000
# What a message takes beside its text.
_LEAST_SIZE = 50


@dataclass(frozen=True, slots=True)
class _Asked:
    """A request that was noted: its number, and a digest of each message that is kept of it."""

    number: int
    digests: tuple[bytes, ...]


_NOTHING = _Asked(0, ())


class ConversationLog:
    """Notes each request as what it has more than an earlier one, and each reply whole.

    So all requests can be put together again, and 100 turns take no more room than one conversation. A message of the
    model that is handed back as it came is noted as the number of the request that it was the reply to.

    Args:
        trace: takes the events.
        redactor: takes secrets out of what is asked.
        role: of a model that plays one in an environment; its conversation is the environment's own, and only counted.
    """

    def __init__(self, trace: Trace, redactor: Redactor, role: str | None = None) -> None:
        self._trace = trace
        self._redactor = redactor
        self._role: JsonObject = {} if role is None else {"role": role}
        self._number = 0
        self._left = MOST_CHARACTERS
        self._asked: deque[_Asked] = deque(maxlen=_KEPT_REQUESTS)
        self._replies: dict[bytes, int] = {}

    def request(self, model: str, conversation: Conversation) -> int:
        """Note what is asked, and return the number of the request, counted from 1."""
        self._number += 1
        messages = conversation.messages
        digests = () if self._role else tuple(_digest(message) for message in messages)
        before, same = self._nearest(digests)
        told = [] if self._role else self._told(messages[same:])
        data: JsonObject = {
            "number": self._number,
            "model": model,
            "after": before.number if same else None,
            "from": same,
            "messages": told,
        }
        left_out = len(messages) - same - len(told)
        if left_out:
            data["left_out"] = left_out
        if not same and not self._role:
            data["system"] = self._within(self._redactor.text(conversation.system))
        self._trace.record(EventKind.REQUEST, **self._role, **data)
        # The same objects, not equal ones: eight long conversations would take much room.
        kept = (*before.digests[:same], *digests[same : same + len(told)])
        self._asked.append(_Asked(self._number, kept))
        return self._number

    def reply(self, number: int, model: str, reply: Reply) -> None:
        """Note what was answered."""
        if len(self._replies) < _MOST_REPLIES:
            self._replies[_digest(reply.message)] = number
        data = self._spelled_reply(reply)
        self._trace.record(EventKind.REPLY, **self._role, request=number, model=model, **data)

    def waits(self, number: int, wait: ModelWait) -> None:
        """Note that an attempt failed, and what comes next."""
        self._trace.waits(
            wait.failure,
            model=wait.model,
            wait_s=wait.wait_s,
            attempt=wait.failed + 1,
            attempts=wait.attempts,
            request=number,
            duration_s=wait.lost_s,
            **self._role,
        )

    def too_long(self, number: int, model: str, message: str) -> None:
        """Note the answer that the conversation does not fit the model's window."""
        self._trace.record(EventKind.TOO_LONG, **self._role, request=number, model=model, message=message)

    def failed(self, number: int, model: str, message: str, *, status: int | None = None) -> None:
        """Note that there will be no reply, and why; the status is that of the answer, if there was one."""
        self._trace.record(
            EventKind.FAILED, **self._role, request=number, model=model, status=status, message=message
        )

    def checked(self, model: str, failure: str | None, started: float) -> None:
        """Note a question of our own, how it failed if it did, and when it was asked; no trial is charged for it."""
        duration_s = round(time.monotonic() - started, 6)
        self._trace.record(
            EventKind.MODEL_CHECK, **self._role, model=model, failure=failure, duration_s=duration_s
        )

    def _nearest(self, digests: Sequence[bytes]) -> tuple[_Asked, int]:
        """Return the earlier request that shares most messages at the beginning, and how many; the latest of several."""
        best, most = _NOTHING, 0
        for asked in reversed(self._asked):
            same = _shared(asked.digests, digests)
            if same > most:
                best, most = asked, same
        return best, most

    def _told(self, messages: Sequence[Message]) -> list[JsonObject]:
        """Return the messages up to the first one that is beyond what is kept of a trial."""
        told: list[JsonObject] = []
        for message in messages:
            self._left -= _size(message)
            if self._left < 0:
                break
            told.append(self._spelled(message))
        return told

    def _within(self, text: str) -> str:
        self._left -= len(text)
        return text if self._left >= 0 else ""

    def _spelled(self, message: Message) -> JsonObject:
        clean = self._redactor.text
        if isinstance(message, AssistantMessage):
            number = self._replies.get(_digest(message))
            if number is not None:
                return {"role": "assistant", "reply": number}
            calls = [{key: clean(value) for key, value in asdict(call).items()} for call in message.calls]
            return {"role": "assistant", "text": clean(message.text), "calls": calls}
        if isinstance(message, ToolResult):
            return {"role": "tool", "id": message.call_id, "text": clean(message.text), "ok": message.is_ok}
        return {"role": "user", "text": clean(message.text)}

    def _spelled_reply(self, reply: Reply) -> JsonObject:
        message = reply.message
        return {
            "text": message.text,
            "calls": [asdict(call) for call in message.calls],
            "stop": reply.stop,
            "native": None if self._role else message.native and message.native.value,
            "use": reply.use and asdict(reply.use),
            "cost_usd": reply.cost_usd,
            "duration_s": round(reply.duration_s, 6),
            "failures": list(reply.failures),
            "from_cache": reply.from_cache,
        }


def _shared(one: Sequence[bytes], other: Sequence[bytes]) -> int:
    """Return how many digests at the beginning are the same."""
    count = 0
    for before, now in zip(one, other, strict=False):
        if before != now:
            break
        count += 1
    return count


def _digest(message: Message) -> bytes:
    """Tell messages apart by what they say; of calls, what they ask for, however their JSON is written."""
    if isinstance(message, AssistantMessage):
        said: list[object] = ["assistant", message.text, *map(_call, message.calls)]
    elif isinstance(message, ToolResult):
        said = ["tool", message.call_id, message.text, message.is_ok]
    else:
        said = ["user", message.text]
    return hashlib.blake2b(json_text(said).encode("utf-8", "surrogatepass"), digest_size=16).digest()


def _call(call: ToolCall) -> list[object]:
    arguments = arguments_object(call.arguments)
    return [call.id, call.name, call.arguments if arguments is None else arguments]


def _size(message: Message) -> int:
    calls = message.calls if isinstance(message, AssistantMessage) else ()
    return _LEAST_SIZE + len(message.text) + sum(len(call.name) + len(call.arguments) for call in calls)
