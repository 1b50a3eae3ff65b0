"""The domain `sre`: everything the core needs to know of it. Cheap to import."""

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from itbench import Domain, JsonObject
from itbench_sre.agents.specs import AGENTS
from itbench_sre.changes import SCORING_CHANGES
from itbench_sre.suites.cloud_opsbench import CLOUD_OPSBENCH
from itbench_sre.suites.incidents import INCIDENTS, INCIDENTS_FULL, INCIDENTS_LARGE, INCIDENTS_QUICK
from itbench_sre.suites.itbench_aa import ITBENCH_AA
from itbench_sre.suites.itbench_lite import ITBENCH_LITE

if TYPE_CHECKING:
    from itbench import (
        AuditCase,
        Environment,
        Panel,
        Progress,
        Score,
        ShownTrial,
        Submission,
        Suite,
        Task,
        TrialSetup,
        Workspace,
    )


class SreScorer:
    """Precision at full recall, with IBM's measures beside it; see docs/reference/scoring.md."""

    def score(self, task: "Task", submission: "Submission", truth: JsonObject) -> "Score":
        """Return the score of a diagnosis; which kind of it, the truth tells."""
        if "fault_object" in truth:
            from itbench_sre.opsbench.score import score_case

            return score_case(submission.answer, submission.observed, truth)
        from itbench import Score
        from itbench_sre.scoring.score import score_diagnosis
        from itbench_sre.scoring.sightings import read_sightings
        from itbench_sre.truth.convert import truth_from_json

        incident = truth_from_json(truth, source=f"truth of {task.id}")
        parts = score_diagnosis(submission.answer, incident, read_sightings(submission.observed))
        # What is known of an incident besides is told beside the score, once there is one.
        known: JsonObject = {key: truth[key] for key in ("family", "difficulty") if key in truth}
        return Score(
            value=parts.value,
            metrics=parts.metrics,
            reasons=tuple(parts.reasons),
            details={**parts.details, **known},
        )


def solution(task: "Task", truth: JsonObject) -> Mapping[str, bytes]:
    """Return a perfect diagnosis as the file that the task asks for."""
    import json

    path = task.hand_in.answer or "agent_output.json"
    if "fault_object" in truth:
        from itbench_sre.opsbench.expert import right_answer

        return {path: json.dumps(right_answer(truth), indent=2).encode()}
    from itbench_sre.truth.convert import truth_from_json
    from itbench_sre.truth.solution import solution as perfect_answer

    answer = perfect_answer(truth_from_json(truth, source=f"truth of {task.id}"))
    return {path: json.dumps(answer, indent=2).encode()}


async def solve(task: "Task", truth: JsonObject, workspace: "Workspace") -> None:
    """Call tools as the experts did, where experts showed how, and hand in a perfect diagnosis."""
    if truth.get("expert"):
        from itbench_sre.opsbench.expert import replay

        await replay(truth, workspace)
    for path, data in solution(task, truth).items():
        await workspace.write_file(path, data)


def environment(setup: "TrialSetup") -> "Environment":
    """Return the environment of one trial."""
    if "way" in setup.secret:
        from itbench_sre.opsbench.environment import CaseEnvironment

        return CaseEnvironment(setup)
    from itbench_sre.sightings.environment import SnapshotEnvironment

    return SnapshotEnvironment(setup)


def truth_schema() -> JsonObject:
    """Return the JSON Schema of a stored truth."""
    from itbench_sre.opsbench.truths import truth_schema as case_schema
    from itbench_sre.truth.check import truth_schema as incident_schema

    return {
        "allOf": [{"$ref": "urn:itbench:truth"}],
        "if": {"required": ["fault_object"]},
        "then": case_schema(),
        "else": incident_schema(),
    }


def audit(suite: "Suite", progress: "Progress") -> "Iterable[AuditCase]":
    """Return the objects of each incident's snapshot with what anybody sees of them."""
    from itbench_sre.audit.case import audit as cases

    return cases(suite, progress)


def trial_panels(trial: "ShownTrial") -> "Iterable[Panel]":
    """Return what a page shows of one trial."""
    from itbench_sre.panels.trial import trial_panels as panels

    return panels(trial)


def run_panels(trials: "Iterator[ShownTrial]") -> "Iterable[Panel]":
    """Return what a page shows of many trials."""
    from itbench_sre.panels.run import run_panels as panels

    return panels(trials)


DOMAIN = Domain(
    name="sre",
    summary="Site reliability engineering: find what broke a Kubernetes application.",
    suites=(
        INCIDENTS,
        INCIDENTS_QUICK,
        INCIDENTS_FULL,
        INCIDENTS_LARGE,
        ITBENCH_AA,
        ITBENCH_LITE,
        CLOUD_OPSBENCH,
    ),
    scorer=SreScorer(),
    solution=solution,
    solve=solve,
    environment=environment,
    observes_files_only=True,
    agents=AGENTS,
    truth_schema=truth_schema,
    scoring_changes=SCORING_CHANGES,
    audit=audit,
    shown_metrics={"strict": "precision_at_full_recall_strict"},
    trial_panels=trial_panels,
    run_panels=run_panels,
)
