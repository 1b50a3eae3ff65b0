"""Which changes a page needs: found by leaving changes out.

Where leaving out a group of changes does not silence the page, no single one of them is needed (a page that fires
without all of them fires without one); so groups are tried before single changes. The assumption is checked: what is
found is confirmed change by change, in full.
"""

from collections.abc import Callable, Sequence
from itertools import combinations

# Whether the page still fires when these places are left out.
FiresWithout = Callable[[frozenset[int]], bool]


def necessary(places: Sequence[int], fires_without: FiresWithout) -> list[int]:
    """Return the places without each of which alone the page does not fire, in order."""
    if not places:
        return []
    if fires_without(frozenset(places)):
        return []
    if len(places) == 1:
        return list(places)
    middle = len(places) // 2
    return [
        *necessary(places[:middle], fires_without),
        *necessary(places[middle:], fires_without),
    ]


def sufficient_pairs(places: Sequence[int], fires_without: FiresWithout) -> list[tuple[int, int]]:
    """Return the pairs that silence the page only when both are left out; asked for where no single change does."""
    return [pair for pair in combinations(places, 2) if not fires_without(frozenset(pair))]
