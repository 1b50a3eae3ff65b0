"""OpenAI's Chat Completions, which most other providers and servers speak too.

Format: https://platform.openai.com/docs/api-reference/chat
"""

from collections.abc import Sequence
from dataclasses import dataclass

from itbench.interfaces.conversation import AssistantMessage, Conversation, Message, ModelTool, ToolResult
from itbench.interfaces.json import JsonObject, JsonValue
from itbench.models.model import ModelSettings
from itbench.models.openai.chat_reader import ChatReader
from itbench.models.reply.handing_back import sent_arguments

# Where providers put what a model thought before it answered.
_REASONING = frozenset({"reasoning", "reasoning_content", "reasoning_details"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatCodec:
    """Chat Completions for one model.

    Attributes:
        model: its name.
        limit_name: OpenAI itself names the output limit anew, others have kept the old name.
        api: of the interface.
        hands_back_reasoning: whether the model gets its reasoning back; some servers refuse it.
    """

    model: str
    limit_name: str = "max_tokens"
    api: str = "chat"
    hands_back_reasoning: bool = True

    def body(
        self, conversation: Conversation, tools: Sequence[ModelTool], settings: ModelSettings
    ) -> JsonObject:
        """Return the body of a request."""
        system = [{"role": "system", "content": conversation.system}] if conversation.system else []
        body: JsonObject = {
            "model": self.model,
            "messages": [*system, *map(self._message, conversation.messages)],
            "stream": True,
            "stream_options": {"include_usage": True},
        }
        if tools:
            body["tools"] = [{"type": "function", "function": _function(tool)} for tool in tools]
        chosen = {
            "temperature": settings.temperature,
            "reasoning_effort": settings.effort,
            "seed": settings.seed,
            self.limit_name: settings.max_tokens,
        }
        return body | {key: value for key, value in chosen.items() if value is not None}

    def reader(self, turn: int = 0) -> ChatReader:
        """Return a reader for one reply."""
        return ChatReader(turn)

    def _message(self, message: Message) -> JsonObject:
        if isinstance(message, ToolResult):
            return {"role": "tool", "tool_call_id": message.call_id, "content": message.text}
        if not isinstance(message, AssistantMessage):
            return {"role": "user", "content": message.text}
        calls = [
            {
                "id": call.id,
                "type": "function",
                "function": {"name": call.name, "arguments": sent_arguments(call.arguments)},
            }
            for call in message.calls
        ]
        if message.native is None or message.native.api != "chat":
            return {"role": "assistant", "content": message.text} | ({"tool_calls": calls} if calls else {})
        left_out = frozenset() if self.hands_back_reasoning else _REASONING
        own = {"content": None, **message.native.value}
        return {key: _accepted(key, value) for key, value in own.items() if key not in left_out}


def _accepted(key: str, value: JsonValue) -> JsonValue:
    """Return a field of a reply as servers take it back: arguments only as the text of an object."""
    if key != "tool_calls":
        return value
    return [
        entry
        | {"function": entry["function"] | {"arguments": sent_arguments(entry["function"]["arguments"])}}
        for entry in value
    ]


def _function(tool: ModelTool) -> JsonObject:
    return {"name": tool.name, "description": tool.description, "parameters": tool.parameters}
