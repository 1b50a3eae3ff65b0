"""The plan of a submission: what of it must be as it was sealed, what is taken from the bundle, and what readers must know of it."""

from collections.abc import Iterator, Mapping

from itbench.errors import DataError
from itbench.interfaces.domain import Domain
from itbench.interfaces.plan import Plan
from itbench.interfaces.task import Task
from itbench.sealed.documents import Seal
from itbench.sealed.suite import SealedSuite
from itbench.sealing.submission import SubmissionFile
from itbench.store.values import MOMENT
from itbench.suites.hashing import hash_of_shown, suite_hash
from itbench.suites.load import load_tasks


def planned_tasks(suite: SealedSuite, submission: SubmissionFile) -> list[Task]:
    """Return the tasks of the plan as agents were told them, which must be those that were sealed.

    Raises:
        DataError: one is not in the suite, or its text, limits or inputs are not what the plan says; or the plan is of a part of a run.
    """
    plan, seal = submission.plan, suite.bundle.seal.document
    if (plan.domain, plan.suite, plan.suite_version) != (seal.domain, seal.suite, seal.suite_version):
        raise DataError(f"the plan of the submission is of another suite than {seal.domain}/{seal.suite}")
    if plan.shard is not None:
        raise DataError(
            f"the submission is of shard {plan.shard} of a run; all shards are handed in as one run"
        )
    if not MOMENT.allows(plan.created_at):
        raise DataError(f"the plan of the submission was made at {plan.created_at!r}, must be {MOMENT.words}")
    known = {task.id: task.limited(plan.limits) for task in load_tasks(suite)}
    shown = _shown(seal)
    for planned in plan.tasks:
        if planned.id not in known:
            raise DataError(f"task {planned.id!r} of the submission is not in the sealed suite")
        if hash_of_shown(known[planned.id].document(), shown.get(planned.id, ())) != planned.content_hash:
            raise DataError(
                f"task {planned.id!r} of the submission has another text, other limits or other inputs than sealed"
            )
    if len({task.id for task in plan.tasks}) < len(plan.tasks):
        raise DataError("the plan of the submission has a task twice")
    if suite_hash(task.content_hash for task in plan.tasks) != plan.suite_hash:
        raise DataError("the plan of the submission has another hash of the suite than its tasks have")
    return [known[planned.id] for planned in plan.tasks]


def scored_plan(plan: Plan, domain: Domain, suite: SealedSuite) -> Plan:
    """Return the plan for the run file with the scores: what it says of the suite and its rules is what is known here."""
    return plan.model_copy(
        update={
            "suite_data": str(suite.root.resolve()),
            "suite_settings": suite.settings(),
            "data_warning": suite.data_warning(),
            "data_faults": {},
            "floor": None,
            "shown_metrics": dict(domain.shown_metrics),
            "suite_secret": {},
            "tasks": tuple(task.model_copy(update={"private_hash": None}) for task in plan.tasks),
        }
    )


def plan_notes(suite: SealedSuite, plan: Plan) -> Iterator[str]:
    """Yield what those who ran the agent chose and what raises scores, one sentence each."""
    tasks = len(suite.bundle.seal.document.tasks)
    if len(plan.tasks) < tasks:
        yield f"the run was planned with {len(plan.tasks)} of the {tasks} tasks of the suite, which its author chose"
    if plan.limits.given():
        limits = ", ".join(f"{name} {value:g}" for name, value in plan.limits.given().items())
        yield f"the run has limits of its own in place of those of the tasks: {limits}"


def _shown(seal: Seal) -> Mapping[str, list[tuple[str, str]]]:
    found: dict[str, list[tuple[str, str]]] = {}
    for each in seal.files:
        top, _, rest = each.path.partition("/")
        task_id, _, path = rest.partition("/")
        if top == "inputs":
            found.setdefault(task_id, []).append((path, each.sha256))
    return found
