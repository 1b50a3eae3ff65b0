"""A tab-separated file whose rows come in order: kept on disk by the chunk."""

import os
from pathlib import Path
from tempfile import mkstemp
from typing import Any

_KEPT = 1 << 20


class Spool:
    """Rows of one file, in the order they come."""

    def __init__(self, header: str) -> None:
        self._header = header
        self._parts: list[str] = []
        self._size = 0
        self._path = ""

    def add(self, rows: str) -> None:
        """Add rows, each with its end of line."""
        self._parts.append(rows)
        self._size += len(rows)
        if self._size > _KEPT:
            self._spill()

    def is_empty(self) -> bool:
        """Tell whether nothing was added."""
        return not self._parts and not self._path

    def write(self, path: Path, after: "Spool | None" = None) -> None:
        """Write the file, with the rows of `after` behind its own; both are empty afterwards."""
        with path.open("w", encoding="utf-8", newline="") as file:
            file.write(self._header + "\n")
            for spool in (self, after):
                for text in spool.texts() if spool is not None else ():
                    file.write(text)
        for spool in (self, after):
            if spool is not None:
                spool.drop()

    def texts(self) -> list[str]:
        """Return what was added, in few pieces."""
        known = [Path(self._path).read_text(encoding="utf-8")] if self._path else []
        return [*known, *self._parts]

    def drop(self) -> None:
        """Forget all rows."""
        if self._path:
            Path(self._path).unlink()
        self._path, self._parts, self._size = "", [], 0

    def __getstate__(self) -> dict[str, Any]:
        """Take the rows on disk into a copy of the world."""
        return {**self.__dict__, "_parts": self.texts(), "_path": ""}

    def _spill(self) -> None:
        if not self._path:
            handle, self._path = mkstemp(prefix="itbench-world-")
            os.close(handle)
        with Path(self._path).open("a", encoding="utf-8", newline="") as file:
            file.writelines(self._parts)
        self._parts, self._size = [], 0
