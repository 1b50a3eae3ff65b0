"""Finds an incident: draws changes until what they did has one explanation."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from itbench_sre.world.clock.randomness import Randomness, mixed
from itbench_sre.world.incidents.draw import draw_changes
from itbench_sre.world.incidents.label import Label, label
from itbench_sre.world.incidents.probes import Probes
from itbench_sre.world.incidents.setting import CHANGES_US, QUIET_US, RECORDED_US, Setting
from itbench_sre.world.incidents.variants import Variants, quiet_pages
from itbench_sre.world.mechanisms.change import Change
from itbench_sre.world.mechanisms.routine import ROUTINE
from itbench_sre.world.mechanisms.scene import Scene
from itbench_sre.world.world import World

if TYPE_CHECKING:
    from itbench_sre.world.telemetry.ruler import AlertKey

# So many draws share a settled cluster; then another one is taken.
_DRAWS_OF_A_WORLD = 6
_LEAST_CHANGES = 5
# Two roots are sought in one draw of so many: they would be far too frequent.
_PAIRS = 5


@dataclass(frozen=True, slots=True)
class Incident:
    """An incident that was found.

    Attributes:
        setting: where and when.
        draw: number of the draw in that setting.
        world: settled, before the first change; it is copied, never run.
        changes: in order of time.
        label: what the runs said.
    """

    setting: Setting
    draw: int
    world: World
    changes: tuple[Change, ...]
    label: Label

    @property
    def end_us(self) -> int:
        """When recording ends."""
        return self.world.start_us + RECORDED_US


def drawn_changes(setting: Setting, draw: int, world: World) -> list[Change]:
    """Return the changes of one draw in a settled world."""
    random = Randomness(mixed(setting.seed, f"draw {draw}"))
    begin_us = world.start_us + QUIET_US
    return draw_changes(Scene(world), random, begin_us, begin_us + CHANGES_US, setting.family)


def incident_at(
    setting: Setting,
    draw: int,
    world: World | None = None,
    quiet: "dict[AlertKey, list[int]] | None" = None,
) -> Incident | None:
    """Return the incident of one draw; None where it has no single explanation, or a routine operation is one.

    Parameters:
        world: of the setting, where it is there already.
        quiet: which paging alerts fire in it without any change, where that is known.
    """
    world = world or setting.world()
    changes = drawn_changes(setting, draw, world)
    if len(changes) < _LEAST_CHANGES:
        return None
    variants = Variants(world, changes, world.start_us + RECORDED_US, quiet)
    is_pair_sought = Randomness(mixed(setting.seed, f"pair {draw}")).below(_PAIRS) == 0
    found = label(variants, Probes(variants), is_pair_sought=is_pair_sought)
    if found is None or any(changes[place].family == ROUTINE for place in found.roots):
        return None
    return Incident(setting, draw, world, tuple(changes), found)


def search(seed: int, application: str = "", family: str = "") -> Iterator[Incident | None]:
    """Yield what each draw of a seed is: an incident, or None where it has no single explanation; there is always another.

    Parameters:
        application: one of `APPLICATIONS`; empty for all.
        family: of mechanisms that each draw has; empty for any.
    """
    number = 0
    while True:
        setting = Setting(seed=mixed(seed, f"world {number}") >> 1, application=application, family=family)
        world = setting.world()
        quiet = quiet_pages(world, world.start_us + RECORDED_US)
        for draw in range(_DRAWS_OF_A_WORLD):
            yield incident_at(setting, draw, world, quiet)
        number += 1


def incidents(seed: int, application: str = "", family: str = "") -> Iterator[Incident]:
    """Yield the incidents that a search finds; there is always another one."""
    return (found for found in search(seed, application, family) if found is not None)
