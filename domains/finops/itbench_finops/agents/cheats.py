"""Tricks of agents that know nothing of costs and try to score."""

from datetime import date, timedelta
from fractions import Fraction
from statistics import median_low
from typing import NamedTuple

from itbench import Agent, JsonObject
from itbench_finops.agents.bill import APPLICATION, FAMILY, AccountBill
from itbench_finops.agents.fleet import FleetEntry, plan_of
from itbench_finops.agents.tricks import BillTrick, FleetTrick, trick_agent

_DAYS_BEFORE = 7
_WEEKS = 4


class _Seen(NamedTuple):
    """When a resource appeared, whether it is an application, and what it costs on the day."""

    first: date
    is_application: int
    cost_e4usd: int


def _rises(bill: AccountBill) -> list[tuple[int, int, str]]:
    """Return cost on the day, cost on an average day of the week before, and name of each family."""
    day = bill.question.day
    before = [day - timedelta(days=distance) for distance in range(1, _DAYS_BEFORE + 1)]
    return [
        (spending.on(day), sum(map(spending.on, before)) // _DAYS_BEFORE, family)
        for family, spending in sorted(bill.families.items())
    ]


def _largest_absolute_rise(bill: AccountBill) -> list[tuple[str, str]]:
    return [(max(_rises(bill), key=lambda rise: rise[0] - rise[1])[2], FAMILY)] if bill.families else []


def _largest_relative_rise(bill: AccountBill) -> list[tuple[str, str]]:
    def share(rise: tuple[int, int, str]) -> Fraction:
        return Fraction(rise[0], max(rise[1], 1))

    return [(max(_rises(bill), key=share)[2], FAMILY)] if bill.families else []


def _largest_weekday_ratio(bill: AccountBill) -> list[tuple[str, str]]:
    """The family that costs most times the usual of the weekday, of those that usually cost anything."""
    day = bill.question.day
    ratios: dict[str, Fraction] = {}
    for family, spending in sorted(bill.families.items()):
        usual = median_low(spending.on(day - timedelta(weeks=week)) for week in range(1, _WEEKS + 1))
        if usual > 0:
            ratios[family] = Fraction(spending.on(day), usual)
    return [(max(ratios, key=lambda family: ratios[family]), FAMILY)] if ratios else []


def _newest_resource(bill: AccountBill) -> list[tuple[str, str]]:
    """The application that appeared last if it is not older than the newest family; the dearest of several."""
    if not bill.families:
        return []
    day = bill.question.day
    seen: dict[tuple[str, str], _Seen] = {}
    for family, spending in sorted(bill.families.items()):
        seen[family, FAMILY] = _Seen(spending.first_day(), 0, spending.on(day))
        for when, application in spending.applications.items():
            before = seen.get((application, APPLICATION), _Seen(when, 1, 0))
            cost = spending.on(day) if when == day else 0
            seen[application, APPLICATION] = _Seen(min(before.first, when), 1, before.cost_e4usd + cost)
    return [max(seen, key=lambda resource: seen[resource])]


def _name_everything(bill: AccountBill) -> list[tuple[str, str]]:
    families = [(family, FAMILY) for family in sorted(bill.families)]
    named = {name for spending in bill.families.values() for name in spending.applications.values()}
    return families + [(application, APPLICATION) for application in sorted(named)]


def _halved(entry: FleetEntry) -> JsonObject:
    return plan_of(entry, entry.replicas, entry.cpu_request_millicores // 2, entry.memory_request_mib // 2)


def _median(entry: FleetEntry) -> JsonObject:
    cpu, memory = entry.cpu_used_millicores["p50"], entry.memory_used_mib["p50"]
    return plan_of(
        entry,
        entry.replicas,
        -(-cpu // entry.replicas),
        -(-memory // entry.replicas) + entry.fixed_memory_mib_per_replica,
    )


BILL_CHEATS: dict[str, BillTrick] = {
    "largest-absolute-rise": _largest_absolute_rise,
    "largest-relative-rise": _largest_relative_rise,
    "largest-weekday-ratio": _largest_weekday_ratio,
    "newest-resource": _newest_resource,
    "name-everything": _name_everything,
}
FLEET_CHEATS: dict[str, FleetTrick] = {"halve-everything": _halved, "request-the-median": _median}


def make_cheat(name: str) -> Agent:
    """Return the cheat of that name.

    Raises:
        KeyError: there is none.
    """
    return trick_agent(name, BILL_CHEATS, FLEET_CHEATS)
