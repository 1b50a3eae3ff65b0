"""The evidence of an incident: the rows of its recorded files that differ from those of a twin without some changes.

Both worlds run with common random numbers: an object keeps its uid, a request its ids, so that rows are compared by key
and what is left differs only by what the changes did.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from itbench_sre.snapshot import parse_map
from itbench_sre.world.incidents.changed_metrics import changed_series
from itbench_sre.world.incidents.rows import (
    ALERTS,
    EVENTS,
    LOGS,
    OBJECTS,
    SPANS,
    Row,
    plain_object,
    read_table,
)
from itbench_sre.world.store.refs import JsonObject

_STORED: Final = 60  # rows of each file at most
_SLOWER_NS: Final = 20_000_000


def evidence(full: Path, twin: Path) -> list[Row]:
    """Return the rows of a snapshot that differ from its twin's, file by file, each in order of time."""
    return [
        *_objects(full, twin),
        *_events(full, twin),
        *_spans(full, twin),
        *_logs(full, twin),
        *_alerts(full, twin),
        *changed_series(full, twin),
    ]


def stored(rows: Sequence[Row]) -> JsonObject:
    """Return how many rows differ, by file, and references to the first of each file and kind."""
    counts = Counter(_family(row) for row in rows)
    taken: Counter[str] = Counter()
    kept = []
    for row in rows:
        family = _family(row)
        taken[family] += 1
        if taken[family] <= _STORED:
            kept.append({"file": row.file, "key": row.key, "what": row.what, "at": row.at})
    return {"counts": dict(sorted(counts.items())), "rows": kept}


def _family(row: Row) -> str:
    return row.file.partition("/")[0]


def _objects(full: Path, twin: Path) -> Iterator[Row]:
    """Yield each version of an object that the twin lacks, with the version before it, and each that is gone."""
    usual = {(key, at): text for key, at, text in _pulled(twin)}
    last: dict[str, tuple[JsonObject, str]] = {}
    for key, at, text in _pulled(full):
        known = usual.pop((key, at), None)
        before = last[key][0] if key in last else None
        body = plain_object(text)
        last[key] = (body, at)
        is_usual = known is not None and (known == text or plain_object(known) == body)
        if is_usual or before == body:
            continue
        fields = {"body": body, "before": before}
        yield Row(OBJECTS, f"{key}@{at}", "changed" if before else "added", at, fields)
    yield from _gone(usual, last)


def _gone(usual: Iterable[tuple[str, str]], last: Mapping[str, tuple[JsonObject, str]]) -> Iterator[Row]:
    """Yield each object that the twin shows and the world no longer does, once."""
    told = set()
    for key, at in sorted(usual, key=lambda each: each[1]):
        if key in told or (key in last and last[key][1] > at):
            continue
        told.add(key)
        before = last[key][0] if key in last else None
        yield Row(OBJECTS, f"{key}@{at}", "gone", at, {"body": None, "before": before})


def _pulled(directory: Path) -> Iterator[tuple[str, str, str]]:
    """Yield `namespace/kinds/name`, time and body of each object that was pulled."""
    for row in read_table(directory / OBJECTS):
        metadata = json.loads(row["Body"])["metadata"]
        kinds = parse_map(row["LogAttributes"])["k8s.resource.name"]
        key = f"{metadata.get('namespace', 'cluster')}/{kinds}/{metadata['name']}"
        yield key, row["Timestamp"], row["Body"]


def _events(full: Path, twin: Path) -> Iterator[Row]:
    usual = {_event_key(event) for event in _v1_events(twin)}
    for event in _v1_events(full):
        if _event_key(event) not in usual:
            body = event["object"]
            yield Row(
                EVENTS,
                body["metadata"]["name"],
                "added",
                event["at"],
                {**body, "type_of_change": event["type"]},
            )


def _v1_events(directory: Path) -> Iterator[JsonObject]:
    for row in read_table(directory / EVENTS):
        body = json.loads(row["Body"])
        if "involvedObject" in body["object"]:
            yield {**body, "at": row["Timestamp"]}


def _event_key(event: JsonObject) -> tuple[Any, ...]:
    body = event["object"]
    return event["type"], body["metadata"]["name"], body.get("count"), body.get("message")


def _spans(full: Path, twin: Path) -> Iterator[Row]:
    """Yield the spans that the twin lacks, or that fail or take longer than there, and count those that are missing."""
    usual = {row["SpanId"]: (row["StatusCode"], int(row["Duration"])) for row in read_table(twin / SPANS)}
    for row in read_table(full / SPANS):
        known = usual.pop(row["SpanId"], None)
        took_ns = int(row["Duration"])
        if known is not None and known[0] == row["StatusCode"] and took_ns < known[1] * 5 // 4 + _SLOWER_NS:
            continue
        fields: JsonObject = {
            "trace": row["TraceId"],
            "parent": row["ParentSpanId"],
            "service": row["ServiceName"],
            "name": row["SpanName"],
            "kind": row["SpanKind"],
            "status": row["StatusCode"],
            "message": row["StatusMessage"],
            "duration_ns": took_ns,
            "usual_ns": known[1] if known else None,
            "attributes": parse_map(row["SpanAttributes"]),
        }
        yield Row(SPANS, row["SpanId"], "changed" if known else "added", row["Timestamp"], fields)
    for span in sorted(usual):
        yield Row(SPANS, span, "gone", "")


def _logs(full: Path, twin: Path) -> Iterator[Row]:
    """Yield the records whose text the twin has less often from the same program, the last ones of each."""
    usual = Counter(_log_key(row) for row in read_table(twin / LOGS))
    exact = {(row["Timestamp"], row["Body"]) for row in read_table(twin / LOGS)}
    rows = list(read_table(full / LOGS))
    surplus = Counter(_log_key(row) for row in rows)
    surplus.subtract(usual)
    for row in rows:
        key = _log_key(row)
        if surplus[key] > usual[key] // 4 and (row["Timestamp"], row["Body"]) not in exact:
            resource = parse_map(row["ResourceAttributes"])
            fields: JsonObject = {
                "service": row["ServiceName"],
                "pod": resource.get("k8s.pod.name", ""),
                "severity": row["SeverityText"],
                "number": int(row["SeverityNumber"] or 0),
                "body": row["Body"],
                "trace": row["TraceId"],
            }
            yield Row(LOGS, row["SpanId"] or row["Timestamp"], "added", row["Timestamp"], fields)


_DIGITS: Final = str.maketrans("0123456789abcdef", "#" * 16)


def _log_key(row: dict[str, str]) -> tuple[str, str]:
    return row["ServiceName"], row["Body"].translate(_DIGITS)


def _alerts(full: Path, twin: Path) -> Iterator[Row]:
    """Yield the first pull of each alert that does not fire in the twin."""
    usual = {labels for _, labels, _ in _pulls(twin)}
    told = set()
    for file, labels, alert in _pulls(full):
        if labels not in usual and labels not in told:
            told.add(labels)
            yield Row(f"{ALERTS}/{file}", alert["labels"]["alertname"], "added", alert["activeAt"], alert)


def _pulls(directory: Path) -> Iterator[tuple[str, tuple[tuple[str, str], ...], JsonObject]]:
    for path in sorted((directory / ALERTS).glob("alerts_at_*.json")):
        alerts: Iterable[JsonObject] = json.loads(path.read_text(encoding="utf-8"))
        for alert in alerts:
            yield path.name, tuple(sorted(alert["labels"].items())), alert
