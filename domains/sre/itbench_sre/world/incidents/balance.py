"""Chooses among incidents so that what is shallow about a change does not tell whether it was a root.

As matching does in studies: over the chosen incidents, in every bin of every shallow feature, the share of changes that
are roots is to be the share over all changes.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

Bins = Mapping[str, str]
# Largest share of the chosen incidents that may have the same mark.
MOST_MARKED = 0.15


@dataclass(frozen=True, slots=True)
class Drawn:
    """An incident that could be taken.

    Attributes:
        changes: the bins of each change, by feature.
        roots: places of the roots.
        marks: of the whole incident, which should not repeat too often: root object, application, mechanism of the root.
    """

    changes: Sequence[Bins]
    roots: Sequence[int]
    marks: Sequence[str] = ()


@dataclass(slots=True)
class Balance:
    """What was chosen so far.

    Attributes:
        most_marked: largest share of the chosen incidents that may have the same mark.
    """

    most_marked: float = MOST_MARKED
    _all: Counter[tuple[str, str]] = field(default_factory=Counter)
    _roots: Counter[tuple[str, str]] = field(default_factory=Counter)
    _marks: Counter[str] = field(default_factory=Counter)
    _changes: int = 0
    _root_count: int = 0

    def add(self, drawn: Drawn) -> None:
        """Take an incident."""
        for place, bins in enumerate(drawn.changes):
            self._all.update(bins.items())
            if place in drawn.roots:
                self._roots.update(bins.items())
        self._marks.update(drawn.marks)
        self._changes += len(drawn.changes)
        self._root_count += len(drawn.roots)

    def cost(self, drawn: Drawn) -> float:
        """Return how uneven the bins of an incident's roots would be with it, compared with an even share; less is better.

        The measure is the surplus of roots in the bins that its roots would fall into, each in units of its expected
        spread.
        """
        total = self._changes + len(drawn.changes)
        share = (self._root_count + len(drawn.roots)) / total
        worst = 0.0
        own = Counter(item for bins in drawn.changes for item in bins.items())
        for place in drawn.roots:
            for item in drawn.changes[place].items():
                expected = share * (self._all[item] + own[item])
                surplus = self._roots[item] + 1 - expected
                worst += max(surplus, 0.0) ** 2 / (expected + 1)
        return worst

    def is_too_frequent(self, drawn: Drawn, wanted: int) -> bool:
        """Whether a mark of an incident would occur more often than it may among `wanted` incidents."""
        most = max(int(self.most_marked * wanted), 1)
        return any(self._marks[mark] >= most for mark in drawn.marks)


def choose(candidates: Sequence[Drawn], wanted: int) -> list[int]:
    """Return the places of `wanted` candidates, or as many as may be taken, in the order in which they were chosen."""
    balance = Balance()
    left = list(range(len(candidates)))
    chosen: list[int] = []
    while left and len(chosen) < wanted:
        free = [place for place in left if not balance.is_too_frequent(candidates[place], wanted)]
        if not free:
            break
        best = min(free, key=lambda place: (balance.cost(candidates[place]), place))
        balance.add(candidates[best])
        chosen.append(best)
        left.remove(best)
    return chosen
