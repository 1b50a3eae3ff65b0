"""Runs of one world with some of its changes left out, each from the same copy, each done once.

Only the page is asked for, so only the rules that call an engineer are evaluated, what happens before the first change
is run once for all, and a run ends as soon as the answer is known.
"""

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from itbench_sre.world.clock.loop import MINUTE_US, SECOND_US
from itbench_sre.world.copying import Snapshot
from itbench_sre.world.incidents.page import Page, page_of, paging

if TYPE_CHECKING:
    from itbench_sre.world.mechanisms.change import Change
    from itbench_sre.world.telemetry.ruler import AlertKey
    from itbench_sre.world.world import World

# A page that comes anyway comes no sooner and no later for the changes.
_SAME_NS = 60_000_000_000
# A usual run of twenty minutes takes 15,000 to 50,000.
_MOST_CALLBACKS = 250_000
_LOOK_US = 30 * SECOND_US  # rules that call are evaluated so often
# What fires the page by itself does so about when it fires with everything.
_SOON_US = 2 * MINUTE_US


def quiet_pages(world: "World", end_us: int) -> "dict[AlertKey, list[int]]":
    """Return which paging alerts fire when in a world without any change."""
    copied = world.copy()
    copied.ask_pages_only()
    copied.run_until(end_us)
    return paging(copied.ruler)


class Variants:
    """The runs of one incident.

    Attributes:
        world: that stands before the first change; it is copied, never run.
        runs: how many were made.
    """

    def __init__(
        self,
        world: "World",
        changes: "Sequence[Change]",
        end_us: int,
        quiet: "dict[AlertKey, list[int]] | None" = None,
    ) -> None:
        self.world = world
        self._quiet = quiet
        self.changes = tuple(changes)
        self.runs = 0
        self._end_us = end_us
        self._first_us = min(change.at_us for change in self.changes)
        self._known: dict[tuple[frozenset[int], AlertKey], bool] = {}

    @cached_property
    def _start(self) -> Snapshot:
        """The world just before the first change."""
        world = self.world.copy()
        world.ask_pages_only()
        world.run_until(self._first_us - 1)
        return Snapshot(world)

    def begun(self, kept: Iterable[int]) -> "World":
        """Return a world in which the changes of these places are about to happen, and which only looks for pages."""
        world: World = self._start.world()
        for place in sorted(kept):
            self.changes[place].schedule(world)
        return world

    @cached_property
    def quiet(self) -> "dict[AlertKey, list[int]]":
        """Which paging alerts fire when, without any of the changes."""
        return quiet_pages(self.world, self._end_us) if self._quiet is None else self._quiet

    def fires(self, kept: Iterable[int], page: Page) -> bool:
        """Whether the page fires with the changes of these places only."""
        places = frozenset(kept)
        if not places:
            return page.alert in self.quiet
        key = places, page.alert
        if key not in self._known:
            self._known[key] = self._fires(places, page, self._end_us)
        return self._known[key]

    def fires_soon(self, kept: Iterable[int], page: Page) -> bool:
        """Whether the page fires with the changes of these places only, not long after it fires with all of them."""
        places = frozenset(kept)
        key = places, page.alert
        if key not in self._known:
            if not self._fires(places, page, min(page.onset_ns // 1000 + _SOON_US, self._end_us)):
                return False
            self._known[key] = True
        return self._known[key]

    def _fires(self, kept: frozenset[int], page: Page, until_us: int) -> bool:
        self.runs += 1
        world = self.begun(kept)
        while world.loop.now_us < until_us:
            world.run_until(min(world.loop.now_us + _LOOK_US, until_us))
            if page.alert in world.ruler.fired:
                return True
        return False

    def page(self) -> Page | None:
        """Return the page of the run with all changes: one that only the changes bring, else one that comes anyway.

        Returns: None where nobody is called, or where far more happens than a recording of usual size holds.
        """
        self.runs += 1
        world = self.begun(range(len(self.changes)))
        most = world.loop.scheduled + _MOST_CALLBACKS
        while world.loop.now_us < self._end_us:
            world.run_until(min(world.loop.now_us + _LOOK_US, self._end_us))
            if world.loop.scheduled > most:
                return None
            page = page_of(paging(world.ruler), self.quiet, self._first_us * 1000)
            if page is not None:
                self._known[frozenset(range(len(self.changes))), page.alert] = True
                return page
        as_usual = {
            alert: times
            for alert, times in paging(world.ruler).items()
            if alert in self.quiet and abs(min(times) - min(self.quiet[alert])) <= _SAME_NS
        }
        return page_of(as_usual, {}, self._first_us * 1000)
