"""What somebody changed: objects that differ between pulls, appear or vanish, and rollouts and experiments in events."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from itbench import JsonObject, JsonValue
from itbench_sre.agents.events import Happenings
from itbench_sre.agents.gravity import (
    NO_GRAVITY,
    change_gravity,
    creation_gravity,
    deletion_gravity,
)
from itbench_sre.snapshot import Difference, ObjectHistory, ObjectId, ObjectVersion, differences, parse_time

What = Literal["changed", "created", "deleted", "experiment", "rollout", "unchanged"]
# Objects of a namespace that Kubernetes itself puts there.
_AUTOMATIC = {"kube-root-ca.crt", "istio-ca-root-cert", "default"}
_RECORDS = {
    "Pod",
    "ReplicaSet",
    "Endpoints",
    "EndpointSlice",
    "Event",
    "ControllerRevision",
    "Lease",
    "VolumeAttachment",
}
_PULL_INTERVAL_NS = 300 * 1_000_000_000
_PULL_GAP_NS = 90 * 1_000_000_000


@dataclass(slots=True, kw_only=True)
class Change:
    """One thing that may have caused the trouble.

    Attributes:
        time_ns: when it was made, as closely as the data tell.
        gravity: how likely such a change breaks something, before any symptom is looked at.
        text: what it was, in words for the answer.
        differences: the changed places, for a changed object.
        body: the object after the change; empty where it is not known.
        until_ns: when it ended, for an experiment.
        targets: workloads that the data say it acts upon.
    """

    id: ObjectId
    what: What
    time_ns: int
    gravity: float
    text: str
    differences: list[Difference] = field(default_factory=list)
    body: JsonObject = field(default_factory=dict)
    until_ns: int | None = None
    targets: set[str] = field(default_factory=set)


def find_changes(histories: Mapping[ObjectId, ObjectHistory], *, begin_ns: int) -> list[Change]:
    """Return what changed among the objects since the snapshot's telemetry began."""
    first_ns, last_ns = _pull_times(histories)
    found: list[Change] = []
    for history in histories.values():
        kind = history.id.kind
        if kind in _RECORDS or history.id.name in _AUTOMATIC or _is_owned(history.versions[-1].body):
            continue
        created = _creation(history, first_ns[kind], begin_ns)
        if created:
            found.append(created)
        if history.last_ns < last_ns[kind] - _PULL_GAP_NS:
            gravity = deletion_gravity(kind)
            body = history.versions[-1].body
            text = f"{kind} {history.id.name} was deleted"
            found.append(
                Change(
                    id=history.id,
                    what="deleted",
                    time_ns=history.last_ns,
                    gravity=gravity,
                    text=text,
                    body=body,
                )
            )
        for before, after in zip(history.versions, history.versions[1:], strict=False):
            changed = _difference(before, after)
            if changed:
                found.append(changed)
    return found


def find_rollouts(happenings: Happenings, known: Iterable[ObjectId]) -> list[Change]:
    """Return the rollouts that only events tell of, as where no objects were recorded."""
    seen = {(id_.namespace, id_.name) for id_ in known if id_.kind == "Deployment"}
    return [
        Change(
            id=ObjectId(namespace, "Deployment", name),
            what="rollout",
            time_ns=max(times),
            gravity=1.0,
            text="a new ReplicaSet was rolled out",
        )
        for (namespace, name), times in happenings.rollouts.items()
        if (namespace, name) not in seen
    ]


def find_experiments(happenings: Happenings) -> list[Change]:
    """Return the chaos experiments that were applied; those of one schedule as that schedule."""
    found = []
    for experiment in happenings.experiments.values():
        if not experiment.on_ns:
            continue
        schedule = happenings.spawned.get(experiment.name) or _schedule_of(experiment.name, happenings)
        id_ = ObjectId(
            experiment.namespace, "Schedule" if schedule else experiment.kind, schedule or experiment.name
        )
        start_ns = min(experiment.on_ns)
        until_ns = max((off for off in experiment.off_ns if off >= start_ns), default=None)
        text = f"{experiment.kind} {experiment.name} was applied to {', '.join(sorted(experiment.targets)) or 'unnamed targets'}"
        found.append(
            Change(
                id=id_,
                what="experiment",
                time_ns=start_ns,
                gravity=2.0,
                text=text,
                until_ns=None if until_ns is None or experiment.is_on(until_ns + 1) else until_ns,
                targets=set(experiment.targets),
            )
        )
    return found


def _pull_times(histories: Mapping[ObjectId, ObjectHistory]) -> tuple[dict[str, int], dict[str, int]]:
    """Return when each kind was first and last pulled; the last for sure, also where no object of it was left."""
    first: dict[str, int] = {}
    last: dict[str, int] = {}
    for history in histories.values():
        kind = history.id.kind
        first[kind] = min(first.get(kind, history.first_ns), history.first_ns)
        last[kind] = max(last.get(kind, history.last_ns), history.last_ns)
    end_ns = max(last.values(), default=0) - _PULL_INTERVAL_NS
    return first, {kind: max(last_ns, end_ns) for kind, last_ns in last.items()}


def _schedule_of(name: str, happenings: Happenings) -> str:
    stem, _, suffix = name.rpartition("-")
    return stem if len(suffix) == 5 and stem in happenings.spawned.values() else ""


def _is_owned(body: JsonObject) -> bool:
    return bool(_metadata(body).get("ownerReferences"))


def _metadata(body: JsonObject) -> JsonObject:
    metadata = body.get("metadata")
    return metadata if isinstance(metadata, dict) else {}


def _creation(history: ObjectHistory, first_ns: int, begin_ns: int) -> Change | None:
    body = history.versions[0].body
    time_ns = _time(_metadata(body).get("creationTimestamp"))
    is_late = history.first_ns > first_ns + _PULL_GAP_NS
    if not is_late and (time_ns is None or time_ns < begin_ns):
        return None
    kind = history.id.kind
    return Change(
        id=history.id,
        what="created",
        time_ns=time_ns or history.first_ns,
        gravity=creation_gravity(kind),
        text=f"{kind} {history.id.name} was created",
        body=body,
    )


def _difference(before: ObjectVersion, after: ObjectVersion) -> Change | None:
    places = [place for place in differences(before.body, after.body) if not place.path.startswith("status")]
    if not places:
        return None
    kind = after.id.kind
    places.sort(key=lambda place: (-change_gravity(kind, place), place.path))
    gravity = change_gravity(kind, places[0])
    grave = [place for place in places if change_gravity(kind, place) > NO_GRAVITY] or places
    return Change(
        id=after.id,
        what="changed",
        time_ns=_edit_ns(before, after),
        gravity=gravity,
        text="; ".join(describe(place) for place in grave[:3]),
        differences=grave,
        body=after.body,
    )


def describe(place: Difference) -> str:
    """Say what changed at one place, with the changed lines only where a text has many."""
    before, after = changed_lines(place.before, place.after), changed_lines(place.after, place.before)
    return f"{place.path}: {before[:120]!r} -> {after[:120]!r}"


def changed_lines(value: JsonValue, other: JsonValue) -> str:
    """Return the lines of a value that another one has not; JSON where it is no text; empty for none."""
    if value is None:
        return ""
    if not isinstance(value, str):
        return json.dumps(value, sort_keys=True)
    if not isinstance(other, str):
        return value
    known = set(other.splitlines())
    return "\n".join(line.strip() for line in value.splitlines() if line not in known)


def _edit_ns(before: ObjectVersion, after: ObjectVersion) -> int:
    """Return when an object was edited, by its managers' notes, else the middle between the two pulls."""
    fields = _metadata(after.body).get("managedFields")
    times = [
        time_ns
        for entry in (fields if isinstance(fields, list) else [])
        if isinstance(entry, dict)
        and entry.get("subresource") != "status"
        and (time_ns := _time(entry.get("time"))) is not None
        and before.seen_ns - _PULL_GAP_NS < time_ns <= after.seen_ns
    ]
    return min(times) if times else (before.seen_ns + after.seen_ns) // 2


def _time(value: JsonValue) -> int | None:
    try:
        return parse_time(value) if isinstance(value, str) else None
    except ValueError:
        return None
