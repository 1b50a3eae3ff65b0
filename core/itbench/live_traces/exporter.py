"""Delivers spans with OpenTelemetry's SDK over OTLP/HTTP, as its own environment variables say."""

import logging
import os
from collections.abc import Mapping, Sequence

from itbench.errors import UsageError
from itbench.live_traces.sender import Exporter
from itbench.report.export.spans.span import SCOPE, Attribute, Span
from itbench.version import __version__

try:
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import Event, ReadableSpan
    from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
    from opentelemetry.sdk.util.instrumentation import InstrumentationScope
    from opentelemetry.trace import SpanContext, SpanKind, Status, StatusCode, TraceFlags
except ImportError as error:
    raise UsageError(f"live traces need OpenTelemetry ({error}): pip install 'itbench[otel]'") from error

_LENGTH_VARIABLE = "OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT"
_LONGEST = 32_000


def otlp_exporter() -> Exporter:
    """Return an exporter to the collector that the environment names."""
    # It tells of each attempt; how many spans did not arrive is told at the end of the run, once.
    logging.getLogger("opentelemetry").setLevel(logging.CRITICAL + 1)
    length = os.environ.get(_LENGTH_VARIABLE, "")
    return _Otlp(OTLPSpanExporter(), int(length) if length.isdecimal() else _LONGEST)


class _Otlp:
    def __init__(self, exporter: SpanExporter, longest: int) -> None:
        self._exporter, self._longest = exporter, longest
        self._resource = Resource.create({"service.name": os.environ.get("OTEL_SERVICE_NAME", SCOPE)})
        self._scope = InstrumentationScope(SCOPE, __version__)

    def deliver(self, spans: Sequence[Span]) -> bool:
        """Send spans and tell whether they arrived."""
        try:
            found = self._exporter.export([self._readable(span) for span in spans])
        except Exception:  # noqa: BLE001 - foreign code, which must not end the thread
            return False
        return found is SpanExportResult.SUCCESS

    def stop(self) -> None:
        """Give up what is being sent."""
        self._exporter.shutdown()

    def _readable(self, span: Span) -> ReadableSpan:
        parent = None if span.parent_id is None else _context(span.trace_id, span.parent_id)
        return ReadableSpan(
            name=span.name,
            context=_context(span.trace_id, span.span_id),
            parent=parent,
            resource=self._resource,
            attributes=self._cut(span.attributes),
            events=[Event(each.name, self._cut(each.attributes), each.at_ns) for each in span.moments],
            kind=SpanKind.CLIENT if span.is_client else SpanKind.INTERNAL,
            status=Status(StatusCode.UNSET) if span.error is None else Status(StatusCode.ERROR, span.error),
            start_time=span.began_ns,
            end_time=span.ended_ns,
            instrumentation_scope=self._scope,
        )

    def _cut(self, attributes: Mapping[str, Attribute]) -> dict[str, Attribute]:
        return {
            name: value[: self._longest] if isinstance(value, str) else value
            for name, value in attributes.items()
        }


def _context(trace_id: int, span_id: int) -> SpanContext:
    return SpanContext(trace_id, span_id, is_remote=False, trace_flags=TraceFlags(TraceFlags.SAMPLED))
