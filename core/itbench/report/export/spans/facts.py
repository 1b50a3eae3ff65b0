"""What is known of a trial beside its events, from a plan and a row, or while it runs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from itbench.interfaces.json import JsonObject
from itbench.interfaces.record import TrialKey
from itbench.report.agent_label import model_of
from itbench.report.export.spans.span import Attribute

_PROVIDERS = frozenset({"anthropic", "openai"})
_UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class RunFacts:
    """What all trials of a run share.

    Attributes:
        run: its id.
        agent: name of the agent.
        model: that it asks, without the provider; None where it drives none.
        provider: of the model, by the name in the conventions.
        attributes: of every span of a trial as a whole.
    """

    run: str
    agent: str
    model: str | None
    provider: str
    attributes: dict[str, Attribute]

    @classmethod
    def of(cls, plan: JsonObject) -> "RunFacts":
        """Return those of a plan as JSON."""
        provider, model = split_model(model_of(plan["agent"]) or "")
        attributes: dict[str, Attribute] = {
            f"itbench.{name}": plan[name] for name in ("domain", "suite", "suite_version", "suite_hash")
        }
        return cls(plan["id"], plan["agent"]["name"], model or None, provider or _UNKNOWN, attributes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How a trial ended.

    Attributes:
        wall_s: seconds from its beginning.
        status: what became of it, where that is known.
        value: the score; None without one.
        reasons: of the score.
        metrics: by name.
        fault: stage and message; None without one.
        limit_hit: that ended the work.
        usage: tokens and dollars by the names of the run file; None for what is not known.
    """

    wall_s: float
    status: str | None = None
    value: float | None = None
    reasons: Sequence[str] = ()
    metrics: Mapping[str, float | None] = field(default_factory=dict)
    fault: tuple[str, str] | None = None
    limit_hit: str | None = None
    usage: Mapping[str, float | None] = field(default_factory=dict)


def split_model(name: str) -> tuple[str, str]:
    """Return provider and model of `PROVIDER/MODEL`; no provider where none of ours is named."""
    provider, slash, model = name.partition("/")
    return (provider, model) if slash and provider in _PROVIDERS else ("", name)


def conversation_of(run: str, key: TrialKey) -> str:
    """Return by what all spans of a trial are found."""
    return f"{run}/{key.task}:{key.repeat}:{key.attempt}"
