"""Who is to blame when a model gives no reply: the one rule for react, Stirrup, models in roles and the gateway.

A provider that fails is nobody's zero; but what an agent says can make a provider refuse, be it by a filter, by its length, or because
the server breaks at it. So when a request gets no reply, the provider is asked a harmless question:

- it is not answered: the provider fails, and the trial has no score;
- it is answered, and what has failed is no refusal, but may pass: the request is sent once more, and its reply is one like any other;
- it is answered, and the request fails again or was refused: the conversation is the cause. The agent's work ends with what it has.

Nothing is asked where the agent has no part in it: in a request that holds only what we wrote ourselves, and where the provider says
that it is overloaded or not there, which no request can cause.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from itbench.interfaces.conversation import Conversation, ModelTool, Reply, UserMessage
from itbench.interfaces.provider import QUESTION, ProviderWatch
from itbench.models.faults import ContextLengthError, ModelError
from itbench.models.model import Model, ModelSettings

_QUESTION = Conversation(system="", messages=(UserMessage(text=QUESTION),))
_PATIENCE_S = 60.0

Noted = Callable[[str | None, float], object]
"""Told how the question failed, or None, and when it was asked on the monotonic clock."""


async def others_are_answered(*, is_capacity: bool, question: Callable[[], Awaitable[bool]]) -> bool:
    """Tell whether the provider answers others at the time of a failure.

    Args:
        is_capacity: whether the provider says that it is overloaded or not there.
        question: asks the harmless question, and tells whether it is answered.
    """
    return not is_capacity and await question()


async def ask(
    model: Model,
    conversation: Conversation,
    tools: Sequence[ModelTool],
    settings: ModelSettings,
    *,
    noted: Noted,
    watch: ProviderWatch | None = None,
    again: ModelSettings | None = None,
    is_of_agent: bool = True,
) -> Reply:
    """Return the reply of a model.

    Args:
        model: that is asked.
        conversation: that it continues.
        tools: that it may use.
        settings: of the request.
        noted: called with the outcome of the question, if it is asked.
        watch: takes the failure for the provider's until the question is answered.
        again: settings of the request where it is sent once more; those of the first time if None.
        is_of_agent: whether the conversation holds anything that an agent has said or caused.

    Raises:
        ContextLengthError: the conversation is too long; who is to blame has not been asked yet, as a shorter one may be accepted.
        ModelError: there is no reply; `is_provoked` tells whether the conversation is the cause.
    """
    try:
        return await model.reply(conversation, tools, settings)
    except ContextLengthError:
        raise
    except ModelError as error:
        if not is_of_agent or not await _others_are_answered(error, model, tools, settings, noted, watch):
            raise
        if not error.is_passing:
            error.is_provoked = True
            raise
    try:
        return await model.reply(conversation, tools, again or settings)
    except ContextLengthError:
        raise
    except ModelError as error:
        error.is_provoked = not error.is_capacity
        raise


async def is_too_long_for_it(
    error: ContextLengthError,
    model: Model,
    tools: Sequence[ModelTool],
    settings: ModelSettings,
    *,
    noted: Noted,
    watch: ProviderWatch | None = None,
) -> bool:
    """Tell whether a conversation that cannot be made shorter is the cause of its refusal; that is noted in the error."""
    error.is_provoked = await _others_are_answered(error, model, tools, settings, noted, watch)
    return error.is_provoked


async def _others_are_answered(
    error: ModelError,
    model: Model,
    tools: Sequence[ModelTool],
    settings: ModelSettings,
    noted: Noted,
    watch: ProviderWatch | None,
) -> bool:
    async def question() -> bool:
        failure, started = None, time.monotonic()
        # What was answered some time ago says nothing about now.
        own = replace(settings, waits=None, is_fresh=True)
        try:
            async with asyncio.timeout(_PATIENCE_S):
                await model.reply(_QUESTION, tools, own)
        except (ModelError, TimeoutError) as failed:
            failure = str(failed) or "it did not answer in time"
        noted(failure, started)
        return failure is None

    reason = str(error)
    if watch is not None:
        watch.failed(reason)
    is_so = await others_are_answered(is_capacity=error.is_capacity, question=question)
    if watch is not None and is_so:
        watch.cleared(reason)
    return is_so
