"""Reads `data.csv` as ITBench-Lite has it: one line for a resource and day."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from operator import itemgetter

from itbench.errors import DataError
from itbench_finops.tables.numbers import decimal_mark, read_number

COLUMNS = (
    "date",
    "Account ID",
    "CSP",
    "Cloud_Service",
    "Application",
    "Instance_Family",
    "Price ($/hr)",
    "Num_Instances",
    "unblended_cost",
)
_LONGEST_CELL = 10_000
_DELIMITERS = ",;\t|"
_E4 = 10_000
_LARGEST_COST = 10**15


@dataclass(frozen=True, slots=True)
class CostLine:
    """What a resource cost on a day, in ten-thousandths of a dollar."""

    day: date
    account: str
    provider: str
    service: str
    application: str
    family: str
    cost_e4usd: int


@dataclass(slots=True)
class CostTable:
    """The lines that can be used, and what is wrong with the others: a line of text for each.

    Attributes:
        lines: those that can be used.
        damaged: lines that cannot be read.
        repeated: lines that stand there twice, which count once.
    """

    lines: list[CostLine] = field(default_factory=list)
    damaged: list[str] = field(default_factory=list)
    repeated: list[str] = field(default_factory=list)

    @property
    def faults(self) -> list[str]:
        """Whatever is left out."""
        return [*self.damaged, *self.repeated]


def read_costs(data: bytes, *, source: str) -> CostTable:
    """Return a table; a line that cannot be used, or that stands there twice, is left out and told.

    Raises:
        DataError: it is not UTF-8 text, or a column is missing.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(f"{source}: not UTF-8 at byte {error.start}") from error
    header, rows = _rows(text, source)
    places = _places(header, source)
    whole = [(number, row) for number, row in rows if len(row) == len(header)]
    mark = decimal_mark(row[places["unblended_cost"]] for _, row in whole)
    table = CostTable()
    table.damaged += [
        f"{source}: line {number}: {len(row)} cells, the header has {len(header)}"
        for number, row in rows
        if len(row) != len(header)
    ]
    pick = itemgetter(*places.values())
    seen: set[tuple[str, ...]] = set()
    for number, row in whole:
        cells = tuple(map(str.strip, pick(row)))
        if cells in seen:
            table.repeated.append(f"{source}: line {number}: it stands there twice; it counts once")
            continue
        seen.add(cells)
        try:
            table.lines.append(_line(cells, mark))
        except ValueError as error:
            table.damaged.append(f"{source}: line {number}: {error}")
    return table


def _rows(text: str, source: str) -> tuple[list[str], list[tuple[int, list[str]]]]:
    first = text.partition("\n")[0]
    delimiter = max(_DELIMITERS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True)
    rows: list[tuple[int, list[str]]] = []
    try:
        for row in reader:
            # The csv module has a limit too, but one for the whole process, which others may have raised.
            if any(len(cell) > _LONGEST_CELL for cell in row):
                raise DataError(
                    f"{source}: line {reader.line_num}: a field has more than {_LONGEST_CELL} characters"
                )
            if any(cell.strip() for cell in row):
                rows.append((reader.line_num, row))
    except csv.Error as error:
        raise DataError(f"{source}: line {reader.line_num}: not CSV: {error}") from error
    if not rows:
        raise DataError(f"{source}: it is empty, expected the columns {', '.join(COLUMNS)}")
    return [cell.strip() for cell in rows[0][1]], rows[1:]


def _places(header: Sequence[str], source: str) -> dict[str, int]:
    missing = [name for name in COLUMNS if name not in header]
    if missing:
        raise DataError(f"{source}: no column {missing[0]!r}; found {', '.join(map(repr, header))[:300]}")
    return {name: header.index(name) for name in COLUMNS}


def _line(cells: tuple[str, ...], mark: str) -> CostLine:
    """Return the line of some cells.

    Raises:
        ValueError: the date or the cost cannot be used.
    """
    cost = read_number(cells[-1], mark)
    if abs(cost) > _LARGEST_COST:
        raise ValueError(f"{cells[-1]!r} is no believable cost")
    return CostLine(
        day=date.fromisoformat(cells[0][:10]),
        account=cells[1],
        provider=cells[2],
        service=cells[3],
        application=cells[4],
        family=cells[5],
        cost_e4usd=round(cost * _E4),
    )


def account_lines(table: CostTable, account: str) -> Iterator[CostLine]:
    """Yield the lines of one account."""
    return (line for line in table.lines if line.account == account)
