"""What tells one provider's interface from another's: how a request is spelled, and how a reply is read."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from itbench.interfaces.conversation import AssistantMessage, Conversation, ModelTool, Stop, TokenUse
from itbench.interfaces.json import JsonObject
from itbench.models.faults import PassingError
from itbench.models.model import ModelSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A reply as its stream told it.

    Attributes:
        has_ending: whether the provider said why the reply ended; some only stop.
    """

    message: AssistantMessage
    stop: Stop
    use: TokenUse | None
    has_ending: bool = True

    @property
    def says_nothing(self) -> bool:
        """Whether there is nothing in it but white space."""
        return not (self.message.calls or self.message.text.strip())


class ReplyReader(ABC):
    """Puts one reply together from its events; only `ReplyParser` may call one, for it guards what a reader raises."""

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
    def end(self) -> None:
        """Take note that the stream says that it is complete (`[DONE]`)."""

    @abstractmethod
    def use(self) -> TokenUse | None:
        """Return what the reply says that it took, whether or not it is one."""

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

    def reader(self, turn: int = 0) -> ReplyReader:
        """Return a reader for one reply; `turn` makes the ids differ that calls without one are given."""
        ...


def cut_off() -> PassingError:
    """Return the error for a stream that ended too soon."""
    return PassingError("the connection was cut before the reply was complete")


def empty() -> PassingError:
    """Return the error for a reply that has nothing in it where the interface promises something."""
    return PassingError("the reply has neither text nor a tool call")
