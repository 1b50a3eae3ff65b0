"""Draws the changes of an incident: a dozen, all from one distribution, in a few bursts before the page."""

from itbench_sre.world.clock.loop import MINUTE_US, SECOND_US
from itbench_sre.world.clock.randomness import Randomness
from itbench_sre.world.mechanisms.catalogue import CATALOGUE
from itbench_sre.world.mechanisms.change import Change
from itbench_sre.world.mechanisms.scene import Scene

_FEWEST, _MOST = 9, 14
_BURSTS = (2, 3)
# A burst is what one team or one pipeline does one after another.
_BURST_US = 150 * SECOND_US
_TRIES = 40


def draw_changes(scene: Scene, random: Randomness, from_us: int, until_us: int) -> list[Change]:
    """Return the changes of an incident in order of time, between `from_us` and `until_us`.

    Each has another target; mechanisms may repeat.
    """
    times = _times(random.fork("times"), from_us, until_us)
    found: list[Change] = []
    taken: set[object] = set()
    for number, at_us in enumerate(times):
        change = _draw(scene, random.fork(f"change {number}"), at_us, taken)
        if change is not None:
            taken.add(change.target)
            found.append(change)
    return found


def _draw(scene: Scene, random: Randomness, at_us: int, taken: set[object]) -> Change | None:
    mechanisms = list(CATALOGUE.values())
    families = sorted({mechanism.family for mechanism in mechanisms})
    for number in range(_TRIES):
        stream = random.fork(f"try {number}")
        family = stream.pick(families)
        mechanism = stream.pick([each for each in mechanisms if each.family == family])
        change = mechanism.draw(scene, stream.fork(mechanism.name), at_us)
        if change is not None and change.target not in taken:
            return change
    return None


def _times(random: Randomness, from_us: int, until_us: int) -> list[int]:
    count = random.between(_FEWEST, _MOST)
    room_us = max(until_us - from_us - _BURST_US, MINUTE_US)
    starts = sorted(from_us + random.below(room_us) for _ in range(random.pick(_BURSTS)))
    return sorted(random.pick(starts) + random.below(_BURST_US) for _ in range(count))
