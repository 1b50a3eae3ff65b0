"""Which anomalies there are: the thirty of the embedded suite, and fresh ones drawn from a secret seed."""

from dataclasses import dataclass

from itbench.kit import Randomness, mixed

CAUSES = ("runaway", "price", "application", "test-fleet", "commitment", "transfer")
"""What can make a bill rise without a good reason; see docs/reference/finops.md."""

LEVELS = 3
_EMBEDDED_SEED = 20_251_013
_EMBEDDED_COUNT = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class AnomalySpec:
    """What one task is made from.

    `difficulty` is 0 (easy), 1 or 2 (hard): how small the excess is beside what misleads. `days` and `resources` are
    those of the whole table; None for the usual size.
    """

    id: str
    seed: int
    causes: tuple[str, ...]
    difficulty: int = 0
    days: int | None = None
    resources: int | None = None


def embedded_specs() -> list[AnomalySpec]:
    """Return the tasks of the embedded suite."""
    return draw_specs(_EMBEDDED_SEED, _EMBEDDED_COUNT)


def draw_specs(seed: int, count: int) -> list[AnomalySpec]:
    """Return `count` tasks drawn from `seed`: first causes as even as possible, two causes at once in one of three."""
    random = Randomness(mixed(seed, "anomalies"))
    cases: list[tuple[str, ...]] = []
    while len(cases) < count:
        for cause in random.shuffled(CAUSES):
            second = random.pick([other for other in CAUSES if other != cause])
            cases.append((cause, second) if len(cases) % 3 == 0 else (cause,))
    cases = random.shuffled(cases[:count])
    levels = random.shuffled([number % LEVELS for number in range(count)])
    return [
        AnomalySpec(id=f"finops-{number:04d}", seed=random.seed() >> 1, causes=causes, difficulty=difficulty)
        for number, (causes, difficulty) in enumerate(zip(cases, levels, strict=True), start=1)
    ]
