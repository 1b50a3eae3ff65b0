"""Resource attributes: what a program's library says of itself, and what the collector adds."""

from itbench_sre.world.runtime.place import Place
from itbench_sre.world.runtime.process import Process
from itbench_sre.world.store.paths import value_at
from itbench_sre.world.store.refs import JsonObject, owner_of
from itbench_sre.world.store.store import Store
from itbench_sre.world.telemetry.collectors import collector_pod
from itbench_sre.world.telemetry.languages import LANGUAGES
from itbench_sre.world.telemetry.names import is_instrumented, service_of
from itbench_sre.world.telemetry.texts import map_text

_OWNERS = {"StatefulSet": "k8s.statefulset.name", "DaemonSet": "k8s.daemonset.name", "Job": "k8s.job.name"}


class Resources:
    """Texts of resource attributes, made once for each start of a container."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: dict[tuple[str, str, int, bool], str] = {}

    def text(self, process: Process, *, is_log: bool = False) -> str:
        """Return the attributes of a process's records."""
        place = process.place
        key = (place.uid, place.container, place.restart, is_log)
        text = self._known.get(key)
        if text is None:
            text = self._known[key] = map_text(self.attributes(place, is_log=is_log))
        return text

    def attributes(self, place: Place, *, is_log: bool = False) -> dict[str, str]:
        """Return the attributes by name."""
        pod = self._store.get(place.pod)
        values = {
            "host.name": self._collector(place.pod.namespace),
            "k8s.namespace.name": place.pod.namespace,
            "k8s.node.name": place.node,
            "k8s.pod.ip": place.pod_ip,
            "k8s.pod.name": place.pod.name,
            "k8s.pod.uid": place.uid,
            "os.type": "linux",
            "service.name": service_of(place),
        }
        values |= _of_pod(pod) if pod else {}
        program = place.image.program
        language = LANGUAGES.get(program.language) if program else None
        # Envoy's access logger and nginx send the service's name only.
        is_bare = is_log and program is not None and program.language == "envoy"
        if language is not None and language.sdk and not is_bare and is_instrumented(place):
            values |= self._service(place) | dict(language.sdk)
        return values

    def _service(self, place: Place) -> dict[str, str]:
        said = _said(place)
        tag = place.image.reference.rpartition(":")[2]
        version = place.labels.get("app.kubernetes.io/version") or tag.partition("-")[0]
        values = {"service.instance.id": place.uid, "service.version": said.get("service.version", version)}
        if "service.namespace" in said:
            values["service.namespace"] = said["service.namespace"]
        return values

    def _collector(self, namespace: str) -> str:
        pod = collector_pod(self._store, namespace)
        return pod["metadata"]["name"] if pod else "otel-collector-agent"


def _said(place: Place) -> dict[str, str]:
    environment = place.environment.get("OTEL_RESOURCE_ATTRIBUTES", "")
    return dict(item.split("=", 1) for item in environment.split(",") if "=" in item)


def package_of(place: Place) -> str:
    """Return the package that the classes of a program are in: that of the demo, or one named as the application."""
    namespace = _said(place).get("service.namespace", "")
    return "oteldemo" if namespace in {"", "opentelemetry-demo"} else f"com.{namespace.replace('-', '')}"


def job_of(place: Place) -> str:
    """Return what the collector's exporter calls the job of a program: its namespace and name."""
    namespace = _said(place).get("service.namespace", "")
    return f"{namespace}/{service_of(place)}" if namespace else service_of(place)


def _of_pod(pod: JsonObject) -> dict[str, str]:
    started = value_at(pod, ("status", "startTime")) or pod["metadata"].get("creationTimestamp", "")
    values = {"k8s.pod.start_time": started}
    owner = owner_of(pod)
    if owner is not None and owner.kind == "ReplicaSet":
        values["k8s.deployment.name"] = owner.name.rpartition("-")[0]
    elif owner is not None and owner.kind in _OWNERS:
        values[_OWNERS[owner.kind]] = owner.name
    return values
