"""Which set each task has, what is wrong with it, and what is new."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from itbench.kit import Randomness

if TYPE_CHECKING:
    from itbench.kit import Draw

_EMBEDDED_SEED = 0x_0DD_2026


@dataclass(frozen=True, slots=True)
class Plan:
    """The controls of one set.

    Attributes:
        existing: those that the set has policies for.
        repaired: the one of them whose policy has a gap, if any.
        added: the one that is new, if any.
    """

    existing: tuple[str, str, str]
    repaired: str | None
    added: str | None


@dataclass(frozen=True, slots=True)
class UpdateTask:
    """One task: a plan and the seed of everything that is drawn."""

    id: str
    plan: Plan
    seed: int


# Controls that look at different parts of a cluster: a violation of one is never one of another.
PLANS = (
    Plan(("5.2.5", "5.1.3", "5.4.1"), "5.2.5", None),
    Plan(("5.5.1", "5.1.7", "5.3.2"), None, "5.2.2"),
    Plan(("5.1.5", "5.2.12", "5.5.1"), "5.2.12", "5.1.1"),
    Plan(("5.2.9", "5.1.2", "5.7.1"), "5.1.2", None),
    Plan(("5.1.8", "5.1.6", "5.4.2"), None, "5.2.13"),
    Plan(("5.4.1", "5.1.13", "5.2.6"), "5.4.1", "5.3.2"),
    Plan(("5.7.4", "5.1.9", "5.1.12"), "5.7.4", None),
    Plan(("5.1.10", "5.5.1", "5.7.1"), None, "5.2.4"),
    Plan(("5.1.6", "5.2.8", "5.7.1"), "5.1.6", "5.2.5"),
    Plan(("5.3.2", "5.1.1", "5.7.2"), "5.3.2", None),
    Plan(("5.1.11", "5.2.7", "5.4.1"), None, "5.2.12"),
    Plan(("5.5.1", "5.1.12", "5.2.11"), "5.5.1", "5.1.5"),
)


def update_tasks(drawn: "Draw | None") -> list[UpdateTask]:
    """Return one task for each plan, or as many as were asked for, of plans that are drawn."""
    random = Randomness(_EMBEDDED_SEED if drawn is None else drawn.seed).fork("policy-updates")
    plans = list(PLANS)
    if drawn is not None:
        plans = [plan for _ in range(drawn.count) for plan in random.shuffled(PLANS)][: drawn.count]
    return [
        UpdateTask(f"update-{place:04d}", plan, random.fork(f"task {place}").seed())
        for place, plan in enumerate(plans, start=1)
    ]
