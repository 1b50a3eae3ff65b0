"""Reads along as a reply of a model goes by, for what it says and how many tokens it took."""

from collections.abc import Callable, Mapping

from itbench.interfaces.conversation import TokenUse
from itbench.models.anthropic.reader import MessagesReader
from itbench.models.faults import ContextLengthError, ModelError, PassingError
from itbench.models.openai.chat_reader import ChatReader
from itbench.models.openai.responses_reader import ResponsesReader
from itbench.models.reply.codec import Draft, ReplyReader
from itbench.models.reply.reading import ReplyParser

READERS: Mapping[str, Callable[[], ReplyReader]] = {
    "/chat/completions": ChatReader,
    "/responses": ResponsesReader,
    "/messages": MessagesReader,
}


class ReplyMeter:
    """Takes the bytes of one reply, streamed or whole; whatever it does not understand never stops the reply.

    Args:
        path: the interface, as a key of `READERS`.

    Attributes:
        failure: why there is no reply to count: an error within it, or that it was cut off or cannot be read.
        is_passing: whether the same request may do better later.
        is_too_long: whether the failure is that the conversation is too long for the model.
    """

    def __init__(self, path: str) -> None:
        self._parser = ReplyParser(READERS[path]())
        self.failure: str | None = None
        self.is_passing = False
        self.is_too_long = False

    def add(self, data: bytes) -> None:
        """Take the next bytes, decoded from whatever the provider has compressed them with."""
        if self.failure is not None:
            return
        try:
            self._parser.add(data)
        except (PassingError, ModelError) as error:
            self._failed(error)

    def draft(self) -> Draft | None:
        """Return the reply, or None where there is none; `failure` then says why."""
        if self.failure is not None:
            return None
        try:
            return self._parser.draft()
        except (PassingError, ModelError) as error:
            self._failed(error)
            return None

    def use(self) -> TokenUse | None:
        """Return what the reply says that it took, whether or not it is one."""
        return self._parser.use()

    def _failed(self, error: PassingError | ModelError) -> None:
        self.failure, self.is_passing = str(error), isinstance(error, PassingError)
        self.is_too_long = isinstance(error, ContextLengthError)
