"""The objects that an answer could name, with what is shallow about each."""

from collections import Counter
from collections.abc import Iterator

from itbench import Candidate, Feature
from itbench_sre.audit.shallow import Shallow, counted
from itbench_sre.snapshot import ObjectId

_ALWAYS = frozenset({"Deployment", "StatefulSet", "DaemonSet", "Service"})
_SECOND_NS = 1_000_000_000
_REASONS = (
    "BackOff",
    "Failed",
    "FailedCreate",
    "FailedMount",
    "FailedScheduling",
    "Killing",
    "ScalingReplicaSet",
    "Spawned",
    "Started",
    "SuccessfulRescale",
    "Unhealthy",
)


def candidates(found: Shallow, namespaces: set[str]) -> Iterator[tuple[ObjectId, Candidate]]:
    """Yield what was changed, created or deleted by somebody, what events alone tell of, and every workload and Service."""
    order = sorted(found.writes, key=lambda each: -found.writes[each].time_ns)
    rank = {object_id: place for place, object_id in enumerate(order)}
    for object_id in sorted({*found.histories, *found.events_only}, key=str):
        history = found.histories.get(object_id)
        is_gone = history is not None and history.last_ns < found.end_ns - 400 * _SECOND_NS
        is_usual = object_id.kind in _ALWAYS and object_id.namespace in namespaces
        if object_id in found.writes or object_id in found.events_only or is_gone or is_usual:
            features = {**_change(found, object_id, rank), **_symptoms(found, object_id), "is_gone": is_gone}
            yield object_id, Candidate(key=str(object_id), features=features)


def _change(found: Shallow, object_id: ObjectId, rank: dict[ObjectId, int]) -> dict[str, Feature]:
    write, history = found.writes.get(object_id), found.histories.get(object_id)
    paths = found.paths.get(object_id, [])
    features: dict[str, Feature] = {
        "kind": object_id.kind,
        "is_changed": write is not None,
        "places_changed": len(paths),
        "versions": len(history.versions) if history else 0,
        "is_in_application": object_id.namespace not in ("", "kube-system", "chaos-mesh"),
    }
    if paths:
        features["place"] = paths[0]
    if write is not None:
        before_s = (found.onset_ns - write.time_ns) // _SECOND_NS
        features |= {
            "manager": write.manager,
            "kind_and_manager": f"{object_id.kind} {write.manager}",
            "seconds_before_page": before_s,
            "seconds_from_page": abs(before_s),
            "minutes_from_four_before": abs(before_s - 240),
            "changes_after_it": rank[object_id],
            "is_created": history is not None and history.first_ns > found.begin_ns + 100 * _SECOND_NS,
        }
    return features


def _symptoms(found: Shallow, object_id: ObjectId) -> dict[str, Feature]:
    name = object_id.name
    prefix = f"{object_id.namespace or 'cluster'}/"
    # An object and what is called after it, each kind once.
    kinds = dict.fromkeys((object_id.kind, "Pod", "ReplicaSet", "Deployment", "HorizontalPodAutoscaler"))
    begins = tuple(f"{prefix}{kind}/" for kind in kinds)
    warnings = sum(times for entity, times in found.warnings.items() if _is_about(entity, begins, name))
    features: dict[str, Feature] = {
        "warnings": warnings,
        "alerts": counted(found.alerts, name),
        "mentions": found.mentions[name],
        "error_logs": found.errors[name],
        "failing_spans": found.failing[name, True],
        "failing_spans_before": found.failing[name, False],
        "spans": found.spans[name, True],
        "fewer_spans": found.spans[name, False] - found.spans[name, True],
        "failing_share": found.failing[name, True] / max(found.spans[name, True], 1),
        "name_length": len(name),
    }
    reasons: Counter[str] = Counter()
    for (entity, reason), times in found.reasons.items():
        if reason in _REASONS and _is_about(entity, begins, name):
            reasons[reason] += times
    features |= {f"events_{reason}": reasons[reason] for reason in _REASONS}
    return features


def _is_about(entity: str, begins: tuple[str, ...], name: str) -> bool:
    if not entity.startswith(begins):
        return False
    own = entity.rpartition("/")[2]
    return own == name or own.startswith(f"{name}-")
