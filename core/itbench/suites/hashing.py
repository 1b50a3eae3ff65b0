"""Fingerprints of tasks: a public one of what an agent sees, a private one of what only the scoring may see.

The private one is keyed with the truth's own canary, which lies nowhere but in the truth: from a run file,
a truth can be neither read nor guessed; with the truths at hand, it can be checked that they are the same.
"""

import hashlib
import hmac
import json
import os
import sqlite3
import stat
import time
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path
from typing import TypeAlias

from itbench.cache import cache_dir
from itbench.errors import DataError
from itbench.interfaces.json import JsonObject
from itbench.interfaces.suite import Suite, SuiteOptions
from itbench.interfaces.workspace import Input

# Hashing smaller files is quicker than keeping their hashes on disk.
_REMEMBER_FROM_BYTES = 1 << 20
_SETTLED_NS = 3_000_000_000
_Key: TypeAlias = tuple[str, str, int, int, int]


def content_hash(
    document: str, inputs: Sequence[Input], digests: "FileDigests", options: JsonObject | None = None
) -> str:
    """Return `sha256:...` of what an agent is told and shown.

    Args:
        document: the task as JSON.
        inputs: of the task; path and content of each count.
        digests: of files.
        options: those of the suite that decide more than where its data lies.
    """
    seen = hashlib.sha256(document.encode())
    if options:
        seen.update(json.dumps({"options": options}, sort_keys=True).encode())
    for part in _parts(inputs, digests):
        seen.update(part)
    return f"sha256:{seen.hexdigest()}"


def first_content_hash(
    document: str, inputs: Sequence[Input], hidden: Sequence[Input], digests: "FileDigests"
) -> str:
    """Return the hash of runs whose plan has `hash_version` 1: hidden files count too, options do not."""
    seen = hashlib.sha256(document.encode())
    for part in [*_parts(inputs, digests), *_parts(hidden, digests)]:
        seen.update(part)
    return f"sha256:{seen.hexdigest()}"


def private_hash(truth: JsonObject, hidden: Sequence[Input], digests: "FileDigests") -> str:
    """Return `hmac-sha256:...` of a truth and of path and content of each hidden file, keyed with the truth's canary."""
    seen = hmac.new(truth["canary"].encode(), json.dumps(truth, sort_keys=True).encode(), hashlib.sha256)
    for part in _parts(hidden, digests):
        seen.update(part)
    return f"hmac-sha256:{seen.hexdigest()}"


def deciding_options(suite: Suite, options: SuiteOptions) -> JsonObject:
    """Return the options that decide more than where the data of a suite lies."""
    found: JsonObject = {key: value for key, value in options.extra.items() if key not in suite.data_options}
    return found | ({"as_published": True} if options.as_published else {})


def suite_hash(content_hashes: Iterable[str]) -> str:
    """Return `sha256:...` of all content hashes, whatever their order."""
    return "sha256:" + hashlib.sha256("\n".join(sorted(content_hashes)).encode()).hexdigest()


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
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            # Reading a named pipe would wait for ever.
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
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        if is_settled:
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


def _parts(entries: Sequence[Input], digests: FileDigests) -> list[bytes]:
    ordered = sorted(entries, key=lambda entry: entry.path)
    return [json.dumps([entry.path, digests.digest(entry.source)]).encode() for entry in ordered]
