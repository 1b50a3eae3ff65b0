"""What a user may say about the agent `react`."""

from dataclasses import dataclass

from itbench.errors import UsageError
from itbench.interfaces.agent import AgentRequest
from itbench.models.find import find_model
from itbench.models.model import Model, ModelSettings
from itbench.models.options import number, truth_value, whole

_OWN = frozenset(
    {"model", "temperature", "effort", "max_tokens", "seed", "summarise_at", "turns", "output_chars"}
)
_SUMMARISE_AT = 0.7
_OUTPUT_CHARS = 16_000
# What a model of unknown window is trusted to bear.
UNKNOWN_WINDOW_TOKENS = 128_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ReactOptions:
    """How the agent works.

    Attributes:
        settings: for each request; seed and draw are set for each trial.
        sends_seed: whether the trial's seed is sent to the provider, where its interface has one.
        summarise_at: share of the window at which the conversation is summarised.
        turns: limit of our own besides the task's; None for the task's alone.
        output_chars: characters of one tool output that the model is shown.
    """

    settings: ModelSettings
    sends_seed: bool = True
    summarise_at: float = _SUMMARISE_AT
    turns: int | None = None
    output_chars: int = _OUTPUT_CHARS


def react_options(request: AgentRequest) -> tuple[Model, ReactOptions]:
    """Return model and options of `--agent react:model=PROVIDER/NAME,...`; the model may still lack its API key.

    Raises:
        UsageError: no model, or an option that cannot be used.
        PluginError: the model's provider cannot be used.
    """
    request.refuse_options(*request.options)
    given = request.options
    if "model" not in given:
        raise UsageError(f"agent {request.name!r} needs a model: --agent {request.name}:model=PROVIDER/NAME")
    of_model = {key: value for key, value in given.items() if key not in _OWN}
    model = find_model(given["model"], of_model, is_to_be_asked=False)
    summarise_at = number(given, "summarise_at", _SUMMARISE_AT, 0.05) or _SUMMARISE_AT
    if summarise_at > 1:
        raise UsageError(f"option summarise_at is {given['summarise_at']!r}; allowed: 0.05 to 1")
    settings = ModelSettings(
        temperature=number(given, "temperature", None, 0.0),
        effort=given.get("effort"),
        max_tokens=whole(given, "max_tokens", None, 1),
    )
    return model, ReactOptions(
        settings=settings,
        sends_seed=truth_value(given, "seed", default=True),
        summarise_at=summarise_at,
        turns=whole(given, "turns", None, 1),
        output_chars=whole(given, "output_chars", _OUTPUT_CHARS, 200) or _OUTPUT_CHARS,
    )
