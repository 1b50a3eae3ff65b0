"""What an agent and a model say to each other, in a form that fits every provider's interface."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from itbench.interfaces.json import JsonObject, JsonValue


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelTool:
    """A tool as a model is told of it; `parameters` is a JSON Schema of its arguments.

    Attributes:
        name: by which the model calls it.
        description: what it does, for the model.
        parameters: JSON Schema of an object with its arguments.
    """

    name: str
    description: str
    parameters: JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolCall:
    """A tool that a model wants to use; `arguments` is the text that it wrote, meant to be a JSON object.

    Attributes:
        id: of the call; its result names it.
        name: of the tool, as the model wrote it.
        arguments: the text as the model wrote it.
    """

    id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Native:
    """A reply just as the provider gave it, so that it can be handed back without any loss.

    Attributes:
        api: the interface that it came from; only the same one gets it back.
        value: the message, or its items or blocks, with reasoning, signatures and unknown fields.
    """

    api: str
    value: JsonValue


@dataclass(frozen=True, slots=True, kw_only=True)
class UserMessage:
    """Text to the model.

    Attributes:
        text: of the message.
    """

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AssistantMessage:
    """Text and tool calls of the model.

    Attributes:
        text: without reasoning; empty if there is none.
        calls: tools that it wants to use, in order.
        native: the message as the provider gave it, to be handed back; None if there is no need.
    """

    text: str = ""
    calls: tuple[ToolCall, ...] = ()
    native: Native | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolResult:
    """What a tool call gave, as text for the model.

    Attributes:
        call_id: `ToolCall.id` of the call.
        name: of the tool.
        text: what the model is shown.
        is_ok: whether the call succeeded.
    """

    call_id: str
    name: str
    text: str
    is_ok: bool = True


Message: TypeAlias = UserMessage | AssistantMessage | ToolResult
"""One message of a conversation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """All that a model is shown: a system prompt and the messages so far."""

    system: str = ""
    messages: Sequence[Message] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenUse:
    """What one reply took, in tokens; None where the provider did not tell, or nothing that can be.

    Attributes:
        input_tokens: all of the input, those read from and written to the provider's cache included.
        cached_tokens: the part of the input that was read from the provider's cache.
        cache_write_tokens: the part of the input that was written to it.
        output_tokens: all of the output, reasoning included.
        reasoning_tokens: the part of the output that was reasoning.
    """

    input_tokens: int | None = None
    cached_tokens: int | None = None
    cache_write_tokens: int | None = None
    output_tokens: int | None = None
    reasoning_tokens: int | None = None


class Stop(StrEnum):
    """Why a model stopped."""

    END = "end"
    TOOLS = "tools"
    LENGTH = "length"
    REFUSAL = "refusal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a model said.

    Attributes:
        message: to be handed back in the next request.
        stop: why it stopped.
        use: tokens; None where the provider told of none.
        cost_usd: US dollars; None where tokens or price are unknown.
        duration_s: seconds from the last sending to the end of the reply.
        failures: of earlier attempts at the same request.
        from_cache: whether it was kept from an earlier run.
    """

    message: AssistantMessage
    stop: Stop = Stop.END
    use: TokenUse | None = None
    cost_usd: float | None = None
    duration_s: float = 0.0
    failures: tuple[str, ...] = field(default=())
    from_cache: bool = False
