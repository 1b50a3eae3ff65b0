"""Explains a generated bill by the one sign that each kind of cause leaves and nothing else of the generator does.

No season, trend or comparison with other resources is needed, which is why this agent sets the floor of the suite.
"""

from datetime import date, timedelta
from decimal import Decimal
from statistics import median

from itbench_finops.agents.bill import APPLICATION, FAMILY, AccountBill, Spending

_NEW_DAYS = 3
_PRICE_RISE, _USE_RISE = Decimal("1.25"), Decimal("1.35")
_WEEKS = 4
_MONTH_ENDS = 3
_WEEK = timedelta(weeks=1)


def signs(bill: AccountBill) -> list[tuple[str, str]]:
    """Return the applications that are new with all they use, and the families that show one of the signs."""
    day = bill.question.day
    since = day - timedelta(days=_NEW_DAYS)
    old = {name: each for name, each in bill.families.items() if each.first_day() <= since}
    known = {application for each in old.values() for application in each.applications.values()}
    fresh = {
        each.applications[day]
        for name, each in bill.families.items()
        if name not in old and day in each.applications
    }
    return [(application, APPLICATION) for application in sorted(fresh - known)] + [
        (family, FAMILY)
        for family, each in sorted(old.items())
        if each.uses.get(day)
        and (_runs_off_schedule(each, day) or _costs_more(each, day) or _is_used_more(each, day))
    ]


def _runs_off_schedule(spending: Spending, day: date) -> bool:
    """A fleet that was left on: it has never run on this weekday."""
    return not any(spending.uses.get(day - week * _WEEK) for week in range(1, _WEEKS + 1))


def _costs_more(spending: Spending, day: date) -> bool:
    """A higher list price, or an ended commitment: the cheapest instance of the day costs more than a few days ago."""
    before = max((each for each in spending.uses if (day - each).days >= _NEW_DAYS), default=None)
    return before is not None and _cheapest(spending, day) > _PRICE_RISE * _cheapest(spending, before)


def _is_used_more(spending: Spending, day: date) -> bool:
    """Runaway scaling or needless transfer: more instances than on the same weekday, and than a month's end explains."""
    usual = max(_instances(spending, day - week * _WEEK) for week in range(1, _WEEKS + 1))
    return _instances(spending, day) > _USE_RISE * usual * _month_end_factor(spending, day)


def _cheapest(spending: Spending, day: date) -> Decimal:
    return min(use.price_usd_per_hour for use in spending.uses[day])


def _instances(spending: Spending, day: date) -> Decimal:
    return sum((use.instances for use in spending.uses.get(day, ())), Decimal(0))


def _month_end_factor(spending: Spending, day: date) -> Decimal:
    """Return how many times the usual was used at the ends of the months before, if the day is one of a month's end."""
    if (day + timedelta(days=2)).month == day.month:
        return Decimal(1)
    factors, last = [], day.replace(day=1) - timedelta(days=1)
    for _ in range(_MONTH_ENDS):
        for end in (last, last - timedelta(days=1)):
            usual = _instances(spending, end - _WEEK)
            factors += [_instances(spending, end) / usual] if usual else []
        last = last.replace(day=1) - timedelta(days=1)
    return median(factors) if factors else Decimal(1)
