"""Audit cases of incidents: candidates from the snapshot, scores from the scorer."""

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from itbench import AuditCase, DataError, JsonObject, UsageError
from itbench_sre.audit.candidates import candidates
from itbench_sre.audit.shallow import read_shallow
from itbench_sre.scoring.matching import Matcher
from itbench_sre.scoring.score import score_diagnosis
from itbench_sre.snapshot.objects import FILE_NAME
from itbench_sre.truth import Truth, truth_from_json

if TYPE_CHECKING:
    from itbench import Progress, Suite

_SYSTEM = frozenset({"", "kube-system", "chaos-mesh"})


class IncidentCase(AuditCase):
    """One incident: the objects of its snapshot that somebody changed, that events tell of, and what always runs."""

    def __init__(self, task_id: str, root: Path, truth: JsonObject) -> None:
        self.task_id = task_id
        self._truth = truth_from_json(truth, source=f"truth of {task_id}")
        self.family = str(truth.get("family") or _mechanisms(self._truth))
        places = {group.namespace for group in self._truth.groups if group.namespace}
        named = list(candidates(read_shallow(root), places - _SYSTEM))
        self._names = [str(object_id) for object_id, _ in named]
        self.candidates = [candidate for _, candidate in named]
        matcher = Matcher(self._truth)
        # Each object that stands for a root is as right as another.
        self.right: Collection[int] = [
            place for place, name in enumerate(self._names) if matcher.match(name).is_hit
        ]

    def value(self, chosen: Sequence[int]) -> float:
        """Return the score of a diagnosis that names these objects."""
        factors = [{"name": self._names[place]} for place in chosen]
        return score_diagnosis({"contributing_factors": factors}, self._truth).value


def _mechanisms(truth: Truth) -> str:
    return " and ".join(sorted({fault.mechanism for fault in truth.faults}))


def audit(suite: "Suite", progress: "Progress") -> Iterator[AuditCase]:
    """Yield the incidents of a suite whose inputs are snapshots.

    Raises:
        UsageError: the suite has no snapshots.
        DataError: a snapshot lists no objects, or a file of it cannot be read.
    """
    if suite.name == "cloud-opsbench":
        raise UsageError(
            f"'sre/{suite.name}' cannot be audited: its inputs are no snapshots; audit another suite of 'sre'"
        )
    suite.prepare(progress)
    for task in suite.tasks():
        inputs = suite.inputs(task.id)
        root = next((each.source.parent for each in inputs if each.source.name == FILE_NAME), None)
        if root is None:
            raise DataError(f"{task.id}: there is no {FILE_NAME!r}, which an audit reads")
        yield IncidentCase(task.id, root, suite.truth(task.id))
