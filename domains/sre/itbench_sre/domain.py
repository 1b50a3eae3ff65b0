"""The domain `sre`: everything the core needs to know of it. Cheap to import."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from itbench import Domain, JsonObject
from itbench_sre.agents.specs import AGENTS
from itbench_sre.changes import SCORING_CHANGES
from itbench_sre.published.suite import ITBENCH_AA, ITBENCH_LITE
from itbench_sre.suites.incidents import INCIDENTS

if TYPE_CHECKING:
    from itbench import Environment, Score, Submission, Task, TrialSetup


class SreScorer:
    """Precision at full recall, with IBM's measures beside it; see docs/reference/scoring.md."""

    def score(self, task: "Task", submission: "Submission", truth: JsonObject) -> "Score":
        """Return the score of a diagnosis."""
        from itbench import Score
        from itbench_sre.scoring.score import score_diagnosis
        from itbench_sre.scoring.sightings import read_sightings
        from itbench_sre.truth.convert import truth_from_json

        incident = truth_from_json(truth, source=f"truth of {task.id}")
        parts = score_diagnosis(submission.answer, incident, read_sightings(submission.observed))
        return Score(
            value=parts.value, metrics=parts.metrics, reasons=tuple(parts.reasons), details=parts.details
        )


def solution(task: "Task", truth: JsonObject) -> Mapping[str, bytes]:
    """Return a perfect diagnosis as the file that the task asks for."""
    import json

    from itbench_sre.truth.convert import truth_from_json
    from itbench_sre.truth.solution import solution as perfect_answer

    answer = perfect_answer(truth_from_json(truth, source=f"truth of {task.id}"))
    path = task.hand_in.answer or "agent_output.json"
    return {path: json.dumps(answer, indent=2).encode()}


def environment(setup: "TrialSetup") -> "Environment":
    """Return the environment of one trial."""
    from itbench_sre.sightings.environment import SnapshotEnvironment

    return SnapshotEnvironment(setup)


def truth_schema() -> JsonObject:
    """Return the JSON Schema of a stored truth."""
    from itbench_sre.truth.check import truth_schema as incident_schema

    return {"allOf": [{"$ref": "urn:itbench:truth"}, incident_schema()]}


DOMAIN = Domain(
    name="sre",
    summary="Site reliability engineering: find what broke a Kubernetes application.",
    suites=(INCIDENTS, ITBENCH_AA, ITBENCH_LITE),
    scorer=SreScorer(),
    solution=solution,
    environment=environment,
    agents=AGENTS,
    truth_schema=truth_schema,
    scoring_changes=SCORING_CHANGES,
    shown_metrics={"strict": "precision_at_full_recall_strict"},
)
