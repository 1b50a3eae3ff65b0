"""Runs of one world with some of its changes left out, each from the same copy, each done once."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from itbench_sre.world.incidents.page import Page, page_of, paging

if TYPE_CHECKING:
    from itbench_sre.world.mechanisms.change import Change
    from itbench_sre.world.telemetry.ruler import AlertKey
    from itbench_sre.world.world import World


class Variants:
    """The runs of one incident.

    Attributes:
        world: that stands before the first change; it is copied, never run.
        runs: how many were made.
    """

    def __init__(self, world: "World", changes: "Sequence[Change]", end_us: int) -> None:
        self.world = world
        self.changes = tuple(changes)
        self.runs = 0
        self._end_us = end_us
        self._known: dict[frozenset[int], dict[AlertKey, list[int]]] = {}

    def begun(self, kept: Iterable[int]) -> "World":
        """Return a world in which the changes of these places are about to happen."""
        world = self.world.copy()
        for place in sorted(kept):
            self.changes[place].schedule(world)
        return world

    def run(self, kept: Iterable[int]) -> "World":
        """Return a world that was run to the end with the changes of these places only."""
        world = self.begun(kept)
        world.run_until(self._end_us)
        self.runs += 1
        return world

    def fired(self, kept: Iterable[int]) -> "dict[AlertKey, list[int]]":
        """Return which paging alerts fire when, with the changes of these places only."""
        key = frozenset(kept)
        if key not in self._known:
            self._known[key] = paging(self.run(key).ruler)
        return self._known[key]

    def fires(self, kept: Iterable[int], page: Page) -> bool:
        """Whether the page fires with the changes of these places only."""
        return page.alert in self.fired(kept)

    def page(self) -> Page | None:
        """Return the page of the run with all changes, if any."""
        first_us = min(change.at_us for change in self.changes)
        return page_of(self.fired(range(len(self.changes))), self.fired(()), first_us * 1000)
