"""What a resource uses and costs on each day, computed by hand."""

from dataclasses import replace
from datetime import date
from itertools import pairwise

import pytest

from itbench.kit.generated.randomness import Randomness
from itbench_finops.bills.calendar import Calendar, make_calendar
from itbench_finops.bills.resource import (
    COMMITTED,
    DYNAMIC,
    STANDARD,
    Charge,
    Commitment,
    Effect,
    Resource,
    charges,
)

# 2024-01-01 is a Monday; the month ends on days 29 and 30.
CALENDAR = Calendar(date(2024, 1, 1), 35, 30)
RESOURCE = Resource(
    account="a",
    provider="p",
    service="s",
    application="x",
    family="f",
    region="r",
    seed=7,
    price_e4usd=1000,
    demand_milli=1_000_000,
)


def counts(resource: Resource) -> list[int]:
    return [sum(charge.instances for charge in found) for found in charges(resource, CALENDAR)]


def test_without_season_the_demand_stays_within_its_noise() -> None:
    assert all(970 <= count <= 1030 for count in counts(RESOURCE))
    assert len(set(counts(RESOURCE))) > 10


def test_weekdays_and_ends_of_months_scale_the_demand() -> None:
    weekly = replace(RESOURCE, weekly_permille=(1000,) * 5 + (500, 250), month_end_permille=2000)
    for day, (count, plain) in enumerate(zip(counts(weekly), counts(RESOURCE), strict=True)):
        factor = {5: 0.5, 6: 0.25}.get(day % 7, 1) * (2 if day in {29, 30} else 1)
        assert count == pytest.approx(plain * factor, abs=2), day


def test_growth_adds_up() -> None:
    grown = counts(replace(RESOURCE, growth_ppm=10_000))
    assert grown[30] / counts(RESOURCE)[30] == pytest.approx(1.01**30, rel=0.01)


def test_a_resource_runs_from_its_launch_to_its_end() -> None:
    found = counts(replace(RESOURCE, first=3, end=5))
    assert [day for day, count in enumerate(found) if count] == [3, 4]


def test_a_scheduled_fleet_runs_on_its_weekdays_unless_it_is_left_on() -> None:
    fleet = replace(RESOURCE, schedule=frozenset({1, 2}))
    assert [day for day, count in enumerate(counts(fleet)) if count] == [1, 2, 8, 9, 15, 16, 22, 23, 29, 30]
    left_on = counts(fleet.affected(Effect(10, 12, is_left_on=True)))
    assert [day for day, count in enumerate(left_on) if count][:8] == [1, 2, 8, 9, 10, 11, 12, 15]


def test_an_effect_changes_only_its_days_and_only_what_it_is_about() -> None:
    plain, ramped = (
        counts(RESOURCE),
        counts(RESOURCE.affected(Effect(10, 12, demand_permille=2000, ramp_permille=500))),
    )
    for day, factor in ((9, 1), (10, 2), (11, 2.5), (12, 3), (13, 1)):
        assert ramped[day] == pytest.approx(plain[day] * factor, abs=1)
    dearer = charges(RESOURCE.affected(Effect(10, 12, price_permille=1500)), CALENDAR)
    assert [dearer[day][0].price_e4usd for day in (9, 10, 12, 13)] == [1000, 1500, 1500, 1000]
    assert [sum(each.instances for each in found) for found in dearer] == plain


def test_a_commitment_covers_its_instances_until_it_ends() -> None:
    commitment = Commitment(id="c", instances=900, discount_permille=400, end=10)
    found = charges(replace(RESOURCE, commitment=commitment), CALENDAR)
    count = counts(RESOURCE)
    assert found[9] == (Charge(COMMITTED, 600, 1000, 900), Charge(STANDARD, 1000, 1000, count[9] - 900))
    assert found[10] == (Charge(STANDARD, 1000, 1000, count[10]),)
    assert found[9][0].cost_e4usd == 600 * 900 * 24


def test_a_commitment_for_more_than_is_used_covers_what_is_used() -> None:
    commitment = Commitment(id="c", instances=5000, discount_permille=400, end=99)
    found = charges(replace(RESOURCE, commitment=commitment), CALENDAR)
    assert found[0] == (Charge(COMMITTED, 600, 1000, counts(RESOURCE)[0]),)


def test_a_spot_price_wanders_a_little_within_its_bounds() -> None:
    prices = [found[0].price_e4usd for found in charges(replace(RESOURCE, is_spot=True), CALENDAR)]
    assert all(300 <= price <= 450 for price in prices)
    assert all(abs(one - other) <= 15 for one, other in pairwise(prices))
    assert charges(replace(RESOURCE, is_spot=True), CALENDAR)[0][0].pricing == DYNAMIC


@pytest.mark.parametrize("seed", range(20))
def test_a_calendar_ends_with_the_anomaly_or_up_to_two_days_later(seed: int) -> None:
    calendar = make_calendar(Randomness(seed), None)
    assert 130 <= calendar.days <= 150
    assert 0 <= calendar.days - 1 - calendar.anomaly <= 2
    assert calendar.weekdays == [day.weekday() for day in calendar.dates]
    ends = [day for day, is_end in zip(calendar.dates, calendar.is_month_end, strict=True) if is_end]
    assert ends
    assert all(day.day >= 27 for day in ends)
