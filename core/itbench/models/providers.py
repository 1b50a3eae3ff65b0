"""The providers that come with the framework; their client libraries are imported when first asked for."""

from itbench.models.model import Model, ModelProvider, ModelRequest
from itbench.models.options import OPTIONS


def _openai(request: ModelRequest) -> Model:
    from itbench.models.openai.client import openai_model

    return openai_model(request)


def _anthropic(request: ModelRequest) -> Model:
    from itbench.models.anthropic.client import anthropic_model

    return anthropic_model(request)


OPENAI = ModelProvider(
    name="openai",
    summary="OpenAI, and any endpoint that speaks Chat Completions or Responses (base_url=, api=).",
    create=_openai,
    options=OPTIONS | {"api"},
)
ANTHROPIC = ModelProvider(
    name="anthropic", summary="Anthropic's Messages.", create=_anthropic, options=OPTIONS
)
