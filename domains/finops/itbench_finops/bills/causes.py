"""What can go wrong: each cause changes parameters of a few resources from one day on."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from itbench.kit import Randomness
from itbench_finops.bills.calendar import Calendar
from itbench_finops.bills.catalog import SERVICES, TRANSFER
from itbench_finops.bills.company import Company, new_resource
from itbench_finops.bills.resource import Commitment, Effect, Resource

FAMILY, APPLICATION = "Instance_Family", "Application"
_FOREVER = 1 << 30


@dataclass(frozen=True, slots=True)
class Change:
    """A resource without and with a cause; `before` is None where the cause brought the resource."""

    cause: str
    before: Resource | None
    after: Resource
    start: int

    @property
    def culprit(self) -> tuple[str, str]:
        """The name and type to answer: the application where a whole one is new, else the instance family."""
        if self.before is None:
            return self.after.application, APPLICATION
        return self.after.family, FAMILY


@dataclass(frozen=True, slots=True)
class Setting:
    """What a cause is made in: `strength` is 2 for an easy task, 0 for a hard one."""

    company: Company
    calendar: Calendar
    random: Randomness
    strength: int

    def start(self) -> int:
        """Return the day on which it begins: at most two days before it is noticed."""
        return self.calendar.anomaly - self.random.below(3)


def apply(cause: str, setting: Setting) -> list[Change]:
    """Return what a cause changes."""
    return _CAUSES[cause](setting)


def _runaway(setting: Setting) -> list[Change]:
    """Scale a resource further up on each day, without more work to do."""
    before, start = setting.company.take(is_plain=True), setting.start()
    effect = Effect(
        start,
        _FOREVER,
        demand_permille=1500 + 350 * setting.strength + setting.random.below(300),
        ramp_permille=setting.random.between(150, 400),
    )
    return [Change("runaway", before, before.affected(effect), start)]


def _price(setting: Setting) -> list[Change]:
    """Raise the list price of a resource."""
    before, start = setting.company.take(is_plain=True), setting.start()
    effect = Effect(start, _FOREVER, price_permille=1350 + 200 * setting.strength + setting.random.below(200))
    return [Change("price", before, before.affected(effect), start)]


def _application(setting: Setting) -> list[Change]:
    """Bring an application that nobody announced, with two to four resources."""
    company, random, start = setting.company, setting.random, setting.start()
    model = company.take(is_plain=True)
    company.resources.append(model)
    name = company.names.new(6)
    changes = []
    for service in random.shuffled(SERVICES)[: random.between(2, 4)]:
        fresh = new_resource(company, model.account, model.provider, name, model.region, service)
        demand_milli = fresh.demand_milli * (4 + 2 * setting.strength) // 10
        after = replace(fresh, first=start, demand_milli=demand_milli)
        changes.append(Change("application", None, after, start))
    return changes


def _test_fleet(setting: Setting) -> list[Change]:
    """Forget to switch off a fleet that runs on two days of the week only."""
    calendar = setting.calendar
    before = setting.company.take(is_plain=True)
    today = calendar.weekdays[calendar.anomaly]
    distance = setting.random.between(1, 3)
    days = frozenset({(today - distance) % 7, (today - distance - 1) % 7})
    before = replace(before, schedule=days, weekly_permille=(1000,) * 7, growth_ppm=0)
    start = calendar.anomaly - distance + 1
    after = before.affected(Effect(start, _FOREVER, is_left_on=True))
    return [Change("test-fleet", before, after, start)]


def _commitment(setting: Setting) -> list[Change]:
    """Let a commitment expire that covered two to four resources."""
    company, random, start = setting.company, setting.random, setting.start()
    name, discount = company.names.new(9), 300 + 75 * setting.strength + random.below(50)
    changes = []
    for _ in range(random.between(2, 4)):
        resource = company.take(is_plain=True)
        covered = max(1, resource.demand_milli * random.between(75, 95) // 100_000)
        endless = Commitment(id=name, instances=covered, discount_permille=discount, end=_FOREVER)
        ended = replace(endless, end=start)
        changes.append(
            Change(
                "commitment",
                replace(resource, commitment=endless),
                replace(resource, commitment=ended),
                start,
            )
        )
    return changes


def _transfer(setting: Setting) -> list[Change]:
    """Let two applications send the same data to and fro between regions."""
    company, random, start = setting.company, setting.random, setting.start()
    factor = 1800 + 700 * setting.strength + random.below(300)
    changes = []
    for _ in range(2):
        model = company.take(is_plain=True)
        company.resources.append(model)
        before = new_resource(
            company, model.account, model.provider, model.application, model.region, TRANSFER
        )
        before = replace(before, price_e4usd=before.price_e4usd * 3, weekly_permille=(1000,) * 7)
        after = before.affected(Effect(start, _FOREVER, demand_permille=factor + random.below(100)))
        changes.append(Change("transfer", before, after, start))
    return changes


_CAUSES: dict[str, Callable[[Setting], list[Change]]] = {
    "runaway": _runaway,
    "price": _price,
    "application": _application,
    "test-fleet": _test_fleet,
    "commitment": _commitment,
    "transfer": _transfer,
}
