"""Stirrup's `LLMClient` over our own models.

Stirrup brings clients of its own, and what it lets one plug in is this protocol; so loop, prompts and summaries stay
Stirrup's, and only the sending is ours. That was chosen over Stirrup's clients because all trials of a run then share what
`react` has: every provider, one gate for each endpoint, retries that end in a fault of the model and not in a zero,
the reply cache, prices, cached tokens (which Stirrup's clients drop), and secrets taken out. LiteLLM would add packages and none of this.
"""

from dataclasses import replace
from typing import Any

from stirrup.core.exceptions import ContextOverflowError, OutputTokenLimitError
from stirrup.core.models import AssistantMessage

from itbench.agents.model_driven.journal import Journal
from itbench.agents.model_driven.options import UNKNOWN_WINDOW_TOKENS
from itbench.agents.stirrup.messages import Translator, turn_of
from itbench.interfaces.conversation import Reply, Stop
from itbench.interfaces.trace import Trace
from itbench.models.faults import ContextLengthError, ModelError
from itbench.models.model import Model, ModelSettings
from itbench.models.uncounted import unknown_cost


class ModelClient:
    """Asks a model on Stirrup's behalf, and notes all that is asked and said in the trace of one trial."""

    def __init__(self, model: Model, settings: ModelSettings, trace: Trace) -> None:
        self._model = model
        self._trace = trace
        self._journal = Journal(trace, model)
        self._settings = replace(settings, waits=self._journal.waits)
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
        """
        # A summary, or a request again after one, belongs to the turn that it makes room for.
        while self._trace.usage.turns < turn_of(messages):
            self._trace.turn()
        conversation = self._translator.conversation(messages)
        self._journal.request(conversation)
        try:
            reply = await self._model.reply(conversation, self._translator.tools(tools), self._settings)
        except ModelError as error:
            self._journal.failed(error)
            if isinstance(error, ContextLengthError):
                raise ContextOverflowError(str(error)) from error
            raise
        self._journal.reply(reply)
        reason = unknown_cost(self._trace.limits, self._model.name, reply.use, reply.cost_usd)
        if reason is not None:
            raise ModelError(reason)
        if reply.stop is Stop.LENGTH:
            raise OutputTokenLimitError(
                model_slug=self.model_slug,
                max_tokens=self._settings.max_tokens or _reply_tokens(reply),
                provider_reason="length",
            )
        return self._translator.reply(reply)


def _reply_tokens(reply: Reply) -> int:
    return (reply.use and reply.use.output_tokens) or 0
