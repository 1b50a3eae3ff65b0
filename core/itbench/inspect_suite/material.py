"""What Inspect's agents are shown of a suite, chosen and checked as for a run of ours."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from itbench.errors import DataError, UsageError
from itbench.host.digests import FileDigests
from itbench.interfaces.domain import Domain
from itbench.interfaces.suite import Suite, SuiteOptions
from itbench.interfaces.task import HandIn, Task
from itbench.plugins.domains import domain_host
from itbench.sealed.reopen import named_suite
from itbench.sealed.suite import SealedSuite
from itbench.suites.files_only import is_judged_by_files, set_up_task
from itbench.suites.load import load_tasks
from itbench.suites.select import select
from itbench.suites.soundness import TaskData, data_faults, read_data


@dataclass(frozen=True, slots=True)
class Material:
    """A suite whose data is ready.

    Attributes:
        domain: whose rules count.
        suite: with the user's options.
        data: the chosen tasks, with the files that agents are shown.
    """

    domain: Domain
    suite: Suite
    data: Sequence[TaskData]


def material_of(
    reference: str,
    options: SuiteOptions,
    *,
    tasks: Sequence[str] = (),
    tags: Sequence[str] = (),
    limit: int | None = None,
) -> Material:
    """Prepare a suite.

    Raises:
        UsageError: the suite's environment is more than files, or its truths are sealed away.
        DataError: the data of a task is faulty.
    """
    domain, suite, _ = named_suite(reference, options)
    if isinstance(suite, SealedSuite) and suite.is_public:
        raise UsageError(
            f"suite {suite.name!r} is a sealed bundle without truths, so it cannot be scored here"
        )
    suite.prepare_to_run()
    chosen = select(load_tasks(suite), globs=tasks, tags=tags, limit=limit)
    suite.restore([task.id for task in chosen])
    refuse_other_worlds(domain, suite, chosen)
    data = read_data(suite, chosen)
    checker = f"{domain_host().origin(domain.name)} {domain.name}/{suite.name} {suite.version}"
    faults = data_faults(suite, data, checker, FileDigests())
    if faults:
        lines = "; ".join(f"{task}: {', '.join(found)}" for task, found in faults.items())
        raise DataError(f"the data of {len(faults)} tasks is faulty: {lines}")
    return Material(domain, suite, data)


def instructions_of(task: Task) -> str:
    """Return what an agent reads: the instructions, and what is to be handed in and where."""
    return "\n\n".join([task.instructions, *_hand_in(task.hand_in)])


def files_of(data: TaskData) -> Mapping[str, str]:
    """Return the files to be copied into the sandbox; the name of the sandbox makes a colon in a path one of the path."""
    return {f"default:{entry.path}": str(Path(entry.source).resolve()) for entry in data.inputs}


def refuse_other_worlds(domain: Domain, suite: Suite, tasks: Sequence[Task]) -> None:
    """Refuse a suite whose environment is more than files.

    Raises:
        UsageError: says why it is.
    """
    planted = set_up_task(suite, tasks)
    why = None if planted is None else f"the environment of task {planted!r} plants more than its files"
    if not is_judged_by_files(domain):
        why = f"the domain {domain.name!r} has an environment of its own"
    if why is not None:
        raise UsageError(
            f"{why}, which Inspect cannot open; only suites whose tasks are files can be its tasks"
        )


def _hand_in(hand_in: HandIn) -> Sequence[str]:
    parts = []
    if hand_in.answer is not None:
        schema = json.dumps(hand_in.answer_schema, indent=1, ensure_ascii=False)
        parts.append(
            f"Your answer is one JSON document in the file {hand_in.answer} in your working directory, "
            f"whatever else you submit. It must meet this JSON Schema:\n\n{schema}"
        )
    if hand_in.files:
        names = ", ".join(hand_in.files)
        parts.append(f"These files in your working directory are your hand-in: {names}")
    return parts
