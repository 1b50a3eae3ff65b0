"""Replies of earlier runs, kept on disk, so that doing a run again costs nothing.

One SQLite file below the cache folder; many processes may use it at once. A row holds the reply only, not the
request, and neither key nor row has anything of the API key; it repeats its key, so that no row passes for another. What a key is made of decides what is ever used again: the
draw is another one for each attempt at a trial, so that no attempt gets what a failed one was told.
"""

import hashlib
import json
import sqlite3
import threading
import time
import zlib
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from itbench.interfaces.conversation import AssistantMessage, Native, Stop, TokenUse, ToolCall
from itbench.interfaces.json import JsonObject, JsonValue, json_text
from itbench.models.reply.codec import Draft

FORMAT = 3
_BUSY_S = 30.0
# A reply may have 64 MB; in JSON each of its characters may take six bytes, and what is handed back is kept beside.
_LARGEST_BYTES = 1_000_000_000
_DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_TABLE = "CREATE TABLE IF NOT EXISTS reply (key BLOB PRIMARY KEY, saved_at REAL, data BLOB) WITHOUT ROWID"


def request_key(provider: str, endpoint: str, api: str, draw: int, body: JsonObject) -> bytes:
    """Return the SHA-256 of all that decides what is answered."""
    text = json.dumps([FORMAT, provider, endpoint, api, draw, body], sort_keys=True)
    return hashlib.sha256(text.encode()).digest()


class ReplyCache:
    """Keeps replies by the key of their request; opened when first used, usable from any thread."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None

    def find(self, key: bytes) -> Draft | None:
        """Return the reply that is kept, if any."""
        try:
            with self._lock:
                row = self._open().execute("SELECT data FROM reply WHERE key = ?", (key,)).fetchone()
        except (sqlite3.Error, OSError) as error:
            self._begin_anew(error)
            return None  # A cache that breaks costs a reply, and is no fault of anybody's trial.
        try:
            return _draft(_read(row[0], key)) if row else None
        except (zlib.error, ValueError, TypeError, KeyError, AttributeError, RecursionError):
            self._forget(key)
            return None

    def keep(self, key: bytes, draft: Draft) -> None:
        """Keep a reply, if the disk lets us; the first one of a key stays."""
        data = zlib.compress(json_text({**_json(draft), "key": key.hex()}).encode(), 1)
        try:
            with self._lock:
                self._open().execute("INSERT OR IGNORE INTO reply VALUES (?, ?, ?)", (key, time.time(), data))
        except (sqlite3.Error, OSError) as error:
            self._begin_anew(error)  # As above.

    def close(self) -> None:
        """Close the file; it is opened again when needed."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def _forget(self, key: bytes) -> None:
        """Remove a reply that cannot be read, so that the next one is kept."""
        try:
            with self._lock:
                self._open().execute("DELETE FROM reply WHERE key = ?", (key,))
        except (sqlite3.Error, OSError) as error:
            self._begin_anew(error)

    def _begin_anew(self, error: Exception) -> None:
        """Remove a file that is damaged, so that a new one is made at the next use."""
        if getattr(error, "sqlite_errorcode", None) not in _DAMAGED:
            return
        self.close()
        for ending in ("", "-wal", "-shm"):
            with suppress(OSError):
                self._path.with_name(self._path.name + ending).unlink()

    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            # Nobody else has any business with what models said.
            with suppress(FileExistsError):
                self._path.touch(mode=0o600, exist_ok=False)
            connection = sqlite3.connect(
                self._path, timeout=_BUSY_S, isolation_level=None, check_same_thread=False
            )
            try:
                connection.execute("PRAGMA journal_mode = WAL")
                connection.execute("PRAGMA synchronous = NORMAL")
                connection.execute(_TABLE)
            except sqlite3.Error:
                connection.close()
                raise
            self._connection = connection
        return self._connection


def _json(draft: Draft) -> JsonObject:
    return asdict(draft)


def _read(data: bytes, key: bytes) -> JsonObject:
    """Return what is kept in a row; ValueError or the like where it is not the reply to this request."""
    reading = zlib.decompressobj()
    text = reading.decompress(data, _LARGEST_BYTES)
    if not reading.eof:
        raise ValueError("it is cut off, or far too large")
    kept = json.loads(text)
    if kept["key"] != key.hex():
        raise ValueError("it is the reply to another request")
    return dict(kept)


def _draft(data: JsonObject) -> Draft:
    message, use = data["message"], data["use"]
    native = message["native"]
    texts = [message["text"], *(value for call in message["calls"] for value in call.values())]
    if not all(isinstance(text, str) for text in texts):
        raise ValueError("a text is none")
    return Draft(
        message=AssistantMessage(
            text=message["text"],
            calls=tuple(ToolCall(**call) for call in message["calls"]),
            native=Native(**native) if native else None,
        ),
        stop=Stop(data["stop"]),
        use=TokenUse(**{name: _count(value) for name, value in use.items()}) if use else None,
    )


def _count(value: JsonValue) -> int | None:
    if value is None or (type(value) is int and value >= 0):
        return value
    raise ValueError("a count is none")
