"""Stirrup's `LLMClient` over our own models.

Stirrup brings clients of its own, and what it lets one plug in is this protocol; so loop, prompts and summaries stay
Stirrup's, and only the sending is ours. That was chosen over Stirrup's clients because all trials of a run then share what
`react` has: every provider, one gate for each endpoint, retries that end in a fault of the model and not in a zero,
the reply cache, prices, cached tokens (which Stirrup's clients drop), and secrets taken out. LiteLLM would add packages and none of this.
"""

from typing import TYPE_CHECKING, Any

from stirrup.core.exceptions import ContextOverflowError, OutputTokenLimitError
from stirrup.core.models import AssistantMessage

from itbench.agents.model_driven.journal import Journal
from itbench.agents.model_driven.options import UNKNOWN_WINDOW_TOKENS
from itbench.agents.stirrup.messages import Translator, turn_of
from itbench.interfaces.conversation import ModelTool, Reply, Stop
from itbench.interfaces.trace import Trace
from itbench.models.faults import ContextLengthError
from itbench.models.model import Model, ModelSettings

if TYPE_CHECKING:
    from collections.abc import Sequence


class ModelClient:
    """Asks a model on Stirrup's behalf, and notes all that is asked and said in the trace of one trial."""

    def __init__(self, model: Model, settings: ModelSettings, trace: Trace) -> None:
        self._model = model
        self._trace = trace
        self._journal = Journal(trace, model, settings)
        self._settings = settings
        self._overflow: tuple[ContextLengthError, Sequence[ModelTool]] | None = None
        self._translator = Translator()

    @property
    def model_slug(self) -> str:
        """The model's name."""
        return self._model.name

    @property
    def context_window_tokens(self) -> int:
        """How many tokens a conversation may have."""
        return self._model.window_tokens or UNKNOWN_WINDOW_TOKENS

    async def generate(self, messages: list[Any], tools: dict[str, Any]) -> AssistantMessage:
        """Return the next message.

        Raises:
            ContextOverflowError: the conversation is too long; Stirrup drops a turn and sums up.
            OutputTokenLimitError: the reply was cut at its largest length; Stirrup gives up.
            ModelError: the provider fails, or a limit cannot be kept.
            LimitReached: of the task; or the provider refuses what the agent has made of the conversation.
        """
        # A summary, or a request again after one, belongs to the turn that it makes room for.
        while self._trace.usage.turns < turn_of(messages):
            self._trace.turn()
        conversation = self._translator.conversation(messages)
        offered = self._translator.tools(tools)
        try:
            reply = await self._journal.ask(conversation, offered)
        except ContextLengthError as error:
            self._overflow = error, offered
            raise ContextOverflowError(str(error)) from error
        if reply.stop is Stop.LENGTH:
            raise OutputTokenLimitError(
                model_slug=self.model_slug,
                max_tokens=self._settings.max_tokens or _reply_tokens(reply),
                provider_reason="length",
            )
        return self._translator.reply(reply)

    async def give_up(self) -> None:
        """End the work because the conversation is too long, and Stirrup cannot make it shorter.

        Raises:
            LimitReached: it is.
            ModelError: the provider says so of any.
        """
        if self._overflow is not None:
            await self._journal.give_up(*self._overflow)
        self._trace.stop("context")


def _reply_tokens(reply: Reply) -> int:
    return (reply.use and reply.use.output_tokens) or 0
