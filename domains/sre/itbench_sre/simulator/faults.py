"""What a fault is to the simulator: one change, perhaps a trigger, and the words for its truth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from itbench import UsageError
from itbench_sre.simulator.catalog import NAMESPACE
from itbench_sre.world.clock.loop import SECOND_US

if TYPE_CHECKING:
    from collections.abc import Callable

    from itbench_sre.simulator.specs import IncidentSpec
    from itbench_sre.simulator.world import World

EASY, MIDDLING, HARD = 0, 1, 2
_LATENT = frozenset(
    {
        *("quota-memory", "quota-pods", "quota-limits", "quota-requests", "partition-policy"),
        *("pool-size", "pool-leak", "pool-squatter", "pool-server"),
    }
)
_UNDOABLE = frozenset({"rollout-image", "rollout-probe", "rollout-command", "quota-memory", "quota-requests"})


def nothing() -> None:
    """Prepare nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """When one fault is made, bites and is undone (0: never); for a latent one long passes in between."""

    world: World
    target: str
    difficulty: int
    change_us: int
    onset_us: int
    undo_us: int = 0

    @property
    def lag_s(self) -> int:
        """Seconds from the change to the first trouble."""
        return (self.onset_us - self.change_us) // SECOND_US

    @property
    def is_latent(self) -> bool:
        """Whether the change alone does nothing for minutes."""
        return self.lag_s > 120

    def trigger_us(self) -> int:
        """Return when what makes the fault bite happens: half a minute or so after a change that is not latent."""
        if self.is_latent:
            return self.onset_us
        return self.onset_us + self.world.random.fork("trigger").delay_us(22, 48)


def draw_case(world: World, spec: IncidentSpec) -> Case:
    """Return when the fault of `spec` happens; most hard ones are latent or undone where their mechanism can be."""
    random = world.random.fork("fault")
    onset_us = world.start_us + random.delay_us(420, 560)
    change_us, undo_us = onset_us, 0
    is_latent = spec.mechanism in _LATENT
    is_undone = spec.mechanism in _UNDOABLE and (not is_latent or random.below(2) == 0)
    is_hidden = spec.difficulty == HARD and random.below(4) > 0
    if is_hidden and is_undone:
        # Between two pulls of the objects, whichever moment of the first 81 seconds they begin at.
        change_us = onset_us = world.start_us + random.delay_us(384, 400)
        undo_us = world.start_us + random.delay_us(602, 614)
    elif is_hidden and is_latent:
        onset_us = world.start_us + random.delay_us(450, 560)
        change_us = world.loop.now_us + random.delay_us(2, 30)
    elif spec.difficulty == MIDDLING and is_latent:
        change_us = world.start_us + random.delay_us(90, 150)
    return Case(
        world=world,
        target=spec.target,
        difficulty=spec.difficulty,
        change_us=change_us,
        onset_us=onset_us,
        undo_us=undo_us,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One fault: `inject` makes the change, `prepare` is what happens with and without it (its trigger).

    `pattern` matches the root object's name; `hits` are the workloads it strikes first (empty: those whose pods
    a quota refused); `schedule` names the Chaos Mesh schedule behind a NetworkChaos root; `path` are the services
    at which the trouble shows, the struck one first; `still` must not be restarted by anybody else before it bites.
    """

    kind: str
    name: str
    pattern: str
    condition: str
    effect: str
    category: str
    mechanism: str
    solution: str
    inject: Callable[[], None]
    prepare: Callable[[], None] = nothing
    namespace: str = NAMESPACE
    hits: tuple[str, ...] = ()
    schedule: str = ""
    path: tuple[str, ...] = ()
    still: frozenset[str] = frozenset()


def plan_fault(case: Case, spec: IncidentSpec) -> Fault:
    """Return the fault of `spec`; nothing is scheduled yet.

    Raises:
        UsageError: no mechanism has that name.
    """
    from itbench_sre.simulator.faults_partition import PARTITIONS
    from itbench_sre.simulator.faults_pool import POOL_FAULTS
    from itbench_sre.simulator.faults_quota import QUOTAS
    from itbench_sre.simulator.faults_rollout import ROLLOUTS

    known = {**QUOTAS, **ROLLOUTS, **POOL_FAULTS, **PARTITIONS}
    if spec.mechanism not in known:
        raise UsageError(
            f"incident {spec.id!r} has the unknown mechanism {spec.mechanism!r}; use one of {', '.join(sorted(known))}"
        )
    return known[spec.mechanism](case)
