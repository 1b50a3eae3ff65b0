"""Proves each task of a suite: its solution scores 1, handing in nothing scores 0, its truth is out of sight."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from itbench.errors import DataError
from itbench.interfaces.submission import Submission
from itbench.interfaces.suite import Progress, Suite, SuiteOptions, no_progress
from itbench.interfaces.task import Task
from itbench.plugins.domains import find_suite
from itbench.run.answer import read_answer
from itbench.run.blame import Blamed
from itbench.run.judge import Judge
from itbench.schema.check import faults
from itbench.suites.directory import DirectorySuite, read_json
from itbench.suites.load import FaultyTasksError, load_tasks
from itbench_schemas import load

_BLOCK_BYTES = 1 << 20


@dataclass(slots=True)
class ValidationReport:
    """How many tasks were checked, and every fault that was found."""

    name: str
    tasks: int = 0
    faults: list[str] = field(default_factory=list)

    @property
    def conclusion(self) -> str:
        """One line that says how it went."""
        if not self.faults:
            return f"{self.name}: {self.tasks} tasks, no fault"
        return f"{self.name}: {self.tasks} tasks, {len(self.faults)} faults"


def is_suite_folder(reference: str) -> bool:
    """Tell whether a folder is meant and not an installed suite: it has a head, or looks like a path."""
    path = Path(reference)
    return (path / "suite.json").is_file() or reference.startswith((".", "/")) or reference.count("/") > 1


def validate_suite(
    reference: str, options: SuiteOptions, progress: Progress = no_progress
) -> ValidationReport:
    """Check an installed suite.

    Raises:
        ITBenchError: it cannot be had at all.
    """
    domain, suite = find_suite(reference)
    suite = suite.configured(options)
    suite.prepare(progress)
    report = ValidationReport(f"{domain.name}/{suite.name}")
    try:
        tasks = load_tasks(suite)
    except FaultyTasksError as error:
        report.faults += error.faults
        return report
    judge = Judge(domain, suite)
    for task in tasks:
        report.tasks += 1
        report.faults += _task_faults(suite, judge, task)
        progress("checking tasks", report.tasks, len(tasks))
    return report


def validate_folder(root: Path) -> ValidationReport:
    """Check a suite that lies in a folder: heads, tasks, truths, and that no input shows a truth.

    Raises:
        DataError: it has no usable `suite.json`.
    """
    suite = DirectorySuite(root)
    report = ValidationReport(str(root))
    try:
        tasks = load_tasks(suite)
    except FaultyTasksError as error:
        report.faults += error.faults
        return report
    for task in tasks:
        report.tasks += 1
        report.faults += _folder_truth_faults(suite, root, task)
    return report


def canary_faults(suite: Suite, task: Task, canary: str) -> Iterator[str]:
    """Yield one line for each place where an agent could read the canary of a task."""
    if canary in task.model_dump_json():
        yield f"task {task.id}: its text holds the canary of its truth"
    for entry in suite.inputs(task.id):
        if canary in entry.path or _holds(entry.source, canary.encode()):
            yield f"task {task.id}: its input {entry.path!r} holds the canary of its truth"


def _task_faults(suite: Suite, judge: Judge, task: Task) -> list[str]:
    try:
        wrong = judge.truth_faults(task.id)
        if wrong:
            return wrong
        canary = suite.truth(task.id)["canary"]
    except DataError as error:
        return [f"task {task.id}: {error}"]
    return [
        *canary_faults(suite, task, canary),
        *_solution_faults(judge, task),
        *_empty_faults(judge, task),
    ]


def _solution_faults(judge: Judge, task: Task) -> Iterator[str]:
    try:
        files = judge.solution(task)
    except Blamed as error:
        yield f"task {task.id}: it has no solution: {error.fault.message}"
        return
    path = task.hand_in.answer
    answer = None
    if path is not None:
        read = read_answer(files.pop(path, b""), task.hand_in.answer_schema)
        if read.problem is not None:
            yield f"task {task.id}: its own solution cannot be handed in: {read.problem}"
            return
        answer = read.value
    record = judge.judge(task, Submission(answer=answer, files=files), ())
    if record.fault is not None:
        yield f"task {task.id}: its own solution cannot be scored: {record.fault.message}"
    elif record.is_leak:
        yield f"task {task.id}: its own solution holds the canary of its truth"
    elif record.score is not None and record.score.value != 1.0:
        reasons = "; ".join(record.score.reasons) or "no reason given"
        yield f"task {task.id}: its own solution scores {record.score.value}, allowed: 1.0 ({reasons})"


def _empty_faults(judge: Judge, task: Task) -> Iterator[str]:
    if task.hand_in.answer is not None:
        return  # Without an answer nothing is scored at all; the trial counts as 0.
    record = judge.judge(task, Submission(), ())
    if record.fault is not None:
        yield f"task {task.id}: handing in nothing breaks the scorer: {record.fault.message}"
    elif record.score is not None and record.score.value != 0.0:
        yield f"task {task.id}: handing in nothing scores {record.score.value}, allowed: 0.0"


def _folder_truth_faults(suite: DirectorySuite, root: Path, task: Task) -> list[str]:
    path = root / "truths" / f"{task.id}.json"
    try:
        truth = read_json(path)
    except DataError as error:
        return [str(error)]
    wrong = faults(truth, load("truth"), source=str(path))
    return wrong or list(canary_faults(suite, task, truth["canary"]))


def _holds(path: Path, needle: bytes) -> bool:
    """Tell whether a file of any size holds some bytes, reading a block at a time."""
    kept = b""
    with path.open("rb") as file:
        while block := file.read(_BLOCK_BYTES):
            if needle in kept + block:
                return True
            kept = block[-len(needle) :]
    return False
