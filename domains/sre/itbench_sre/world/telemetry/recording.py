"""The sink that writes spans and log records, as the rows of the two tables, when they end."""

from dataclasses import replace
from typing import Any

from itbench_sre.world.application.model import Line, Protocol
from itbench_sre.world.clock.loop import Loop
from itbench_sre.world.recorder.table import Table
from itbench_sre.world.runtime.frames import Attempt, Failure, Frame, Request, Sink
from itbench_sre.world.runtime.process import Process
from itbench_sre.world.store.store import Store
from itbench_sre.world.telemetry import envoy
from itbench_sre.world.telemetry.failures import exception, status_message
from itbench_sre.world.telemetry.forms import Form, Forms, attributes_text, client_values, server_values
from itbench_sre.world.telemetry.istio import gateway_line, waypoint_line
from itbench_sre.world.telemetry.logs import Logs
from itbench_sre.world.telemetry.mesh import Mesh
from itbench_sre.world.telemetry.places import filled
from itbench_sre.world.telemetry.resources import Resources
from itbench_sre.world.telemetry.texts import EMPTY, field, map_text, nanoseconds, second_text, time_text

TRACE_COLUMNS = (
    "Timestamp", "TraceId", "SpanId", "ParentSpanId", "TraceState", "SpanName", "SpanKind", "ServiceName",
    "ResourceAttributes", "ScopeName", "ScopeVersion", "SpanAttributes", "Duration", "StatusCode", "StatusMessage",
    "Events.Timestamp", "Events.Name", "Events.Attributes", "Links.TraceId", "Links.SpanId", "Links.TraceState",
    "Links.Attributes",
)  # fmt: skip
_NO_LINKS = "\t".join([EMPTY] * 4)
_WELL = "\tUnset\t\t" + "\t".join([EMPTY] * 7)


class Recording(Sink):
    """Writes what is sampled; the rest is counted elsewhere.

    Attributes:
        spans, logs: the tables.
        since_us: nothing that ends before this is written.
    """

    def __init__(
        self, loop: Loop, store: Store, namespace: str, since_us: int = 0, mesh: Mesh | None = None
    ) -> None:
        self.spans = Table("\t".join(TRACE_COLUMNS))
        self.since_us = since_us
        self._loop = loop
        self._namespace = namespace
        self._mesh = mesh
        resources = Resources(store)
        self._forms = Forms(resources)
        self._logs = Logs(resources)
        self._upstreams: dict[str, list[Attempt]] = {}

    @property
    def logs(self) -> Table:
        """The table of log records."""
        return self._logs.table

    def served(self, frame: Frame) -> None:
        """Write a server's span."""
        request = frame.request
        if (
            not request.is_sampled
            or frame.ended_us < self.since_us
            or not (frame.span_id and request.trace_id)
        ):
            self._upstreams.pop(frame.span_id, None)
            return
        form = self._forms.server(frame)
        if form is None:
            if self._mesh is not None and frame.process.language == "envoy":
                self._passed_gateway(frame)
            return
        if form.language == "envoy":
            self._proxied(frame, form)
            return
        began_ns = nanoseconds(frame.began_us, form.grain_ns)
        ended_ns = nanoseconds(frame.ended_us, form.grain_ns)
        failure = _named(frame.failure, request)
        if failure is None:
            attributes = form.attributes or form.text(request.fields)
            ending = (
                _WELL if not form.events and form.protocol is not Protocol.KAFKA else _ending(form, frame)
            )
        else:
            attributes = attributes_text(server_values(form, frame, failure), request.fields)
            ending = _failed(form, failure, ended_ns, is_client=False)
        self._row(request, frame.span_id, self._parent(frame), form, attributes, began_ns, ended_ns, ending)

    def called(self, attempt: Attempt) -> None:
        """Write a client's span; Envoy's waits for the request that it belongs to."""
        request = attempt.request
        if (
            not request.is_sampled
            or attempt.ended_us < self.since_us
            or not (attempt.span_id and request.trace_id)
        ):
            return
        form = self._forms.client(attempt)
        if form is None:
            if self._mesh is not None:
                self._passed_mesh(attempt)
            return
        if form.language == "envoy":
            self._upstreams.setdefault(attempt.frame.span_id, []).append(attempt)
            return
        began_ns = nanoseconds(attempt.began_us, form.grain_ns)
        ended_ns = nanoseconds(attempt.ended_us, form.grain_ns)
        failure = _named(attempt.failure, request)
        if failure is None:
            attributes, ending = form.attributes or form.text(request.fields), _WELL
        else:
            attributes = attributes_text(client_values(form, attempt, failure), request.fields)
            ending = _failed(form, failure, ended_ns, is_client=True)
        parent = attempt.frame.span_id
        self._row(request, attempt.span_id, parent, form, attributes, began_ns, ended_ns, ending)

    def worked(self, frame: Frame, span: str, span_id: str, times: tuple[int, int]) -> None:
        """Write the span of a stretch of work."""
        request = frame.request
        if not request.is_sampled or times[1] < self.since_us or not request.trace_id:
            return
        form = self._forms.other(frame.process, span, "Internal")
        began_ns, ended_ns = (nanoseconds(time_us, form.grain_ns) for time_us in times)
        self._row(request, span_id, frame.span_id, form, form.attributes, began_ns, ended_ns, _WELL)

    def line(self, process: Process, line: Line, fields: dict[str, Any], request: Request | None) -> None:
        """Write a log record; one that carries a trace's ids only where the trace is kept."""
        now_us = self._loop.now_us
        if now_us >= self.since_us and process.place.pod.namespace == self._namespace:
            self._logs.line(process, line, fields, request, now_us)

    def stream(
        self, process: Process, name: str, ids: tuple[str, str, str], times: tuple[int, int], failure: Failure
    ) -> None:
        """Write the span of a stream that ended; `ids` are of trace, span and parent, `times` begin and end."""
        form = self._forms.other(process, name, "Client")
        began_ns, ended_ns = (nanoseconds(time_us, form.grain_ns) for time_us in times)
        _, _, method = name.rpartition("/")
        values = {
            "rpc.method": method,
            "rpc.service": name.strip("/").rpartition("/")[0],
            "rpc.system": "grpc",
        }
        values["rpc.grpc.status_code"] = "4" if failure.code == "DEADLINE_EXCEEDED" else "14"
        attributes = field(map_text(values))
        ending = _failed(form, failure, ended_ns, is_client=True)
        if form.language == "python":
            ending = ending.replace("_InactiveRpcError", "_MultiThreadedRendezvous")
        self._write(*ids, form, attributes, began_ns, ended_ns, ending)

    def _parent(self, frame: Frame) -> str:
        """Return the span that a frame's is inside of: a program that writes none passes on what it was called with."""
        attempt = frame.attempt
        while attempt is not None:
            if self._forms.client(attempt) is not None:
                return attempt.span_id
            frame = attempt.frame
            attempt = frame.attempt
        return frame.parent_span

    def _row(
        self,
        request: Request,
        span: str,
        parent: str,
        form: Form,
        attributes: str,
        began_ns: int,
        ended_ns: int,
        ending: str,
    ) -> None:
        self._write(request.trace_id, span, parent, form, attributes, began_ns, ended_ns, ending)

    def _write(
        self,
        trace: str,
        span: str,
        parent: str,
        form: Form,
        attributes: str,
        began_ns: int,
        ended_ns: int,
        ending: str,
    ) -> None:
        second, rest = divmod(began_ns, 1_000_000_000)
        self.spans.add(
            second,
            f"{second_text(second)}.{rest:09d}\t{trace}\t{span}\t{parent}\t\t{form.head}\t{attributes}\t{ended_ns - began_ns}{ending}",
        )

    def _passed_gateway(self, frame: Frame) -> None:
        """Write the access log of a gateway that writes no spans."""
        attempts = self._upstreams.pop(frame.span_id, [])
        began_ns = nanoseconds(frame.began_us, 1000)
        clock = time_text(began_ns)[:23].replace(" ", "T")
        body = gateway_line(frame, envoy.Exchange(frame), attempts[-1] if attempts else None, clock)
        self._logs.printed(frame.process, body, began_ns)

    def _passed_mesh(self, attempt: Attempt) -> None:
        """Keep a gateway's call for its line; write the waypoint's of another one, where it passed any."""
        caller = attempt.frame.process
        if caller.language == "envoy":
            self._upstreams.setdefault(attempt.frame.span_id, []).append(attempt)
        waypoint = self._mesh.waypoint_of(attempt) if self._mesh is not None else None
        if waypoint is not None:
            began_ns = nanoseconds(attempt.began_us, 1000)
            clock = time_text(began_ns)[:23].replace(" ", "T")
            self._logs.printed(waypoint, waypoint_line(attempt, waypoint, clock), began_ns)

    def _proxied(self, frame: Frame, form: Form) -> None:
        """Write both spans of Envoy and its access log record."""
        attempts = self._upstreams.pop(frame.span_id, [])
        exchange = envoy.Exchange(frame)
        request = frame.request
        for attempt in attempts:
            egress = self._forms.client(attempt)
            if egress is not None:
                values = field(map_text(envoy.span_attributes(frame, exchange, attempt)))
                times = nanoseconds(attempt.began_us, 1000), nanoseconds(attempt.ended_us, 1000)
                ending = (
                    _WELL
                    if attempt.failure is None
                    else _failed(egress, attempt.failure, times[1], is_client=True)
                )
                self._row(request, attempt.span_id, frame.span_id, egress, values, *times, ending)
        began_ns, ended_ns = nanoseconds(frame.began_us, 1000), nanoseconds(frame.ended_us, 1000)
        values = field(map_text(envoy.span_attributes(frame, exchange, None)))
        ending = _WELL if frame.failure is None else _failed(form, frame.failure, ended_ns, is_client=False)
        self._row(request, frame.span_id, self._parent(frame), form, values, began_ns, ended_ns, ending)
        clock = time_text(began_ns)[:23].replace(" ", "T")
        duration_ms = (frame.ended_us - frame.began_us) // 1000
        body, attributes = envoy.access_log(
            frame, exchange, attempts[-1] if attempts else None, clock, duration_ms
        )
        self._logs.access(frame, body, attributes, began_ns)


def _named(failure: Failure | None, request: Request) -> Failure | None:
    """Return a failure whose message names what was asked for, where it names the route."""
    if failure is None or "{" not in failure.message:
        return failure
    return replace(failure, message=filled(failure.message, request.fields))


def _ending(form: Form, frame: Frame) -> str:
    """Return status, events and links of a span that went well."""
    links = _links(frame.request) if form.protocol is Protocol.KAFKA else _NO_LINKS
    if not form.events:
        return f"\tUnset\t\t{EMPTY}\t{EMPTY}\t{EMPTY}\t{links}"
    begin, end = frame.began_us, frame.ended_us
    times = ", ".join(_moment(nanoseconds(time_us)) for time_us in (begin, end))
    details = (
        "[{'message.id': '1', 'message.type': 'RECEIVED'}, {'message.id': '1', 'message.type': 'SENT'}]"
        if form.events[0] == "message"
        else "[{}, {}]"
    )
    return f"\tUnset\t\t[{times}]\t{list(form.events)!r}\t{details}\t{links}"


def _links(request: Request) -> str:
    trace, span = request.fields.get("link_trace", ""), request.fields.get("link_span", "")
    return f"['{trace}']\t['{span}']\t['']\t[{{}}]" if trace and span else _NO_LINKS


def _failed(form: Form, failure: Failure, ended_ns: int, *, is_client: bool) -> str:
    """Return status, events and links of a span that failed."""
    message = field(status_message(form.language, form.protocol, failure, is_client=is_client))
    if not form.records_exceptions:
        return f"\tError\t{message}\t" + "\t".join([EMPTY] * 7)
    details = exception(form.language, form.protocol, failure, form.program, form.package)
    attributes = field(f"[{details!r}]")
    return f"\tError\t{message}\t[{_moment(ended_ns)}]\t['exception']\t{attributes}\t{_NO_LINKS}"


def _moment(time_ns: int) -> str:
    return f"np.datetime64('{time_text(time_ns).replace(' ', 'T')}')"
