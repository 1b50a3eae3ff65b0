"""Writes trials as they end: one transaction for all that ended meanwhile, on disk before they count.

A thread of its own owns the connection, so that no trial waits for another one's disk. What is
acknowledged survives `kill -9` and a power cut; a trial is there with its whole trace or not at all.
"""

import asyncio
import queue
import sqlite3
import threading
import traceback
from concurrent.futures import Future
from contextlib import closing
from dataclasses import astuple, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from itbench.errors import StorageError
from itbench.interfaces.fault import Fault, Stage
from itbench.interfaces.hooks import hookimpl
from itbench.interfaces.json import json_text
from itbench.interfaces.plan import Plan
from itbench.interfaces.record import ScoreRecord, TrialRecord
from itbench.interfaces.task import Task
from itbench.interfaces.trace import TAKEN, Usage
from itbench.store.connect import making, open_run, writing
from itbench.store.seals import seal_plan, seal_score, seal_scoring, seal_trial

_Job = tuple["Future[None]", TrialRecord]


@dataclass(frozen=True, slots=True)
class ScoringOrigin:
    """Which rules and truths a scoring used."""

    itbench_version: str
    domain_origin: str
    scoring_version: int
    truths: str | None = None


def write_plan(path: Path, plan: Plan, tasks: list[Task]) -> None:
    """Make the run file with its plan and tasks.

    Raises:
        StorageError: it cannot be written.
    """
    with making(path) as connection:
        connection.execute("BEGIN IMMEDIATE")
        fill_plan(connection, plan, tasks)
        connection.execute("COMMIT")


def fill_plan(connection: sqlite3.Connection, plan: Plan, tasks: list[Task]) -> None:
    """Write the plan and its tasks into a new run file; within a transaction."""
    hashes = {task.id: task.content_hash for task in plan.tasks}
    rows = [(at, task.id, hashes[task.id], task.document()) for at, task in enumerate(tasks)]
    connection.execute("INSERT INTO plan VALUES (?)", (plan.model_dump_json(),))
    connection.executemany("INSERT INTO task VALUES (?, ?, ?, ?)", rows)
    seal_plan(connection)


def replace_plan(path: Path, plan: Plan) -> None:
    """Write a plan of the same tasks that says more than before.

    Raises:
        StorageError: it cannot be written.
    """
    with closing(open_run(path, is_writable=True)) as connection, writing(path):
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("UPDATE plan SET document = ?", (plan.model_dump_json(),))
        hashes = [(task.content_hash, task.id) for task in plan.tasks]
        connection.executemany("UPDATE task SET content_hash = ? WHERE id = ?", hashes)
        seal_plan(connection)
        connection.execute("COMMIT")


def begin_scoring(connection: sqlite3.Connection, origin: ScoringOrigin) -> int:
    """Note that trials are scored from now on by these rules, and return the scoring's number; within a transaction."""
    now = datetime.now(UTC).isoformat(timespec="milliseconds")
    cursor = connection.execute(
        "INSERT INTO scoring (started_at, itbench_version, domain_origin, scoring_version, truths) "
        "VALUES (?, ?, ?, ?, ?)",
        (now, *astuple(origin)),
    )
    scoring = int(cursor.lastrowid or 0)
    seal_scoring(connection, scoring)
    return scoring


def insert_score(connection: sqlite3.Connection, scoring: int, trial: int, record: ScoreRecord) -> None:
    """Write one score, or why there is none."""
    score, fault = record.score, record.fault
    connection.execute(
        "INSERT INTO score VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            scoring,
            trial,
            score.value if score else None,
            record.is_leak,
            fault.stage.value if fault else None,
            fault.message if fault else None,
            fault.traceback if fault else None,
            json_text(score.metrics if score else {}),
            json_text(score.reasons if score else ()),
            json_text(score.details if score else {}),
        ),
    )
    seal_score(connection, trial, scoring)


def insert_trial(connection: sqlite3.Connection, record: TrialRecord) -> int:
    """Write a trial with its submission and its trace, but not its score, and return its number; within a transaction."""
    trial = _insert_row(connection, record)
    _insert_submission(connection, trial, record)
    connection.executemany(
        "INSERT INTO event VALUES (?, ?, ?, ?, ?)",
        [(trial, at, event.at_s, event.kind, event.data) for at, event in enumerate(record.events)],
    )
    seal_trial(connection, trial)
    return trial


def _insert_row(connection: sqlite3.Connection, record: TrialRecord) -> int:
    fault, usage = record.fault, record.usage
    values = (
        record.key.task,
        record.key.repeat,
        record.key.attempt,
        fault.stage.value if fault else None,
        fault.message if fault else None,
        fault.traceback if fault else None,
        record.limit,
        record.handed_in,
        record.answer_hash,
        record.started_at,
        record.wall_s,
        usage.turns,
        usage.replies,
        usage.uncounted,
        *(usage.total(name) for name in TAKEN),
        usage.tool_calls,
        usage.failed_tool_calls,
    )
    marks = ", ".join("?" * len(values))
    cursor = connection.execute(f"INSERT INTO trial VALUES (NULL, {marks})", values)  # noqa: S608 - only marks
    return int(cursor.lastrowid or 0)


def _insert_submission(connection: sqlite3.Connection, trial: int, record: TrialRecord) -> None:
    submission = record.submission
    if submission is None:
        return
    connection.execute(
        "INSERT INTO submission VALUES (?, ?, ?, ?)",
        (
            trial,
            json_text(submission.answer),
            json_text(submission.observed),
            json_text(submission.notes),
        ),
    )
    connection.executemany(
        "INSERT INTO file VALUES (?, ?, ?)",
        [(trial, path, data) for path, data in submission.files.items()],
    )


def _told_instead(record: TrialRecord, error: Exception) -> TrialRecord:
    """Return what is kept of a trial whose record cannot be written: that it ended so, with no score."""
    fault = Fault(
        Stage.ENVIRONMENT,
        f"what happened in the trial cannot be stored: {type(error).__name__}: {error}"[:500],
        "".join(traceback.format_exception(error)),
    )
    return replace(
        record,
        fault=fault,
        limit=None,
        submission=None,
        answer_hash=None,
        usage=Usage(),
        events=(),
        scoring=None,
    )


class RunWriter:
    """The store as a plugin of the run: keeps each trial that ends.

    Args:
        path: of a run file that has its plan.
        origin: of the scoring that continues meanwhile; None in a run that does not score.
    """

    def __init__(self, path: Path, origin: ScoringOrigin | None) -> None:
        self._path = path
        self._connection = open_run(path, is_writable=True)
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        try:
            with writing(path):
                self._connection.execute("PRAGMA journal_mode=WAL")
                self._connection.execute("PRAGMA synchronous=FULL")
                self._scoring = self._begin(origin) if origin else None
        except BaseException:
            self._connection.close()
            raise
        self._failure: StorageError | None = None
        self._thread = threading.Thread(target=self._serve, name="itbench-store")
        self._thread.start()

    @hookimpl
    async def trial_finished(self, record: TrialRecord) -> None:
        """Return when the trial is on disk.

        Raises:
            StorageError: it cannot be written; what was acknowledged before is kept.
        """
        done: Future[None] = Future()
        self._jobs.put((done, record))
        await asyncio.wrap_future(done)

    def close(self) -> None:
        """Write what is waiting, fold the write-ahead log into the file, and close it."""
        self._jobs.put(None)
        self._thread.join()
        try:
            self._connection.execute("PRAGMA journal_mode=DELETE")
        except sqlite3.OperationalError:
            pass  # On a full disk the log stays beside the file, where every reader finds it.
        finally:
            self._connection.close()

    def _begin(self, origin: ScoringOrigin) -> int:
        self._connection.execute("BEGIN IMMEDIATE")
        scoring = begin_scoring(self._connection, origin)
        self._connection.execute("COMMIT")
        return scoring

    def _serve(self) -> None:
        while (job := self._jobs.get()) is not None:
            jobs, is_last = [job], False
            while not self._jobs.empty():
                following = self._jobs.get()
                if following is None:
                    is_last = True
                    break
                jobs.append(following)
            self._write(jobs)
            if is_last:
                return

    def _write(self, jobs: list[_Job]) -> None:
        # A trial whose run was interrupted meanwhile is written anyway, but nobody waits for it.
        waiting = [done for done, _ in jobs if done.set_running_or_notify_cancel()]
        try:
            if self._failure is not None:
                raise self._failure
            with writing(self._path):
                self._keep([record for _, record in jobs])
        except Exception as error:  # noqa: BLE001 - handed on to each waiting trial
            self._failure = self._failure or (error if isinstance(error, StorageError) else None)
            for done in waiting:
                done.set_exception(error)
        else:
            for done in waiting:
                done.set_result(None)

    def _keep(self, records: list[TrialRecord]) -> None:
        """Write records in one transaction; where one of them cannot be written, each in one of its own."""
        try:
            self._commit(records)
        except (sqlite3.OperationalError, OSError):
            raise
        except Exception:  # noqa: BLE001 - whatever is odd about one record, the others are kept
            for record in records:
                self._keep_alone(record)

    def _keep_alone(self, record: TrialRecord) -> None:
        try:
            self._commit([record])
        except (sqlite3.OperationalError, sqlite3.IntegrityError, OSError):
            raise
        except Exception as error:  # noqa: BLE001 - it is told in place of what cannot be kept
            self._commit([_told_instead(record, error)])

    def _commit(self, records: list[TrialRecord]) -> None:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            for record in records:
                self._insert(record)
            self._connection.execute("COMMIT")
        except BaseException:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise

    def _insert(self, record: TrialRecord) -> None:
        trial = insert_trial(self._connection, record)
        if record.scoring is not None and self._scoring is not None:
            insert_score(self._connection, self._scoring, trial, record.scoring)
