"""Draws the changes of an incident: a dozen, in a few bursts, several of each of a few mechanisms.

Each mechanism of an incident is drawn several times, with other targets, depths, hands and moments: a mechanism that
could be the root stands beside instances of itself that could be as well, so that what kind of change it was, who made
it and how far it went do not tell which one harmed.
"""

from itbench_sre.world.clock.loop import SECOND_US
from itbench_sre.world.clock.randomness import Randomness
from itbench_sre.world.mechanisms.catalogue import CATALOGUE
from itbench_sre.world.mechanisms.change import Change
from itbench_sre.world.mechanisms.mechanism import Mechanism
from itbench_sre.world.mechanisms.scene import Scene
from itbench_sre.world.store.refs import Ref

_MECHANISMS = (3, 5)
_OF_EACH = (2, 4)
_BURSTS = (2, 3)
# A burst is what one team or one pipeline does one after another.
_BURST_US = 150 * SECOND_US
_TRIES = 12


def draw_changes(
    scene: Scene, random: Randomness, from_us: int, until_us: int, family: str = ""
) -> list[Change]:
    """Return the changes of an incident in order of time, between `from_us` and `until_us`; no target occurs twice.

    Parameters:
        family: of mechanisms that is among them, where the cluster has targets for it; empty for any.
    """
    starts = _starts(random.fork("bursts"), from_us, until_us)
    taken: set[Ref] = set()
    found: list[Change] = []
    for number, mechanism in enumerate(_mechanisms(random.fork("mechanisms"), family)):
        stream = random.fork(f"mechanism {number}")
        for ordinal in range(stream.between(*_OF_EACH)):
            own = stream.fork(f"change {ordinal}")
            at_us = own.pick(starts) + own.below(_BURST_US)
            change = _draw(mechanism, scene, own, at_us, taken)
            if change is not None:
                taken.add(change.target)
                found.append(change)
    return sorted(found, key=lambda change: (change.at_us, change.target))


def _mechanisms(random: Randomness, wanted: str) -> list[Mechanism]:
    """Return the mechanisms of an incident, of different families, each family but the wanted one as likely as another."""
    families = random.shuffled(sorted({mechanism.family for mechanism in CATALOGUE.values()}))
    if wanted:
        families.remove(wanted)
        families.insert(0, wanted)
    found = []
    for family in families[: random.between(*_MECHANISMS)]:
        own = [mechanism for mechanism in CATALOGUE.values() if mechanism.family == family]
        found.append(random.fork(family).pick(own))
    return found


def _draw(
    mechanism: Mechanism, scene: Scene, random: Randomness, at_us: int, taken: set[Ref]
) -> Change | None:
    for number in range(_TRIES):
        change = mechanism.draw(scene, random.fork(f"try {number}"), at_us)
        if change is None:
            return None
        if change.target not in taken:
            return change
    return None


def _starts(random: Randomness, from_us: int, until_us: int) -> list[int]:
    room_us = max(until_us - from_us - _BURST_US, 1)
    return sorted(from_us + random.below(room_us) for _ in range(random.between(*_BURSTS)))
