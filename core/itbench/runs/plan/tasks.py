"""Plans the tasks of a run: by what each is known again, and which have no sound data and so can have no score."""

from collections.abc import Sequence
from dataclasses import dataclass

from itbench.host.digests import FileDigests
from itbench.interfaces.domain import Domain
from itbench.interfaces.fault import Stage
from itbench.interfaces.plan import PlannedTask
from itbench.interfaces.progress import Progress, no_progress
from itbench.interfaces.suite import Suite, SuiteOptions
from itbench.interfaces.task import Task
from itbench.plugins.domains import domain_host
from itbench.runs.trial.blame import Blamed, blame
from itbench.runs.trial.judge import Judge
from itbench.suites.hashing import content_hash, deciding_options, private_hash
from itbench.suites.soundness import TaskData, data_faults, read_data


@dataclass(frozen=True, slots=True)
class PlannedTasks:
    """Tasks with their hashes, and what is wrong with the data of some."""

    tasks: tuple[PlannedTask, ...]
    faults: dict[str, tuple[str, ...]]


def plan_tasks(
    domain: Domain,
    suite: Suite,
    options: SuiteOptions,
    tasks: Sequence[Task],
    *,
    is_scored: bool,
    progress: Progress = no_progress,
) -> PlannedTasks:
    """Check the data of tasks and return how they are known again; without scoring no truth is read.

    Raises:
        DataError: an input or hidden data cannot be read, or an input is a truth under another name.
    """
    checker = f"{domain_host().origin(domain.name)} {domain.name}/{suite.name} {suite.version}"
    digests, judge, deciding = FileDigests(), Judge(domain, suite), deciding_options(suite, options)
    data = read_data(suite, tasks)
    faults = data_faults(suite, data, checker, digests, progress)

    def planned(each: TaskData) -> PlannedTask:
        task = each.task
        shown = content_hash(task.document(), each.inputs, digests, deciding)
        if not is_scored:
            return PlannedTask(id=task.id, content_hash=shown)
        try:
            with blame(Stage.TASK):
                secret = private_hash(judge.truth(task.id), each.hidden, digests, suite.setup(task.id))
        except Blamed as error:
            faults.setdefault(task.id, []).append(error.fault.message)
            return PlannedTask(id=task.id, content_hash=shown)
        return PlannedTask(id=task.id, content_hash=shown, private_hash=secret)

    found = tuple(map(planned, data))
    return PlannedTasks(found, {task_id: tuple(lines) for task_id, lines in faults.items()})
