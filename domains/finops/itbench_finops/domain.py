"""The domain `finops`: everything the core needs to know of it. Cheap to import."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from itbench import Domain, JsonObject
from itbench_finops.agents.specs import AGENTS
from itbench_finops.changes import SCORING_CHANGES
from itbench_finops.suites.anomalies import ANOMALIES
from itbench_finops.suites.itbench_lite import ITBENCH_LITE
from itbench_finops.suites.right_sizing import RIGHT_SIZING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from itbench import AuditCase, Panel, Progress, Score, ShownTrial, Submission, Suite, Task


class FinopsScorer:
    """All and only the resources to blame, or the share of the achievable saving; see docs/reference/finops.md."""

    def score(self, task: "Task", submission: "Submission", truth: JsonObject) -> "Score":
        """Return the score of an explanation or of a plan; which of the two it is, the truth tells."""
        from itbench import Score
        from itbench_finops.scoring.anomaly import score_anomaly
        from itbench_finops.scoring.sizing import score_plan

        rules = score_anomaly if "resource" in truth else score_plan
        parts = rules(submission.answer, truth)
        return Score(
            value=parts.value, metrics=parts.metrics, reasons=tuple(parts.reasons), details=parts.details
        )


def solution(task: "Task", truth: JsonObject) -> Mapping[str, bytes]:
    """Return a perfect submission as the file that the task asks for."""
    from itbench_finops.scoring.solution import perfect_answer

    return {task.hand_in.answer or "answer.json": perfect_answer(truth)}


def truth_schema() -> JsonObject:
    """Return the JSON Schema of a stored truth of either kind of task."""
    from itbench_finops.bills.task import truth_schema as of_anomaly
    from itbench_finops.fleets.truth import truth_schema as of_fleet

    return {"allOf": [{"$ref": "urn:itbench:truth"}, {"oneOf": [of_anomaly(), of_fleet()]}]}


def audit(suite: "Suite", progress: "Progress") -> "Iterable[AuditCase]":
    """Return the resources of each bill with what anybody sees of them."""
    from itbench_finops.audit import audit as cases

    return cases(suite, progress)


def trial_panels(trial: "ShownTrial") -> "Iterable[Panel]":
    """Return what a page shows of one trial."""
    from itbench_finops.panels.trial import trial_panels as panels

    return panels(trial)


def run_panels(trials: "Iterator[ShownTrial]") -> "Iterable[Panel]":
    """Return what a page shows of many trials."""
    from itbench_finops.panels.run import run_panels as panels

    return panels(trials)


DOMAIN = Domain(
    name="finops",
    summary="Cloud costs: explain an anomaly of the bill, right-size a fleet.",
    suites=(ANOMALIES, RIGHT_SIZING, ITBENCH_LITE),
    scorer=FinopsScorer(),
    solution=solution,
    agents=AGENTS,
    truth_schema=truth_schema,
    scoring_changes=SCORING_CHANGES,
    audit=audit,
    trial_panels=trial_panels,
    run_panels=run_panels,
)
