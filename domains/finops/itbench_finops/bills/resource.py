"""One resource of a bill, and how much of it is used and paid for on each day."""

from dataclasses import dataclass, field, replace

from itbench.kit import Randomness
from itbench_finops.bills.calendar import Calendar

STANDARD, COMMITTED, DYNAMIC = "Standard", "Committed", "Dynamic"
HOURS_PER_DAY = 24
_PERMILLE = 1000
_MILLION = 1_000_000
_NOISE_PERMILLE = 30
_SPOT_LOW_PERMILLE, _SPOT_HIGH_PERMILLE = 300, 450


@dataclass(frozen=True, slots=True)
class Effect:
    """From `first` to `last` (both included) demand and price are multiplied, or a fleet stays on.

    A `ramp` adds to the factor of the demand on each further day.
    """

    first: int
    last: int
    demand_permille: int = _PERMILLE
    price_permille: int = _PERMILLE
    ramp_permille: int = 0
    is_left_on: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Commitment:
    """A promise to use so many instances for a lower price, until the day `end`."""

    id: str
    instances: int
    discount_permille: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """An instance family that one application uses of one service; everything that its cost follows from.

    Attributes:
        demand_milli: thousandths of an instance on the first day, without season.
        growth_ppm: added to the demand each day, in millionths of it.
        weekly_permille: factor for each weekday from Monday.
        month_end_permille: factor on the last two days of each month.
        first: the day on which it is launched.
        end: the first day on which it is gone.
        schedule: the only weekdays on which it runs; None for all.
    """

    account: str
    provider: str
    service: str
    application: str
    family: str
    region: str
    seed: int
    price_e4usd: int
    demand_milli: int
    growth_ppm: int = 0
    weekly_permille: tuple[int, ...] = (_PERMILLE,) * 7
    month_end_permille: int = _PERMILLE
    first: int = 0
    end: int = 1 << 30
    schedule: frozenset[int] | None = None
    is_spot: bool = False
    commitment: Commitment | None = None
    effects: tuple[Effect, ...] = field(default=())

    def affected(self, *effects: Effect) -> "Resource":
        """Return this resource with further effects."""
        return replace(self, effects=(*self.effects, *effects))


@dataclass(frozen=True, slots=True)
class Charge:
    """So many instances of a resource for one day at one price an hour."""

    pricing: str
    price_e4usd: int
    list_price_e4usd: int
    instances: int

    @property
    def cost_e4usd(self) -> int:
        """What it costs."""
        return self.price_e4usd * self.instances * HOURS_PER_DAY


def charges(resource: Resource, calendar: Calendar) -> list[tuple[Charge, ...]]:
    """Return what is charged on each day: nothing, one charge, or a committed and an uncommitted one."""
    instances = _instances(resource, calendar)
    prices = _list_prices(resource, calendar.days)
    if resource.is_spot:
        return _spot_charges(resource, instances, prices)
    known: dict[tuple[int, int, bool], tuple[Charge, ...]] = {}
    found = []
    commitment = resource.commitment
    for day, (count, price) in enumerate(zip(instances, prices, strict=True)):
        is_committed = commitment is not None and day < commitment.end
        key = (count, price, is_committed)
        if key not in known:
            known[key] = _split(count, price, commitment if is_committed else None)
        found.append(known[key])
    return found


def _split(count: int, price_e4usd: int, commitment: Commitment | None) -> tuple[Charge, ...]:
    if count == 0:
        return ()
    if commitment is None:
        return (Charge(STANDARD, price_e4usd, price_e4usd, count),)
    covered = min(count, commitment.instances)
    committed = price_e4usd * (_PERMILLE - commitment.discount_permille) // _PERMILLE
    found = [Charge(COMMITTED, committed, price_e4usd, covered)]
    if count > covered:
        found.append(Charge(STANDARD, price_e4usd, price_e4usd, count - covered))
    return tuple(found)


def _spot_charges(resource: Resource, instances: list[int], prices: list[int]) -> list[tuple[Charge, ...]]:
    """Let the spot price wander between its bounds, a little each day."""
    random = Randomness(resource.seed).fork("spot")
    share = (_SPOT_LOW_PERMILLE + _SPOT_HIGH_PERMILLE) // 2
    found: list[tuple[Charge, ...]] = []
    for count, price in zip(instances, prices, strict=True):
        share = min(max(share + random.between(-15, 15), _SPOT_LOW_PERMILLE), _SPOT_HIGH_PERMILLE)
        spot = price * share // _PERMILLE
        found.append((Charge(DYNAMIC, spot, price, count),) if count else ())
    return found


def _instances(resource: Resource, calendar: Calendar) -> list[int]:
    """Return how many instances run on each day: as many as the demand needs, which is what autoscaling does."""
    bits = Randomness(resource.seed).bits
    width = 2 * _NOISE_PERMILLE + 1
    low = _PERMILLE - _NOISE_PERMILLE
    weekly, month_end = resource.weekly_permille, resource.month_end_permille
    demand_micro = resource.demand_milli * _PERMILLE
    first, end, growth = resource.first, resource.end, _MILLION + resource.growth_ppm
    found = []
    for day, (weekday, is_month_end) in enumerate(zip(calendar.weekdays, calendar.is_month_end, strict=True)):
        # Drawn on days without use too, so that an effect changes nothing but what it is about.
        noise = low + ((bits() * width) >> 64)
        demand = demand_micro * weekly[weekday] * noise
        if is_month_end:
            demand = demand * month_end // _PERMILLE
        demand_micro = demand_micro * growth // _MILLION
        if first <= day < end:
            found.append(-(-demand // (_MILLION * _MILLION)))
        else:
            found.append(0)
    for effect in resource.effects:
        for day in range(max(effect.first, 0), min(effect.last + 1, calendar.days)):
            factor = effect.demand_permille + effect.ramp_permille * (day - effect.first)
            found[day] = -(-found[day] * factor // _PERMILLE)
    if resource.schedule is not None:
        _switch_off(resource, calendar, found)
    return found


def _switch_off(resource: Resource, calendar: Calendar, instances: list[int]) -> None:
    left_on = [effect for effect in resource.effects if effect.is_left_on]
    for day, weekday in enumerate(calendar.weekdays):
        is_left_on = any(effect.first <= day <= effect.last for effect in left_on)
        if resource.schedule is not None and weekday not in resource.schedule and not is_left_on:
            instances[day] = 0


def _list_prices(resource: Resource, days: int) -> list[int]:
    prices = [resource.price_e4usd] * days
    for effect in resource.effects:
        for day in range(max(effect.first, 0), min(effect.last + 1, days)):
            prices[day] = prices[day] * effect.price_permille // _PERMILLE
    return prices
