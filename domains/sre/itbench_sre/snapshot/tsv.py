"""The TSV dialect of published snapshots, read row by row.

The files were written by pandas: a field that holds a tab, a quote or a line end is quoted, so one row may span
several lines, and only a CSV reader tells rows apart. Exact duplicate rows occur and are kept; see `distinct`.
"""

import csv
import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, TypeVar

from itbench import DataError

# etcd takes objects of 1.5 MB; a larger field is a lost quote, which would swallow the rest of the file.
FIELD_LIMIT_BYTES = 64 * 1024 * 1024
# A character for private use, which stands for a CR on the way through the csv module.
_RETURN_MARK = "\ue00d"

Record = TypeVar("Record")


class Table:
    """The rows of one file, with the place of the row last read.

    Attributes:
        columns: the names in the header.
        position: index of each column in a row.
        line: number of the line where the row last read begins, counted from 1.
        offset: where it begins, in bytes.

    With `faults`, a row that cannot be read is left out and told of there, one line each; without, it raises.
    """

    def __init__(
        self,
        stream: BinaryIO,
        name: str,
        *,
        required: Sequence[str] = (),
        faults: list[str] | None = None,
    ) -> None:
        self.name = name
        self.line = 1
        self.offset = 0
        self._faults = faults
        self._lines_read = 0
        self._bytes_read = 0
        csv.field_size_limit(max(csv.field_size_limit(), FIELD_LIMIT_BYTES))
        # Unlike a generator, `map` goes on after a line that raised.
        self._encoding = "utf-8-sig"
        self._has_marks = False
        self._reader = csv.reader(map(self._decoded, stream), delimiter="\t", strict=True)
        self.columns = self._read_header(required)
        self.position = {column: index for index, column in enumerate(self.columns)}

    def __iter__(self) -> Iterator[list[str]]:
        """Yield the fields of each row.

        Raises:
            DataError: a row that cannot be read, unless `faults` was given.
        """
        width = len(self.columns)
        while True:
            self.line, self.offset = self._lines_read + 1, self._bytes_read
            try:
                row = next(self._reader)
            except StopIteration:
                return
            except (csv.Error, ValueError) as error:
                self.fault(_reason(error), error)
                continue
            if self._has_marks:
                self._has_marks = False
                row = [field.replace(_RETURN_MARK, "\r") for field in row]
            if len(row) == width:
                yield row
            elif row:
                self.fault(f"{len(row)} fields, but the header has {width}")

    def records(self, make: Callable[[list[str]], Record]) -> Iterator[Record]:
        """Yield what `make` makes of each row; its ValueError is a fault of that row.

        Raises:
            DataError: a row that cannot be read, unless `faults` was given.
        """
        for row in self:
            try:
                record = make(row)
            except ValueError as error:
                self.fault(str(error), error)
                continue
            yield record

    def fault(self, reason: str, cause: Exception | None = None) -> None:
        """Tell of a fault of the row last read.

        Raises:
            DataError: always, unless `faults` was given.
        """
        message = f"{self.name}: line {self.line} (byte {self.offset}): {reason}"
        if self._faults is None:
            raise DataError(message) from cause
        self._faults.append(message)

    def _read_header(self, required: Sequence[str]) -> tuple[str, ...]:
        try:
            header = next(self._reader)
        except StopIteration:
            raise DataError(f"{self.name}: empty; expected a header line") from None
        except (csv.Error, ValueError) as error:
            raise DataError(f"{self.name}: line 1 (byte 0): {_reason(error)}") from error
        missing = [column for column in required if column not in header]
        if missing:
            raise DataError(
                f"{self.name}: line 1: no column {missing[0]!r}; found {', '.join(header)[:300]!r}"
            )
        return tuple(header)

    def _decoded(self, data: bytes) -> str:
        self._lines_read += 1
        self._bytes_read += len(data)
        text = data.decode(self._encoding)
        self._encoding = "utf-8"
        if "\0" in text:
            raise ValueError("a NUL byte")
        if "\r" in text and "\r" in text.removesuffix("\r\n"):
            return self._with_marked_returns(text)
        return text

    def _with_marked_returns(self, text: str) -> str:
        # The csv module of Python before 3.13 wrote a lone CR without quotes, and no csv module reads it so.
        self._has_marks = True
        end = "\r\n" if text.endswith("\r\n") else ""
        return text.removesuffix("\r\n").replace("\r", _RETURN_MARK) + end


def _reason(error: Exception) -> str:
    if isinstance(error, UnicodeDecodeError):
        return f"not UTF-8: byte {error.object[error.start : error.start + 1]!r} at position {error.start}"
    if "unexpected end of data" in str(error):
        return "a quoted field without an end; the file is cut short"
    return str(error)


@contextmanager
def open_table(
    path: Path, *, required: Sequence[str] = (), faults: list[str] | None = None
) -> Iterator[Table]:
    """Open a file and read its header.

    Raises:
        DataError: the file is absent or empty, or a required column is missing.
    """
    try:
        stream = path.open("rb")
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror}") from error
    with stream:
        yield Table(stream, str(path), required=required, faults=faults)


def read_rows(
    path: Path, *, required: Sequence[str] = (), faults: list[str] | None = None
) -> Iterator[dict[str, str]]:
    """Yield each row by column name, as text.

    Raises:
        DataError: what `open_table` and `Table` raise.
    """
    with open_table(path, required=required, faults=faults) as table:
        for row in table:
            yield dict(zip(table.columns, row, strict=True))


def distinct(rows: Iterable[list[str]], *, time_column: int) -> Iterator[list[str]]:
    """Drop exact duplicates among rows of one time; rows come in order of time, so memory stays small."""
    seen: set[bytes] = set()
    time = None
    for row in rows:
        if row[time_column] != time:
            time = row[time_column]
            seen.clear()
        digest = hashlib.blake2b("\0".join(row).encode(), digest_size=16).digest()
        if digest not in seen:
            seen.add(digest)
            yield row
