"""Anthropic's Messages, with thinking blocks handed back as they came and the provider's cache made use of.

Format: https://platform.claude.com/docs/en/api/messages
"""

from collections.abc import Sequence
from dataclasses import dataclass

from itbench.interfaces.conversation import AssistantMessage, Conversation, Message, ModelTool, ToolResult
from itbench.interfaces.json import JsonObject, JsonValue
from itbench.models.anthropic.reader import MessagesReader
from itbench.models.model import ModelSettings
from itbench.models.reply.handing_back import sent_object

# The interface wants a limit in every request.
MAX_TOKENS = 16_384
_CACHED: JsonObject = {"cache_control": {"type": "ephemeral"}}
_REASONING = frozenset({"thinking", "redacted_thinking"})
# A result of nothing but white space is refused.
_NO_OUTPUT = "(no output)"


@dataclass(frozen=True, slots=True, kw_only=True)
class MessagesCodec:
    """Messages for one model.

    Attributes:
        model: its name.
        api: of the interface.
        hands_back_reasoning: whether the model gets its thinking back; some servers refuse it.
    """

    model: str
    api: str = "messages"
    hands_back_reasoning: bool = True

    def body(
        self, conversation: Conversation, tools: Sequence[ModelTool], settings: ModelSettings
    ) -> JsonObject:
        """Return the body of a request; the interface has no seed."""
        body: JsonObject = {
            "model": self.model,
            "max_tokens": settings.max_tokens or MAX_TOKENS,
            "messages": self._messages(conversation.messages),
            "stream": True,
        }
        if conversation.system:
            body["system"] = [{"type": "text", "text": conversation.system, **_CACHED}]
        if tools:
            body["tools"] = [_tool(tool) for tool in tools]
        if settings.temperature is not None:
            body["temperature"] = settings.temperature
        return body | _thinking(settings.effort)

    def reader(self, turn: int = 0) -> MessagesReader:
        """Return a reader for one reply."""
        return MessagesReader(turn)

    def _messages(self, messages: Sequence[Message]) -> list[JsonObject]:
        """Return the messages with neighbours of one role joined, as results of one turn must stand in one message."""
        joined: list[JsonObject] = []
        for message in messages:
            role = "assistant" if isinstance(message, AssistantMessage) else "user"
            blocks = self._blocks(message)
            if blocks and joined and joined[-1]["role"] == role:
                joined[-1]["content"] += blocks
            elif blocks:
                joined.append({"role": role, "content": blocks})
        if joined and joined[-1]["role"] == "user":
            joined[-1]["content"][-1] |= _CACHED
        return joined

    def _blocks(self, message: Message) -> list[JsonObject]:
        if isinstance(message, ToolResult):
            text = message.text if message.text.strip() else _NO_OUTPUT
            result: JsonObject = {"type": "tool_result", "tool_use_id": message.call_id, "content": text}
            return [result if message.is_ok else result | {"is_error": True}]
        if not isinstance(message, AssistantMessage):
            return _text_blocks(message.text)
        if message.native is None or message.native.api != "messages":
            calls = [
                {"type": "tool_use", "id": call.id, "name": call.name, "input": sent_object(call.arguments)}
                for call in message.calls
            ]
            return _text_blocks(message.text) + calls
        # The interface gives blocks of text without any, but does not take them.
        return [block for block in message.native.value if self._is_accepted(block)]

    def _is_accepted(self, block: JsonObject) -> bool:
        if block["type"] in _REASONING:
            return self.hands_back_reasoning
        return block["type"] != "text" or not _is_blank(block["text"])


def _text_blocks(text: str) -> list[JsonObject]:
    return [] if _is_blank(text) else [{"type": "text", "text": text}]


def _is_blank(text: JsonValue) -> bool:
    return not (isinstance(text, str) and text.strip())


def _tool(tool: ModelTool) -> JsonObject:
    return {"name": tool.name, "description": tool.description, "input_schema": tool.parameters}


def _thinking(effort: str | None) -> JsonObject:
    """A word is an effort of adaptive thinking, a number the budget in tokens that older models want."""
    if effort is None:
        return {}
    if effort == "none":
        return {"thinking": {"type": "disabled"}}
    if effort.isdecimal():
        return {"thinking": {"type": "enabled", "budget_tokens": int(effort)}}
    return {"thinking": {"type": "adaptive"}, "output_config": {"effort": effort}}
