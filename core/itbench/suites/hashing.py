"""Fingerprints of tasks: what an agent sees, bytes and all."""

import hashlib
import json
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from itbench.cache import cache_dir
from itbench.interfaces.suite import Suite
from itbench.interfaces.task import Task

# Hashing small files is quicker than remembering them.
_REMEMBER_FROM_BYTES = 1 << 20


def task_hash(task: Task, suite: Suite, digests: "FileDigests") -> str:
    """Return `sha256:...` of the task and of the path and content of each input and each hidden file."""
    seen = hashlib.sha256(task.model_dump_json().encode())
    for entries in (suite.inputs(task.id), suite.hidden(task.id)):
        for entry in sorted(entries, key=lambda entry: entry.path):
            seen.update(json.dumps([entry.path, digests.digest(entry.source)]).encode())
    return f"sha256:{seen.hexdigest()}"


def suite_hash(task_hashes: Iterable[str]) -> str:
    """Return `sha256:...` of all task hashes, whatever their order."""
    return "sha256:" + hashlib.sha256("\n".join(sorted(task_hashes)).encode()).hexdigest()


class FileDigests:
    """SHA-256 of files; large ones are remembered by path, size and time, so a dataset is read once only."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path or cache_dir() / "digests.sqlite"
        self._known: dict[tuple[str, int, int], str] = {}
        self._is_loaded = False

    def digest(self, path: Path) -> str:
        """Return the hexadecimal digest of a file's content."""
        status = path.stat()
        if status.st_size < _REMEMBER_FROM_BYTES:
            return hashlib.sha256(path.read_bytes()).hexdigest()
        key = (str(path.resolve()), status.st_size, status.st_mtime_ns)
        self._load()
        if key not in self._known:
            with path.open("rb") as file:
                self._known[key] = hashlib.file_digest(file, "sha256").hexdigest()
            self._remember(key)
        return self._known[key]

    def _load(self) -> None:
        if self._is_loaded:
            return
        self._is_loaded = True
        try:
            with closing(self._connect()) as connection:
                for path, size, time_ns, digest in connection.execute("SELECT * FROM digest"):
                    self._known[path, size, time_ns] = digest
        except (sqlite3.Error, OSError):
            self._known.clear()  # A broken or unwritable cache costs time and nothing else.

    def _remember(self, key: tuple[str, int, int]) -> None:
        try:
            with closing(self._connect()) as connection:
                connection.execute(
                    "INSERT OR REPLACE INTO digest VALUES (?, ?, ?, ?)", (*key, self._known[key])
                )
                connection.commit()
        except (sqlite3.Error, OSError):
            return

    def _connect(self) -> sqlite3.Connection:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(self._path)
        connection.execute(
            "CREATE TABLE IF NOT EXISTS digest "
            "(path TEXT, size INTEGER, time_ns INTEGER, digest TEXT, PRIMARY KEY (path, size, time_ns))"
        )
        return connection
