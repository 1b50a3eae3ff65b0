"""Asks a model for an agent in our own loop, and notes it: in the trace, in what the agent has used, and of its provider."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from itbench.agents.model_driven.window import length
from itbench.interfaces.conversation import Conversation, Message, ModelTool, Reply, TokenUse
from itbench.interfaces.trace import Trace
from itbench.models.asking import ask, is_too_long_for_it
from itbench.models.conversation_log import ConversationLog
from itbench.models.faults import ContextLengthError, ModelError
from itbench.models.model import Model, ModelSettings, ModelWait
from itbench.models.uncounted import estimated_tokens, unknown_cost


class Journal:
    """Of one conversation, whose requests come one after the other.

    Args:
        trace: of the trial.
        model: that is asked.
        settings: of each request.
    """

    def __init__(self, trace: Trace, model: Model, settings: ModelSettings) -> None:
        self._trace = trace
        self._model = model
        self._settings = settings
        self._log = ConversationLog(trace, model.redactor)
        self._noted = partial(self._log.checked, model.name)
        self._number = 0
        self._has_spoken = False

    async def ask(self, conversation: Conversation, tools: Sequence[ModelTool]) -> Reply:
        """Return the model's next message.

        Raises:
            ContextLengthError: the conversation is too long for the model's window, and a shorter one may do.
            ModelError: the provider fails, does not take the task as it is, or does not tell what a limit is to be kept by.
            LimitReached: of the task; or the provider refuses what the agent has made of the conversation.
        """
        self._number = self._log.request(self._model.name, conversation)
        self._trace.provider.asked()
        settings = self._settings_of(self._number)
        try:
            reply = await ask(
                self._model,
                conversation,
                tools,
                settings,
                noted=self._noted,
                watch=self._trace.provider,
                again=self._settings_of(self._number, is_doubted=True),
                is_of_agent=self._has_spoken,
            )
        except ContextLengthError as error:
            self._trace.provider.answered()
            self._log.too_long(self._number, self._model.name, str(error))
            if not self._has_spoken:
                raise ModelError(str(error)) from error
            raise
        except ModelError as error:
            self._log.failed(self._number, self._model.name, str(error))
            if error.is_provoked:
                self._trace.provider.answered()
                self._trace.refuse(str(error))
            raise
        self._note(conversation.messages, reply)
        return reply

    async def give_up(self, error: ContextLengthError, tools: Sequence[ModelTool]) -> None:
        """End the work because a conversation is too long that cannot be made shorter.

        Raises:
            LimitReached: it is.
            ModelError: the provider says so of any.
        """
        settings = self._settings_of(self._number)
        watch = self._trace.provider
        if await is_too_long_for_it(error, self._model, tools, settings, noted=self._noted, watch=watch):
            self._trace.stop("context")
        raise ModelError(str(error)) from error

    def _settings_of(self, number: int, *, is_doubted: bool = False) -> ModelSettings:
        def waits(wait: ModelWait) -> None:
            """Note that an attempt at the request failed: the provider's doing, unless that is in doubt as it answers others."""
            if not is_doubted:
                lost_s = wait.lost_s + (wait.wait_s or 0.0)
                self._trace.provider.failed(wait.failure, lost_s=lost_s, is_given_up=wait.wait_s is None)
            self._log.waits(number, wait)

        return replace(self._settings, waits=waits)

    def _note(self, asked: Sequence[Message], reply: Reply) -> None:
        """Note what was answered, and count what it took.

        Raises:
            ModelError: a limit of cost cannot be kept, as nobody knows what this took.
        """
        self._has_spoken = self._has_spoken or bool(reply.message.text.strip() or reply.message.calls)
        self._trace.provider.answered()
        self._log.reply(self._number, self._model.name, reply)
        use = reply.use or TokenUse()
        # How long the request and its reply are, without what says which tools there are.
        characters = sum(map(length, (*asked, reply.message)))
        self._trace.use(
            input_tokens=use.input_tokens,
            output_tokens=use.output_tokens,
            cached_tokens=use.cached_tokens,
            reasoning_tokens=use.reasoning_tokens,
            cost_usd=reply.cost_usd,
            estimated_tokens=estimated_tokens(characters),
        )
        reason = unknown_cost(self._trace.limits, self._model.name, reply.use, reply.cost_usd)
        if reason is not None:
            raise ModelError(reason)
