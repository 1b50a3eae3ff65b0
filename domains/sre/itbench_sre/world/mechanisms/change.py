"""One change of an incident: who did what, when, to which object, and how the truth names it."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from itbench_sre.world.mechanisms.actions import Action
from itbench_sre.world.store.refs import Ref

if TYPE_CHECKING:
    from itbench_sre.world.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """How the truth names an object, in the words of the published truths.

    Attributes:
        pattern: matches the whole name; the name itself, escaped, where no suffix is generated.
    """

    kind: str
    namespace: str
    name: str
    pattern: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change.

    Attributes:
        mechanism: its name in the catalogue; `family` its family there.
        target: the object that is changed, created or deleted.
        affects: workloads whose pods or calls it touches directly.
        names: the first is the root's name; others are aliases, as a Schedule of the experiment that it spawned.
        manager: who did it, as managedFields show it.
        at_us: when.
        depth: how strong, in thousandths of the strength at which harm is expected to begin.
        actions: done at `at_us`, each later one `pause_us` after the one before.
        condition: what is now so, in a sentence for the truth.
        solution: what would undo it.
    """

    mechanism: str
    family: str
    target: Ref
    affects: tuple[str, ...]
    names: tuple[Name, ...]
    manager: str
    at_us: int
    depth: int
    actions: tuple[Action, ...]
    condition: str
    solution: str
    pause_us: int = 0
    details: dict[str, str] = field(default_factory=dict)

    def schedule(self, world: "World") -> None:
        """Put the actions into the queue of a world."""
        for number, action in enumerate(self.actions):
            world.loop.at(self.at_us + number * self.pause_us, action.do, world)
