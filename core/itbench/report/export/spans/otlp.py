"""Writes traces as lines of OTLP JSON, one trial a line, as OpenTelemetry's collector reads and writes files."""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import IO, Any

from itbench.interfaces.json import JsonObject
from itbench.interfaces.record import TrialKey
from itbench.report.export.rows import TRIALS
from itbench.report.export.several import Runs
from itbench.report.export.spans.facts import Ending, RunFacts
from itbench.report.export.spans.span import NANOSECONDS, SCOPE, Attribute, Moment, Span
from itbench.report.export.spans.trial import TrialSpans
from itbench.report.stored_metrics import read_metrics
from itbench.report.stored_parts import stored_events
from itbench.store.reader import RunFile
from itbench.version import __version__

_INTERNAL, _CLIENT = 1, 3
_ERROR = 2
_TAKEN = ("input_tokens", "cached_tokens", "output_tokens", "reasoning_tokens", "cost_usd")


def write_otlp(runs: Runs, file: IO[bytes]) -> int:
    """Write the traces of all trials that count, and return their number."""
    count = 0
    for run in runs:
        plan = run.plan()
        facts = RunFacts.of(plan)
        for row in run.connection.execute(TRIALS):
            file.write(_line(_spans(run, facts, row), plan["itbench_version"]) + b"\n")
            count += 1
    return count


def _spans(run: RunFile, facts: RunFacts, row: Mapping[str, Any]) -> Iterator[Span]:
    began_ns = round(datetime.fromisoformat(row["started_at"]).timestamp() * NANOSECONDS)
    key = TrialKey(row["task"], row["repeat"], row["attempt"])
    trial = TrialSpans(facts, key, began_ns, has_content=True)
    for event in stored_events(run, row["trial"]):
        yield from trial.read(event)
    yield from trial.end(_ending(row))


def _ending(row: Mapping[str, Any]) -> Ending:
    return Ending(
        wall_s=row["wall_s"],
        status=row["status"],
        value=row["value"],
        reasons=[str(each) for each in json.loads(row["reasons"])] if row["reasons"] else [],
        metrics=read_metrics(row["metrics"]),
        fault=None if row["fault_stage"] is None else (row["fault_stage"], row["fault"]),
        limit_hit=row["limit_hit"],
        usage={name: row[name] for name in _TAKEN},
    )


def _line(spans: Iterable[Span], version: str) -> bytes:
    service: dict[str, Attribute] = {"service.name": SCOPE, "service.version": version}
    scope = {"name": SCOPE, "version": __version__}
    whole = {
        "resourceSpans": [
            {
                "resource": {"attributes": _attributes(service)},
                "scopeSpans": [{"scope": scope, "spans": [_span(span) for span in spans]}],
            }
        ]
    }
    return json.dumps(whole, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def _span(span: Span) -> JsonObject:
    found: JsonObject = {
        "traceId": f"{span.trace_id:032x}",
        "spanId": f"{span.span_id:016x}",
        "name": span.name,
        "kind": _CLIENT if span.is_client else _INTERNAL,
        "startTimeUnixNano": str(span.began_ns),
        "endTimeUnixNano": str(span.ended_ns),
        "attributes": _attributes(span.attributes),
    }
    if span.parent_id is not None:
        found["parentSpanId"] = f"{span.parent_id:016x}"
    if span.moments:
        found["events"] = [_moment(moment) for moment in span.moments]
    if span.error is not None:
        found["status"] = {"code": _ERROR, "message": span.error}
    return found


def _moment(moment: Moment) -> JsonObject:
    at = str(moment.at_ns)
    return {"name": moment.name, "timeUnixNano": at, "attributes": _attributes(moment.attributes)}


def _attributes(attributes: Mapping[str, Attribute]) -> list[JsonObject]:
    return [{"key": name, "value": _value(value)} for name, value in attributes.items()]


def _value(value: Attribute) -> JsonObject:
    if isinstance(value, bool):
        return {"boolValue": value}
    if isinstance(value, int):
        # 64 bits are text in the JSON of protobuf.
        return {"intValue": str(value)}
    if isinstance(value, float):
        return {"doubleValue": value}
    if isinstance(value, list):
        return {"arrayValue": {"values": [_value(each) for each in value]}}
    return {"stringValue": value}
