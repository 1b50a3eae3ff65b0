"""The status of a pod as its kubelet writes it: phase, conditions, states of containers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from itbench_sre.world.clock.times import kubernetes_text
from itbench_sre.world.kubelet.container import Container
from itbench_sre.world.kubelet.references import parsed
from itbench_sre.world.kubelet.resources import qos_class
from itbench_sre.world.store.refs import JsonObject

_OF_OTHERS = ("nominatedNodeName", "resourceClaimStatuses")
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a kubelet knows of a pod.

    Attributes:
        inits: its init containers.
        mains: its other containers.
        pod_ip: of its sandbox, or empty.
        host_ip: of the node.
        has_sandbox: it is ready to start containers.
        start: when the kubelet took it on.
        fixed: phase, reason and message of a pod that the kubelet has ended for good.
        now_us: the time.
    """

    inits: Sequence[Container]
    mains: Sequence[Container]
    pod_ip: str
    host_ip: str
    has_sandbox: bool
    start: str
    fixed: JsonObject
    now_us: int


def conditions(old: Sequence[JsonObject], phase: str, facts: Facts) -> list[JsonObject]:
    """Return the conditions, each with the time of its last change; those of others stay."""
    ready = _ready(phase, facts)
    wanted = {
        "PodReadyToStartContainers": ("True" if facts.has_sandbox else "False", "", ""),
        "Initialized": _initialized(phase, facts),
        "Ready": ready,
        "ContainersReady": ready,
        "PodScheduled": ("True", "", ""),
    }
    before = {each["type"]: each for each in old}
    now = kubernetes_text(facts.now_us)
    made = [_condition(before.get(type_), type_, *wanted[type_], now) for type_ in _CONDITIONS]
    return [*made, *(each for each in old if each["type"] not in wanted)]


def _initialized(phase: str, facts: Facts) -> tuple[str, str, str]:
    if phase == "Succeeded":
        return "True", "PodCompleted", ""
    incomplete = [
        each.name for each in facts.inits if not (each.is_started if each.is_sidecar else each.has_succeeded)
    ]
    if not incomplete:
        return "True", "", ""
    words = f"containers with incomplete status: [{' '.join(incomplete)}]"
    return "False", "ContainersNotInitialized", words


def _ready(phase: str, facts: Facts) -> tuple[str, str, str]:
    if phase in ("Succeeded", "Failed"):
        return "False", "PodCompleted" if phase == "Succeeded" else "PodFailed", ""
    staying = [*(each for each in facts.inits if each.is_sidecar), *facts.mains]
    unready = [each.name for each in staying if not each.is_ready]
    if not unready:
        return "True", "", ""
    return "False", "ContainersNotReady", f"containers with unready status: [{' '.join(unready)}]"


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


def pod_status(pod: JsonObject, facts: Facts) -> JsonObject:
    """Return the whole status of a pod that is in the store as `pod`."""
    old: JsonObject = pod.get("status") or {}
    spec, inits, mains = pod["spec"], facts.inits, facts.mains
    phase = facts.fixed.get("phase") or phase_of(spec.get("restartPolicy", "Always"), inits, mains)
    creating = "PodInitializing" if inits else "ContainerCreating"
    statuses = [container_status(each, is_creating=creating) for each in mains]
    made: dict[str, Any] = {
        **{key: value for key, value in old.items() if key in _OF_OTHERS},
        "conditions": conditions(old.get("conditions") or (), phase, facts),
        "containerStatuses": sorted(statuses, key=_name),
        "hostIP": facts.host_ip,
        "hostIPs": [{"ip": facts.host_ip}],
        "phase": phase,
        "qosClass": old.get("qosClass") or qos_class(spec),
        "startTime": facts.start,
    }
    if inits:
        # The API lists init containers in the order in which they run, the others by name.
        made["initContainerStatuses"] = [container_status(each, is_creating=creating) for each in inits]
    if facts.pod_ip:
        made["podIP"] = facts.pod_ip
        made["podIPs"] = [{"ip": facts.pod_ip}]
    made.update(facts.fixed)
    return dict(sorted(made.items()))


def _name(status: JsonObject) -> str:
    return str(status["name"])
