"""The models that can be asked for: `PROVIDER/NAME`, of whatever providers are installed."""

from collections.abc import Mapping

from itbench.errors import UsageError
from itbench.models.model import DemandingModel, Model, ModelProvider, ModelRequest
from itbench.plugins.host import PluginHost


def model_host() -> PluginHost[ModelProvider]:
    """Return the host of the entry-point group `itbench.models`."""
    return PluginHost("model provider", "itbench.models", _problem)


def find_model(text: str, options: Mapping[str, str] | None = None, *, is_to_be_asked: bool = True) -> Model:
    """Return the model that `PROVIDER/NAME` and options ask for.

    Args:
        text: the name.
        options: of the provider.
        is_to_be_asked: False for a model that is only looked at; it may lack its API key and its packages.

    Raises:
        UsageError: no such provider, no name, an option that it does not know or cannot use, or something is missing.
        PluginError: the provider cannot be used.
    """
    provider_name, slash, name = text.partition("/")
    if not (provider_name and slash and name):
        known = ", ".join(model_host().names()) or "none"
        raise UsageError(f"model {text!r} is not of the form PROVIDER/NAME; known providers: {known}")
    provider = model_host().get(provider_name)
    given = dict(options or {})
    unknown = sorted(set(given) - provider.options)
    if unknown:
        allowed = ", ".join(sorted(provider.options))
        raise UsageError(
            f"model provider {provider_name!r} has no option {unknown[0]!r}; it knows: {allowed}"
        )
    model = provider.create(ModelRequest(provider=provider_name, name=name, options=given))
    missing = missing_for(model)
    if is_to_be_asked and missing:
        raise UsageError(f"model {text!r} cannot be asked: {'; '.join(missing)}")
    return model


def missing_for(model: Model, *, is_cost_limited: bool = False) -> list[str]:
    """Return all that asking a model still needs on this machine, one thing each, and how to bring it."""
    return list(model.missing(is_cost_limited=is_cost_limited)) if isinstance(model, DemandingModel) else []


def _problem(name: str, value: object) -> str | None:
    if not isinstance(value, ModelProvider):
        return f"its entry point gives a {type(value).__name__}, not an itbench.models.ModelProvider"
    if value.name != name:
        return f"its entry point is named {name!r} but the provider {value.name!r}"
    return None
