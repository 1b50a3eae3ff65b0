"""Log records of `otel_logs_raw.tsv`."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from itbench_sre.snapshot.tsv import open_table
from itbench_sre.snapshot.values import parse_map, parse_time

FILE_NAME = "otel_logs_raw.tsv"
_REQUIRED = ("Timestamp", "TraceId", "SpanId", "SeverityText", "SeverityNumber", "ServiceName", "Body")
_WORDS = {
    "trace": "trace",
    "verbose": "trace",
    "debug": "debug",
    "info": "info",
    "information": "info",
    "notice": "info",
    "warn": "warning",
    "warning": "warning",
    "err": "error",
    "error": "error",
    "severe": "error",
    "fatal": "fatal",
    "critical": "fatal",
    "panic": "fatal",
}
# https://opentelemetry.io/docs/specs/otel/logs/data-model/#field-severitynumber: four numbers a level
_LEVELS = ("trace", "debug", "info", "warning", "error", "fatal")


@dataclass(frozen=True, slots=True, kw_only=True)
class LogRecord:
    """One log record.

    Attributes:
        severity: trace, debug, info, warning, error or fatal; empty where the record does not say.
        severity_text: as the program's language spells it.
    """

    time_ns: int
    service: str
    severity: str
    severity_text: str
    body: str
    trace_id: str
    span_id: str
    resource: Mapping[str, str]
    attributes: Mapping[str, str]


def read_logs(path: Path, *, faults: list[str] | None = None) -> Iterator[LogRecord]:
    """Yield the records in file order, which is that of their time.

    Raises:
        DataError: the file or a row cannot be read; rows are told of in `faults` instead where given.
    """
    required = (*_REQUIRED, "ResourceAttributes", "LogAttributes")
    with open_table(path, required=required, faults=faults) as table:
        at = table.position

        def record(row: list[str]) -> LogRecord:
            return LogRecord(
                time_ns=parse_time(row[at["Timestamp"]]),
                service=row[at["ServiceName"]],
                severity=severity(row[at["SeverityText"]], int(row[at["SeverityNumber"]] or 0)),
                severity_text=row[at["SeverityText"]],
                body=row[at["Body"]],
                trace_id=row[at["TraceId"]],
                span_id=row[at["SpanId"]],
                resource=parse_map(row[at["ResourceAttributes"]]),
                attributes=parse_map(row[at["LogAttributes"]]),
            )

        yield from table.records(record)


def severity(text: str, number: int) -> str:
    """Return one spelling for all languages, from the number where it is set."""
    if 1 <= number <= 24:
        return _LEVELS[(number - 1) // 4]
    return _WORDS.get(text.strip().lower(), "")
