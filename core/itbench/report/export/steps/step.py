"""The steps of a trial."""

from dataclasses import dataclass, field
from typing import TypeAlias

from itbench.interfaces.json import JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request was sent to a model; what it shares with an earlier one is not in it again."""

    at_s: float
    data: JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """A request to a model has ended.

    Attributes:
        began_s, ended_s: seconds since the trial began.
        request: data of its event; empty where there was none.
        reply: data of the reply; None without one.
        error: why there is none.
    """

    began_s: float
    ended_s: float
    request: JsonObject = field(default_factory=dict)
    reply: JsonObject | None = None
    error: str = ""

    @property
    def model(self) -> str:
        """The name of the model."""
        told = self.reply or self.request
        return str(told.get("model") or self.request.get("model") or "unknown")

    @property
    def role(self) -> str | None:
        """The role that the model plays in the environment; None for the agent's own."""
        found = self.request.get("role") or (self.reply or {}).get("role")
        return None if found is None else str(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Called:
    """A tool call or a command has ended.

    Attributes:
        began_s, ended_s: seconds since the trial began.
        id: of the call, as the model gave it; made up where no model did.
        is_asked: whether a model asked for it.
        name: of the tool.
        arguments: by name.
        result: what came of it, as text.
        is_ok: False where it failed.
        timed_out: whether it was ended at its limit.
    """

    began_s: float
    ended_s: float
    id: str
    is_asked: bool
    name: str
    arguments: JsonObject
    result: str
    is_ok: bool = True
    timed_out: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """Anything else."""

    at_s: float
    kind: str
    data: JsonObject


Step: TypeAlias = Asked | Answered | Called | Noted
