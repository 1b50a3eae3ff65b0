"""The commitments behind discounted use: for which term each was bought, how it is paid, and what of it is left unused.

A table of daily costs shows only the discounted price. Everything here follows from that and from names, never from what
goes wrong in a task.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from itbench.kit import Randomness, mixed
from itbench_finops.bills.resource import COMMITTED, HOURS_PER_DAY, Charge, Resource

TERM_DAYS = 365
_PERMILLE = 1000


@dataclass(frozen=True, slots=True)
class CommitmentKind:
    """What a provider sells: a promise to spend, paid day by day, or a promise to use, paid in advance."""

    type: str
    category: Literal["Spend", "Usage"]
    unit: str
    frequency: Literal["Recurring", "One-Time"]


SAVINGS_PLAN = CommitmentKind("Savings Plan", "Spend", "USD", "Recurring")
RESERVED_INSTANCES = CommitmentKind("Reserved Instances", "Usage", "Hours", "One-Time")
KINDS = (SAVINGS_PLAN, RESERVED_INSTANCES)


@dataclass(frozen=True, slots=True)
class Term:
    """One purchase of so many instances of a family at a price an hour, from day `first` to before day `end`."""

    id: str
    name: str
    kind: CommitmentKind
    first: int
    end: int
    instances: int
    price_e4usd: int

    @property
    def hours_per_day(self) -> int:
        """How many instance hours it covers each day."""
        return self.instances * HOURS_PER_DAY

    def covers(self, day: int) -> bool:
        """Tell whether it holds on a day."""
        return self.first <= day < self.end

    def unused_hours(self, charges: Sequence[Charge]) -> int:
        """Return how many of its hours are not used on a day with these charges."""
        used = sum(charge.instances for charge in charges if charge.pricing == COMMITTED)
        return self.hours_per_day - used * HOURS_PER_DAY


def terms_of(resource: Resource, days: int) -> list[Term]:
    """Return the terms of a resource's commitment that touch the days of a bill; it is renewed as long as it does not end."""
    commitment = resource.commitment
    if commitment is None:
        return []
    random = Randomness(mixed(0, f"{commitment.id}/{resource.family}"))
    kind, age_days = random.pick(KINDS), random.below(TERM_DAYS)
    first = commitment.end - TERM_DAYS if commitment.end < days else -age_days
    found = []
    while first < min(days, commitment.end):
        found.append(
            Term(
                id=f"/{resource.provider}/{resource.account}/commitments/{random.bits():016x}",
                name=commitment.id,
                kind=kind,
                first=first,
                end=first + TERM_DAYS,
                instances=commitment.instances,
                price_e4usd=resource.price_e4usd * (_PERMILLE - commitment.discount_permille) // _PERMILLE,
            )
        )
        first += TERM_DAYS
    return found
