"""Which incidents there are: the sixteen of the embedded suite, and fresh ones drawn from a secret seed."""

from __future__ import annotations

from dataclasses import dataclass

from itbench_sre.simulator.randomness import Randomness, mixed

FAMILIES: dict[str, dict[str, tuple[str, ...]]] = {
    "quota": {
        "quota-memory": ("quote", "shipping", "currency"),
        "quota-pods": ("recommendation",),
        "quota-limits": ("payment", "currency", "email"),
        "quota-requests": ("product-catalog", "cart", "payment"),
    },
    "rollout": {
        "rollout-image": ("currency", "payment", "quote"),
        "rollout-probe": ("product-catalog", "cart", "email"),
        "rollout-command": ("email", "shipping", "quote"),
        "rollout-address": ("shipping", "checkout", "frontend"),
    },
    "pool": {
        "pool-size": ("product-catalog",),
        "pool-leak": ("cart", "product-catalog"),
        "pool-squatter": ("postgresql",),
        "pool-server": ("postgresql",),
    },
    "partition": {
        "partition-chaos": ("checkout>payment", "checkout>kafka", "frontend>ad", "shipping>quote"),
        "partition-store": ("cart>valkey-cart", "product-catalog>postgresql"),
        "partition-hub": ("frontend>recommendation", "frontend>currency", "frontend>cart"),
        "partition-policy": ("ad", "quote", "shipping", "email"),
    },
}
"""Family -> mechanism -> what it can be aimed at (the first is what the embedded suite aims at)."""

LEVELS = 3
_EMBEDDED_SEED = 20_251_215
_EMBEDDED_TARGETS = {
    "rollout-image": "currency",
    "rollout-probe": "product-catalog",
    "partition-hub": "frontend>recommendation",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentSpec:
    """What one incident is made from.

    `target` is a service, or `caller>callee` of a network path; `difficulty` is 0 (easy), 1 or 2 (hard) and decides
    how many misleading things there are.
    """

    id: str
    seed: int
    mechanism: str
    target: str
    difficulty: int = 0


def embedded_specs() -> list[IncidentSpec]:
    """Return the sixteen incidents of the embedded suite."""
    cases = [
        (mechanism, _EMBEDDED_TARGETS.get(mechanism, targets[0]))
        for mechanisms in FAMILIES.values()
        for mechanism, targets in mechanisms.items()
    ]
    return _numbered(Randomness(_EMBEDDED_SEED), cases)


def draw_specs(seed: int, count: int) -> list[IncidentSpec]:
    """Return `count` fresh incidents: families as even as possible, mechanisms and targets drawn from `seed`."""
    random = Randomness(mixed(seed, "suite"))
    cases: list[tuple[str, str]] = []
    while len(cases) < count:
        decks = {family: random.shuffled(list(mechanisms)) for family, mechanisms in FAMILIES.items()}
        for turn in range(4):
            for family in random.shuffled(list(FAMILIES)):
                mechanism = decks[family][turn]
                cases.append((mechanism, random.pick(FAMILIES[family][mechanism])))
    return _numbered(random, cases[:count])


def _numbered(random: Randomness, cases: list[tuple[str, str]]) -> list[IncidentSpec]:
    shuffled = random.shuffled(cases)
    deck = random.shuffled([number % LEVELS for number in range(len(cases))])
    return [
        IncidentSpec(
            id=f"sre-{number:04d}",
            seed=random.bits() >> 1,
            mechanism=mechanism,
            target=target,
            difficulty=difficulty,
        )
        for number, ((mechanism, target), difficulty) in enumerate(zip(shuffled, deck, strict=True), start=1)
    ]
