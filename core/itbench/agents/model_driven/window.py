"""Keeps a conversation within a model's window."""

from collections.abc import Sequence
from dataclasses import replace

from itbench.interfaces.conversation import AssistantMessage, Message, Reply, ToolResult
from itbench.text.output import cut

# English and code have about four characters to a token.
_CHARACTERS_PER_TOKEN = 4
_KEPT_RESULTS = 4
_SHORT = 600


def tokens_in(messages: Sequence[Message], reply: Reply) -> int:
    """Return how long the conversation is now.

    Up to the last reply it is as long as the provider counted, else estimated; what came after is estimated.
    """
    if reply.use is None or not reply.use.input_tokens:
        return (sum(map(length, messages)) + length(reply.message)) // _CHARACTERS_PER_TOKEN
    places = [place for place, message in enumerate(messages) if message is reply.message]
    after = messages[places[-1] + 1 :] if places else messages[-1:]
    said = reply.use.output_tokens
    if said is None:
        said = length(reply.message) // _CHARACTERS_PER_TOKEN
    return reply.use.input_tokens + said + sum(map(length, after)) // _CHARACTERS_PER_TOKEN


def shortened(messages: Sequence[Message]) -> list[Message]:
    """Return the messages with all but the last tool results cut down to a few lines."""
    results = [place for place, message in enumerate(messages) if isinstance(message, ToolResult)]
    old = set(results[:-_KEPT_RESULTS])
    return [
        replace(message, text=cut(message.text, _SHORT if place in old else 4 * _SHORT))
        if isinstance(message, ToolResult)
        else message
        for place, message in enumerate(messages)
    ]


def length(message: Message) -> int:
    """Return how many characters a message has."""
    calls = message.calls if isinstance(message, AssistantMessage) else ()
    return len(message.text) + sum(len(call.arguments) for call in calls)
