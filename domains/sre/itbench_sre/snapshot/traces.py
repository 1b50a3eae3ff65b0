"""Spans of `otel_traces_raw.tsv`."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from itbench_sre.snapshot.records import field_reader
from itbench_sre.snapshot.tsv import open_table
from itbench_sre.snapshot.values import parse_list, parse_map, parse_time, parse_times

FILE_NAME = "otel_traces_raw.tsv"
TRACE_COLUMNS = (
    "Timestamp",
    "TraceId",
    "SpanId",
    "ParentSpanId",
    "SpanName",
    "SpanKind",
    "ServiceName",
    "ResourceAttributes",
    "SpanAttributes",
    "Duration",
    "StatusCode",
    "StatusMessage",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """One span.

    Attributes:
        parent_id: empty for the root of a trace.
        kind: Client, Server, Internal, Producer, Consumer.
        status: Unset, Ok or Error.
        events: name and time of each span event; the times are missing where they were not printed.
    """

    start_ns: int
    duration_ns: int
    trace_id: str
    span_id: str
    parent_id: str
    service: str
    name: str
    kind: str
    status: str
    message: str
    resource: Mapping[str, str]
    attributes: Mapping[str, str]
    event_names: tuple[str, ...] = ()
    event_times_ns: tuple[int, ...] = ()


def read_spans(path: Path, *, faults: list[str] | None = None) -> Iterator[Span]:
    """Yield the spans in file order, which is that of their start.

    Raises:
        DataError: the file or a row cannot be read; rows are told of in `faults` instead where given.
    """
    with open_table(path, required=TRACE_COLUMNS, faults=faults) as table:
        at = table.position
        event_names = field_reader(at, "Events.Name")
        event_times = field_reader(at, "Events.Timestamp")

        def span(row: list[str]) -> Span:
            return Span(
                start_ns=parse_time(row[at["Timestamp"]]),
                duration_ns=int(row[at["Duration"]] or 0),
                trace_id=row[at["TraceId"]],
                span_id=row[at["SpanId"]],
                parent_id=row[at["ParentSpanId"]],
                service=row[at["ServiceName"]],
                name=row[at["SpanName"]],
                kind=_word(row[at["SpanKind"]], "SPAN_KIND_"),
                status=_word(row[at["StatusCode"]], "STATUS_CODE_"),
                message=row[at["StatusMessage"]],
                resource=parse_map(row[at["ResourceAttributes"]]),
                attributes=parse_map(row[at["SpanAttributes"]]),
                event_names=tuple(map(str, parse_list(event_names(row)))),
                event_times_ns=tuple(parse_times(event_times(row))),
            )

        yield from table.records(span)


def _word(text: str, prefix: str) -> str:
    """Return `Error` for `STATUS_CODE_ERROR`; metrics and newer recorders spell it so."""
    return text.removeprefix(prefix).capitalize() if text.startswith(prefix) else text
