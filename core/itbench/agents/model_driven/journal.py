"""Writes requests and replies into the trace: in full, but nothing twice, and no secret."""

from collections.abc import Sequence
from dataclasses import asdict

from itbench.agents.model_driven.window import length
from itbench.interfaces.conversation import (
    AssistantMessage,
    Conversation,
    Message,
    Reply,
    TokenUse,
    ToolResult,
)
from itbench.interfaces.events import EventKind
from itbench.interfaces.json import JsonObject
from itbench.interfaces.trace import Trace
from itbench.models.faults import ContextLengthError
from itbench.models.model import ModelWait
from itbench.models.uncounted import estimated_tokens
from itbench.text.redaction import Redactor


class Journal:
    """Notes each request as what it has more than the one before, and each reply whole.

    A request event has `from`, the number of messages that it shares with the last request, and the messages
    after those; so all requests can be put together again, and 100 turns take no more room than one conversation.
    A message of the model that is handed back is noted as `{"role": "assistant"}`: the reply before has it.
    """

    def __init__(self, trace: Trace, redactor: Redactor) -> None:
        self._trace = trace
        self._redactor = redactor
        self._last: Sequence[Message] = ()

    def request(self, conversation: Conversation) -> None:
        """Note what is asked."""
        messages = conversation.messages
        same = _shared(self._last, messages)
        data: JsonObject = {"from": same, "messages": [self._spelled(entry) for entry in messages[same:]]}
        if not same:
            data["system"] = self._redactor.text(conversation.system)
        self._trace.record(EventKind.REQUEST, **data)
        self._trace.provider.asked()
        self._last = tuple(messages)

    def waits(self, wait: ModelWait) -> None:
        """Note that an attempt at the request failed, and that the next one is waited for."""
        self._trace.provider_failed(
            wait.failure,
            model=wait.model,
            wait_s=wait.wait_s,
            attempt=wait.failed + 1,
            attempts=wait.attempts,
            lost_s=wait.lost_s,
        )

    def too_long(self, error: ContextLengthError) -> None:
        """Note that the request was answered: it is too long."""
        self._trace.provider.answered()
        self._trace.record(EventKind.TOO_LONG, message=str(error))

    def reply(self, reply: Reply) -> None:
        """Note what was answered, and count what it took."""
        self._trace.provider.answered()
        message, use = reply.message, reply.use
        self._trace.record(
            EventKind.REPLY,
            text=message.text,
            calls=[asdict(call) for call in message.calls],
            stop=reply.stop,
            native=message.native and message.native.value,
            use=use and asdict(use),
            cost_usd=reply.cost_usd,
            duration_s=round(reply.duration_s, 6),
            failures=list(reply.failures),
            from_cache=reply.from_cache,
        )
        use = use or TokenUse()
        self._trace.use(
            input_tokens=use.input_tokens,
            output_tokens=use.output_tokens,
            cached_tokens=use.cached_tokens,
            reasoning_tokens=use.reasoning_tokens,
            cost_usd=reply.cost_usd,
            estimated_tokens=estimated_tokens(self._characters(reply)),
        )

    def _characters(self, reply: Reply) -> int:
        """Return how long the last request and its reply are, without what says which tools there are."""
        return sum(map(length, (*self._last, reply.message)))

    def _spelled(self, message: Message) -> JsonObject:
        if isinstance(message, AssistantMessage):
            return {"role": "assistant"}
        if isinstance(message, ToolResult):
            return {"role": "tool", "id": message.call_id, "text": message.text, "ok": message.is_ok}
        return {"role": "user", "text": self._redactor.text(message.text)}


def _shared(last: Sequence[Message], messages: Sequence[Message]) -> int:
    """Return how many messages at the beginning are the same."""
    count = 0
    for before, now in zip(last, messages, strict=False):
        if before is not now:
            break
        count += 1
    return count
