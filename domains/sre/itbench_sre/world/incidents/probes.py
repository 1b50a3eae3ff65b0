"""The fixed set of routine operations that bring a latent fault to light: restarts, drains, more traffic.

A workload is restarted by a rollout, which may keep the old pods until the new ones serve, and by deleting its pods.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from itbench_sre.world.clock.loop import MINUTE_US, SECOND_US
from itbench_sre.world.incidents.page import paging
from itbench_sre.world.mechanisms.actions import Action, DeletePods, Drain, Restart
from itbench_sre.world.mechanisms.scene import WORKLOADS
from itbench_sre.world.store.refs import JsonObject, Ref, ref_of
from itbench_sre.world.store.selectors import has_labels

if TYPE_CHECKING:
    from itbench_sre.world.incidents.page import Page
    from itbench_sre.world.incidents.variants import Variants
    from itbench_sre.world.mechanisms.change import Change
    from itbench_sre.world.store.store import Store
    from itbench_sre.world.world import World

_SETTLE_US = MINUTE_US  # between the last change and the operation
_WATCH_US = 9 * MINUTE_US  # the slowest objective needs five minutes of bad calls, and one more to fire
_MORE_USERS_PER_CENT = 130
_MANY = 4


@dataclass(frozen=True, slots=True)
class MoreTraffic(Action):
    """Let more users come than there are, as a campaign does."""

    per_cent: int = _MORE_USERS_PER_CENT

    def act(self, world: "World") -> None:
        """Raise the number of users."""
        world.users.factor_per_cent = world.users.factor_per_cent * self.per_cent // 100


class Probes:
    """Asks whether a change is a latent fault: whether some routine operation, harmless by itself, harms with it.

    Attributes:
        runs: how many were made.
    """

    def __init__(self, variants: "Variants") -> None:
        self.runs = 0
        self._variants = variants
        self._known: dict[tuple[tuple[int, ...], int, tuple[Action, ...]], bool] = {}

    def harm(self, kept: Iterable[int], page: "Page") -> bool:
        """Whether with the changes of these places only, and one probe, the page fires.

        All restarts are tried at once first: where that harms only with the changes, one of them does.
        """
        places = tuple(sorted(kept))
        changes = [self._variants.changes[place] for place in places]
        at_us = _SETTLE_US + max(change.at_us + change.pause_us * len(change.actions) for change in changes)
        return any(self._harms(places, at_us, group, page) for group in self._groups(changes))

    def _harms(self, places: tuple[int, ...], at_us: int, actions: tuple[Action, ...], page: "Page") -> bool:
        if not actions or not self._fires(places, at_us, actions, page):
            return False
        if not self._fires((), at_us, actions, page):
            return True
        # Together they harm anyhow; each by itself may not.
        return len(actions) > 1 and any(self._harms(places, at_us, (each,), page) for each in actions)

    def _fires(self, places: tuple[int, ...], at_us: int, actions: tuple[Action, ...], page: "Page") -> bool:
        key = places, at_us, actions
        if key not in self._known:
            self._known[key] = self._run(places, at_us, actions, page)
        return self._known[key]

    def _run(self, places: tuple[int, ...], at_us: int, actions: tuple[Action, ...], page: "Page") -> bool:
        self.runs += 1
        world = self._variants.begun(places)
        for number, action in enumerate(actions):
            world.loop.at(at_us + number * 10 * SECOND_US, action.do, world)
        end_us = at_us + _WATCH_US
        while world.loop.now_us < end_us:
            world.run_until(min(world.loop.now_us + MINUTE_US, end_us))
            if page.alert in paging(world.ruler):
                return True
        return False

    def _groups(self, changes: "list[Change]") -> Iterable[tuple[Action, ...]]:
        store = self._variants.world.store
        workloads = _workloads(store, changes)
        yield tuple(Restart(ref) for ref in workloads)
        for ref in self._deleted(workloads):
            yield (DeletePods(ref),)
        for node in _nodes(store, changes, workloads):
            yield (Drain(node),)
        yield (MoreTraffic(),)

    def _deleted(self, workloads: list[Ref]) -> list[Ref]:
        """Return the workloads whose pods are deleted: of a whole namespace, those that some change of the incident touches."""
        if len(workloads) <= _MANY:
            return workloads
        named = {name for change in self._variants.changes for name in (*change.affects, change.target.name)}
        return [ref for ref in workloads if ref.name in named]


def _workloads(store: "Store", changes: "list[Change]") -> list[Ref]:
    """Return the workloads that changes affect: by name, through a Service, or all of a namespace that is limited."""
    found: dict[Ref, None] = {}
    for change in changes:
        named = {*change.affects, change.target.name}
        for kind in WORKLOADS:
            for body in store.list(kind):
                ref = ref_of(body)
                is_limited = change.target.kind in ("ResourceQuota", "LimitRange", "Namespace")
                is_inside = is_limited and ref.namespace == change.target.namespace
                if is_inside or ref.name in named or _is_behind(store, named, body):
                    found[ref] = None
    return list(found)


def _is_behind(store: "Store", names: set[str], body: JsonObject) -> bool:
    """Whether a Service of one of these names selects the pods of a workload."""
    ref = ref_of(body)
    labels = body["spec"]["template"]["metadata"].get("labels", {})
    services = (store.get(Ref("Service", ref.namespace, name)) for name in sorted(names))
    selectors = (service["spec"].get("selector") for service in services if service is not None)
    return any(selector and has_labels(selector, labels) for selector in selectors)


def _nodes(store: "Store", changes: "list[Change]", workloads: list[Ref]) -> list[Ref]:
    """Return the nodes that changes are about, and those on which the workloads' pods run."""
    named = [change.target for change in changes if change.target.kind == "Node"]
    prefixes = tuple(f"{ref.name}-" for ref in workloads)
    places = {ref.namespace for ref in workloads}
    held = [
        Ref("Node", "", pod["spec"]["nodeName"])
        for pod in store.list("Pod")
        if pod["metadata"].get("namespace") in places
        and pod["metadata"]["name"].startswith(prefixes)
        and pod["spec"].get("nodeName")
    ]
    return list(dict.fromkeys([*named, *held]))
