"""Models: what agents ask, and what a provider brings to offer them."""

from typing import TYPE_CHECKING

from itbench.lazy import lazy_names

if TYPE_CHECKING:
    from itbench.interfaces.conversation import (
        AssistantMessage as AssistantMessage,
        Conversation as Conversation,
        Message as Message,
        ModelTool as ModelTool,
        Native as Native,
        Reply as Reply,
        Stop as Stop,
        TokenUse as TokenUse,
        ToolCall as ToolCall,
        ToolResult as ToolResult,
        UserMessage as UserMessage,
    )
    from itbench.models.faults import (
        ContextLengthError as ContextLengthError,
        ModelError as ModelError,
    )
    from itbench.models.find import (
        find_model as find_model,
        model_host as model_host,
    )
    from itbench.models.model import (
        Model as Model,
        ModelProvider as ModelProvider,
        ModelRequest as ModelRequest,
        ModelSettings as ModelSettings,
        PricedModel as PricedModel,
    )
    from itbench.text.redaction import Redactor as Redactor

__getattr__, __dir__, __all__ = lazy_names(
    __name__,
    {
        "interfaces.conversation": "AssistantMessage Conversation Message ModelTool Native Reply Stop TokenUse ToolCall ToolResult UserMessage",
        "models.faults": "ContextLengthError ModelError",
        "models.find": "find_model model_host",
        "models.model": "Model ModelProvider ModelRequest ModelSettings PricedModel",
        "text.redaction": "Redactor",
    },
)
