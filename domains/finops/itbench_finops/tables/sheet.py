"""Reads the cells of a CSV file by the names of its columns, whatever stands between them."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from operator import itemgetter

from itbench import DataError

_LONGEST_CELL = 10_000
_DELIMITERS = ",;\t|"


@dataclass(slots=True)
class Sheet:
    """The wanted cells of each whole line, by its number, and one line of text for each of the others."""

    rows: list[tuple[int, tuple[str, ...]]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


def read_sheet(data: bytes, columns: Sequence[str], *, source: str) -> Sheet:
    """Return the cells of these columns, without spaces around them.

    Raises:
        DataError: it is not UTF-8 text or not CSV, or a column is missing.
    """
    lines = _lines(_text(data, source), source)
    _, first = next(lines, (0, []))
    header = [cell.strip() for cell in first]
    if not header:
        raise DataError(f"{source}: it is empty, expected the columns {', '.join(columns)}")
    missing = [name for name in columns if name not in header]
    if missing:
        raise DataError(f"{source}: no column {missing[0]!r}; found {', '.join(map(repr, header))[:300]}")
    pick = itemgetter(*map(header.index, columns))
    sheet = Sheet()
    for number, cells in lines:
        if len(cells) == len(header):
            sheet.rows.append((number, tuple(map(str.strip, pick(cells)))))
        else:
            sheet.faults.append(f"{source}: line {number}: {len(cells)} cells, the header has {len(header)}")
    return sheet


def _text(data: bytes, source: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise DataError(f"{source}: line {line}: not UTF-8 at byte {error.start} of the file") from error


def _lines(text: str, source: str) -> Iterator[tuple[int, list[str]]]:
    """Yield number and cells of each line that is not blank."""
    first = text.partition("\n")[0]
    delimiter = max(_DELIMITERS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True)
    try:
        for row in reader:
            # The csv module has a limit too, but one for the whole process, which others may have raised.
            if max(map(len, row), default=0) > _LONGEST_CELL:
                raise DataError(
                    f"{source}: line {reader.line_num}: a field has more than {_LONGEST_CELL} characters"
                )
            if any(map(str.strip, row)):
                yield reader.line_num, row
    except csv.Error as error:
        raise DataError(f"{source}: line {reader.line_num}: not CSV: {error}") from error
