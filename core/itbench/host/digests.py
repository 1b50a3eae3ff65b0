"""SHA-256 of files, remembered for large ones."""

import hashlib
import os
import sqlite3
import stat
import time
from contextlib import closing
from io import BufferedReader
from pathlib import Path
from typing import TypeAlias

from itbench.errors import DataError
from itbench.host.cache import cache_dir

# Hashing smaller files is quicker than keeping their hashes on disk.
_REMEMBER_FROM_BYTES = 1 << 20
_SETTLED_NS = 3_000_000_000
_Key: TypeAlias = tuple[str, str, int, int, int]


def has_settled(status: os.stat_result) -> bool:
    """Tell whether a file was last changed so long ago that one more change would show in its times.

    File systems count seconds, two seconds, or ticks of the kernel's clock.
    """
    age_ns = time.time_ns() - max(status.st_mtime_ns, status.st_ctime_ns)
    return age_ns > _SETTLED_NS


class FileDigests:
    """SHA-256 of files; large ones are remembered, so that a dataset is read once only.

    They are known again by path, inode, size and both times, one of which no program can set. A file that was changed
    moments ago is not remembered: changed once more within the same tick of the clock, it would have the same times.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._path = path or cache_dir() / "digests.sqlite"
        self._known: dict[_Key, str] = {}
        self._is_loaded = False

    def digest(self, path: Path) -> str:
        """Return the hexadecimal digest of a file's content.

        Raises:
            DataError: it is a folder, a named pipe or the like.
            OSError: it cannot be read.
        """
        # Opening or reading a named pipe would wait indefinitely.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as file:
            return self._digest(path, file)

    def _digest(self, path: Path, file: BufferedReader) -> str:
        """Return the digest of the very file that is open, whatever has its path by now."""
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise DataError(f"{str(path)!r} is not a plain file")
        # As text: an inode may have more bits than SQLite's integers.
        inode = str(status.st_ino)
        key = (str(path.absolute()), inode, status.st_size, status.st_mtime_ns, status.st_ctime_ns)
        is_large = status.st_size >= _REMEMBER_FROM_BYTES
        if is_large:
            self._load()
        if key in self._known:
            return self._known[key]
        is_settled = has_settled(status)
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        after = os.fstat(file.fileno())
        is_same = (after.st_size, after.st_mtime_ns, after.st_ctime_ns) == key[2:]
        if is_settled and is_same:
            self._known[key] = digest
            if is_large:
                self._remember(key)
        return digest

    def _load(self) -> None:
        if self._is_loaded:
            return
        self._is_loaded = True
        try:
            with closing(self._connect()) as connection:
                for row in connection.execute("SELECT * FROM file_digest"):
                    path, inode, size, modified_ns, changed_ns, digest = row
                    self._known[path, inode, size, modified_ns, changed_ns] = digest
        except (sqlite3.Error, OSError):
            self._known.clear()  # A broken or unwritable cache costs time and nothing else.

    def _remember(self, key: _Key) -> None:
        try:
            with closing(self._connect()) as connection:
                connection.execute(
                    "INSERT OR REPLACE INTO file_digest VALUES (?, ?, ?, ?, ?, ?)", (*key, self._known[key])
                )
                connection.commit()
        except (sqlite3.Error, OSError):
            return

    def _connect(self) -> sqlite3.Connection:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(self._path)
        connection.execute(
            "CREATE TABLE IF NOT EXISTS file_digest (path TEXT, inode TEXT, size INTEGER, modified_ns INTEGER, "
            "changed_ns INTEGER, digest TEXT, PRIMARY KEY (path, inode, size, modified_ns, changed_ns))"
        )
        return connection
