"""How much the files of a snapshot tell of a change beside those that were made with it, in bins: it must not show a root."""

from pathlib import Path
from typing import TYPE_CHECKING

from itbench_sre.audit.candidates import candidates
from itbench_sre.audit.shallow import read_shallow
from itbench_sre.world.store.refs import Ref

if TYPE_CHECKING:
    from collections.abc import Sequence

    from itbench_sre.world.incidents.balance import Bins
    from itbench_sre.world.mechanisms.change import Change

_COUNTED = ("mentions", "warnings", "alerts", "error_logs", "failing_spans")
_ABSENT = dict.fromkeys(_COUNTED, 0)


def prominence(changes: "Sequence[Change]", directory: Path) -> "list[Bins]":
    """Return for each change whether its object is told of most of all, some, or not at all, by kind of telling.

    Args:
        changes: of an incident.
        directory: of its snapshot.

    Raises:
        DataError: a file cannot be read.
    """
    namespaces = {change.target.namespace for change in changes}
    counts: dict[Ref, dict[str, int]] = {}
    for object_id, candidate in candidates(read_shallow(directory), namespaces):
        found = {name: int(candidate.features[name]) for name in _COUNTED}
        counts[Ref(object_id.kind, object_id.namespace, object_id.name)] = found
    own = [counts.get(change.target, _ABSENT) for change in changes]
    most = {name: max((each[name] for each in own), default=0) for name in _COUNTED}
    return [{name: _bin(each[name], most[name]) for name in _COUNTED} for each in own]


def _bin(count: int, most: int) -> str:
    if count == 0:
        return "none"
    return "most" if count == most else "some"
