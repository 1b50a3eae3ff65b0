"""Puts Stirrup's messages into ours and our replies into Stirrup's, without any loss on the way back."""

from collections.abc import Mapping, Sequence
from typing import Any

from stirrup.core import models as theirs

from itbench.interfaces.conversation import (
    AssistantMessage,
    Conversation,
    Message,
    ModelTool,
    Reply,
    TokenUse,
    ToolResult,
    UserMessage,
)


class Translator:
    """Knows each message of one trial in both forms.

    A reply is handed back to the provider as it came (`native`), not as Stirrup's blocks have it. Each message is
    put into ours once, so that the journal sees what is new by identity.
    """

    def __init__(self) -> None:
        # Stirrup's message is kept beside ours: its identity must not pass to another.
        self._known: dict[int, tuple[Any, Message]] = {}
        self._calls_without_id: set[str] = set()
        self._tools: dict[str, ModelTool] = {}

    def conversation(self, messages: Sequence[Any]) -> Conversation:
        """Return a conversation; a reply with nothing in it cannot be handed back and is left out."""
        system = "\n\n".join(
            _text(message) for message in messages if isinstance(message, theirs.SystemMessage)
        )
        ours = [self._ours(message) for message in messages if not isinstance(message, theirs.SystemMessage)]
        return Conversation(
            system=system, messages=tuple(message for message in ours if not _is_empty(message))
        )

    def reply(self, reply: Reply) -> Any:
        """Return a reply as Stirrup's message."""
        said = reply.message
        blocks: list[Any] = [theirs.TextBlock(text=said.text)] if said.text else []
        for call in said.calls:
            block = theirs.ToolCall.from_provider(
                provider_id=call.id, name=call.name, arguments=call.arguments
            )
            if not call.id:
                self._calls_without_id.add(block.tool_call_id)
            blocks.append(block)
        message = theirs.AssistantMessage(blocks=blocks, token_usage=_usage(reply))
        self._known[id(message)] = (message, said)
        return message

    def tools(self, tools: Mapping[str, Any]) -> list[ModelTool]:
        """Return Stirrup's tools as a model is told of them; they are the same in each turn, or none."""
        for name in tools.keys() - self._tools.keys():
            tool = tools[name]
            schema = tool.parameters.model_json_schema()
            self._tools[name] = ModelTool(name=name, description=tool.description, parameters=schema)
        return [self._tools[name] for name in tools]

    def _ours(self, message: Any) -> Message:
        if id(message) not in self._known:
            self._known[id(message)] = (message, self._made(message))
        return self._known[id(message)][1]

    def _made(self, message: Any) -> Message:
        if isinstance(message, theirs.ToolMessage):
            call_id = "" if message.tool_call_id in self._calls_without_id else message.tool_call_id
            name = message.name or ""
            return ToolResult(call_id=call_id, name=name, text=_text(message), is_ok=message.success)
        return UserMessage(text=_text(message))


def turn_of(messages: Sequence[Any]) -> int:
    """Return the number of the turn that comes next, as Stirrup counts: replies, also those since summed up."""
    replies = sum(isinstance(message, theirs.AssistantMessage) for message in messages)
    summed_up = sum(
        len(message.replaced_ids) for message in messages if isinstance(message, theirs.SummaryMessage)
    )
    return 1 + replies + summed_up


def _usage(reply: Reply) -> Any:
    """Stirrup has no word for what is not known, and uses it to shorten conversations only."""
    use = reply.use or TokenUse()
    said, thought = use.output_tokens or 0, use.reasoning_tokens or 0
    return theirs.TokenUsage(input=use.input_tokens or 0, answer=max(0, said - thought), reasoning=thought)


def _text(message: Any) -> str:
    content = message.content
    # Images and the like come only from tools that this agent does not offer.
    assert isinstance(content, str), type(content)
    return content


def _is_empty(message: Message) -> bool:
    return isinstance(message, AssistantMessage) and not (message.text.strip() or message.calls)
