"""What must be as it was when a run is resumed: its tasks, inputs, truths and hidden data."""

from collections.abc import Mapping
from itertools import chain
from pathlib import Path

from itbench.errors import UsageError
from itbench.host.digests import FileDigests
from itbench.interfaces.plan import Plan
from itbench.interfaces.suite import Suite
from itbench.interfaces.task import Task
from itbench.runs.trial.judge import Judge
from itbench.sealed.reopen import planned_options
from itbench.suites.hashing import content_hash, deciding_options, first_content_hash, private_hash
from itbench.suites.shown import Secrets, shown_inputs

# 1: one hash of task, inputs and hidden files. 2: task, options and inputs; and apart from it truth and hidden files.
HASH_VERSION = 2


def check_tasks(
    path: Path, plan: Plan, documents: Mapping[str, str], suite: Suite, current: Mapping[str, Task]
) -> None:
    """Refuse a run whose tasks or inputs are not what they were; faulty data, which gave no score, may be repaired.

    Args:
        path: of the run file.
        plan: of the run.
        documents: the stored tasks, as the very text that was hashed.
        suite: as it is now.
        current: its tasks.

    Raises:
        UsageError: names the first task that has changed, and what of it.
    """
    digests, deciding = FileDigests(), deciding_options(suite, planned_options(plan.model_dump()))
    kept = [task.id for task in plan.tasks if task.id in current and task.id not in plan.faulty]
    hidden = {task_id: suite.hidden(task_id) for task_id in kept}
    secrets = Secrets(suite, chain.from_iterable(hidden.values()))
    for planned in plan.tasks:
        if planned.id not in current:
            raise _changed(path, f"task {planned.id!r} is no longer in the suite")
        # Through JSON, as the stored one went: there is no tuple in it.
        now = Task.model_validate_json(current[planned.id].model_dump_json())
        document = documents[planned.id]
        if now != Task.model_validate_json(document):
            raise _changed(
                path, f"the text, the limits or the files to hand in of task {planned.id!r} have changed"
            )
        if planned.id in plan.faulty:
            continue
        inputs = shown_inputs(suite, planned.id, secrets)
        if plan.hash_version < HASH_VERSION:
            found = first_content_hash(document, inputs, hidden[planned.id], digests)
        else:
            found = content_hash(document, inputs, digests, deciding)
        if found != planned.content_hash:
            raise _changed(path, f"the inputs of task {planned.id!r} have changed")


def check_truths(path: Path, plan: Plan, suite: Suite, judge: Judge) -> None:
    """Refuse a run whose truths or hidden files are not what they were, where its plan has their hashes.

    Raises:
        UsageError: names the first task of which they have changed.
        DataError: a truth cannot be read.
    """
    digests = FileDigests()
    for planned in plan.tasks:
        if planned.private_hash is None or planned.id in plan.faulty:
            continue
        found = private_hash(
            judge.truth(planned.id), suite.hidden(planned.id), digests, suite.setup(planned.id)
        )
        if found != planned.private_hash:
            raise _changed(path, f"the truth or the hidden data of task {planned.id!r} has changed")


def _changed(path: Path, what: str) -> UsageError:
    return UsageError(
        f"{what} since {str(path)!r} was started, so old and new trials would not be comparable; "
        "bring the same data back, or begin a new run"
    )
