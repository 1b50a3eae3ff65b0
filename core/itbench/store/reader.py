"""Reads run files: the plan, the outcomes, one trial."""

import json
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from itbench.errors import RunFileError, UsageError
from itbench.interfaces.json import JsonObject, JsonValue
from itbench.interfaces.shard import planned_repeats
from itbench.store.connect import lacks_its_log, log_of, must_exist, open_run, refuse
from itbench.store.sound import light_faults, work_faults
from itbench.store.wal import log_fault

if TYPE_CHECKING:
    from types import TracebackType

# Reading a larger log takes longer than a report may; `itbench check` reads any.
_MOST_LOG_BYTES = 8 << 20
_OUTCOMES = "SELECT * FROM outcome"
_TASKS = "SELECT task.id AS task FROM task WHERE id IN (SELECT task FROM trial) ORDER BY position"
_SHOWN_TRIALS = 6
_TRIALS = f"""
SELECT task, repeat, attempt FROM trial JOIN task ON task.id = trial.task ORDER BY position, repeat, attempt
LIMIT {_SHOWN_TRIALS + 1}
"""  # noqa: S608 - our own words


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialDetail:
    """Everything that is kept of one trial, as read from the file; `is_handed_in` tells whether anything usable was."""

    row: Mapping[str, Any]
    answer: JsonValue
    observed: JsonObject
    notes: list[str]
    files: dict[str, bytes]
    score: Mapping[str, Any] | None
    is_handed_in: bool = True


class RunFile:
    """A run file, open for reading; use it in a `with`.

    Its tables, values and seals are looked at when it is opened, submission and trace of a trial when they are read.

    Args:
        path: of the file.
        is_known: whether this process has opened it before, and need not look at all of it again.

    Raises:
        RunFileError: it is not there, is not a run file, or is damaged.
    """

    def __init__(self, path: Path, *, is_known: bool = False) -> None:
        must_exist(path)
        self.path = path
        self._lacks_log = lacks_its_log(path)
        self.connection = open_run(path)
        self.connection.read_path = path
        self._looked_at: set[int] = set()
        try:
            if not is_known:
                self._look()
        except BaseException:
            self.connection.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: "TracebackType | None",
    ) -> None:
        self.connection.close()

    def require_whole(self) -> None:
        """Look at submission and trace of all trials.

        Raises:
            RunFileError: one of them is not what was written.
        """
        for row in self.connection.execute("SELECT id FROM trial").fetchall():
            self.require_whole_trial(row["id"])

    def require_whole_trial(self, trial: int) -> None:
        """Look at submission and trace of one trial, once.

        Raises:
            RunFileError: they are not what was written.
        """
        if trial not in self._looked_at:
            refuse(self.path, work_faults(self.connection, trial), f"trial {trial}: ")
            self._looked_at.add(trial)

    def plan(self) -> JsonObject:
        """Return the plan as JSON."""
        row = self.connection.execute("SELECT document FROM plan").fetchone()
        value: JsonObject = json.loads(row["document"])
        return value

    def lost_trials_hint(self) -> str | None:
        """Return what to do where trials are missing that a log had which is damaged or was not copied; None otherwise."""
        fault = log_fault(self.path, most_bytes=_MOST_LOG_BYTES)
        if fault is not None:
            return f"{fault}; `itbench resume {self.path}` runs them again"
        if not self._lacks_log:
            return None
        plan = self.plan()
        planned = sum(map(len, planned_repeats(plan).values()))
        (ended,) = self.connection.execute("SELECT count(*) FROM outcome").fetchone()
        if ended >= planned:
            return None
        return (
            f"{ended} of {planned} trials are in this file; a run that was stopped has its latest ones in "
            f"{log_of(self.path).name}, which is not beside it: if the file was copied, copy that too"
        )

    def tasks(self) -> Iterator[sqlite3.Row]:
        """Yield id, content_hash and document of each task, in order."""
        yield from self.connection.execute("SELECT id, content_hash, document FROM task ORDER BY position")

    def task(self, task_id: str) -> JsonObject:
        """Return the document of a planned task."""
        query = "SELECT document FROM task WHERE id = ?"
        (document,) = self.connection.execute(query, (task_id,)).fetchone()
        found: JsonObject = json.loads(document)
        return found

    def outcomes(self) -> Iterator[sqlite3.Row]:
        """Yield the outcome of each task and repeat that was tried, in the order of the plan."""
        query = f"{_OUTCOMES} JOIN task ON task.id = outcome.task ORDER BY task.position, outcome.repeat"
        yield from self.connection.execute(query)

    def values(self) -> dict[str, list[float | None]]:
        """Return the value of each repeat of each planned task; None where there is no score."""
        values: dict[str, dict[int, float | None]] = {
            task: dict.fromkeys(repeats) for task, repeats in planned_repeats(self.plan()).items()
        }
        for row in self.connection.execute("SELECT task, repeat, value FROM outcome"):
            values[row["task"]][row["repeat"]] = row["value"]
        return {task: [*found.values()] for task, found in values.items()}

    def retried(self) -> int:
        """Return how many trials were attempted more than once."""
        (count,) = self.connection.execute("SELECT count(*) FROM outcome WHERE attempts > 1").fetchone()
        return int(count)

    def scoring_versions(self) -> dict[int, int]:
        """Return the version of the rules by which each trial was scored last."""
        query = (
            "SELECT score.trial, scoring.scoring_version AS version "
            "FROM latest_score AS score JOIN scoring ON scoring.id = score.scoring"
        )
        return {row["trial"]: row["version"] for row in self.connection.execute(query)}

    def find_trial(self, reference: str) -> sqlite3.Row:
        """Return the trial of `TASK`, `TASK:REPEAT`, `TASK:REPEAT:ATTEMPT` or a trial's number.

        Raises:
            UsageError: there is none.
        """
        row = self._by_number(reference) if reference.isdecimal() else None
        row = row or self._by_key(reference)
        if row is None:
            raise UsageError(f"no trial {reference!r} in {str(self.path)!r}; {self._trials_hint(reference)}")
        return row

    def trials_of(self, task: str) -> list[sqlite3.Row]:
        """Return id, task, repeat and attempt of all trials of a task, the failed attempts among them."""
        query = "SELECT id, task, repeat, attempt FROM trial WHERE task = ? ORDER BY repeat, attempt"
        rows: list[sqlite3.Row] = self.connection.execute(query, (task,)).fetchall()
        return rows

    def detail(self, trial: int) -> TrialDetail:
        """Return everything that is kept of one trial but its events."""
        self.require_whole_trial(trial)
        return self.read_detail(trial)

    def read_detail(self, trial: int) -> TrialDetail:
        """Return the same, but unchecked: the caller checks it in another way."""
        row = self.connection.execute("SELECT * FROM trial WHERE id = ?", (trial,)).fetchone()
        submission = self.connection.execute("SELECT * FROM submission WHERE trial = ?", (trial,)).fetchone()
        files = self.connection.execute("SELECT path, data FROM file WHERE trial = ?", (trial,)).fetchall()
        score = self.connection.execute("SELECT * FROM latest_score WHERE trial = ?", (trial,)).fetchone()
        return TrialDetail(
            row=dict(row),
            answer=json.loads(submission["answer"]) if submission else None,
            observed=json.loads(submission["observed"]) if submission else {},
            notes=json.loads(submission["notes"]) if submission else [],
            files={file["path"]: file["data"] for file in files},
            score=dict(score) if score else None,
            is_handed_in=submission is not None,
        )

    def events(self, trial: int) -> Iterator[sqlite3.Row]:
        """Yield the events of one trial: position, at_s, kind and data, which is JSON text."""
        self.require_whole_trial(trial)
        yield from self.connection.execute(
            "SELECT position, at_s, kind, data FROM event WHERE trial = ? ORDER BY position", (trial,)
        )

    def _look(self) -> None:
        # In one transaction, so that what another process writes meanwhile is seen with its seals or not at all.
        self.connection.execute("BEGIN")
        try:
            if self.connection.execute("SELECT count(*) FROM plan").fetchone()[0] == 0:
                raise RunFileError(
                    f"{str(self.path)!r} has no plan: it was cut off while it was made; delete it"
                )
            refuse(self.path, light_faults(self.connection))
        finally:
            if self.connection.in_transaction:
                self.connection.execute("ROLLBACK")

    def _trials_hint(self, reference: str) -> str:
        """Return which trials there are, those of the task that was meant if there is one."""
        tasks = [row["task"] for row in self.connection.execute(_TASKS)]
        task = next(iter(get_close_matches(reference.split(":")[0], tasks, n=1)), None)
        found = self.connection.execute(_TRIALS).fetchall() if task is None else self.trials_of(task)
        if not found:
            return "it has none yet"
        shown = [f"{row['task']}:{row['repeat']}:{row['attempt']}" for row in found[:_SHOWN_TRIALS]]
        more = ", ..." if len(found) > _SHOWN_TRIALS else ""
        return (
            f"there are {', '.join(shown)}{more} (TASK:REPEAT:ATTEMPT; without an attempt it is the latest, and TASK alone "
            f"is its first repeat); `itbench show {self.path}` lists them"
        )

    def _by_number(self, number: str) -> sqlite3.Row | None:
        row: sqlite3.Row | None = self.connection.execute(
            "SELECT * FROM trial WHERE id = ?", (int(number),)
        ).fetchone()
        return row

    def _by_key(self, reference: str) -> sqlite3.Row | None:
        task, *numbers = reference.split(":")
        if len(numbers) > 2 or not all(number.isdecimal() for number in numbers):
            return None
        condition = "".join(
            f" AND {name} = ?" for name, _ in zip(("repeat", "attempt"), numbers, strict=False)
        )
        query = f"SELECT * FROM trial WHERE task = ?{condition} ORDER BY repeat, attempt DESC LIMIT 1"  # noqa: S608
        row: sqlite3.Row | None = self.connection.execute(query, (task, *map(int, numbers))).fetchone()
        return row
