"""What every mechanism is: a way to draw a change, harmful or not, from one distribution."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

from itbench_sre.world.clock.randomness import Randomness
from itbench_sre.world.mechanisms.actions import Action
from itbench_sre.world.mechanisms.change import Change, Name
from itbench_sre.world.mechanisms.naming import exact
from itbench_sre.world.mechanisms.scene import Scene
from itbench_sre.world.store.refs import Ref


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A change without its time and its mechanism.

    Attributes:
        target: the object that is changed, created or deleted.
        affects: workloads or Services that it touches directly.
        names: as in `Change`; that of the target where empty.
        actions: as in `Change`.
        condition: as in `Change`.
        solution: as in `Change`.
        depth: as in `Change`.
        pause_us: as in `Change`.
        manager: where somebody else than the drawn hand does it, as a chaos controller.
    """

    target: Ref
    affects: tuple[str, ...]
    actions: tuple[Action, ...]
    condition: str
    solution: str
    names: tuple[Name, ...] = ()
    depth: int = 1000
    pause_us: int = 0
    manager: str = ""


class Mechanism(ABC):
    """A kind of change.

    A draw does not know whether it will harm: its target, its depth and its time come from one distribution whose
    depths lie around the point where harm begins. Whether it did is found by running the world with and without it.

    Attributes:
        name: as in docs/mechanisms.md.
        family: of related mechanisms, such as `rollout` or `network`.
        waits: whether only pods that are made afterwards, or processes that start afterwards, meet the change.
        faults: what it stands for of the published library: `fault 15`, `flag cartFailure`, `chaos NetworkChaos delay`.
    """

    name: ClassVar[str]
    family: ClassVar[str]
    waits: ClassVar[bool] = False
    faults: ClassVar[tuple[str, ...]] = ()

    def draw(self, scene: Scene, random: Randomness, at_us: int) -> Change | None:
        """Return a change of this kind at `at_us`, or None where the cluster has nothing for it to act on."""
        hand = scene.hand(random.fork("hand"))
        plan = self.plan(scene, random, hand)
        return None if plan is None else self.change(plan, hand, at_us)

    def change(self, plan: Plan, hand: str, at_us: int) -> Change:
        """Return a plan of this mechanism as a change that `hand` makes at `at_us`."""
        return Change(
            mechanism=self.name,
            family=self.family,
            target=plan.target,
            affects=plan.affects,
            names=plan.names or (exact(plan.target),),
            manager=plan.manager or hand,
            at_us=at_us,
            depth=plan.depth,
            actions=plan.actions,
            condition=plan.condition,
            solution=plan.solution,
            pause_us=plan.pause_us,
        )

    @abstractmethod
    def plan(self, scene: Scene, random: Randomness, hand: str) -> Plan | None:
        """Return what `hand` does, drawn from `random`; None where there is nothing to act on."""
