"""Which calls pass the waypoint of their namespace, and which of its processes."""

from itbench_sre.world.application.model import Protocol
from itbench_sre.world.runtime.frames import Attempt
from itbench_sre.world.runtime.process import Process
from itbench_sre.world.store.paths import value_at
from itbench_sre.world.store.refs import JsonObject, Ref
from itbench_sre.world.store.store import Store
from itbench_sre.world.telemetry.cadvisor import Runs

_MODE = "istio.io/dataplane-mode"
_GATEWAY = "gateway.networking.k8s.io/gateway-name"
_USE = "istio.io/use-waypoint"


class Mesh:
    """An ambient mesh as far as its waypoints log what passes."""

    def __init__(self, runs: Runs, store: Store, namespace: str) -> None:
        self._runs = runs
        self._store = store
        self._namespace = namespace

    def waypoint_of(self, attempt: Attempt) -> Process | None:
        """Return the waypoint that a call passed; None for one that never got so far, or is outside the mesh."""
        caller, failure = attempt.frame.process, attempt.failure
        is_lost = failure is not None and failure.kind in ("dns", "pool")
        if attempt.dependency.protocol is not Protocol.HTTP or is_lost or not self._is_member(caller):
            return None
        name = value_at(self._space(), ("metadata", "labels", _USE))
        callee = attempt.server
        if not name or (
            callee is not None and (_GATEWAY in callee.place.labels or not self._is_member(callee))
        ):
            return None
        for process in self._runs.processes.values():
            place = process.place
            if (
                place.labels.get(_GATEWAY) == name
                and place.pod.namespace == self._namespace
                and process.ready_us
            ):
                return process
        return None

    def _space(self) -> JsonObject:
        return self._store.get(Ref("Namespace", "", self._namespace)) or {}

    def _is_member(self, process: Process) -> bool:
        labels = process.place.labels
        mode = labels.get(_MODE) or value_at(self._space(), ("metadata", "labels", _MODE))
        return mode == "ambient" or _GATEWAY in labels


def mesh_of(runs: Runs, store: Store, namespace: str) -> Mesh | None:
    """Return the mesh of a namespace; None where nothing in it is in any."""
    for body in store.list("Deployment", namespace):
        if _GATEWAY in value_at(body, ("metadata", "labels"), {}):
            return Mesh(runs, store, namespace)
    return None
