"""OpenAI's Responses, without anything kept at the provider: reasoning goes back and forth encrypted.

Format: https://platform.openai.com/docs/api-reference/responses
"""

from collections.abc import Sequence
from dataclasses import dataclass

from itbench.interfaces.conversation import AssistantMessage, Conversation, Message, ModelTool, ToolResult
from itbench.interfaces.json import JsonObject
from itbench.models.model import ModelSettings
from itbench.models.openai.responses_reader import ResponsesReader, text_in
from itbench.models.reply.handing_back import sent_arguments

# These do not reason, and refuse to be asked for their reasoning.
_WITHOUT_REASONING = ("gpt-3", "gpt-4", "chatgpt-")


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponsesCodec:
    """Responses for one model.

    Attributes:
        model: its name.
        api: of the interface.
        hands_back_reasoning: whether the model gets its reasoning back; some servers refuse it.
    """

    model: str
    api: str = "responses"
    hands_back_reasoning: bool = True

    def body(
        self, conversation: Conversation, tools: Sequence[ModelTool], settings: ModelSettings
    ) -> JsonObject:
        """Return the body of a request; the interface has no seed."""
        items = [item for message in conversation.messages for item in self._items(message)]
        body: JsonObject = {"model": self.model, "input": items, "stream": True, "store": False}
        if conversation.system:
            body["instructions"] = conversation.system
        if self.hands_back_reasoning and reasons(self.model):
            body["include"] = ["reasoning.encrypted_content"]
        if settings.effort is not None:
            body["reasoning"] = {"effort": settings.effort}
        if tools:
            body["tools"] = [_tool(tool) for tool in tools]
        chosen = {"temperature": settings.temperature, "max_output_tokens": settings.max_tokens}
        return body | {key: value for key, value in chosen.items() if value is not None}

    def reader(self, turn: int = 0) -> ResponsesReader:
        """Return a reader for one reply."""
        return ResponsesReader(turn)

    def _items(self, message: Message) -> list[JsonObject]:
        if isinstance(message, ToolResult):
            return [{"type": "function_call_output", "call_id": message.call_id, "output": message.text}]
        if not isinstance(message, AssistantMessage):
            return [{"role": "user", "content": message.text}]
        if message.native is not None and message.native.api == "responses":
            return self._accepted(message.native.value)
        said: list[JsonObject] = [{"role": "assistant", "content": message.text}] if message.text else []
        return said + [
            {
                "type": "function_call",
                "call_id": call.id,
                "name": call.name,
                "arguments": sent_arguments(call.arguments),
            }
            for call in message.calls
        ]

    def _accepted(self, items: Sequence[JsonObject]) -> list[JsonObject]:
        """Return the items of a reply that the provider takes back.

        Reasoning that is not sealed can be told by its id only, and nothing is kept at the provider. Without it, what
        came after must not be known by an id either, for that would lead back to it.
        """
        kept = [item for item in items if item["type"] != "reasoning" or self._is_sealed(item)]
        spelled = [_spelled(item, with_id=len(kept) == len(items)) for item in kept]
        return [item for item in spelled if item]

    def _is_sealed(self, item: JsonObject) -> bool:
        return self.hands_back_reasoning and bool(item.get("encrypted_content"))


def reasons(model: str) -> bool:
    """Whether a model reasons, so that it can be asked for its reasoning."""
    return not model.startswith(_WITHOUT_REASONING)


def _spelled(item: JsonObject, *, with_id: bool) -> JsonObject:
    if item["type"] == "message" and (not with_id or not text_in(item).strip()):
        text = text_in(item)
        return {"role": "assistant", "content": text} if text.strip() else {}
    more = {key: value for key, value in item.items() if with_id or key != "id"}
    if item["type"] == "function_call":
        more["arguments"] = sent_arguments(item["arguments"])
    return more


def _tool(tool: ModelTool) -> JsonObject:
    return {
        "type": "function",
        "name": tool.name,
        "description": tool.description,
        "parameters": tool.parameters,
        "strict": False,
    }
