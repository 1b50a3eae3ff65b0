"""A stored run as typed, lazy, read-only parts."""

from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from itbench.api.open_file import OpenFile
from itbench.api.stored_trial import StoredTrial, trial_of
from itbench.errors import UsageError
from itbench.interfaces.plan import Plan
from itbench.interfaces.record import TrialStatus
from itbench.interfaces.task import Task
from itbench.report.frames import events_frame, metrics_frame, trials_frame
from itbench.report.summary import RunSummary, metric_means, run_symptoms, summarise
from itbench.store.run_path import stored_path

if TYPE_CHECKING:
    from types import TracebackType

_TRIALS = """
SELECT outcome.*, trial.started_at, coalesce(trial.fault_traceback, score.fault_traceback) AS fault_traceback
FROM outcome JOIN trial ON trial.id = outcome.trial JOIN task ON task.id = outcome.task
LEFT JOIN latest_score AS score ON score.trial = outcome.trial
"""
_ORDER = "ORDER BY task.position, outcome.repeat"


class StoredRun:
    """A run file: its plan, tasks, trials and numbers, each read when it is asked for. Nothing here changes the file.

    Between two reads the file is closed, so the run can be resumed and scored meanwhile, and what is read next is of then. In a
    `with` it stays open, which is faster where very much is read one by one.

    Attributes:
        path: of the file.
        notes: what the user should know of how it was just run or resumed, such as a budget that was spent; empty for one
            that was only opened.
    """

    def __init__(self, path: Path, notes: Sequence[str] = ()) -> None:
        self.path = path.absolute()
        self.notes = tuple(notes)
        self._file = OpenFile(self.path)

    def __repr__(self) -> str:
        return f"<StoredRun {str(self.path)!r}>"

    def __enter__(self) -> Self:
        self._file.begin()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: "TracebackType | None",
    ) -> None:
        self._file.end()

    @property
    def plan(self) -> Plan:
        """Everything that decided what the run did."""
        with self._file.reading() as run:
            return Plan.model_validate(run.plan())

    def summary(self) -> RunSummary:
        """Return score, interval, coverage, faults, passes, turns, tokens and cost, as every report shows them."""
        with self._file.reading() as run:
            return summarise(run)

    def metric_means(self) -> Mapping[str, float | None]:
        """Return each metric's mean over repeats, then over tasks; None where it was measured nowhere."""
        with self._file.reading() as run:
            return metric_means(run)

    def warnings(self) -> list[str]:
        """Return what is systematically wrong with the run, one sentence each."""
        with self._file.reading() as run:
            return run_symptoms(run)

    def tasks(self) -> Iterator[Task]:
        """Yield the tasks of the run in their order."""
        with self._file.reading() as run:
            for row in run.tasks():
                yield Task.model_validate_json(row["document"])

    def trials(
        self, *, tasks: Sequence[str] = (), status: TrialStatus | str | None = None
    ) -> Iterator[StoredTrial]:
        """Return the latest attempt at each task and repeat that was tried, in the order of the plan, read one by one.

        Args:
            tasks: ids of tasks, or patterns such as `task-00*`; none for all.
            status: only trials of which this became; None for all.

        Raises:
            UsageError: there is no such status.
        """
        globs = (tasks,) if isinstance(tasks, str) else tuple(tasks)
        if status is not None and status not in list(TrialStatus):
            raise UsageError(
                f"status is {str(status)!r}; it must be one of {', '.join(map(repr, map(str, TrialStatus)))}"
            )
        return self._trials(globs, status)

    def trial(self, task: str, repeat: int = 0) -> StoredTrial:
        """Return the latest attempt at one repeat of a task.

        Raises:
            UsageError: there is none.
        """
        with self._file.reading() as run:
            query = f"{_TRIALS} WHERE outcome.task = ? AND outcome.repeat = ?"
            row = run.connection.execute(query, (task, repeat)).fetchone()
            if row is None:
                run.find_trial(f"{task}:{repeat}")
                raise UsageError(f"no trial {task!r} with repeat {repeat!r} in {str(self.path)!r}")
            return trial_of(row, self._file)

    def trials_frame(self, library: str | None = None) -> Any:
        """Return a data frame with one row a trial, as the function `trials_frame` does.

        Args:
            library: `polars` or `pandas`; None for the one that is installed.

        Raises:
            UsageError: it is not installed.
        """
        return trials_frame(self.path, library=library)

    def metrics_frame(self, library: str | None = None) -> Any:
        """Return a data frame with one row for each metric of each trial, as the function `metrics_frame` does.

        Args:
            library: `polars` or `pandas`; None for the one that is installed.

        Raises:
            UsageError: it is not installed.
        """
        return metrics_frame(self.path, library=library)

    def events_frame(self, library: str | None = None, *, kinds: Sequence[str] = ()) -> Any:
        """Return a data frame with one row for each event of each trial, as the function `events_frame` does.

        Args:
            library: `polars` or `pandas`; None for the one that is installed.
            kinds: of events; none for all.

        Raises:
            UsageError: it is not installed.
        """
        return events_frame(self.path, library=library, kinds=kinds)

    def _trials(self, globs: Sequence[str], status: str | None) -> Iterator[StoredTrial]:
        with self._file.reading() as run:
            for row in run.connection.execute(f"{_TRIALS} {_ORDER}"):
                is_meant = not globs or any(fnmatchcase(row["task"], glob) for glob in globs)
                if is_meant and status in {None, row["status"]}:
                    yield trial_of(row, self._file)


def open_run(path: str | Path) -> StoredRun:
    """Open a run file for reading, with or without `with`.

    Args:
        path: of the run file; `latest` is the newest one in `runs`, `latest:AGENT` the newest of that agent.

    Raises:
        UsageError: there is no such run.
        RunFileError: the file is not there, is not a run file, or is damaged.
    """
    return StoredRun(stored_path(path))
