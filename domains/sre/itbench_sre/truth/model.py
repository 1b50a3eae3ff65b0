"""What the scorer knows of one incident, as IBM's v1 ground truth files say it."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Group:
    """A set of Kubernetes objects that count as one: a kind, and filters or a name.

    Attributes:
        is_trigger: whether it stands for a routine operation that only brought a latent fault to light.
    """

    id: str
    kind: str
    namespace: str | None = None
    filters: tuple[str, ...] = ()
    name: str | None = None
    is_root_cause: bool = False
    is_trigger: bool = False


@dataclass(frozen=True, slots=True)
class Propagation:
    """One step of the failure from a group to another; the ids may name no group."""

    source: str
    target: str
    condition: str = ""
    effect: str = ""


@dataclass(frozen=True, slots=True)
class AlertTruth:
    """An alert that the incident raises, and the group it is about."""

    id: str
    group_id: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True)
class Fault:
    """What was broken; its entity may name no group, and `condition` may be a mere placeholder."""

    category: str = ""
    condition: str = ""
    mechanism: str = ""
    entity_group_id: str = ""
    entity_kind: str = ""
    entity_name: str = ""
    changed: Any = None


@dataclass(frozen=True, slots=True)
class Action:
    """A way to fix the incident."""

    id: str
    actions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class KnownChange:
    """Something that was done to the cluster.

    Attributes:
        role: `root`, `trigger` or `innocent`.
        names: the objects that stand for it, the likeliest first.
        mechanism: what kind of change it was.
        condition: what is so since then.
    """

    role: str
    names: tuple[Group, ...]
    mechanism: str = ""
    condition: str = ""


@dataclass(frozen=True, slots=True)
class Truth:
    """The truth of one incident.

    Attributes:
        is_nothing_wrong: whether there is no root cause, and the right answer names nothing.
        changes: what was done to the cluster, where that is known.
    """

    groups: tuple[Group, ...]
    aliases: tuple[tuple[str, ...], ...] = ()
    propagations: tuple[Propagation, ...] = ()
    alerts: tuple[AlertTruth, ...] = ()
    faults: tuple[Fault, ...] = ()
    recommended_actions: tuple[Action, ...] = ()
    canary: str | None = None
    is_nothing_wrong: bool = False
    changes: tuple[KnownChange, ...] = ()
