"""One reading of a snapshot: what changed, who changed it, what is warned of, what fails, by object and by service."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from itbench_sre.snapshot import (
    AlertPull,
    ObjectHistory,
    ObjectId,
    differences,
    parse_time,
    read_all_alerts,
    read_events,
    read_histories,
    read_logs,
    read_spans,
)

CONTROLLERS = frozenset(
    {
        "chaos-controller-manager",
        "kube-apiserver",
        "kube-controller-manager",
        "kube-scheduler",
        "kubelet",
        "horizontal-pod-autoscaler",
    }
)
_KINDS_WITHOUT_CHANGES = frozenset({"Endpoints", "Event", "Lease", "Pod", "ReplicaSet", "Job"})
_SECOND_NS = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Write:
    """The last write of somebody who is no controller, within the recording."""

    manager: str
    time_ns: int


@dataclass(slots=True)
class Shallow:
    """What was read.

    Attributes:
        begin_ns, end_ns: of the recording.
        onset_ns: when the alerts of the page were first seen.
        writes: by object.
        paths: changed places of each object, cut to their first words.
        warnings: number of Warning events by object; `reasons` by object and reason, Normal ones too.
        alerts: number of pulls in which an alert names a service, workload or pod.
        failing, spans: failing and all spans by service, before and after the onset.
        errors: log records of errors by service.
        mentions: how often a name stands in messages of failing spans and error logs.
    """

    histories: dict[ObjectId, ObjectHistory]
    begin_ns: int = 0
    end_ns: int = 0
    onset_ns: int = 0
    writes: dict[ObjectId, Write] = field(default_factory=dict)
    paths: dict[ObjectId, list[str]] = field(default_factory=dict)
    warnings: Counter[str] = field(default_factory=Counter)
    reasons: Counter[tuple[str, str]] = field(default_factory=Counter)
    alerts: Counter[str] = field(default_factory=Counter)
    failing: Counter[tuple[str, bool]] = field(default_factory=Counter)
    spans: Counter[tuple[str, bool]] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    mentions: Counter[str] = field(default_factory=Counter)
    events_only: set[ObjectId] = field(default_factory=set)


def read_shallow(root: Path) -> Shallow:
    """Read a snapshot.

    Raises:
        DataError: a file cannot be read.
    """
    found = Shallow(read_histories(root / "k8s_objects_raw.tsv", is_wanted=_is_wanted))
    pulls = list(read_all_alerts(root))
    _read_times(found, pulls)
    for object_id, history in found.histories.items():
        _read_history(found, object_id, history)
    _read_events(found, root)
    _read_alerts(found, pulls)
    texts: list[str] = []
    # A file is absent where nothing was recorded.
    for span in read_spans(path) if (path := root / "otel_traces_raw.tsv").exists() else ():
        is_after = span.start_ns >= found.onset_ns
        found.spans[span.service, is_after] += 1
        if span.status == "Error":
            found.failing[span.service, is_after] += 1
            texts.append(span.message)
    for record in read_logs(path) if (path := root / "otel_logs_raw.tsv").exists() else ():
        if record.severity in ("error", "fatal", "warning"):
            found.errors[record.service] += 1
            texts.append(record.body)
    _count_mentions(found, texts)
    return found


def _is_wanted(object_id: ObjectId) -> bool:
    return object_id.kind not in _KINDS_WITHOUT_CHANGES


def _read_times(found: Shallow, pulls: Sequence[AlertPull]) -> None:
    seen = [pull.seen_ns for pull in pulls if pull.seen_ns]
    histories = found.histories.values()
    found.begin_ns = min((history.first_ns for history in histories), default=min(seen, default=0))
    found.end_ns = max((history.last_ns for history in histories), default=max(seen, default=0))
    page = [pull.seen_ns for pull in pulls if pull.seen_ns and pull.is_first_match]
    found.onset_ns = min(page, default=max(seen, default=found.end_ns))


def _read_history(found: Shallow, object_id: ObjectId, history: ObjectHistory) -> None:
    last = history.versions[-1].body
    for entry in last["metadata"].get("managedFields", ()):
        manager, text = str(entry.get("manager", "")), entry.get("time")
        if manager in CONTROLLERS or not text or entry.get("subresource"):
            continue
        time_ns = parse_time(text)
        before = found.writes.get(object_id)
        if time_ns >= found.begin_ns - 60 * _SECOND_NS and (before is None or time_ns > before.time_ns):
            found.writes[object_id] = Write(manager, time_ns)
    first = history.versions[0].body
    if len(history.versions) > 1:
        found.paths[object_id] = sorted({_short(change.path) for change in differences(first, last)})


def _short(path: str) -> str:
    """Return a changed place without names and numbers."""
    words = [word for word in path.replace("]", "").replace("[", ".").split(".") if word.isalpha()]
    return ".".join(words[-3:])


def _read_events(found: Shallow, root: Path) -> None:
    for event in read_events(root / "k8s_events_raw.tsv"):
        if event.watch == "DELETED" or event.seen_ns < found.begin_ns:
            continue
        found.reasons[event.entity, event.reason] += 1
        if event.type == "Warning":
            found.warnings[event.entity] += 1
        object_id = ObjectId(event.namespace, event.kind, event.name)
        if event.kind not in _KINDS_WITHOUT_CHANGES and object_id not in found.histories:
            found.events_only.add(object_id)


def _read_alerts(found: Shallow, pulls: Sequence[AlertPull]) -> None:
    for pull in pulls:
        for alert in pull.alerts:
            for key in ("service_name", "service", "deployment", "pod", "node", "statefulset"):
                if alert.labels.get(key):
                    found.alerts[alert.labels[key]] += 1


def _count_mentions(found: Shallow, texts: list[str]) -> None:
    names = {object_id.name for object_id in found.histories if len(object_id.name) > 2}
    for text, times in Counter(texts).items():
        for name in names:
            if name in text:
                found.mentions[name] += times


def counted(counts: Mapping[str, int], prefix: str) -> int:
    """Return the sum over an object and what is called after it, such as a Deployment's pods."""
    return sum(times for name, times in counts.items() if name == prefix or name.startswith(f"{prefix}-"))
