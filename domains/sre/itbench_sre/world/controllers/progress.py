"""What a deployment reports: counts, and the conditions Available, Progressing and ReplicaFailure."""

from collections.abc import Sequence

from itbench_sre.world.clock.loop import SECOND_US
from itbench_sre.world.clock.times import kubernetes_text
from itbench_sre.world.controllers.pods import condition, time_us
from itbench_sre.world.controllers.revisions import limits_of
from itbench_sre.world.store.refs import JsonObject

COUNTS = ("replicas", "updatedReplicas", "readyReplicas", "availableReplicas", "unavailableReplicas")


def with_condition(
    conditions: Sequence[JsonObject], name: str, status: str, reason: str, message: str, now_us: int
) -> list[JsonObject]:
    """Return conditions with one set; its times change as a deployment controller changes them."""
    now = kubernetes_text(now_us)
    old = next((each for each in conditions if each["type"] == name), None)
    if old is not None and old["status"] == status and old["reason"] == reason and old["message"] == message:
        return list(conditions)
    made = {
        "lastTransitionTime": old["lastTransitionTime"] if old and old["status"] == status else now,
        "lastUpdateTime": now,
        "message": message,
        "reason": reason,
        "status": status,
        "type": name,
    }
    return [*(each for each in conditions if each["type"] != name), made]


def total(sets: Sequence[JsonObject], count: str = "replicas") -> int:
    """Return the sum of a count of the statuses of replica sets."""
    return sum(each["status"].get(count, 0) for each in sets)


def status_of(
    deployment: JsonObject, sets: Sequence[JsonObject], new: JsonObject | None, now_us: int
) -> JsonObject:
    """Return the status of a deployment, except for its progress."""
    before = deployment.get("status") or {}
    available, replicas = total(sets, "availableReplicas"), deployment["spec"]["replicas"]
    status: JsonObject = {"observedGeneration": deployment["metadata"]["generation"]}
    if before.get("collisionCount"):
        status["collisionCount"] = before["collisionCount"]
    counts = {
        "replicas": total(sets),
        "updatedReplicas": total([new]) if new else 0,
        "readyReplicas": total(sets, "readyReplicas"),
        "availableReplicas": available,
        "unavailableReplicas": max(sum(each["spec"]["replicas"] for each in sets) - available, 0),
    }
    status.update({name: count for name, count in counts.items() if count})
    conditions = before.get("conditions") or []
    if available >= replicas - limits_of(deployment)[1]:
        words = ("True", "MinimumReplicasAvailable", "Deployment has minimum availability.")
    else:
        words = ("False", "MinimumReplicasUnavailable", "Deployment does not have minimum availability.")
    status["conditions"] = with_condition(conditions, "Available", *words, now_us)
    return status


def is_complete(deployment: JsonObject, status: JsonObject) -> bool:
    """Return whether all replicas are of the newest template and available, and no others are there."""
    wanted = deployment["spec"]["replicas"]
    counts = ("updatedReplicas", "replicas", "availableReplicas")
    return all(status.get(count, 0) == wanted for count in counts)


def is_progressing(old: JsonObject, new: JsonObject) -> bool:
    """Return whether a rollout came nearer to its end between two statuses."""

    def stale(status: JsonObject) -> int:
        return int(status.get("replicas", 0)) - int(status.get("updatedReplicas", 0))

    grown = ("updatedReplicas", "readyReplicas", "availableReplicas")
    return any(new.get(count, 0) > old.get(count, 0) for count in grown) or stale(new) < stale(old)


def with_progress(
    deployment: JsonObject,
    status: JsonObject,
    sets: Sequence[JsonObject],
    new: JsonObject | None,
    now_us: int,
) -> JsonObject:
    """Return a status with how the rollout goes, and whether pods cannot be made."""
    conditions = status["conditions"]
    current = next((each for each in conditions if each["type"] == "Progressing"), None)
    is_done = (
        status.get("replicas", 0) == status.get("updatedReplicas", 0)
        and current is not None
        and current["reason"] == "NewReplicaSetAvailable"
    )
    if not is_done:
        conditions = _progressed(deployment, status, new, conditions, now_us)
    failures = [found for each in ([new] if new else sets) if (found := condition(each, "ReplicaFailure"))]
    conditions = [each for each in conditions if each["type"] != "ReplicaFailure"]
    if failures:
        old = condition(deployment, "ReplicaFailure")
        conditions = with_condition(
            [*conditions, *([old] if old else [])],
            "ReplicaFailure",
            failures[0]["status"],
            failures[0]["reason"],
            failures[0]["message"],
            now_us,
        )
    return {**status, "conditions": conditions}


def _progressed(
    deployment: JsonObject,
    status: JsonObject,
    new: JsonObject | None,
    conditions: list[JsonObject],
    now_us: int,
) -> list[JsonObject]:
    what = (
        f'ReplicaSet "{new["metadata"]["name"]}"' if new else f'Deployment "{deployment["metadata"]["name"]}"'
    )
    if is_complete(deployment, status):
        words = ("True", "NewReplicaSetAvailable", f"{what} has successfully progressed.")
        return with_condition(conditions, "Progressing", *words, now_us)
    if is_progressing(deployment.get("status") or {}, status):
        # Its time of update says when progress was last made, so it is renewed each time.
        old = next((each for each in conditions if each["type"] == "Progressing"), None)
        others = [each for each in conditions if each["type"] != "Progressing"]
        made = with_condition(
            [], "Progressing", "True", "ReplicaSetUpdated", f"{what} is progressing.", now_us
        )[0]
        if old is not None and old["status"] == "True":
            made["lastTransitionTime"] = old["lastTransitionTime"]
        return [*others, made]
    if is_timed_out({**deployment, "status": {**status, "conditions": conditions}}, now_us):
        words = ("False", "ProgressDeadlineExceeded", f"{what} has timed out progressing.")
        return with_condition(conditions, "Progressing", *words, now_us)
    return conditions


def is_timed_out(deployment: JsonObject, now_us: int) -> bool:
    """Return whether a rollout has made no progress for its deadline."""
    current = condition(deployment, "Progressing")
    if current is None or current["reason"] == "NewReplicaSetAvailable":
        return False
    if current["reason"] == "ProgressDeadlineExceeded":
        return True
    return time_us(current["lastUpdateTime"]) + deadline_us(deployment) < now_us


def deadline_us(deployment: JsonObject) -> int:
    """Return the time in which a rollout must make progress."""
    return int(deployment["spec"]["progressDeadlineSeconds"]) * SECOND_US
