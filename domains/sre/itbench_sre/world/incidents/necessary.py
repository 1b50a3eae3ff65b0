"""Which changes a page needs: found by leaving changes out.

Where leaving out a group of changes does not silence the page, no single one of them is needed (a page that fires
without all of them fires without one); so groups are tried before single changes. The assumption is checked: what is
found is confirmed change by change, in full.
"""

from collections.abc import Callable, Sequence

# Whether the page still fires when these places are left out, or when only these are kept.
FiresWithout = Callable[[frozenset[int]], bool]
FiresWith = Callable[[frozenset[int]], bool]


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


def sufficient_pair(places: Sequence[int], fires_without: FiresWithout) -> tuple[int, int] | None:
    """Return the one pair that silences the page only when both are left out; None where there is none, or several.

    Asked for where no single change is needed. Each of such a pair fires the page alone, so one is sought that does.
    """
    everything = frozenset(places)
    first = sufficient(places, lambda kept: fires_without(everything - kept))
    if first is None:
        return None
    second = _needed_without(first, places, fires_without)
    if second is None or _needed_without(second, places, fires_without) != first:
        return None
    return min(first, second), max(first, second)


def _needed_without(gone: int, places: Sequence[int], fires_without: FiresWithout) -> int | None:
    """Return the only change that the page needs once `gone` is left out."""
    others = [place for place in places if place != gone]

    def fires(left_out: frozenset[int]) -> bool:
        return fires_without(left_out | {gone})

    found = necessary(others, fires)
    return found[0] if len(found) == 1 else None


def sufficient(places: Sequence[int], fires_with: FiresWith) -> int | None:
    """Return a place that fires the page alone, by halves; None where the halves need each other, or there is no place."""
    if len(places) < 2:
        return places[0] if places else None
    middle = len(places) // 2
    for half in (places[:middle], places[middle:]):
        if fires_with(frozenset(half)):
            return sufficient(half, fires_with)
    return None
