"""Tables that a reader sorts, filters and chooses columns of: by links, and without a reload where a script runs."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from itbench.view.data.conditions import conditions
from itbench.view.data.wanted import Wanted


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a table.

    Attributes:
        key: by which filters and addresses name it.
        title: above it.
        is_number: whether it is aligned right, and its largest value comes first when it is sorted.
        is_optional: whether it is shown only once a reader chooses it.
        about: what it says, where the title does not.
    """

    key: str
    title: str
    is_number: bool = False
    is_optional: bool = False
    about: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A cell of a table.

    Attributes:
        text: that is shown.
        value: by which it is sorted and filtered; None without one.
        note: shown when one points at it.
        tone: `good`, `bad`, `warning`, `muted`, or nothing.
        page: where it leads to, with `parameters`; empty if nowhere.
        parameters: of that page.
        bar: a score with its interval, drawn behind the text: value, low and high from 0 to 1.
    """

    text: str
    value: str | float | None = None
    note: str = ""
    tone: str = ""
    page: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)
    bar: tuple[float, float, float] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row of a table.

    Attributes:
        key: by which it is ticked.
        cells: by the key of their column.
        tone: of the whole row.
        problem: shown in place of all cells but the first.
    """

    key: str
    cells: Mapping[str, Cell]
    tone: str = ""
    problem: str = ""

    @property
    def values(self) -> dict[str, str | float | None]:
        """What is sorted and filtered, by column."""
        return {key: cell.value for key, cell in self.cells.items()} | {"problem": self.problem}


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """A table as it is shown.

    Attributes:
        name: tells it from other tables, and under it a browser keeps which columns were chosen.
        columns: of the table.
        rows: of the page.
        wanted: what was asked for.
        matching: rows that the filter leaves.
        total: rows in all.
        page: by which it is asked for again, with `parameters`.
        parameters: of that page.
        is_ticked: whether rows can be ticked.
        hint: an example of a filter.
    """

    name: str
    columns: Sequence[Column]
    rows: Sequence[Row]
    wanted: Wanted
    matching: int
    total: int
    page: str
    parameters: Mapping[str, str | Sequence[str]] = field(default_factory=dict)
    is_ticked: bool = False
    hint: str = ""

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.matching // self.wanted.size))

    @property
    def is_whole(self) -> bool:
        """Whether all rows are on this page, so that a script can sort and filter them by itself."""
        return self.matching == self.total <= self.wanted.size

    @property
    def first(self) -> int:
        """The number of the first row shown, counted from 1; 0 without any."""
        return self.wanted.offset + 1 if self.rows else 0

    @property
    def last(self) -> int:
        """The number of the last row shown."""
        return self.wanted.offset + len(self.rows)


def chosen(rows: Iterable[Row], columns: Sequence[Column], wanted: Wanted) -> tuple[list[Row], int]:
    """Return the rows of the page that is wanted, and how many the filter leaves."""
    needed = conditions(wanted.text, [*(column.key for column in columns), "problem"])
    found = [row for row in rows if all(condition.holds(row.values) for condition in needed)]
    if wanted.sort:
        filled = [row for row in found if row.values.get(wanted.sort) is not None]
        empty = [row for row in found if row.values.get(wanted.sort) is None]
        filled.sort(key=lambda row: _place(row.values[wanted.sort]), reverse=wanted.is_descending)
        found = [*filled, *empty]
    return found[wanted.offset : wanted.offset + wanted.size], len(found)


def _place(value: str | float | None) -> tuple[bool, float, str]:
    is_text = isinstance(value, str)
    return (is_text, 0.0 if is_text else float(value or 0), str(value).casefold() if is_text else "")
