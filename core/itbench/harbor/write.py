"""Writes each task of a suite as a folder that Harbor runs.

TASK/instruction.md           what the agent is told
TASK/task.toml                limits, and which files are handed in
TASK/environment/             the image of the agent: the inputs, and nothing else
TASK/solution/                a perfect submission, which Harbor shows to its agent `oracle` only
TASK/tests/                   the image that scores, which no agent is ever in: itbench, the task and its truth
"""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from itbench.errors import DataError, UsageError
from itbench.harbor.texts import (
    agent_image,
    distributions,
    scoring_image,
    scoring_script,
    solving_script,
    task_toml,
)
from itbench.host.new_folder import making_folder, require_place, writing_folders
from itbench.interfaces.domain import Domain
from itbench.interfaces.json import JsonObject, JsonValue
from itbench.interfaces.progress import Progress, no_progress
from itbench.interfaces.suite import Suite, SuiteOptions
from itbench.interfaces.task import Task
from itbench.interfaces.workspace import Input
from itbench.runs.trial.blame import Blamed
from itbench.runs.trial.judge import Judge
from itbench.sealed.new_file import PUBLIC, copy_to, write_new
from itbench.sealed.reopen import named_suite
from itbench.suites.files_only import is_judged_by_files, set_up_task
from itbench.suites.load import load_tasks
from itbench.suites.shown import shown_inputs

SCRIPT = 0o755
SUITE_FOLDER = "suite"


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenTasks:
    """What was written.

    Attributes:
        suite: `DOMAIN/SUITE`.
        tasks: how many.
        out: the folder of all of them.
    """

    suite: str
    tasks: int
    out: Path

    def document(self) -> JsonObject:
        """Return it for machines."""
        return {"suite": self.suite, "tasks": self.tasks, "out": str(self.out)}


def write_harbor_tasks(
    reference: str, options: SuiteOptions, out: Path, progress: Progress = no_progress
) -> WrittenTasks:
    """Write all tasks of a suite into a new folder, which appears when everything is in it.

    Args:
        reference: `DOMAIN`, `DOMAIN/SUITE`, or a folder with tasks.
        options: of the suite.
        out: a folder that is empty or not there.
        progress: is told how far it is.

    Raises:
        UsageError: the world of the suite is more than files, or the folder cannot be used.
        DataError: data of the suite is faulty.
        StorageError: the folder cannot be written.
    """
    domain, suite, _ = named_suite(reference, options)
    place = Path(os.path.realpath(out))
    with writing_folders(place, "--out"):
        require_place("--out", place)
        _require_files(domain, suite)
        suite.prepare(progress)
        tasks = load_tasks(suite)
        _require_no_setup(domain, suite, tasks)
        judge = Judge(domain, suite)
        with making_folder(place) as folder:
            for done, task in enumerate(tasks):
                progress("writing", done, len(tasks))
                _write_task(domain, suite, task, judge, folder / task.id)
            folder.rename(place)
    return WrittenTasks(suite=f"{domain.name}/{suite.name}", tasks=len(tasks), out=out)


def _require_files(domain: Domain, suite: Suite) -> None:
    """Refuse a suite whose scores depend on more than files.

    Raises:
        UsageError: says why.
    """
    if domain.runs_submissions or not is_judged_by_files(domain):
        raise UsageError(
            f"{domain.name}/{suite.name} is no suite of files: its scores depend on more than the files that are handed in, and an image "
            "of Harbor has nothing else"
        )


def _require_no_setup(domain: Domain, suite: Suite, tasks: Sequence[Task]) -> None:
    """Refuse a suite of whose tasks itbench has to make a world.

    Raises:
        UsageError: says which.
    """
    task_id = set_up_task(suite, tasks)
    if task_id is not None:
        raise UsageError(
            f"{domain.name}/{suite.name} is no suite of files: the world of task {task_id!r} is set up by itbench when a trial begins"
        )


def _write_task(domain: Domain, suite: Suite, task: Task, judge: Judge, folder: Path) -> None:
    try:
        solution, truth = judge.solution(task), judge.truth(task.id)
    except Blamed as error:
        raise DataError(f"task {task.id!r} has no solution: {error.fault.message}") from error
    inputs, tests = shown_inputs(suite, task.id), folder / "tests"
    _text(folder / "instruction.md", task.instructions)
    _text(folder / "task.toml", task_toml(domain, suite, task))
    _text(folder / "environment" / "Dockerfile", agent_image(has_inputs=bool(inputs)))
    _copy(inputs, folder / "environment" / "inputs")
    _text(folder / "solution" / "solve.sh", solving_script(), SCRIPT)
    for path, data in solution.items():
        write_new(folder / "solution" / "files" / path, data, PUBLIC)
    _text(tests / "Dockerfile", scoring_image(distributions(domain.name)))
    _text(tests / "test.sh", scoring_script(domain.name), SCRIPT)
    kept = tests / SUITE_FOLDER
    _json(kept / "suite.json", {"name": suite.name, "version": suite.version, "summary": suite.summary})
    _json(kept / "tasks" / f"{task.id}.json", task.model_dump(mode="json"))
    _json(kept / "truths" / f"{task.id}.json", truth)
    if domain.environment is not None:
        # What is observed of the files that were handed in may depend on the inputs.
        _copy(inputs, kept / "inputs" / task.id)
        _copy(suite.hidden(task.id), kept / "hidden" / task.id)


def _copy(entries: Sequence[Input], folder: Path) -> None:
    for entry in entries:
        copy_to(entry.source, folder / entry.path, PUBLIC)


def _text(path: Path, text: str, mode: int = PUBLIC) -> None:
    write_new(path, text.encode(), mode)


def _json(path: Path, value: JsonValue | Mapping[str, JsonValue]) -> None:
    _text(path, json.dumps(value, indent=1, ensure_ascii=True) + "\n")
