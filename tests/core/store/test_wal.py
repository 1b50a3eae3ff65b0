"""A log that is damaged before its end is told: SQLite itself passes over what is behind the damage in silence."""

import random
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from itbench.store.wal import log_fault

COMMITS = 6


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A database with six transactions in its log, as a process leaves it that was killed."""
    path = tmp_path / "x.itbench"
    connection = sqlite3.connect(path, isolation_level=None)
    connection.executescript("PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=0; CREATE TABLE t (x)")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    for number in range(COMMITS):
        connection.execute("INSERT INTO t VALUES (?)", (f"{number}" * 3000,))
    log = path.with_name("x.itbench-wal").read_bytes()
    data = path.read_bytes()
    connection.close()
    path.write_bytes(data)
    path.with_name("x.itbench-wal").write_bytes(log)
    return path


def flipped(data: bytes, place: int) -> bytes:
    return data[:place] + bytes([data[place] ^ 0xFF]) + data[place + 1 :]


def rows(path: Path) -> int:
    connection = sqlite3.connect(path)
    try:
        return int(connection.execute("SELECT count(*) FROM t").fetchone()[0])
    finally:
        connection.close()


def test_a_log_that_is_whole_is_no_fault(path: Path) -> None:
    assert log_fault(path) is None
    assert rows(path) == COMMITS


def test_without_a_log_there_is_no_fault(tmp_path: Path) -> None:
    assert log_fault(tmp_path / "x.itbench") is None


@pytest.mark.parametrize(
    ("change", "is_told"),
    [
        (lambda data: b"\0" * 4 + data[4:], True),
        (lambda data: flipped(data, 20), True),
        (lambda data: flipped(data, 100), True),
        # The last transaction may be cut off by a power cut, which is no damage.
        (lambda data: flipped(data, len(data) - 1), False),
        (lambda data: data[:-2000], False),
        (lambda data: data[:40], False),
        (lambda _data: b"", False),
    ],
    ids=["head", "salt", "first frame", "last frame", "cut off", "almost nothing", "empty"],
)
def test_what_is_lost_behind_damage_is_told(
    path: Path, change: Callable[[bytes], bytes], is_told: bool
) -> None:
    log = path.with_name("x.itbench-wal")
    log.write_bytes(change(log.read_bytes()))
    fault = log_fault(path)
    assert (fault is not None) == is_told
    assert fault is None or fault.endswith("lost")
    assert log_fault(path, most_bytes=10) is None
    assert not is_told or rows(path) < COMMITS


def test_wherever_a_bit_flips_what_was_lost_is_told_but_of_the_last_transaction(path: Path) -> None:
    log, chance, told = path.with_name("x.itbench-wal"), random.Random(11), 0
    data, before = log.read_bytes(), path.read_bytes()
    for _ in range(60):
        changed = bytearray(data)
        changed[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        log.write_bytes(changed)
        fault = log_fault(path)
        assert fault is not None or rows(path) >= COMMITS - 1
        told += fault is not None
        path.write_bytes(before)
        path.with_name("x.itbench-shm").unlink(missing_ok=True)
    assert told > 30
