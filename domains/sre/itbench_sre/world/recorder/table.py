"""A tab-separated file whose rows come out of order: kept on disk by the minute, sorted at the end."""

import shutil
import tempfile
from collections.abc import Iterator
from operator import itemgetter
from pathlib import Path
from typing import Any

_KEPT_ROWS = 2000
_BETWEEN = "\x00\n"
_time = itemgetter(slice(0, len("2025-01-01 00:00:00.000000000")))


class Table:
    """Rows of one file.

    Rows begin with their time in nanoseconds, so that its text sorts as it does; those of the same time stay in the
    order in which they were added. At most some thousand rows a minute are in memory.

    Attributes:
        count: rows so far.
    """

    def __init__(self, header: str) -> None:
        self.count = 0
        self._header = header
        self._rows: dict[int, list[str]] = {}
        self._folder = ""

    def add(self, second: int, row: str) -> None:
        """Add a row, complete but for the end of its line, that begins with a time in `second`."""
        self.count += 1
        minute = second // 60
        rows = self._rows.get(minute)
        if rows is None:
            self._rows[minute] = [row]
            return
        rows.append(row)
        if len(rows) > _KEPT_ROWS:
            self._spill(minute, rows)

    def write(self, path: Path) -> None:
        """Write the file; the table is empty afterwards. A table without rows writes none."""
        if self.count:
            with path.open("w", encoding="utf-8", newline="") as file:
                file.write(self._header + "\n")
                for minute in sorted(self._rows):
                    file.write("\n".join(sorted(self._all(minute), key=_time)))
                    file.write("\n")
        self.drop()

    def drop(self) -> None:
        """Forget all rows."""
        if self._folder:
            shutil.rmtree(self._folder)
        self._folder, self._rows, self.count = "", {}, 0

    def __getstate__(self) -> dict[str, Any]:
        """Take the rows on disk into a copy of the world."""
        state = self.__dict__.copy()
        if self._folder:
            state["_rows"] = {minute: list(self._all(minute)) for minute in self._rows}
            state["_folder"] = ""
        return state

    def _spill(self, minute: int, rows: list[str]) -> None:
        if not self._folder:
            self._folder = tempfile.mkdtemp(prefix="itbench-world-")
        with self._part(minute).open("a", encoding="utf-8", newline="") as file:
            file.write(_BETWEEN.join(rows) + _BETWEEN)
        rows.clear()

    def _all(self, minute: int) -> Iterator[str]:
        part = self._part(minute)
        if self._folder and part.exists():
            with part.open(encoding="utf-8", newline="") as file:
                yield from file.read().split(_BETWEEN)[:-1]
        yield from self._rows[minute]

    def _part(self, minute: int) -> Path:
        return Path(self._folder, str(minute))
