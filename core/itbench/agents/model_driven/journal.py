"""Notes what an agent in our own loop asks and is answered: in the trace, in what it has used, and of its provider."""

from itbench.agents.model_driven.window import length
from itbench.interfaces.conversation import Conversation, Message, Reply, TokenUse
from itbench.interfaces.trace import Trace
from itbench.models.conversation_log import ConversationLog
from itbench.models.faults import ContextLengthError, ModelError
from itbench.models.model import Model, ModelWait
from itbench.models.uncounted import estimated_tokens


class Journal:
    """Of one conversation, whose requests come one after the other."""

    def __init__(self, trace: Trace, model: Model) -> None:
        self._trace = trace
        self._model = model.name
        self._log = ConversationLog(trace, model.redactor)
        self._number = 0
        self._last: tuple[Message, ...] = ()

    def request(self, conversation: Conversation) -> None:
        """Note what is asked."""
        self._number = self._log.request(self._model, conversation)
        self._trace.provider.asked()
        self._last = tuple(conversation.messages)

    def waits(self, wait: ModelWait) -> None:
        """Note that an attempt at the request failed, and that the next one is waited for."""
        lost_s = wait.lost_s + (wait.wait_s or 0.0)
        self._trace.provider.failed(wait.failure, lost_s=lost_s, is_given_up=wait.wait_s is None)
        self._log.waits(self._number, wait)

    def failed(self, error: ModelError) -> None:
        """Note that the request was given up, or was answered: it is too long, or wrong."""
        if isinstance(error, ContextLengthError):
            self._trace.provider.answered()
            self._log.too_long(self._number, self._model, str(error))
        else:
            self._log.failed(self._number, self._model, str(error))

    def reply(self, reply: Reply) -> None:
        """Note what was answered, and count what it took."""
        self._trace.provider.answered()
        self._log.reply(self._number, self._model, reply)
        use = reply.use or TokenUse()
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
