"""Audit cases of incidents: candidates from the snapshot, scores from the scorer."""

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from itbench import AuditCase, JsonObject
from itbench_sre.audit.candidates import candidates
from itbench_sre.audit.shallow import read_shallow
from itbench_sre.scoring.score import score_diagnosis
from itbench_sre.truth import truth_from_json

if TYPE_CHECKING:
    from itbench import Progress, Suite

_SYSTEM = frozenset({"", "kube-system", "chaos-mesh"})


class IncidentCase(AuditCase):
    """One incident."""

    def __init__(self, task_id: str, root: Path, truth: JsonObject) -> None:
        self.task_id = task_id
        self.family = str(truth.get("family", ""))
        self._truth = truth_from_json(truth, source=f"truth of {task_id}")
        places = {group.namespace for group in self._truth.groups if group.namespace}
        named = list(candidates(read_shallow(root), places - _SYSTEM))
        self._names = [str(object_id) for object_id, _ in named]
        self.candidates = [candidate for _, candidate in named]
        self.right: Collection[int] = self._right()

    def _right(self) -> list[int]:
        """Return the first candidate of each root; each object that stands for one is as good as another."""
        return [place for place in range(len(self._names)) if self._hits(place)]

    def _hits(self, place: int) -> bool:
        parts = score_diagnosis(self._answer([place]), self._truth)
        return bool(parts.metrics.get("root_cause_entity_precision"))

    def value(self, chosen: Sequence[int]) -> float:
        """Return the score of a diagnosis that names these objects."""
        return score_diagnosis(self._answer(chosen), self._truth).value

    def _answer(self, chosen: Sequence[int]) -> JsonObject:
        return {
            "contributing_factors": [
                {"name": self._names[place], "reasoning": "", "evidence": ""} for place in chosen
            ]
        }


def audit(suite: "Suite", progress: "Progress") -> Iterator[AuditCase]:
    """Yield the incidents of a suite that are snapshots."""
    suite.prepare(progress)
    for task in suite.tasks():
        inputs = suite.inputs(task.id)
        root = next(each.source.parent for each in inputs if each.path.endswith("k8s_objects_raw.tsv"))
        yield IncidentCase(task.id, root, suite.truth(task.id))
