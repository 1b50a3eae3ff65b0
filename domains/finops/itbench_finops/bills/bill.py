"""The lines of a bill, day by day, from what the resources of a company used."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from itbench.kit import Randomness
from itbench_finops.bills.calendar import Calendar
from itbench_finops.bills.resource import Charge, Resource, charges

USAGE, CREDIT, CORRECTION = "usage", "credit", "correction"


@dataclass(frozen=True, slots=True)
class Line:
    """One line: usage of a resource on a day, a credit for it, or the correction of an earlier line."""

    day: int
    resource: int
    kind: str
    charge: Charge
    cost_e4usd: int


@dataclass(slots=True)
class Bill:
    """Everything that a company was charged.

    Attributes:
        resources: lines refer to them by their place in this list.
        charges: of each resource, by day.
        extra: credits and corrections by day.
        late: for a resource, the day whose line only arrives at the end.
    """

    calendar: Calendar
    resources: Sequence[Resource]
    random: Randomness
    charges: list[list[tuple[Charge, ...]]] = field(default_factory=list)
    extra: dict[int, list[Line]] = field(default_factory=dict)
    late: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.charges = [charges(resource, self.calendar) for resource in self.resources]

    def add_credit(self, resource: int, day: int, permille: int) -> None:
        """Give back a part of what a resource cost on a day."""
        for charge in self.charges[resource][day][:1]:
            nothing = Charge(charge.pricing, 0, 0, 0)
            self._add(Line(day, resource, CREDIT, nothing, -charge.cost_e4usd * permille // 1000))

    def add_correction(self, resource: int, day: int, permille: int) -> None:
        """Let the first line of a day have been too high: it is taken back and charged again as it should have been."""
        for charge in self.charges[resource][day][:1]:
            wrong = charge.instances * (1000 + permille) // 1000
            first = Charge(charge.pricing, charge.price_e4usd, charge.list_price_e4usd, wrong)
            back = Charge(charge.pricing, charge.price_e4usd, charge.list_price_e4usd, -wrong)
            self._add(Line(day, resource, USAGE, first, first.cost_e4usd))
            self._add(Line(day, resource, CORRECTION, back, back.cost_e4usd))

    def lines(self) -> Iterator[list[Line]]:
        """Yield the lines as they arrive: a list for each day, in an order that tells nothing, then what was late."""
        order = list(range(len(self.resources)))
        delayed: list[Line] = []
        for day in range(self.calendar.days):
            order = self.random.shuffled(order) if day % 7 == 0 else order
            found: list[Line] = []
            for at in order:
                is_late = self.late.get(at) == day
                for charge in self.charges[at][day]:
                    line = Line(day, at, USAGE, charge, charge.cost_e4usd)
                    (delayed if is_late else found).append(line)
            yield found + self.extra.get(day, [])
        yield delayed

    def _add(self, line: Line) -> None:
        self.extra.setdefault(line.day, []).append(line)
