"""The baseline on small bills, written by hand."""

from datetime import date, timedelta

import pytest

from itbench_finops.agents.bill import AccountBill, Spending
from itbench_finops.agents.explain import explain
from itbench_finops.tables.question import Question

# A Wednesday in the middle of a month.
DAY = date(2024, 5, 15)
DOLLAR_E4 = 10_000


def spending(cost_of, application: str = "till", first: int = 60, last: int = 0) -> Spending:
    """Return the costs in dollars that `cost_of` gives for each distance from the day."""
    found = Spending()
    for distance in range(first, last - 1, -1):
        day = DAY - timedelta(days=distance)
        cost = cost_of(distance)
        if cost:
            found.costs_e4usd[day] = int(cost * DOLLAR_E4)
            found.applications[day] = application
    return found


def named(day: date = DAY, **families: Spending) -> list[tuple[str, str]]:
    return [(each.name, each.type) for each in explain(AccountBill(Question(day, "a"), families))]


STEADY = spending(lambda _: 100)


@pytest.mark.parametrize(
    ("cost_of", "is_named"),
    [
        (lambda _: 100, False),
        (lambda distance: 160 if distance == 0 else 100, True),
        (lambda distance: 115 if distance == 0 else 100, False),
        (lambda distance: 300 if distance % 7 == 0 else 100, False),
        (lambda distance: 100 * 1.01 ** (60 - distance), False),
        (lambda distance: 10 if 1 <= distance <= 4 else 100, False),
        (lambda distance: 100 if distance in {0, 1, 2, 8, 9, 15, 16, 22, 23} else 0, True),
        (lambda distance: 10 if distance == 0 else 5, False),
        (lambda distance: -50 if distance == 0 else 100, False),
    ],
    ids=[
        "steady",
        "a rise",
        "within noise",
        "its weekday",
        "growth",
        "back from a pause",
        "left on",
        "few dollars",
        "credit",
    ],
)
def test_only_what_has_no_explanation_is_named(cost_of, is_named: bool) -> None:
    assert named(x=spending(cost_of), steady=STEADY) == ([("x", "Instance_Family")] if is_named else [])


def test_a_month_end_like_those_before_is_explained() -> None:
    end = date(2024, 5, 31)
    costs = Spending()
    for distance in range(100):
        day = end - timedelta(days=distance)
        costs.costs_e4usd[day] = (300 if (day + timedelta(days=2)).month != day.month else 100) * DOLLAR_E4
        costs.applications[day] = "till"
    assert named(end, x=costs) == []


def test_a_new_application_is_named_as_a_whole() -> None:
    new = {name: spending(lambda _: 80, "fresh", first=1) for name in ("x", "y")}
    assert named(steady=STEADY, **new) == [("fresh", "Application")]


def test_a_family_that_replaces_another_is_not_named_and_one_that_does_not_is() -> None:
    old, new = spending(lambda _: 100, last=1), spending(lambda _: 104, first=0)
    assert named(old=old, new=new, steady=STEADY) == []
    assert named(new=new, steady=STEADY) == [("new", "Instance_Family")]


def test_an_empty_bill_names_nothing() -> None:
    assert named() == []
