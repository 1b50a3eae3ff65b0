"""What is shallow about a change, in bins: what must not tell whether it was a root."""

from collections import deque
from typing import TYPE_CHECKING

from itbench_sre.world.incidents.symptoms import component
from itbench_sre.world.incidents.truth import service_of_alert
from itbench_sre.world.mechanisms.scene import Scene
from itbench_sre.world.store.refs import ref_of

if TYPE_CHECKING:
    from itbench_sre.world.incidents.balance import Bins
    from itbench_sre.world.incidents.search import Incident
    from itbench_sre.world.mechanisms.change import Change

_DEPTHS = (600, 850, 1000, 1150, 1500)
_BEFORE_S = (60, 120, 180, 240, 300, 420, 600)
_FAR = 4


def bins_of(incident: "Incident") -> "list[Bins]":
    """Return the bins of each change of an incident."""
    distances = _distances(incident)
    onset_us = incident.label.page.onset_ns // 1000
    later = [sum(other.at_us > change.at_us for other in incident.changes) for change in incident.changes]
    return [
        _bins(change, onset_us, after, distances)
        for change, after in zip(incident.changes, later, strict=True)
    ]


def _bins(change: "Change", onset_us: int, later: int, distances: dict[str, int]) -> "Bins":
    before_s = (onset_us - change.at_us) // 1_000_000
    near = min((distances.get(name, _FAR) for name in (*change.affects, change.target.name)), default=_FAR)
    return {
        "mechanism": change.mechanism,
        "family": change.family,
        "kind": change.target.kind,
        "manager": change.manager,
        "depth": _bin(change.depth, _DEPTHS),
        "before": "after" if before_s < 0 else _bin(before_s, _BEFORE_S),
        "later": str(min(later, 6)),
        "distance": str(near),
        "actions": str(len(change.actions)),
    }


def _bin(value: int, bounds: tuple[int, ...]) -> str:
    return str(sum(value >= bound for bound in bounds))


def _distances(incident: "Incident") -> dict[str, int]:
    """Return how many calls each workload is away from the service of the page, in either direction."""
    scene = Scene(incident.world)
    neighbours: dict[str, set[str]] = {}
    for body in scene.workloads:
        name = ref_of(body).name
        for other in scene.dependencies(body):
            neighbours.setdefault(name, set()).add(other)
            neighbours.setdefault(other, set()).add(name)
    start = component(service_of_alert(incident.label.page.alert))
    found = {name: 0 for name in {*neighbours, *scene.names} if component(name) == start} or {start: 0}
    waiting = deque(sorted(found))
    while waiting:
        name = waiting.popleft()
        for other in sorted(neighbours.get(name, ())):
            if other not in found and found[name] < _FAR - 1:
                found[other] = found[name] + 1
                waiting.append(other)
    return found
