"""Chooses incidents whose roots cannot be guessed from what is shallow about the changes, by adversarial filtering.

A simple ranker learns from half of the incidents, over and over, and guesses the roots of the other half. Those whose roots it finds most
surely are taken out, and it learns again from what is left, as AFLite does with questions. An audit measures with other models, other
features and other folds; what it finds is what counts.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from itbench_sre.world.clock.randomness import Randomness
from itbench_sre.world.incidents.balance import MOST_MARKED, Drawn
from itbench_sre.world.incidents.ranker import Marks, Ranker, marks_of

_HALVES = 4
_OUT_AT_ONCE = 8
_SEED = 20_261_129


@dataclass(frozen=True, slots=True)
class _Pool:
    """Incidents with one root each."""

    drawn: Sequence[Drawn]
    marks: Sequence[Sequence[Marks]]

    def root(self, place: int) -> int:
        return self.drawn[place].roots[0]


def hard_to_guess(candidates: Sequence[Drawn], wanted: int) -> list[int]:
    """Return the places of `wanted` candidates of one root each, or of all there are, hard ones for a ranker.

    The last of a kind stays: of each mechanism of roots there is one, where there is one among the candidates. What has a
    mark that is too frequent goes first.
    """
    pool = _Pool(candidates, [marks_of(drawn) for drawn in candidates])
    left = list(range(len(candidates)))
    while len(left) > wanted:
        guessed = _guessed(pool, left, Randomness(_SEED + len(left)))
        frequent = _too_frequent(pool, left, wanted)
        order = sorted(left, key=lambda place: (place not in frequent, -guessed[place], place))
        left = _without(pool, left, order, min(_OUT_AT_ONCE, len(left) - wanted))
    return left


def _guessed(pool: _Pool, places: Sequence[int], random: Randomness) -> dict[int, float]:
    """Return how likely the root of each is for rankers that learnt from others."""
    likely: dict[int, list[float]] = {place: [] for place in places}
    for number in range(_HALVES):
        order = random.fork(f"halves {number}").shuffled(places)
        middle = len(order) // 2
        for own, others in ((order[:middle], order[middle:]), (order[middle:], order[:middle])):
            ranker = Ranker()
            ranker.learn([pool.marks[place] for place in own], [pool.root(place) for place in own])
            for place in others:
                likely[place].append(ranker.likelihoods(pool.marks[place])[pool.root(place)])
    return {place: sum(each) / len(each) for place, each in likely.items()}


def _without(pool: _Pool, left: Sequence[int], order: Sequence[int], count: int) -> list[int]:
    """Return the places but the first `count` of an order that are not the last of their mechanism."""
    there = Counter(_mechanism(pool, place) for place in left)
    out: list[int] = []
    for lasts_too in (False, True):
        for place in order:
            kind = _mechanism(pool, place)
            if len(out) < count and place not in out and (there[kind] > 1 or lasts_too):
                out.append(place)
                there[kind] -= 1
    return [place for place in left if place not in out]


def _mechanism(pool: _Pool, place: int) -> str:
    return pool.drawn[place].changes[pool.root(place)].get("mechanism", "")


def _too_frequent(pool: _Pool, left: Sequence[int], wanted: int) -> set[int]:
    """Return the places with a mark that more have than may be among `wanted`."""
    counts = Counter(mark for place in left for mark in set(pool.drawn[place].marks))
    most = max(int(MOST_MARKED * wanted), 1)
    return {place for place in left if any(counts[mark] > most for mark in pool.drawn[place].marks)}
