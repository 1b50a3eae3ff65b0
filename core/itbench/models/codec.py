"""What tells one provider's interface from another's: how a request is spelled, and how a reply is read."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from itbench.interfaces.json import JsonObject, JsonValue
from itbench.interfaces.sums import possible
from itbench.models.conversation import AssistantMessage, Conversation, ModelTool, Stop, TokenUse
from itbench.models.faults import ContextLengthError, ModelError, PassingError, says_too_long
from itbench.models.model import ModelSettings

# What providers call, in the body of an error, what may be gone a little later.
_PASSING_KINDS = frozenset(
    {"overloaded_error", "api_error", "timeout_error", "server_error", "internal_error"}
)
_RATE_KINDS = frozenset({"rate_limit_error", "rate_limit_exceeded", "too_many_requests", "429"})
_LONG_KINDS = frozenset({"context_length_exceeded", "request_too_large"})
# These come with status 429, but no waiting helps.
_EMPTY_PURSE = frozenset({"insufficient_quota", "billing_hard_limit_reached", "billing_error"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A reply as its stream told it."""

    message: AssistantMessage
    stop: Stop
    use: TokenUse | None


class ReplyReader(ABC):
    """Puts one reply together from its events."""

    @abstractmethod
    def add(self, event: JsonObject) -> None:
        """Take the next event.

        Raises:
            PassingError: the event is an error that may pass.
            ModelError: the event is an error that will not.
        """

    @abstractmethod
    def add_whole(self, body: JsonObject) -> None:
        """Take a reply that was not streamed."""

    @abstractmethod
    def draft(self) -> Draft:
        """Return the reply.

        Raises:
            PassingError: it is not complete.
        """


class Codec(Protocol):
    """One interface of a provider."""

    @property
    def api(self) -> str:
        """The interface's name."""
        ...

    def body(
        self, conversation: Conversation, tools: Sequence[ModelTool], settings: ModelSettings
    ) -> JsonObject:
        """Return the whole body of a streaming request, with the model's name in it."""
        ...

    def reader(self) -> ReplyReader:
        """Return a reader for one reply."""
        ...


def cut_off() -> PassingError:
    """Return the error for a stream that ended too soon."""
    return PassingError("the connection was cut before the reply was complete")


def error_of(
    status: int | None, body: JsonValue, *, asked_s: float | None = None
) -> PassingError | ModelError:
    """Return the error that a provider's error status or error event stands for.

    Sources: platform.openai.com/docs/guides/error-codes, platform.claude.com/docs/en/api/errors.
    """
    kinds, message = _told(body)
    text = f"{f'status {status}: ' if status else ''}{message}"
    if kinds & _LONG_KINDS or status == 413 or (status in (None, 400, 422) and says_too_long(message)):
        return ContextLengthError(text)
    if kinds & _EMPTY_PURSE:
        return ModelError(text)
    if status == 429 or kinds & _RATE_KINDS:
        return PassingError(text, retry_after_s=asked_s, is_rate_limit=True)
    if status in (408, 409) or (status or 0) >= 500 or (status is None and kinds & _PASSING_KINDS):
        return PassingError(text, retry_after_s=asked_s)
    return ModelError(text)


def count(value: Any) -> int | None:
    """Return a number of tokens as a provider told it; None for whatever cannot be one."""
    return possible(value) if isinstance(value, int) else None


def _told(body: JsonValue) -> tuple[set[str], str]:
    error = body.get("error", body) if isinstance(body, dict) else body
    if not isinstance(error, dict):
        return set(), str(error)[:2000] or "no message"
    kinds = {str(error[key]) for key in ("code", "type") if error.get(key) is not None}
    message = error.get("message")
    return kinds, str(message or error)[:2000]
