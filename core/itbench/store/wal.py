"""SQLite's write-ahead log of a run: what is in it counts only up to its first damaged frame, and SQLite says nothing of it.

The format: https://www.sqlite.org/fileformat.html#the_write_ahead_log
"""

import struct
from pathlib import Path

from itbench.store.connect import log_of

_HEADER_BYTES, _FRAME_BYTES = 32, 24
_MAGIC = 0x377F0682


def log_fault(path: Path, *, most_bytes: int | None = None) -> str | None:
    """Return whether trials are lost because the log of a run is damaged, in one clause.

    A log of more than `most_bytes` is not looked at. After a power cut, the last transaction may not be whole; that is no damage, and so no transaction before the last.
    """
    try:
        if most_bytes is not None and log_of(path).stat().st_size > most_bytes:
            return None
        data = log_of(path).read_bytes()
    except OSError:
        return None
    if len(data) < _HEADER_BYTES + _FRAME_BYTES:
        return None
    magic, _, page_bytes, *_ = struct.unpack(">8I", data[:_HEADER_BYTES])
    if magic & ~1 != _MAGIC or page_bytes < 512 or page_bytes > 65536:
        return f"its log {log_of(path).name!r} begins with damage, so the trials in it are lost"
    order = ">" if magic & 1 else "<"
    salts = data[16:24]
    if _checksum(data[:24], (0, 0), order) != struct.unpack(">2I", data[24:32]):
        return f"its log {log_of(path).name!r} begins with damage, so the trials in it are lost"
    frame_bytes, sums, is_whole = _FRAME_BYTES + page_bytes, struct.unpack(">2I", data[24:32]), True
    ends = 0
    for start in range(_HEADER_BYTES, len(data) - frame_bytes + 1, frame_bytes):
        frame = data[start : start + frame_bytes]
        if frame[8:16] != salts:
            return None  # Left over from before the log was started anew.
        if is_whole:  # So far.
            sums = _checksum(frame[:8], sums, order)
            sums = _checksum(frame[_FRAME_BYTES:], sums, order)
            is_whole = sums == struct.unpack(">2I", frame[16:24])
        ends += not is_whole and frame[4:8] != b"\0" * 4
        if ends > 1:
            return f"its log {log_of(path).name!r} is damaged before its end, so trials are lost"
    return None


def _checksum(data: bytes, sums: tuple[int, int], order: str) -> tuple[int, int]:
    first, second = sums
    words = struct.unpack(f"{order}{len(data) // 4}I", data)
    for one, other in zip(words[::2], words[1::2], strict=True):
        first = (first + one + second) & 0xFFFFFFFF
        second = (second + other + first) & 0xFFFFFFFF
    return first, second
