"""How a failure spread: what differs between the run with its roots and the same run without them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from itbench_sre.world.mechanisms.scene import WORKLOADS
from itbench_sre.world.runtime.meters import BOUNDS_MS
from itbench_sre.world.store.refs import JsonObject, Ref, ref_of
from itbench_sre.world.store.selectors import has_labels
from itbench_sre.world.telemetry.names import service_of
from itbench_sre.world.telemetry.rules import scope_of

if TYPE_CHECKING:
    from itbench_sre.world.mechanisms.change import Change
    from itbench_sre.world.world import World

FAIL, SLOW = "fail", "are slow"
_LEAST_FAILURES = 3
_MIDDLES_US = tuple(
    500 * (low + high) for low, high in zip((0, *BOUNDS_MS), (*BOUNDS_MS, 2 * BOUNDS_MS[-1]), strict=True)
)
"""The middle of each bucket of the meters, in microseconds."""

# An edge is a caller's workload and the Service that it asks.
Edge = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a failure from a workload to another.

    Attributes:
        worse: what is so of the calls between them: `fail` or `are slow`.
        is_starved: the target gets fewer calls; else it makes calls that fail.
    """

    source: str
    target: str
    worse: str
    is_starved: bool = False


@dataclass(slots=True)
class Spread:
    """What a failure reached.

    Attributes:
        hits: workloads that it harmed first.
        steps: from these on, the nearest first.
        unready: workloads with fewer ready pods than without it.
        services: workload -> Services that select its pods.
        telemetry: name in telemetry -> workloads.
        worse: edges whose calls fail or are slow.
    """

    hits: list[str] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    unready: list[str] = field(default_factory=list)
    services: dict[str, list[str]] = field(default_factory=dict)
    telemetry: dict[str, list[str]] = field(default_factory=dict)
    worse: dict[Edge, str] = field(default_factory=dict)

    @property
    def reached(self) -> list[str]:
        """Return all workloads that were harmed, the nearest to the root first."""
        return list(dict.fromkeys([*self.hits, *(step.target for step in self.steps)]))

    def hops(self) -> dict[str, int]:
        """Return how many steps each reached workload is from the root."""
        found = dict.fromkeys(self.hits, 1)
        for step in self.steps:
            found.setdefault(step.target, found.get(step.source, 0) + 1)
        return found


def spread(full: "World", without: "World", roots: "Sequence[Change]", paged: Iterable[str] = ()) -> Spread:
    """Return what the roots did; `paged` are names in telemetry that alerts are about, and that must be explained."""
    made = Spread()
    _name(made, full, without)
    made.worse = _worse(made, full, without)
    made.unready = [name for name in made.services if _ready(full, name) < _ready(without, name)]
    made.hits = _hits(made, roots)
    _walk(made)
    _starve(made, [name for each in paged for name in made.telemetry.get(each, ())])
    return made


def _workloads(world: "World") -> list[JsonObject]:
    return [body for kind in WORKLOADS for body in world.store.list(kind, world.application.namespace)]


def _name(made: Spread, full: "World", without: "World") -> None:
    for world in (without, full):
        namespace = world.application.namespace
        selectors = [
            (body["metadata"]["name"], body["spec"]["selector"])
            for body in world.store.list("Service", namespace)
            if body["spec"].get("selector")
        ]
        for body in _workloads(world):
            ref = ref_of(body)
            labels = body["spec"]["template"]["metadata"].get("labels", {})
            known = made.services.setdefault(ref.name, [])
            selecting = [name for name, selector in selectors if has_labels(selector, labels)]
            known += [name for name in selecting if name not in known]
            known.sort(key=lambda name, own=ref.name: (name != own, not own.startswith(name), name))  # type: ignore[misc]  # mypy sees no type for a default
            for process in world.runtime.of_workload(ref):
                names = made.telemetry.setdefault(service_of(process.place), [])
                if ref.name not in names:
                    names.append(ref.name)


def _behind(made: Spread, service: str) -> list[str]:
    return [name for name, services in made.services.items() if service in services]


def _ready(world: "World", name: str) -> int:
    for kind in WORKLOADS:
        body = world.store.get(Ref(kind, world.application.namespace, name))
        if body is not None:
            status = body.get("status", {})
            return int(status.get("numberReady" if kind == "DaemonSet" else "readyReplicas") or 0)
    return 0


def _edges(made: Spread, world: "World") -> dict[Edge, tuple[int, int, int]]:
    """Return calls, failed calls and the sum of durations of each edge, but those of users."""
    found: dict[Edge, tuple[int, int, int]] = {}
    silent = scope_of(world.application).silent
    for key, counts in world.runtime.meters.edges.items():
        if key.caller in silent:
            continue
        total = sum(counts)
        took_us = sum(count * middle for count, middle in zip(counts, _MIDDLES_US, strict=True))
        host = key.address.rpartition("://")[2].partition(":")[0].partition(".")[0]
        for caller in made.telemetry.get(key.caller, ()):
            calls, failed, us = found.get((caller, host), (0, 0, 0))
            found[caller, host] = calls + total, failed + (total if key.code else 0), us + took_us
    return found


def _worse(made: Spread, full: "World", without: "World") -> dict[Edge, str]:
    before = _edges(made, without)
    found = {}
    for edge, (calls, failed, us) in sorted(_edges(made, full).items()):
        usual_calls, usual_failed, usual_us = before.get(edge, (0, 0, 0))
        if failed - usual_failed >= _LEAST_FAILURES:
            found[edge] = FAIL
        elif us // max(calls, 1) > usual_us // max(usual_calls, 1) * 5 // 4 + 20_000 and usual_calls:
            found[edge] = SLOW
    return found


def _hits(made: Spread, roots: "Sequence[Change]") -> list[str]:
    """Return the workloads that roots harmed first: of those they touch the harmed ones, else what nothing explains."""
    touched: dict[str, None] = {}
    for root in roots:
        for name in (*root.affects, root.target.name):
            touched |= dict.fromkeys([name] if name in made.services else _behind(made, name))
    harmed = {
        *made.unready,
        *(caller for caller, _ in made.worse),
        *(name for _, host in made.worse for name in _behind(made, host)),
    }
    found = [name for name in touched if name in harmed]
    if found:
        return found
    callers = {caller for caller, _ in made.worse}
    deepest = [name for _, host in made.worse for name in _behind(made, host) if name not in callers]
    return list(dict.fromkeys([*made.unready, *deepest])) or list(touched) or sorted(callers)[:1]


def _walk(made: Spread) -> None:
    reached = list(made.hits)
    for name in reached:
        for (caller, host), worse in made.worse.items():
            if name in _behind(made, host) and caller not in reached:
                reached.append(caller)
                made.steps.append(Step(name, caller, worse))


def _starve(made: Spread, wanted: Iterable[str]) -> None:
    """Explain what no failing call of its own explains: its callers fail before they reach it, or on the way to it."""
    for name in wanted:
        reached = made.reached
        if name in reached:
            continue
        for (caller, host), worse in made.worse.items():
            if caller in reached and name in _behind(made, host):
                made.steps.append(Step(caller, name, worse, is_starved=True))
                break
