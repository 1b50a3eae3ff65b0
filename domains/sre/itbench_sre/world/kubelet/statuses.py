"""The status of a pod as its kubelet writes it: phase, conditions, states of containers."""

from collections.abc import Sequence
from typing import Any

from itbench_sre.world.clock.times import kubernetes_text
from itbench_sre.world.kubelet.container import Container
from itbench_sre.world.kubelet.references import parsed
from itbench_sre.world.kubelet.resources import qos_class
from itbench_sre.world.store.refs import JsonObject

_CONDITIONS = ("PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady", "PodScheduled")


def container_status(container: Container, *, is_creating: str) -> JsonObject:
    """Return one container's status; `is_creating` is the reason why one that was never looked at waits."""
    state, last = container.state()
    if not state:
        state = {"waiting": {"reason": is_creating}}
    is_known = bool(container.container_id)
    reference = parsed(container.image) if is_known else None
    is_done = container.is_init and not container.is_sidecar and container.has_succeeded
    made: JsonObject = {
        "image": str(reference) if reference else container.spec["image"],
        "imageID": container.image_id,
        "lastState": last,
        "name": container.name,
        "ready": is_done or container.is_ready,
        "restartCount": container.restarts,
        "started": container.is_started,
        "state": state,
    }
    if is_known:
        made["containerID"] = container.container_id
    resources = container.spec.get("resources")
    if is_known and resources:
        made["resources"] = resources
        if resources.get("requests"):
            made["allocatedResources"] = resources["requests"]
    if container.is_running:
        made["user"] = {"linux": {"gid": 0, "supplementalGroups": [0], "uid": 0}}
    if container.spec.get("volumeMounts"):
        made["volumeMounts"] = [_mount(mount) for mount in container.spec["volumeMounts"]]
    return dict(sorted(made.items()))


def _mount(mount: JsonObject) -> JsonObject:
    made: JsonObject = {"mountPath": mount["mountPath"], "name": mount["name"]}
    if mount.get("readOnly"):
        made.update(readOnly=True, recursiveReadOnly="Disabled")
    return made


def phase_of(policy: str, inits: Sequence[Container], mains: Sequence[Container]) -> str:
    """Return the phase that follows from the containers and the restart policy."""
    for container in inits:
        if container.is_sidecar:
            if not container.is_started and not container.terminated:
                return "Pending"
        elif not container.has_succeeded:
            if policy == "Never" and container.terminated:
                return "Failed"
            return "Pending"
    if any(container.is_running for container in mains):
        waiting = [each for each in mains if not each.is_running and not each.terminated]
        return "Pending" if waiting else "Running"
    if not all(container.terminated for container in mains):
        return "Pending"
    if policy == "Always":
        return "Running"
    if all(container.has_succeeded for container in mains):
        return "Succeeded"
    return "Failed" if policy == "Never" else "Running"


def conditions(
    old: Sequence[JsonObject],
    phase: str,
    inits: Sequence[Container],
    mains: Sequence[Container],
    *,
    has_sandbox: bool,
    now_us: int,
) -> list[JsonObject]:
    """Return the conditions, each with the time of its last change; those of others stay."""
    incomplete = [
        each.name for each in inits if not (each.is_started if each.is_sidecar else each.has_succeeded)
    ]
    unready = [
        each.name for each in (*inits, *mains) if not each.is_ready and (each.is_sidecar or not each.is_init)
    ]
    initialized: tuple[str, str, str] = ("True", "", "")
    if phase == "Succeeded":
        initialized = ("True", "PodCompleted", "")
    elif incomplete:
        initialized = (
            "False",
            "ContainersNotInitialized",
            f"containers with incomplete status: [{' '.join(incomplete)}]",
        )
    ready: tuple[str, str, str] = ("True", "", "")
    if phase in ("Succeeded", "Failed"):
        ready = ("False", "PodCompleted" if phase == "Succeeded" else "PodFailed", "")
    elif unready:
        ready = ("False", "ContainersNotReady", f"containers with unready status: [{' '.join(unready)}]")
    wanted = {
        "PodReadyToStartContainers": ("True" if has_sandbox else "False", "", ""),
        "Initialized": initialized,
        "Ready": ready,
        "ContainersReady": ready,
        "PodScheduled": ("True", "", ""),
    }
    before = {each["type"]: each for each in old}
    now = kubernetes_text(now_us)
    made = [_condition(before.get(type_), type_, *wanted[type_], now) for type_ in _CONDITIONS]
    return [*made, *(each for each in old if each["type"] not in wanted)]


def _condition(
    old: JsonObject | None, type_: str, status: str, reason: str, message: str, now: str
) -> JsonObject:
    moved = old["lastTransitionTime"] if old is not None and old["status"] == status else now
    made: JsonObject = {"lastProbeTime": None, "lastTransitionTime": moved}
    if message:
        made["message"] = message
    if reason:
        made["reason"] = reason
    return {**made, "status": status, "type": type_}


def pod_status(
    pod: JsonObject,
    inits: Sequence[Container],
    mains: Sequence[Container],
    *,
    pod_ip: str,
    host_ip: str,
    has_sandbox: bool,
    is_networked: bool,
    start: str,
    fixed: JsonObject,
    now_us: int,
) -> JsonObject:
    """Return a pod's whole status.

    Args:
        pod: as it is in the store.
        inits: its init containers.
        mains: its other containers.
        pod_ip: of its sandbox, or empty.
        host_ip: of the node.
        has_sandbox: it is ready to start containers.
        is_networked: whether a sandbox once gave it the address.
        start: when the kubelet took it on.
        fixed: phase, reason and message of a pod that the kubelet has ended for good.
        now_us: the time.
    """
    old: JsonObject = pod.get("status") or {}
    spec = pod["spec"]
    phase = fixed.get("phase") or phase_of(spec.get("restartPolicy", "Always"), inits, mains)
    creating = "PodInitializing" if inits else "ContainerCreating"
    made: dict[str, Any] = {
        **{key: value for key, value in old.items() if key in ("nominatedNodeName", "resourceClaimStatuses")},
        "conditions": conditions(
            old.get("conditions") or (), phase, inits, mains, has_sandbox=has_sandbox, now_us=now_us
        ),
        "containerStatuses": sorted(
            (container_status(each, is_creating=creating) for each in mains), key=_name
        ),
        "hostIP": host_ip,
        "hostIPs": [{"ip": host_ip}],
        "phase": phase,
        "qosClass": old.get("qosClass") or qos_class(spec),
        "startTime": start,
    }
    if inits:
        # The API lists init containers in the order in which they run, the others by name.
        made["initContainerStatuses"] = [container_status(each, is_creating=creating) for each in inits]
    if pod_ip and is_networked:
        made["podIP"] = pod_ip
        made["podIPs"] = [{"ip": pod_ip}]
    made.update(fixed)
    return dict(sorted(made.items()))


def _name(status: JsonObject) -> str:
    return str(status["name"])
