"""Models: the interface that agents use, and the providers behind it."""

from itbench.models.conversation import (
    AssistantMessage,
    Conversation,
    Message,
    ModelTool,
    Native,
    Reply,
    Stop,
    TokenUse,
    ToolCall,
    ToolResult,
    UserMessage,
)
from itbench.models.faults import ContextLengthError, ModelError
from itbench.models.find import find_model, model_host
from itbench.models.model import Model, ModelProvider, ModelRequest, ModelSettings, PricedModel
from itbench.text.redaction import Redactor

__all__ = [
    "AssistantMessage",
    "ContextLengthError",
    "Conversation",
    "Message",
    "Model",
    "ModelError",
    "ModelProvider",
    "ModelRequest",
    "ModelSettings",
    "ModelTool",
    "Native",
    "PricedModel",
    "Redactor",
    "Reply",
    "Stop",
    "TokenUse",
    "ToolCall",
    "ToolResult",
    "UserMessage",
    "find_model",
    "model_host",
]
