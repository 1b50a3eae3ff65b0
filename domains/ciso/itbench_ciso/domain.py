"""The domain `ciso`: everything the core needs to know of it. Cheap to import."""

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from itbench import Domain, JsonObject
from itbench_ciso.agents.specs import AGENTS
from itbench_ciso.engines.cel import CEL_PREPARATION
from itbench_ciso.engines.opa import OPA_PREPARATION
from itbench_ciso.suites.admission import ADMISSION_SUITE
from itbench_ciso.suites.cis_kubernetes import CIS_KUBERNETES
from itbench_ciso.suites.itbench_lite import ITBENCH_LITE
from itbench_ciso.suites.policy_updates import POLICY_UPDATES

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
    )


class CisoScorer:
    """Every hidden variant judged right, and IBM's four criteria; see docs/reference/ciso.md."""

    def score(self, task: "Task", submission: "Submission", truth: JsonObject) -> "Score":
        """Return the score of what was observed of script and policy."""
        from itbench import Score
        from itbench_ciso.scoring.score import score_parts

        parts = score_parts(submission, truth)
        return Score(
            value=parts.value, metrics=parts.metrics, reasons=tuple(parts.reasons), details=parts.details
        )


def solution(task: "Task", truth: JsonObject) -> Mapping[str, bytes]:
    """Return the reference solution as files."""
    from itbench_ciso.scoring.solution import perfect_files

    del task
    return perfect_files(truth)


def environment(setup: "TrialSetup") -> "Environment":
    """Return the environment of one trial."""
    from itbench_ciso.judging.environment import CisoEnvironment

    return CisoEnvironment(setup)


def truth_schema() -> JsonObject:
    """Return the JSON Schema of a stored truth of any kind of task."""
    from itbench_ciso.scoring.truth import truth_schema as own

    return {"allOf": [{"$ref": "urn:itbench:truth"}, own()]}


def audit(suite: "Suite", progress: "Progress") -> "Iterable[AuditCase]":
    """Return, for each task, the requirements of which a policy is known."""
    from itbench_ciso.audit import audit as cases

    return cases(suite, progress)


def trial_panels(trial: "ShownTrial") -> "Iterable[Panel]":
    """Return what a page shows of one trial."""
    from itbench_ciso.panels.trial import trial_panels as panels

    return panels(trial)


def run_panels(trials: "Iterator[ShownTrial]") -> "Iterable[Panel]":
    """Return what a page shows of many trials."""
    from itbench_ciso.panels.run import run_panels as panels

    return panels(trials)


DOMAIN = Domain(
    name="ciso",
    summary="Kubernetes compliance: write and fix checks that hold on clusters they have not seen.",
    suites=(CIS_KUBERNETES, ADMISSION_SUITE, POLICY_UPDATES, ITBENCH_LITE),
    scorer=CisoScorer(),
    solution=solution,
    environment=environment,
    runs_submissions=True,
    observes_files_only=True,
    agents=AGENTS,
    preparations=(OPA_PREPARATION, CEL_PREPARATION),
    truth_schema=truth_schema,
    audit=audit,
    trial_panels=trial_panels,
    run_panels=run_panels,
)
