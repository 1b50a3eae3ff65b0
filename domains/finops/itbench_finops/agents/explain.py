"""Explains a bill: what each resource should have cost by weekday, month-end and trend, and what is new."""

import math
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median

from itbench_finops.agents.bill import APPLICATION, FAMILY, AccountBill, Spending

_WEEKS = 4
_RECENT_DAYS = 3
_LEAST_SHARE = 0.2
_LEAST_EXCESS_E4USD = 150_000
_SAME_SHARE = 0.25
_MONTH_ENDS = 3


@dataclass(frozen=True, slots=True)
class Finding:
    """A resource to blame, and why."""

    name: str
    type: str
    reason: str


def explain(bill: AccountBill) -> list[Finding]:
    """Return the resources whose cost neither season nor trend nor a move explains."""
    new = [family for family, each in bill.families.items() if _is_new(each, bill)]
    found = _new_applications(bill, new)
    for family, spending in sorted(bill.families.items()):
        cost = spending.on(bill.question.day)
        if family in new or cost <= 0:
            continue
        expected = _expected(spending, bill)
        if cost - expected > max(_LEAST_EXCESS_E4USD, _LEAST_SHARE * expected):
            found.append(Finding(family, FAMILY, f"cost {cost}, expected {expected:.0f} e-4 USD"))
    return found


def _is_new(spending: Spending, bill: AccountBill) -> bool:
    return spending.first_day() > bill.question.day - timedelta(days=_RECENT_DAYS)


def _new_applications(bill: AccountBill, new: list[str]) -> list[Finding]:
    """Return the applications all of whose families are new, and new families that replace nothing."""
    day, found = bill.question.day, []
    members: dict[str, list[str]] = {}
    for family, spending in sorted(bill.families.items()):
        if day in spending.applications:
            members.setdefault(spending.applications[day], []).append(family)
    for application, families in sorted(members.items()):
        fresh = [family for family in families if family in new]
        if fresh and len(fresh) == len(families):
            found.append(Finding(application, APPLICATION, f"all its families are new: {fresh}"))
            continue
        found += [
            Finding(family, FAMILY, "it is new, and nothing went away")
            for family in fresh
            if not _replaces(bill, bill.families[family], application)
        ]
    return found


def _replaces(bill: AccountBill, fresh: Spending, application: str) -> bool:
    """Tell whether a family of the same application that cost about as much is gone."""
    day, cost = bill.question.day, fresh.on(bill.question.day)
    for spending in bill.families.values():
        last = max(spending.costs_e4usd)
        if last < day and application in spending.applications.values():
            before = spending.on(last)
            if abs(before - cost) <= _SAME_SHARE * max(before, cost):
                return True
    return False


def _expected(spending: Spending, bill: AccountBill) -> float:
    """Return the largest cost that has an explanation: the weekday with its trend, or the last ends of months."""
    day = bill.question.day
    same = [spending.on(day - timedelta(weeks=week)) for week in range(1, _WEEKS + 1)]
    weekday = median(same) * _trend(spending, day)
    return max(weekday, *(_month_ends(spending, day) if _is_month_end(day) else [0.0]))


def _trend(spending: Spending, day: date) -> float:
    """Return by how much cost grows in the time from the middle of the weeks before to the day; never less than 1."""
    later = sum(spending.on(day - timedelta(days=distance)) for distance in range(5, 19))
    earlier = sum(spending.on(day - timedelta(days=distance)) for distance in range(19, 33))
    if earlier <= 0 or later <= earlier:
        return 1.0
    weeks = (_WEEKS + 1) / 2
    return math.pow(min(later / earlier, 1.5), weeks / 2)


def _is_month_end(day: date) -> bool:
    return (day + timedelta(days=2)).month != day.month


def _month_ends(spending: Spending, day: date) -> list[float]:
    """Return what it cost at the same distance from the end of the months before."""
    following = (day.replace(day=28) + timedelta(days=4)).replace(day=1)
    distance = following - day
    found, first = [], day.replace(day=1)
    for _ in range(_MONTH_ENDS):
        found.append(float(spending.on(first - distance)))
        first = (first - timedelta(days=1)).replace(day=1)
    return found
