"""Rules that score well without any skill, because of how the tasks are made; the best of them is the floor of a suite."""

from datetime import timedelta
from fractions import Fraction

from itbench import Agent
from itbench_finops.agents.bill import FAMILY, AccountBill
from itbench_finops.agents.formula import cheapest_size, smallest_requests
from itbench_finops.agents.signatures import signs
from itbench_finops.agents.tricks import BillTrick, FleetTrick, trick_agent

_SETTLED_DAYS = 3


def _largest_record_ratio(bill: AccountBill) -> list[tuple[str, str]]:
    """The family that costs most times as much as on its dearest day until a few days ago."""
    last = bill.question.day - timedelta(days=_SETTLED_DAYS)
    ratios: dict[str, Fraction] = {}
    for family, spending in sorted(bill.families.items()):
        record = max((cost for day, cost in spending.costs_e4usd.items() if day <= last), default=0)
        if record > 0:
            ratios[family] = Fraction(spending.on(bill.question.day), record)
    return [(max(ratios, key=lambda family: ratios[family]), FAMILY)] if ratios else []


BILL_ADVERSARIES: dict[str, BillTrick] = {"largest-record-ratio": _largest_record_ratio, "signatures": signs}
FLEET_ADVERSARIES: dict[str, FleetTrick] = {
    "cheapest-size": cheapest_size,
    "smallest-requests": smallest_requests,
}


def make_adversary(name: str) -> Agent:
    """Return the adversary of that name.

    Raises:
        KeyError: there is none.
    """
    return trick_agent(name, BILL_ADVERSARIES, FLEET_ADVERSARIES)
