"""Writes a bill as a Cost and Usage table of the FinOps Open Cost and Usage Specification (FOCUS) 1.4.

What a commitment covers is billed with the commitment: day by day, or for the whole term in advance. The use that it covers
is billed at 0, and its effective cost is its share of the commitment; what nobody used is a row of its own.
"""

from collections.abc import Iterable, Iterator
from datetime import date

from itbench_finops.bills import focus_amounts as amounts, focus_parts as parts
from itbench_finops.bills.bill import CORRECTION, CREDIT, Bill, Line
from itbench_finops.bills.commitments import SAVINGS_PLAN, TERM_DAYS, Term, terms_of
from itbench_finops.bills.resource import COMMITTED, Charge

_COLUMNS = (
    *parts.PERIOD,
    *parts.CHARGE_PERIOD,
    *parts.INVOICE,
    *parts.PLACE,
    *parts.SUBJECT,
    *parts.AMOUNTS,
    *parts.CUSTOM,
)
HEADER = ",".join(_COLUMNS) + "\n"


class FocusWriter:
    """Turns the lines of a bill, and the commitments behind them, into text."""

    def __init__(self, bill: Bill) -> None:
        self._bill = bill
        self._terms = [terms_of(resource, bill.calendar.days) for resource in bill.resources]
        self._places = [parts.place(resource) for resource in bill.resources]
        self._months = [day.replace(day=1) for day in bill.calendar.dates]
        self._periods: dict[tuple[date, int, int], str] = {}
        self._invoices: dict[tuple[int, date], str] = {}
        self._tails: dict[tuple[int, str, Charge, int, str], str] = {}

    def text(self, lines: Iterable[Line]) -> str:
        """Return the rows of some lines."""
        return "".join([self._row(line) for line in lines])

    def commitments(self, day: int) -> str:
        """Return the rows of commitments that were bought, or not used in full, on a day."""
        return "".join(
            row
            for at, terms in enumerate(self._terms)
            for term in terms
            if term.covers(day)
            for row in self._commitment_rows(at, term, day)
        )

    def _row(self, line: Line) -> str:
        # A month is closed by the time that it is corrected, so the next one has the correction.
        month = self._months[line.day]
        month = parts.following_month(month) if line.kind == CORRECTION else month
        return self._head(line.resource, month, line.day) + self._tail(line)

    def _commitment_rows(self, at: int, term: Term, day: int) -> Iterator[str]:
        tail = parts.bought_commitment(self._bill.resources[at], term), parts.custom(None)
        if term.kind == SAVINGS_PLAN:
            yield self._head(at, self._months[day], day) + amounts.purchase(term, 1).join(tail)
        elif term.first == day:
            yield self._head(at, self._months[day], day, TERM_DAYS) + amounts.purchase(term, TERM_DAYS).join(
                tail
            )
        hours = term.unused_hours(self._bill.charges[at][day])
        if hours:
            yield self._head(at, self._months[day], day) + amounts.unused(term, hours).join(tail)

    def _head(self, at: int, month: date, day: int, days: int = 1) -> str:
        """Return billing period, charge period, invoice and place of a row."""
        if (month, day, days) not in self._periods:
            first = self._bill.calendar.dates[day]
            self._periods[month, day, days] = parts.billing_period(month) + parts.charge_period(first, days)
        if (at, month) not in self._invoices:
            self._invoices[at, month] = parts.invoice(self._bill.resources[at], month)
        return self._periods[month, day, days] + self._invoices[at, month] + self._places[at]

    def _tail(self, line: Line) -> str:
        """Return what a line is about, its amounts, and the end of the row."""
        term = self._term(line)
        key = (line.resource, line.kind, line.charge, line.cost_e4usd, term.id if term else "")
        if key not in self._tails:
            resource = self._bill.resources[line.resource]
            if line.kind == CREDIT:
                found = parts.credited_resource(resource) + amounts.credit(line)
            else:
                found = parts.used_resource(resource, line.charge.pricing) + amounts.usage(
                    line, resource, term
                )
            self._tails[key] = found + parts.custom(resource)
        return self._tails[key]

    def _term(self, line: Line) -> Term | None:
        if line.kind == CREDIT or line.charge.pricing != COMMITTED:
            return None
        return next(term for term in self._terms[line.resource] if term.covers(line.day))
