"""What an agent reads of a bill: the account in question, resource by resource and day by day."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from itbench import DataError, Trace, Workspace
from itbench_finops.tables.costs import CostTable, account_lines, read_costs
from itbench_finops.tables.question import Question, read_question

FAMILY, APPLICATION = "Instance_Family", "Application"
_LARGEST_BYTES = 512 * 1024 * 1024
_NOTED_FAULTS = 20


class Use(NamedTuple):
    """So many instances at one price an hour."""

    price_usd_per_hour: Decimal
    instances: Decimal


@dataclass(slots=True)
class Spending:
    """What one resource cost by day, in ten-thousandths of a dollar, and what it was used by and for, line by line."""

    costs_e4usd: dict[date, int] = field(default_factory=lambda: defaultdict(int))
    applications: dict[date, str] = field(default_factory=dict)
    uses: dict[date, list[Use]] = field(default_factory=lambda: defaultdict(list))

    def on(self, day: date) -> int:
        """Return what it cost on a day."""
        return self.costs_e4usd.get(day, 0)

    def first_day(self) -> date:
        """Return the first day on which it cost anything."""
        return min(self.costs_e4usd)


@dataclass(slots=True)
class AccountBill:
    """The question, and what each instance family of the account cost."""

    question: Question
    families: dict[str, Spending]

    @property
    def first_day(self) -> date:
        """The first day of the table."""
        return min((each.first_day() for each in self.families.values()), default=self.question.day)


# All cheats of a task in a row read the same table.
@lru_cache(maxsize=2)
def _table(data: bytes) -> CostTable:
    return read_costs(data, source="data.csv")


async def read_bill(workspace: Workspace, trace: Trace) -> AccountBill | None:
    """Return the bill of the account in question; None, with a note, where there is none that can be read."""
    try:
        question = read_question(await workspace.read_file("anomaly.json"), source="anomaly.json")
        data = await workspace.read_file("data.csv", max_bytes=_LARGEST_BYTES)
        table = _table(data)
    except (OSError, ValueError, DataError) as error:
        trace.record("note", about="bill", text=f"cannot be read: {error}")
        return None
    for text in (*table.guesses, *table.faults[:_NOTED_FAULTS]):
        trace.record("note", about="data.csv", text=text)
    return account_bill(question, table)


def account_bill(question: Question, table: CostTable) -> AccountBill:
    """Return what each instance family of the account in question cost."""
    found: dict[str, Spending] = defaultdict(Spending)
    for line in account_lines(table, question.account):
        found[line.family].costs_e4usd[line.day] += line.cost_e4usd
        found[line.family].applications[line.day] = line.application
        # A credit has neither.
        if line.price_usd_per_hour and line.instances:
            found[line.family].uses[line.day].append(Use(line.price_usd_per_hour, line.instances))
    return AccountBill(question, dict(found))
