"""The collector that an application's programs send their telemetry to: its pod, and how Prometheus names it."""

from itbench_sre.world.store.paths import value_at
from itbench_sre.world.store.refs import JsonObject
from itbench_sre.world.store.store import Store

_IMAGES = ("opentelemetry-collector", "otelcol")
_METRICS_PORT = 8889


def collector_pod(store: Store, namespace: str) -> JsonObject | None:
    """Return the collector's pod, the latest where there are several; None where an application has none of its own."""
    found = None
    for pod in store.list("Pod", namespace):
        if any(name in container["image"] for container in pod["spec"]["containers"] for name in _IMAGES):
            found = pod
    return found


def scraped_labels(store: Store, namespace: str) -> dict[str, str]:
    """Return the labels that Prometheus adds to what the collector exposes; empty where there is no collector."""
    pod = collector_pod(store, namespace)
    if pod is None:
        return {}
    service = _service(store, namespace, pod)
    ports = value_at(service, ("spec", "ports"), ())
    endpoint = next((port["name"] for port in ports if port["port"] == _METRICS_PORT), "metrics")
    name = value_at(service, ("metadata", "name"), "")
    return {
        "container": pod["spec"]["containers"][0]["name"],
        "endpoint": endpoint,
        "instance": f"{value_at(pod, ('status', 'podIP'), '127.0.0.1')}:{_METRICS_PORT}",
        "job": name,
        "namespace": namespace,
        "pod": pod["metadata"]["name"],
        "service": name,
    }


def _service(store: Store, namespace: str, pod: JsonObject) -> JsonObject:
    labels = pod["metadata"].get("labels", {}).items()
    for service in store.list("Service", namespace):
        selector = value_at(service, ("spec", "selector"), {})
        if selector and selector.items() <= labels:
            return service
    return {}
