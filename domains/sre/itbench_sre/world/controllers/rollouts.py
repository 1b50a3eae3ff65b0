"""How many pods each replica set of a deployment should have: rolling, at once, and when the size changes."""

from collections.abc import Sequence

from itbench_sre.world.controllers.progress import total
from itbench_sre.world.controllers.revisions import DESIRED, MOST, annotations_of, limits_of
from itbench_sre.world.store.refs import JsonObject

Sizes = dict[str, int]  # name of a replica set -> pods that it should have


def wanted(sets: Sequence[JsonObject]) -> int:
    """Return how many pods replica sets should have in all."""
    return sum(each["spec"]["replicas"] for each in sets)


def _name(replica_set: JsonObject) -> str:
    return str(replica_set["metadata"]["name"])


def size_of_new(deployment: JsonObject, sets: Sequence[JsonObject], new_replicas: int) -> int:
    """Return the size of the newest replica set that a rollout allows now."""
    replicas = int(deployment["spec"]["replicas"])
    if deployment["spec"]["strategy"]["type"] != "RollingUpdate":
        return replicas
    most = replicas + limits_of(deployment)[0]
    current = wanted(sets)
    if current >= most:
        return new_replicas
    return new_replicas + min(most - current, replicas - new_replicas)


def rolled_up(deployment: JsonObject, sets: Sequence[JsonObject], new: JsonObject) -> Sizes:
    """Return the next size of the newest replica set, where it changes."""
    size, replicas = new["spec"]["replicas"], deployment["spec"]["replicas"]
    target = replicas if size >= replicas else size_of_new(deployment, sets, size)
    return {_name(new): target} if target != size else {}


def rolled_down(
    deployment: JsonObject, sets: Sequence[JsonObject], old: Sequence[JsonObject], new: JsonObject
) -> Sizes:
    """Return the next sizes of the old replica sets: first their unready pods go, then as many as may be missing."""
    least = deployment["spec"]["replicas"] - limits_of(deployment)[1]
    unready_new = new["spec"]["replicas"] - new["status"].get("availableReplicas", 0)
    budget = wanted(sets) - least - unready_new
    sizes: Sizes = {}
    if not wanted(old) or budget <= 0:
        return sizes
    by_age = sorted(old, key=lambda each: (each["metadata"]["creationTimestamp"], _name(each)))
    for each in by_age:
        size = each["spec"]["replicas"]
        unready = min(size - each["status"].get("availableReplicas", 0), budget)
        if size and unready > 0:
            sizes[_name(each)] = size - unready
            budget -= unready
    surplus = total(sets, "availableReplicas") - least
    for each in by_age:
        size = sizes.get(_name(each), each["spec"]["replicas"])
        fewer = min(size, surplus)
        if fewer > 0:
            sizes[_name(each)] = size - fewer
            surplus -= fewer
    return sizes


def is_resized(deployment: JsonObject, sets: Sequence[JsonObject]) -> bool:
    """Return whether a deployment's size was changed since its replica sets were last told."""
    replicas = str(deployment["spec"]["replicas"])
    return any(
        annotations_of(each).get(DESIRED, replicas) != replicas for each in sets if each["spec"]["replicas"]
    )


def resized(
    deployment: JsonObject, new: JsonObject | None, old: Sequence[JsonObject], sets: Sequence[JsonObject]
) -> Sizes:
    """Return the sizes after a change of a deployment's size, in proportion while a rollout is under way."""
    replicas = deployment["spec"]["replicas"]
    active = [each for each in sets if each["spec"]["replicas"]]
    only = active[0] if len(active) == 1 else (new or _newest(sets)) if not active else None
    if only is not None:
        return {_name(only): replicas} if only["spec"]["replicas"] != replicas else {}
    if new is not None and _is_saturated(new, replicas):
        return {_name(each): 0 for each in old if each["spec"]["replicas"]}
    if deployment["spec"]["strategy"]["type"] != "RollingUpdate":
        return {}
    return _in_proportion(deployment, active)


def _newest(sets: Sequence[JsonObject]) -> JsonObject | None:
    return max(sets, key=lambda each: each["metadata"]["creationTimestamp"], default=None)


def _is_saturated(new: JsonObject, replicas: int) -> bool:
    told = annotations_of(new).get(DESIRED)
    is_told = told is not None and int(told) == replicas
    return (
        new["spec"]["replicas"] == replicas
        and is_told
        and new["status"].get("availableReplicas", 0) == replicas
    )


def _in_proportion(deployment: JsonObject, active: list[JsonObject]) -> Sizes:
    allowed = deployment["spec"]["replicas"] + limits_of(deployment)[0]
    to_add = left = allowed - wanted(active)
    ranked = sorted(
        active,
        key=lambda each: (-each["spec"]["replicas"], each["metadata"]["creationTimestamp"], _name(each)),
    )
    if to_add > 0:
        ranked = sorted(ranked, key=lambda each: each["metadata"]["creationTimestamp"], reverse=True)
        ranked.sort(key=lambda each: -each["spec"]["replicas"])
    sizes: Sizes = {}
    for each in ranked:
        size = each["spec"]["replicas"]
        before = int(annotations_of(each).get(MOST, 0)) or deployment["status"].get("replicas", 0) or 1
        share = (2 * size * allowed + before) // (2 * before) - size  # rounded to the nearest
        share = max(min(share, left), 0) if to_add > 0 else min(max(share, left), 0)
        sizes[_name(each)] = size + share
        left -= share
    if ranked and left:
        first = _name(ranked[0])
        sizes[first] = max(sizes[first] + left, 0)
    return sizes
