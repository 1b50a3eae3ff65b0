"""What misleads: cost that rises for a reason that the table itself shows."""

from dataclasses import dataclass, replace

from itbench.kit import Randomness
from itbench_finops.bills.calendar import Calendar
from itbench_finops.bills.catalog import SERVICES
from itbench_finops.bills.company import Company, new_resource
from itbench_finops.bills.resource import Effect, Resource

_FOREVER = 1 << 30
_LARGE_MILLI = 90_000


@dataclass(frozen=True, slots=True)
class Adjustment:
    """A line of the bill that is no plain usage: a credit, or the correction of an earlier line."""

    kind: str
    family: str
    day: int
    permille: int


@dataclass(slots=True)
class Decoys:
    """Resources to which something explicable happened, adjustments, and lines that arrive late."""

    resources: list[Resource]
    adjustments: list[Adjustment]
    late: dict[str, int]


def add_decoys(company: Company, calendar: Calendar, random: Randomness) -> Decoys:
    """Take resources from the company and let something explicable happen to each."""
    resources = [
        _at_month_end(company, random),
        _growing(company, random),
        _back_from_maintenance(company, calendar, random),
        _on_its_days(company, calendar, random),
        *_migrated(company, calendar, random),
        *_moved_to_another_application(company, calendar),
        _elsewhere(company, calendar, random),
    ]
    steady = [company.take() for _ in range(3)]
    today = calendar.anomaly
    adjustments = [
        Adjustment("credit", steady[0].family, today - 1, random.between(500, 900)),
        Adjustment("credit", steady[1].family, today - 7, random.between(500, 900)),
        Adjustment("correction", steady[2].family, today - random.between(31, 45), random.between(100, 300)),
    ]
    late = {resource.family: today - 1 for resource in steady[1:]}
    return Decoys([*resources, *steady], adjustments, late)


def _at_month_end(company: Company, random: Randomness) -> Resource:
    """Work that is done at the end of each month, by the largest of all."""
    resource = _large(company, random)
    return replace(resource, month_end_permille=random.between(2200, 3200), growth_ppm=0)


def _growing(company: Company, random: Randomness) -> Resource:
    return replace(_large(company, random), growth_ppm=random.between(8_000, 11_000), demand_milli=30_000)


def _back_from_maintenance(company: Company, calendar: Calendar, random: Randomness) -> Resource:
    """A resource that was nearly off for some days until yesterday."""
    today = calendar.anomaly
    effect = Effect(today - random.between(3, 5), today - 1, demand_permille=random.between(60, 200))
    return _large(company, random).affected(effect)


def _on_its_days(company: Company, calendar: Calendar, random: Randomness) -> Resource:
    """A fleet that runs on this weekday and one other only, as it always did."""
    today = calendar.weekdays[calendar.anomaly]
    days = frozenset({today, (today + random.between(2, 4)) % 7})
    return replace(company.take(is_plain=True), schedule=days, weekly_permille=(1000,) * 7)


def _migrated(company: Company, calendar: Calendar, random: Randomness) -> list[Resource]:
    """A resource that another family of the same application replaces today, at the same cost."""
    old, today = company.take(is_plain=True), calendar.anomaly
    new = replace(old, family=company.names.new(5), first=today, seed=random.seed())
    return [replace(old, end=today), new]


def _moved_to_another_application(company: Company, calendar: Calendar) -> list[Resource]:
    """A resource that counts for an application of a new name from today on; nothing else of it changes."""
    resource, today = company.take(is_plain=True), calendar.anomaly
    renamed = replace(resource, application=company.names.new(6), first=today)
    return [replace(resource, end=today), renamed]


def _elsewhere(company: Company, calendar: Calendar, random: Randomness) -> Resource:
    """A real anomaly, but in an account that nobody asked about."""
    account = company.accounts[1]
    model = next(resource for resource in company.resources if resource.account == account)
    fresh = new_resource(
        company, account, model.provider, model.application, model.region, random.pick(SERVICES)
    )
    return fresh.affected(Effect(calendar.anomaly, _FOREVER, demand_permille=4000))


def _large(company: Company, random: Randomness) -> Resource:
    resource = company.take(is_plain=True)
    return replace(resource, demand_milli=_LARGE_MILLI + random.below(_LARGE_MILLI))
