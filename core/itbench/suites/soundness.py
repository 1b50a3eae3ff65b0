"""Whether the data of tasks is sound: the domain's own check, and the rule about what may be shown.

Data that was found sound is remembered by its content, so that large datasets are looked through once only.
"""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from itbench.cache import cache_dir
from itbench.errors import DataError
from itbench.interfaces.suite import Progress, Suite, no_progress
from itbench.interfaces.task import Task
from itbench.interfaces.workspace import Input
from itbench.suites.hashing import FileDigests, content_hash
from itbench.suites.shown import copies_of_truths, shown_inputs

_MOST_FAULTS = 20


def data_faults(
    suite: Suite, tasks: Sequence[Task], checker: str, progress: Progress = no_progress
) -> dict[str, list[str]]:
    """Return what is wrong with the data of each task of which something is, one line each.

    Args:
        suite: whose check is asked.
        tasks: to look at.
        checker: names the check in its version; what another one found is not believed.
        progress: is told how far it is.

    Raises:
        DataError: an input cannot be shown at all.
    """
    memory, digests = SoundData(), FileDigests()
    found: dict[str, list[str]] = {}
    sound: list[str] = []
    hidden = [entry for task in tasks for entry in suite.hidden(task.id)]
    for done, task in enumerate(tasks):
        progress("checking data", done, len(tasks))
        inputs = shown_inputs(suite, task.id, hidden)
        key = f"{checker} {content_hash(task.model_dump_json(), [*inputs, *suite.hidden(task.id)], digests)}"
        lines = _copies(suite, inputs) + ([] if key in memory else _checked(suite, task.id))
        if lines:
            found[task.id] = _first(lines)
        else:
            sound.append(key)
    memory.remember(sound)
    return found


def task_data_faults(suite: Suite, task_id: str, hidden: Sequence[Input] = ()) -> list[str]:
    """Return what is wrong with the data of one task, one line each; nothing is remembered.

    Args:
        suite: of the task.
        task_id: of the task.
        hidden: data of other tasks.
    """
    try:
        inputs = shown_inputs(suite, task_id, hidden)
        return _first(_copies(suite, inputs) + _checked(suite, task_id))
    except DataError as error:
        return [str(error)]


def _copies(suite: Suite, inputs: Sequence[Input]) -> list[str]:
    return [f"{path}: a copy of a truth; remove it" for path in copies_of_truths(suite, inputs)]


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
