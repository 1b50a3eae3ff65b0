"""How much the files of a snapshot tell of a change beside those that were made with it, in bins: it must not show a root."""

from pathlib import Path
from typing import TYPE_CHECKING

from itbench_sre.audit.candidates import candidates
from itbench_sre.audit.shallow import read_shallow
from itbench_sre.world.store.refs import Ref

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from itbench import Feature
    from itbench_sre.world.incidents.balance import Bins
    from itbench_sre.world.mechanisms.change import Change

_COUNTED = (
    "mentions",
    "warnings",
    "alerts",
    "error_logs",
    "failing_spans",
    "failing_spans_before",
    "failing_share",
    "spans",
    "fewer_spans",
    "versions",
    "places_changed",
    "events_Started",
    "events_Killing",
    "events_Unhealthy",
    "events_ScalingReplicaSet",
)
_SAID = ("is_changed", "is_created", "is_gone", "is_in_application")


def prominence(changes: "Sequence[Change]", directory: Path) -> "list[Bins]":
    """Return for each change whether its object is told of most of all, some, or not at all, by kind of telling.

    Args:
        changes: of an incident.
        directory: of its snapshot.

    Raises:
        DataError: a file cannot be read.
    """
    targets = [change.target for change in changes]
    found = {
        Ref(object_id.kind, object_id.namespace, object_id.name): candidate.features
        for object_id, candidate in candidates(
            read_shallow(directory), {target.namespace for target in targets}
        )
    }
    return told_of([found.get(target, {}) for target in targets])


def told_of(features: "Sequence[Mapping[str, Feature]]") -> "list[Bins]":
    """Return the bins of changes from what an audit sees of their objects; nothing where it sees none."""
    counts = [{name: float(each.get(name, 0)) for name in _COUNTED} for each in features]
    most = {name: max((each[name] for each in counts), default=0.0) for name in _COUNTED}
    return [
        {
            **{name: _bin(count[name], most[name]) for name in _COUNTED},
            **{name: str(each.get(name, False)) for name in _SAID},
        }
        for each, count in zip(features, counts, strict=True)
    ]


def _bin(count: float, most: float) -> str:
    if count <= 0:
        return "none"
    return "most" if count == most else "some"
