"""The signs that causes leave in a generated bill, on small bills written by hand."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from itbench_finops.agents.bill import AccountBill, Spending, Use
from itbench_finops.agents.signatures import signs
from itbench_finops.tables.question import Question

# A Wednesday in the middle of a month, and the last day of one.
DAY, END = date(2024, 5, 15), date(2024, 5, 31)


def spending(used_by, day: date = DAY, application: str = "till", first: int = 70) -> Spending:
    """Return what `used_by` gives for each distance from the day: instances, or instances by price."""
    found = Spending()
    for distance in range(first, -1, -1):
        when = day - timedelta(days=distance)
        uses = used_by(distance, when)
        for price, count in (uses if isinstance(uses, dict) else {1: uses}).items():
            if count:
                found.uses[when].append(Use(Decimal(price), Decimal(count)))
                found.costs_e4usd[when] += 240_000 * price * count
                found.applications[when] = application
    return found


def is_month_end(when: date) -> bool:
    return (when + timedelta(days=2)).month != when.month


@pytest.mark.parametrize(
    ("used_by", "day", "is_named"),
    [
        (lambda _, __: 20, DAY, False),
        (lambda distance, _: 30 if distance <= 1 else 20, DAY, True),
        (lambda distance, _: 24 if distance == 0 else 20, DAY, False),
        (lambda distance, _: 60 if distance % 7 == 0 else 20, DAY, False),
        (lambda distance, _: int(60 * 1.01 ** (70 - distance)), DAY, False),
        (lambda distance, _: 2 if 1 <= distance <= 4 else 20, DAY, False),
        (lambda _, when: 20 if when.weekday() in {1, 2} else 0, DAY, False),
        (lambda distance, when: 20 if when.weekday() in {0, 1} or distance == 0 else 0, DAY, True),
        (lambda distance, _: {3 if distance <= 1 else 2: 20}, DAY, True),
        (lambda distance, _: {3: 20} if distance <= 2 else {2: 15, 3: 5}, DAY, True),
        (lambda _, __: {2: 15, 3: 5}, DAY, False),
        (lambda _, when: 60 if is_month_end(when) else 20, END, False),
        (lambda distance, _: 60 if distance == 0 else 20, END, True),
        (lambda distance, when: 200 if distance == 0 else 60 if is_month_end(when) else 20, END, True),
    ],
    ids=[
        "steady",
        "scaled up",
        "noise",
        "its weekday",
        "growth",
        "back from a pause",
        "its days",
        "left on",
        "price",
        "commitment ended",
        "commitment goes on",
        "end of a month",
        "scaled up at the end of a month",
        "more than the end of a month explains",
    ],
)
def test_a_family_is_named_by_its_sign_and_by_nothing_else(used_by, day: date, is_named: bool) -> None:
    bill = AccountBill(Question(day, "a"), {"x": spending(used_by, day), "y": spending(lambda _, __: 9, day)})
    assert signs(bill) == ([("x", "Instance_Family")] if is_named else [])


def test_an_application_is_named_if_all_that_it_uses_is_new() -> None:
    old = {"y": spending(lambda _, __: 9)}
    fresh = {name: spending(lambda _, __: 5, application="fresh", first=1) for name in ("v", "w")}
    replacing = {"z": spending(lambda _, __: 9, first=0)}
    renamed = spending(lambda _, __: 7)
    renamed.applications[DAY] = "renamed"
    bill = AccountBill(Question(DAY, "a"), old | fresh | replacing | {"u": renamed})
    assert signs(bill) == [("fresh", "Application")]


def test_an_empty_bill_shows_no_sign() -> None:
    assert signs(AccountBill(Question(DAY, "a"), {})) == []
