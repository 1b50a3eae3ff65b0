"""The roots of an incident, defined by runs: what the page needs, triggers removed.

WORLD.md of the project's design, section 3: a change that the page needs is a root if, with it alone, the page fires
or a probe harms; it is a trigger if it does nothing alone and some probe still harms while the root is there.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from itbench_sre.world.incidents.necessary import necessary, sufficient, sufficient_pair

if TYPE_CHECKING:
    from itbench_sre.world.incidents.page import Page
    from itbench_sre.world.incidents.probes import Probes
    from itbench_sre.world.incidents.variants import Variants


@dataclass(frozen=True, slots=True)
class Label:
    """What the runs say of an incident.

    Attributes:
        page: that called.
        roots: places of the changes that are roots; two where each is sufficient by itself, none where the page comes
            without any of the changes.
        triggers: places of routine operations that only brought a latent fault to light.
    """

    page: "Page"
    roots: tuple[int, ...] = ()
    triggers: tuple[int, ...] = ()


def label(variants: "Variants", probes: "Probes", *, is_pair_sought: bool = True) -> Label | None:
    """Return roots and triggers; None where nothing calls or they are not unique, and the draw is thrown away.

    Parameters:
        is_pair_sought: whether two roots may be found, which takes as many runs again.
    """
    page = variants.page()
    if page is None:
        return None
    if page.alert in variants.quiet:
        return Label(page)
    everything = frozenset(range(len(variants.changes)))
    # What was changed after it called did not make it call.
    places = [place for place in everything if variants.changes[place].at_us * 1000 <= page.onset_ns]

    def fires_without(left_out: frozenset[int]) -> bool:
        return variants.fires(everything - left_out, page)

    alone = sufficient(places, lambda kept: variants.fires_soon(kept, page))
    if alone is not None and not fires_without(frozenset((alone,))):
        return Label(page, (alone,))
    # Nothing else is needed where one is enough.
    needed = necessary(places, fires_without) if alone is None else []

    def acts(place: int) -> bool:
        return variants.fires((place,), page) or probes.harm((place,), page)

    acting = [place for place in needed if acts(place)]
    triggers = [place for place in needed if place not in acting]
    if acting:
        return Label(page, (acting[0],), tuple(triggers)) if len(acting) == 1 else None
    if not is_pair_sought:
        return None
    # What the page needs does nothing alone: two others are each enough beside it, or there is no one explanation.
    pair = sufficient_pair([place for place in places if place not in triggers], fires_without)
    return Label(page, pair, tuple(triggers)) if pair and all(map(acts, pair)) else None
