"""Draws the changes of an incident: a dozen, in a few bursts, several of each of a few mechanisms.

Each mechanism of an incident is drawn several times, with other targets, depths, hands and moments: a mechanism that
could be the root stands beside instances of itself that could be as well, so that what kind of change it was, who made
it and how far it went do not tell which one harmed.

In the same way most changes are spread over a few workloads that work together, one and some that it calls, as the work
of one team is: whichever of them fails, and whichever calls an engineer, other changes touch it and its neighbours too.

Routine operations stand between them: some soon after a change that only new pods meet, on a workload that it concerns,
and as many on any workload.
"""

from collections.abc import Sequence

from itbench_sre.world.clock.loop import SECOND_US
from itbench_sre.world.clock.randomness import Randomness
from itbench_sre.world.mechanisms.catalogue import CATALOGUE, NOT_DRAWN
from itbench_sre.world.mechanisms.change import Change
from itbench_sre.world.mechanisms.mechanism import Mechanism
from itbench_sre.world.mechanisms.routine import ROUTINE, ROUTINES
from itbench_sre.world.mechanisms.scene import Scene
from itbench_sre.world.store.refs import Ref

_MECHANISMS = (3, 4)
_OF_EACH = (2, 4)
_BURSTS = (2, 3)
# A burst is what one team or one pipeline does one after another.
_BURST_US = 150 * SECOND_US
_TRIES = 20
# So many of so many changes touch the part of the application that is worked on, of so many workloads at most.
_NEAR = (4, 5)
_PART = 4
# A change that only new pods meet is followed by a routine operation two times of three.
_FOLLOWED = (2, 3)
_MOST_FOLLOWED = 2
_FOLLOWS_US = (40 * SECOND_US, 240 * SECOND_US)
_OPERATIONS = tuple(each for each in ROUTINES for _ in range(each.weight))


def draw_changes(
    scene: Scene, random: Randomness, from_us: int, until_us: int, family: str = ""
) -> list[Change]:
    """Return the changes of an incident in order of time, between `from_us` and `until_us`; no target occurs twice.

    Parameters:
        family: of mechanisms that is among them, where the cluster has targets for it; empty for any.
    """
    starts = _starts(random.fork("bursts"), from_us, until_us)
    part = _part(scene, random.fork("part"))
    taken: set[Ref] = set()
    found: list[Change] = []
    for number, mechanism in enumerate(_mechanisms(random.fork("mechanisms"), family)):
        stream = random.fork(f"mechanism {number}")
        order = stream.fork("order").shuffled(part)
        for ordinal in range(stream.between(*_OF_EACH)):
            own = stream.fork(f"change {ordinal}")
            at_us = own.pick(starts) + own.below(_BURST_US)
            change = None
            if order and _is(own.fork("near"), _NEAR):
                near = Scene(scene.world, frozenset((order[ordinal % len(order)],)))
                change = _draw(mechanism, near, own.fork("in"), at_us, taken)
            change = change or _draw(mechanism, scene, own, at_us, taken)
            if change is not None:
                taken.add(change.target)
                found.append(change)
    found += _routine(scene, found, random.fork("routine"), starts, taken)
    return sorted(found, key=lambda change: (change.at_us, change.target))


def _mechanisms(random: Randomness, wanted: str) -> list[Mechanism]:
    """Return the mechanisms of an incident, of different families, each family but the wanted one as likely as another."""
    drawn = [mechanism for mechanism in CATALOGUE.values() if mechanism.name not in NOT_DRAWN]
    families = random.shuffled(sorted({mechanism.family for mechanism in drawn} - {ROUTINE}))
    if wanted in families:
        families.remove(wanted)
        families.insert(0, wanted)
    found = []
    for family in families[: random.between(*_MECHANISMS)]:
        own = [mechanism for mechanism in drawn if mechanism.family == family]
        found.append(random.fork(family).pick(own))
    return found


def _part(scene: Scene, random: Randomness) -> list[str]:
    """Return the names of workloads that work together: one that is called, and some that it calls."""
    called = [body for body in scene.workloads if scene.callers(body)]
    asking = [body for body in called if len(scene.callees(body)) > 1] or called
    if not asking:
        return []
    middle = random.pick(asking)
    others = random.shuffled([body for body in scene.callees(middle) if body != middle])
    return [body["metadata"]["name"] for body in (middle, *others[: _PART - 1])]


def _is(random: Randomness, share: tuple[int, int]) -> bool:
    times, of = share
    return random.below(of) < times


def _draw(
    mechanism: Mechanism, scene: Scene, random: Randomness, at_us: int, taken: set[Ref]
) -> Change | None:
    """Return a change whose target is not taken, and that touches what a scene is focused on; None where none is found."""
    for number in range(_TRIES):
        change = mechanism.draw(scene, random.fork(f"try {number}"), at_us)
        if change is None:
            return None
        touched = {change.target.name, *change.affects}
        if change.target not in taken and (not scene.focus or scene.focus & touched):
            return change
    return None


def _routine(
    scene: Scene, changes: list[Change], random: Randomness, starts: list[int], taken: set[Ref]
) -> list[Change]:
    """Return the routine operations: those that follow changes, and as many, or one or two, on any workload."""
    found: list[Change] = []
    waiting = [change for change in changes if CATALOGUE[change.mechanism].waits]
    for number, change in enumerate(random.fork("order").shuffled(waiting)):
        own = random.fork(f"after {number}")
        if _is(own, _FOLLOWED) and len(found) < _MOST_FOLLOWED:
            at_us = change.at_us + own.between(*_FOLLOWS_US)
            found += _operation(scene, change.affects, own, at_us, taken)
    for number in range(max(len(found), random.between(1, 2))):
        own = random.fork(f"any {number}")
        at_us = own.pick(starts) + own.below(_BURST_US) + own.between(*_FOLLOWS_US)
        found += _operation(scene, (), own, at_us, taken)
    return found


def _operation(
    scene: Scene, names: Sequence[str], random: Randomness, at_us: int, taken: set[Ref]
) -> list[Change]:
    """Return an operation on one of these workloads, or on any, whose target is not taken; none where there is none."""
    for number in range(_TRIES):
        own = random.fork(f"try {number}")
        change = own.pick(_OPERATIONS).draw_on(scene, names, own, at_us)
        if change is not None and change.target not in taken:
            taken.add(change.target)
            return [change]
    return []


def _starts(random: Randomness, from_us: int, until_us: int) -> list[int]:
    room_us = max(until_us - from_us - _BURST_US, 1)
    return sorted(from_us + random.below(room_us) for _ in range(random.between(*_BURSTS)))
