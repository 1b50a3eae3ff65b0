"""Whether the data of tasks is sound: the domain's own check, and the rule about what may be shown.

Data that was found sound is remembered by its content, so that large datasets are looked through once only.
"""

import hashlib
import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from itbench.errors import DataError
from itbench.host.cache import cache_dir
from itbench.host.digests import FileDigests
from itbench.interfaces.progress import Progress, no_progress
from itbench.interfaces.suite import Suite
from itbench.interfaces.task import Task
from itbench.interfaces.workspace import Input
from itbench.suites.hashing import content_hash
from itbench.suites.shown import Secrets, shown_inputs

_MOST_FAULTS = 20


@dataclass(frozen=True, slots=True)
class TaskData:
    """A task with its files, each listed once and known to be fit to be shown."""

    task: Task
    inputs: Sequence[Input]
    hidden: Sequence[Input]
    secrets: Secrets


def read_data(suite: Suite, tasks: Sequence[Task]) -> list[TaskData]:
    """Return the data of tasks.

    Raises:
        DataError: an input cannot be shown, such as hidden data of another one of the tasks.
    """
    hidden = {task.id: suite.hidden(task.id) for task in tasks}
    secrets = Secrets(suite, (entry for entries in hidden.values() for entry in entries))
    return [TaskData(task, shown_inputs(suite, task.id, secrets), hidden[task.id], secrets) for task in tasks]


def data_faults(
    suite: Suite,
    data: Sequence[TaskData],
    checker: str,
    digests: FileDigests,
    progress: Progress = no_progress,
) -> dict[str, list[str]]:
    """Return what is wrong with the data of each task of which something is, one line each.

    Args:
        suite: whose check is asked.
        data: of the tasks to look at.
        checker: names the check in its version; what another one found is not believed.
        digests: of files.
        progress: is told how far it is.
    """
    memory, truths = SoundData(), _truths_digest(suite, digests)
    found: dict[str, list[str]] = {}
    sound: list[str] = []
    for done, each in enumerate(data):
        progress("checking data", done, len(data))
        content = content_hash(each.task.document(), [*each.inputs, *each.hidden], digests)
        key = f"{checker} {content} {truths}"
        lines = _copies(each.inputs, each.secrets)
        lines += [] if key in memory else _checked(suite, each.task.id)
        if lines:
            found[each.task.id] = _first(lines)
        else:
            sound.append(key)
    memory.remember(sound)
    return found


def task_data_faults(suite: Suite, task_id: str, secrets: Secrets) -> list[str]:
    """Return what is wrong with the data of one task, one line each; nothing is remembered."""
    try:
        suite.hidden(task_id)
        inputs = shown_inputs(suite, task_id, secrets)
        return _first(_copies(inputs, secrets) + _checked(suite, task_id))
    except DataError as error:
        return [str(error)]


def _truths_digest(suite: Suite, digests: FileDigests) -> str:
    """Return a hash of all files with truths: a check may look at them too."""
    files = [path for path in suite.truth_files() if path.is_file()]
    parts = [[str(path), digests.digest(path)] for path in files]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def _copies(inputs: Sequence[Input], secrets: Secrets) -> list[str]:
    return [
        f"{entry.source}: a copy of a truth; remove it"
        for entry in inputs
        if secrets.holds_copy_of(entry.source)
    ]


def _checked(suite: Suite, task_id: str) -> list[str]:
    try:
        return list(suite.check(task_id))
    except DataError as error:
        return [str(error)]
    except Exception as error:  # noqa: BLE001 - foreign code
        return [f"the check of suite {suite.name!r} failed: {type(error).__name__}: {error}"]


def _first(lines: list[str]) -> list[str]:
    more = len(lines) - _MOST_FAULTS
    return [*lines[:_MOST_FAULTS], *([f"{more} more faults"] if more > 0 else [])]


class SoundData:
    """The keys of data that was found sound; a cache that is broken or cannot be written costs time and nothing else."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path or cache_dir() / "sound.sqlite"
        self._keys: set[str] = set()
        try:
            with closing(self._connect()) as connection:
                self._keys = {row[0] for row in connection.execute("SELECT key FROM sound")}
        except (sqlite3.Error, OSError):
            return

    def __contains__(self, key: object) -> bool:
        return key in self._keys

    def remember(self, keys: Sequence[str]) -> None:
        """Keep these keys."""
        new = [(key,) for key in keys if key not in self._keys]
        if not new:
            return
        try:
            with closing(self._connect()) as connection:
                connection.executemany("INSERT OR IGNORE INTO sound VALUES (?)", new)
                connection.commit()
        except (sqlite3.Error, OSError):
            return

    def _connect(self) -> sqlite3.Connection:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(self._path)
        connection.execute("CREATE TABLE IF NOT EXISTS sound (key TEXT PRIMARY KEY)")
        return connection
