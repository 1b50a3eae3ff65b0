"""Reads `data.csv` as ITBench-Lite has it: one line for a resource and day."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from itbench import DataError
from itbench_finops.tables.columns import NumberColumn, number_columns
from itbench_finops.tables.days import read_day
from itbench_finops.tables.sheet import read_sheet

DATE, COST, PRICE, INSTANCES = "date", "unblended_cost", "Price ($/hr)", "Num_Instances"
COLUMNS = (
    DATE,
    "Account ID",
    "CSP",
    "Cloud_Service",
    "Application",
    "Instance_Family",
    PRICE,
    INSTANCES,
    COST,
)
_E4 = 10_000
_LARGEST_COST = 10**15


@dataclass(frozen=True, slots=True)
class CostLine:
    """What a resource cost on a day, in ten-thousandths of a dollar; price and instances where they can be read."""

    day: date
    account: str
    provider: str
    service: str
    application: str
    family: str
    cost_e4usd: int
    price_usd_per_hour: Decimal | None = None
    instances: Decimal | None = None


@dataclass(slots=True)
class CostTable:
    """The lines that can be used, and what there is to say of the table, each in one line of text.

    Attributes:
        lines: those that can be used.
        damaged: lines that are left out, and cells that cannot be read.
        repeated: lines that stand there twice, which count once.
        guesses: how a column was read where nothing proves that this is right.
    """

    lines: list[CostLine] = field(default_factory=list)
    damaged: list[str] = field(default_factory=list)
    repeated: list[str] = field(default_factory=list)
    guesses: list[str] = field(default_factory=list)

    @property
    def faults(self) -> list[str]:
        """Whatever is left out."""
        return [*self.damaged, *self.repeated]


def read_costs(data: bytes, *, source: str) -> CostTable:
    """Return a table; a line that cannot be used, or that stands there twice, is left out and told.

    Raises:
        DataError: it is not UTF-8 text, a column is missing, or how the costs are to be read is ambiguous.
    """
    sheet = read_sheet(data, COLUMNS, source=source)
    table = CostTable(damaged=sheet.faults)
    reader = _LineReader(source, table, sheet.rows)
    seen: set[tuple[str, ...]] = set()
    for number, cells in sheet.rows:
        if cells in seen:
            table.repeated.append(f"{source}: line {number}: it stands there twice; it counts once")
            continue
        seen.add(cells)
        reader.add(number, cells)
    return table


def account_lines(table: CostTable, account: str) -> Iterator[CostLine]:
    """Yield the lines of one account."""
    return (line for line in table.lines if line.account == account)


class _LineReader:
    """Adds lines to a table, and says what is wrong with the others."""

    def __init__(self, source: str, table: CostTable, rows: Sequence[tuple[int, tuple[str, ...]]]) -> None:
        self._source = source
        self._table = table
        self._columns: dict[str, NumberColumn] = {}
        self._is_moved = False
        self._read: dict[tuple[str, str], Decimal] = {}
        at = {name: COLUMNS.index(name) for name in (COST, PRICE, INSTANCES)}
        found = number_columns({name: [cells[place] for _, cells in rows] for name, place in at.items()})
        for name, column in found.items():
            if isinstance(column, NumberColumn):
                self._columns[name] = column
                if column.guess is not None:
                    table.guesses.append(f"{source}: column {name!r}: {column.guess}")
                continue
            line = next(number for number, cells in rows if cells[at[name]] == column.text)
            problem = f"{source}: line {line}: column {name!r}: {column}"
            if name == COST:
                raise DataError(f"{problem}; write all its amounts with one decimal mark")
            table.damaged.append(problem)

    def add(self, number: int, cells: tuple[str, ...]) -> None:
        """Add a line, unless its date or its cost cannot be used."""
        day, cost = self._date(number, cells[0]), self._number(number, COST, cells[-1])
        price = self._number(number, PRICE, cells[6]) if cells[6] else None
        instances = self._number(number, INSTANCES, cells[7]) if cells[7] else None
        if day is not None and cost is not None:
            account, provider, service, application, family = cells[1:6]
            cost_e4usd = round(cost * _E4)
            self._table.lines.append(
                CostLine(day, account, provider, service, application, family, cost_e4usd, price, instances)
            )

    def _date(self, number: int, text: str) -> date | None:
        try:
            day = read_day(text)
        except ValueError as error:
            self._tell(number, DATE, str(error))
            return None
        if not self._is_moved and day.isoformat() != text[:10]:
            self._is_moved = True
            self._table.guesses.append(
                f"{self._source}: column {DATE!r}: {text!r} is read as {day}, its day in UTC"
            )
        return day

    def _number(self, number: int, name: str, text: str) -> Decimal | None:
        known = self._read.get((name, text))
        if known is not None:
            return known
        column = self._columns.get(name)
        if column is None:
            return None
        try:
            value = column.read(text)
        except ValueError as error:
            self._tell(number, name, str(error))
            return None
        if abs(value) > _LARGEST_COST:
            self._tell(number, name, f"{text!r} is more than any bill has")
            return None
        self._read[name, text] = value
        return value

    def _tell(self, number: int, name: str, problem: str) -> None:
        self._table.damaged.append(f"{self._source}: line {number}: column {name!r}: {problem}")
