"""What controllers ask of pods, and how they make them."""

from itbench_sre.world.clock.loop import SECOND_US
from itbench_sre.world.clock.times import epoch_s
from itbench_sre.world.store.refs import JsonObject


def time_us(text: str | None) -> int:
    """Return the microseconds of a Kubernetes timestamp; 0 for none."""
    if not text:
        return 0
    year, month, day = int(text[:4]), int(text[5:7]), int(text[8:10])
    seconds = int(text[11:13]) * 3600 + int(text[14:16]) * 60 + int(text[17:19])
    return (epoch_s(year, month, day) + seconds) * SECOND_US


def condition(body: JsonObject, name: str) -> JsonObject | None:
    """Return the condition of a type, if it is there."""
    for each in (body.get("status") or {}).get("conditions") or ():
        if each["type"] == name:
            found: JsonObject = each
            return found
    return None


def is_true(body: JsonObject, name: str) -> bool:
    """Return whether a condition is there and `True`."""
    found = condition(body, name)
    return found is not None and found["status"] == "True"


def is_ready(pod: JsonObject) -> bool:
    """Return whether a pod is ready."""
    return is_true(pod, "Ready")


def is_terminating(body: JsonObject) -> bool:
    """Return whether somebody asked for an object's end."""
    return "deletionTimestamp" in body["metadata"]


def is_over(pod: JsonObject) -> bool:
    """Return whether all containers of a pod ended for good."""
    return (pod.get("status") or {}).get("phase") in ("Succeeded", "Failed")


def is_active(pod: JsonObject) -> bool:
    """Return whether a pod counts as a replica."""
    return not is_terminating(pod) and not is_over(pod)


def available_at_us(pod: JsonObject, min_ready_s: int) -> int | None:
    """Return when a ready pod becomes (or became) available; None for one that is not ready."""
    found = condition(pod, "Ready")
    if found is None or found["status"] != "True":
        return None
    return time_us(found.get("lastTransitionTime")) + min_ready_s * SECOND_US if min_ready_s else 0


def is_available(pod: JsonObject, min_ready_s: int, now_us: int) -> bool:
    """Return whether a pod has been ready for long enough."""
    since_us = available_at_us(pod, min_ready_s)
    return since_us is not None and since_us <= now_us


def owner_reference(owner: JsonObject) -> JsonObject:
    """Return what an object says of its controller."""
    metadata = owner["metadata"]
    return {
        "apiVersion": owner["apiVersion"],
        "blockOwnerDeletion": True,
        "controller": True,
        "kind": owner["kind"],
        "name": metadata["name"],
        "uid": metadata["uid"],
    }


def pod_of(template: JsonObject, owner: JsonObject, *, name: str = "") -> JsonObject:
    """Return a new pod of a template; without a name, one is made from its owner's."""
    metadata = {
        k: v for k, v in template["metadata"].items() if k in ("annotations", "labels", "finalizers") and v
    }
    metadata["namespace"] = owner["metadata"]["namespace"]
    metadata["generateName"] = f"{owner['metadata']['name']}-"
    if name:
        metadata["name"] = name
    metadata["ownerReferences"] = [owner_reference(owner)]
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": template["spec"]}


def deletion_rank(pod: JsonObject, neighbours: int) -> tuple[int, int, int, int, int, int, int]:
    """Return the order in which surplus pods go, the first to go lowest.

    Unassigned before assigned, pending before running, unready before ready, cheap before dear, on crowded nodes
    before on lone ones, restarted before steady, young before old; as in `ActivePodsWithRanks`.
    """
    status = pod.get("status") or {}
    phases = {"Pending": 0, "Unknown": 1}
    cost = int(
        (pod["metadata"].get("annotations") or {}).get("controller.kubernetes.io/pod-deletion-cost", 0)
    )
    restarts = max((each.get("restartCount", 0) for each in status.get("containerStatuses") or ()), default=0)
    return (
        1 if pod["spec"].get("nodeName") else 0,
        phases.get(status.get("phase", ""), 2),
        1 if is_ready(pod) else 0,
        cost,
        -neighbours,
        -restarts,
        -time_us(pod["metadata"]["creationTimestamp"]),
    )
