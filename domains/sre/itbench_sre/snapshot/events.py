"""Kubernetes events, of both API groups as one."""

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from itbench import JsonObject
from itbench_sre.snapshot.records import parse_body
from itbench_sre.snapshot.tsv import open_table
from itbench_sre.snapshot.values import parse_time

FILE_NAME = "k8s_events_raw.tsv"
# The doubled event follows within microseconds; this many keys cover minutes of a busy cluster.
_REMEMBERED_KEYS = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterEvent:
    """One observation of one Kubernetes event.

    Attributes:
        seen_ns: when the watcher received it; for DELETED long after the event itself.
        watch: ADDED, MODIFIED or DELETED.
        kind: of the object that the event is about.
        namespace: of that object; empty if cluster-scoped.
        name: of that object.
        type: Normal or Warning.
        count: how often it happened.
        first_ns: when it first happened; None where not told.
        last_ns: when it last happened; None where not told.
        source: the component that reported it.
        event_name: of the event object itself.
        uid: of the event object itself.
        version: resourceVersion of the event object.
    """

    seen_ns: int
    watch: str
    kind: str
    namespace: str
    name: str
    reason: str
    message: str
    type: str
    count: int
    first_ns: int | None
    last_ns: int | None
    source: str
    event_name: str
    uid: str
    version: str

    @property
    def entity(self) -> str:
        """The object that it is about, as `namespace/Kind/name`; `cluster` stands for no namespace."""
        return f"{self.namespace or 'cluster'}/{self.kind}/{self.name}"


def read_events(
    path: Path, *, is_merged: bool = True, faults: list[str] | None = None
) -> Iterator[ClusterEvent]:
    """Yield the events in file order; each comes through two API groups and is merged into one.

    Raises:
        DataError: the file or a row cannot be read; rows are told of in `faults` instead where given.
    """
    with open_table(path, required=("Timestamp", "Body"), faults=faults) as table:
        time, body = table.position["Timestamp"], table.position["Body"]
        events = table.records(lambda row: parse_event(parse_body(row[body]), parse_time(row[time])))
        yield from _merged(events) if is_merged else events


def parse_event(envelope: JsonObject, seen_ns: int) -> ClusterEvent:
    """Return the event in a watch envelope of either API group, `v1` or `events.k8s.io/v1`.

    Raises:
        ValueError: it holds no event object.
    """
    event = envelope.get("object", envelope)
    if not isinstance(event, dict):
        raise ValueError(f"no event object, found {str(event)[:80]!r}")  # noqa: TRY004 - bad data, not a bad call
    metadata = _mapping(event, "metadata")
    about = _mapping(event, "involvedObject", "regarding")
    series = _mapping(event, "series")
    source = _mapping(event, "source", "deprecatedSource")
    occurred = _time(event, "eventTime")
    first_ns = _time(event, "firstTimestamp", "deprecatedFirstTimestamp") or occurred
    last_ns = _time(event, "lastTimestamp", "deprecatedLastTimestamp")
    return ClusterEvent(
        seen_ns=seen_ns,
        watch=str(envelope.get("type", "ADDED")) if event is not envelope else "ADDED",
        kind=_text(about, "kind"),
        namespace=_text(about, "namespace"),
        name=_text(about, "name"),
        reason=_text(event, "reason"),
        message=_text(event, "message", "note"),
        type=_text(event, "type"),
        count=int(_text(event, "count", "deprecatedCount") or _text(series, "count") or 1),
        first_ns=first_ns,
        last_ns=last_ns or _time(series, "lastObservedTime") or first_ns,
        source=_text(source, "component") or _text(event, "reportingComponent", "reportingController"),
        event_name=_text(metadata, "name"),
        uid=_text(metadata, "uid"),
        version=_text(metadata, "resourceVersion"),
    )


def _merged(events: Iterator[ClusterEvent]) -> Iterator[ClusterEvent]:
    recent: OrderedDict[tuple[object, ...], None] = OrderedDict()
    for event in events:
        key: tuple[object, ...] = (event.uid, event.version, event.watch)
        if not event.uid:
            key = (
                event.entity,
                event.event_name,
                event.reason,
                event.message,
                event.count,
                event.watch,
                event.last_ns,
            )
        if key in recent:
            continue
        recent[key] = None
        if len(recent) > _REMEMBERED_KEYS:
            recent.popitem(last=False)
        yield event


def _mapping(value: JsonObject, *names: str) -> JsonObject:
    for name in names:
        item = value.get(name)
        if isinstance(item, dict) and item:
            return item
    return {}


def _text(value: JsonObject, *names: str) -> str:
    return next((str(value[name]) for name in names if value.get(name)), "")


def _time(value: JsonObject, *names: str) -> int | None:
    text = _text(value, *names)
    return parse_time(text) if text else None
