"""Decides how a column of amounts is to be read: one decimal mark and one currency for all its cells.

A cell that can be read one way only decides for its column. Where none does, the other columns of the same file do, as one
program has written them all. Where these do not either, a point is taken for the decimal mark, as in CSV files of most
programs, and a comma is refused: both are the reader's guess, and a wrong one is wrong by a factor of 1000.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from itbench_finops.tables.numbers import COMMA, MARKS, POINT, Amount, read_amount

_DOLLARS = "USD"
# So many cells that need one mark to one that needs the other: then the latter are damaged, and the column is not mixed.
_CLEAR_MAJORITY = 10


class AmbiguousColumnError(ValueError):
    """The cells of a column can be read in two ways, and nothing tells in which; `text` is one of them."""

    def __init__(self, problem: str, text: str) -> None:
        super().__init__(problem)
        self.text = text


@dataclass(frozen=True, slots=True)
class NumberColumn:
    """How the cells of a column are to be read.

    Attributes:
        mark: the decimal mark.
        currency: that of most cells; those that name none count as dollars.
        is_mixed: whether many cells can be read with the other mark only; then no ambiguous cell is read.
        guess: what no cell of the column proves; None where one does, or where it does not matter.
    """

    mark: str = POINT
    currency: str = _DOLLARS
    is_mixed: bool = False
    guess: str | None = None

    def read(self, text: str) -> Decimal:
        """Return the number that a cell holds.

        Raises:
            ValueError: it holds none, or one that cannot be read as the others of its column are.
        """
        amount = read_amount(text)
        value = amount.value(self.mark)
        if value is None:
            raise ValueError(
                f"{text!r} cannot be read with {self.mark!r} as decimal mark, as most of the column is"
            )
        if self.is_mixed and amount.is_ambiguous:
            raise ValueError(f"{text!r} {_either(amount)}, and the column has either decimal mark")
        if amount.currency and amount.currency != self.currency:
            raise ValueError(f"{text!r} is in {amount.currency}, most of the column in {self.currency}")
        return value


def number_columns(columns: Mapping[str, Iterable[str]]) -> dict[str, NumberColumn | AmbiguousColumnError]:
    """Return for each column of one file how it is to be read, or why that cannot be told."""
    votes = {name: _Votes.of(cells) for name, cells in columns.items()}
    decided = {name: each.decided for name, each in votes.items() if each.decided is not None}
    found: dict[str, NumberColumn | AmbiguousColumnError] = {}
    for name, each in votes.items():
        hints = {other: mark for other, mark in decided.items() if other != name}
        try:
            found[name] = each.column(hints)
        except AmbiguousColumnError as error:
            found[name] = error
    return found


@dataclass(frozen=True, slots=True)
class _Votes:
    """What the cells of a column say.

    Attributes:
        needing: how many cells can be read with a mark only.
        ambiguous: the cells that are different numbers with either.
        currencies: how many cells are in each.
        proof: a cell that can be read with one mark only.
    """

    needing: Mapping[str, int]
    ambiguous: Sequence[tuple[str, Amount]]
    currencies: Mapping[str, int]
    proof: str

    @classmethod
    def of(cls, cells: Iterable[str]) -> "_Votes":
        needing: Counter[str] = Counter()
        currencies: Counter[str] = Counter()
        ambiguous: dict[str, Amount] = {}
        proof = ""
        for text, times in Counter(cells).items():
            try:
                amount = read_amount(text)
            except ValueError:
                continue
            if amount.proves is not None:
                needing[amount.proves] += times
                proof = text
            currencies[amount.currency or _DOLLARS] += times
            if amount.is_ambiguous:
                ambiguous[text] = amount
        return cls(needing, list(ambiguous.items()), currencies, proof)

    @property
    def decided(self) -> str | None:
        """The mark that more cells need than the other one."""
        point, comma = (self.needing.get(mark, 0) for mark in MARKS)
        return None if point == comma else POINT if point > comma else COMMA

    def column(self, hints: Mapping[str, str]) -> NumberColumn:
        """Return how to read the column, with the help of what other columns have decided.

        Raises:
            AmbiguousColumnError: that cannot be told.
        """
        currency = max(self.currencies, key=lambda each: self.currencies[each], default=_DOLLARS)
        guess = None if currency == _DOLLARS else f"amounts in {currency} are read as if they were US dollars"
        fewer, more = sorted(self.needing.get(mark, 0) for mark in MARKS)
        if self.decided is not None:
            return NumberColumn(self.decided, currency, is_mixed=fewer * _CLEAR_MAJORITY > more, guess=guess)
        if more:
            problem = "as many cells need the decimal point as need the decimal comma"
            raise AmbiguousColumnError(f"{self.proof!r}: {problem}", self.proof)
        if not self.ambiguous:
            return NumberColumn(POINT, currency, guess=guess)
        mark, why = self._guessed(hints)
        return NumberColumn(mark, currency, guess=why if guess is None else f"{why}; {guess}")

    def _guessed(self, hints: Mapping[str, str]) -> tuple[str, str]:
        text, amount = self.ambiguous[0]
        if len(set(hints.values())) == 1:
            name, mark = next(iter(hints.items()))
            return mark, f"{text!r} is read as {amount.value(mark)}, with the decimal mark of column {name!r}"
        if not any(COMMA in text for text, _ in self.ambiguous):
            return (
                POINT,
                f"{text!r} is read as {amount.value(POINT)}, though no cell proves that the point is decimal",
            )
        problem = f"{text!r} {_either(amount)}, and no cell of any column tells which"
        raise AmbiguousColumnError(problem, text)


def _either(amount: Amount) -> str:
    return "can be " + " or ".join(str(value) for _, value in amount.values)
