"""What the API server fills in where a pod's specification says nothing."""

from typing import Any

from itbench_sre.world.store.quantities import canonical
from itbench_sre.world.store.refs import JsonObject

_PROBES = ("livenessProbe", "readinessProbe", "startupProbe")
_MODES = {"configMap": 420, "secret": 420, "projected": 420, "downwardAPI": 420}


def filled(body: JsonObject, defaults: JsonObject) -> JsonObject:
    """Return `body` with `defaults` where it has no such key; itself where nothing is missing."""
    missing = {key: value for key, value in defaults.items() if body.get(key) is None}
    return {**body, **missing} if missing else body


def resources_filled(resources: JsonObject, *, is_pod: bool = False) -> JsonObject:
    """Return requests and limits in canonical form; in a pod, a limit without a request is its request, too."""
    made = dict(resources)
    for part in ("limits", "requests"):
        if part in resources:
            made[part] = {name: canonical(amount) for name, amount in (resources[part] or {}).items()}
    if not is_pod:
        return made
    missing = {k: v for k, v in made.get("limits", {}).items() if k not in made.get("requests", {})}
    if missing:
        made["requests"] = {**made.get("requests", {}), **missing}
    return made


def pod_spec_filled(spec: JsonObject, *, is_pod: bool = False) -> JsonObject:
    """Return a pod's specification as the API server stores it, in a template or in a pod."""
    made = filled(
        spec,
        {
            "dnsPolicy": "ClusterFirst",
            "restartPolicy": "Always",
            "schedulerName": "default-scheduler",
            "securityContext": {},
            "terminationGracePeriodSeconds": 30,
        },
    )
    if is_pod:
        made = filled(made, {"enableServiceLinks": True})
    made = dict(made)
    if account := made.get("serviceAccountName") or made.get("serviceAccount"):
        made["serviceAccountName"] = made["serviceAccount"] = account
    for part in ("containers", "initContainers"):
        if part in made:
            made[part] = [_container_filled(container, is_pod) for container in made[part] or ()]
    if made.get("volumes"):
        made["volumes"] = [_volume_filled(volume) for volume in made["volumes"]]
    return made


def _container_filled(container: JsonObject, is_pod: bool) -> JsonObject:
    image = str(container.get("image", ""))
    tag = image.rpartition("/")[2].partition(":")[2]
    is_moving = tag in ("", "latest") and "@" not in image
    made = filled(
        container,
        {
            "imagePullPolicy": "Always" if is_moving else "IfNotPresent",
            "resources": {},
            "terminationMessagePath": "/dev/termination-log",
            "terminationMessagePolicy": "File",
        },
    )
    made = {**made, "resources": resources_filled(made["resources"], is_pod=is_pod)}
    if made.get("ports"):
        made["ports"] = [filled(port, {"protocol": "TCP"}) for port in made["ports"]]
    if made.get("env"):
        made["env"] = [_variable_filled(variable) for variable in made["env"]]
    for probe in _PROBES:
        if made.get(probe):
            made[probe] = _probe_filled(made[probe])
    return made


def _variable_filled(variable: JsonObject) -> JsonObject:
    reference = (variable.get("valueFrom") or {}).get("fieldRef")
    if reference is None or "apiVersion" in reference:
        return variable
    return {**variable, "valueFrom": {"fieldRef": {"apiVersion": "v1", **reference}}}


def _probe_filled(probe: JsonObject) -> JsonObject:
    made = filled(
        probe, {"failureThreshold": 3, "periodSeconds": 10, "successThreshold": 1, "timeoutSeconds": 1}
    )
    if "httpGet" in made:
        made = {**made, "httpGet": filled(made["httpGet"], {"path": "/", "scheme": "HTTP"})}
    if "grpc" in made:
        made = {**made, "grpc": filled(made["grpc"], {"service": ""})}
    return made


def _volume_filled(volume: JsonObject) -> JsonObject:
    for source, mode in _MODES.items():
        if isinstance(volume.get(source), dict):
            return {**volume, source: filled(volume[source], {"defaultMode": mode})}
    if len(volume) == 1:
        return {**volume, "emptyDir": {}}
    return volume


def template_filled(template: JsonObject) -> JsonObject:
    """Return a pod template as the API server stores it."""
    metadata: dict[str, Any] = {"creationTimestamp": None, **(template.get("metadata") or {})}
    return {
        **template,
        "metadata": metadata,
        "spec": pod_spec_filled(template.get("spec") or {"containers": []}),
    }


def quality_of_service(spec: JsonObject) -> str:
    """Return the class of a pod: `Guaranteed`, `Burstable` or `BestEffort`."""
    containers = [*spec.get("containers", ()), *spec.get("initContainers", ())]
    parts = [container.get("resources") or {} for container in containers]
    amounts = [(part.get("requests") or {}, part.get("limits") or {}) for part in parts]
    if not any(requests or limits for requests, limits in amounts):
        return "BestEffort"
    both = ("cpu", "memory")
    if all(
        all(name in limits and requests.get(name) == limits[name] for name in both)
        for requests, limits in amounts
    ):
        return "Guaranteed"
    return "Burstable"
