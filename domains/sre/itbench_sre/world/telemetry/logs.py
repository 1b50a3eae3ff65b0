"""Log records: a program's lines filled in, with the ids, scope and attributes that its language's library adds."""

from typing import Any

from itbench_sre.world.application.model import Line
from itbench_sre.world.recorder.table import Table
from itbench_sre.world.runtime.frames import Frame, Request
from itbench_sre.world.runtime.process import Process
from itbench_sre.world.telemetry.languages import LANGUAGES, log_scope
from itbench_sre.world.telemetry.names import is_instrumented, is_traced, service_of
from itbench_sre.world.telemetry.places import filled, places
from itbench_sre.world.telemetry.resources import Resources, package_of
from itbench_sre.world.telemetry.said import Said
from itbench_sre.world.telemetry.texts import field, map_text, nanoseconds, second_text

LOG_COLUMNS = (
    "Timestamp", "TimestampTime", "TraceId", "SpanId", "TraceFlags", "SeverityText", "SeverityNumber", "ServiceName",
    "Body", "ResourceSchemaUrl", "ResourceAttributes", "ScopeSchemaUrl", "ScopeName", "ScopeVersion",
    "ScopeAttributes", "LogAttributes", "EventName",
)  # fmt: skip
_FRAMEWORK = {"dotnet": "Microsoft.Hosting.Lifetime"}


class Logs:
    """Makes the rows of the log table."""

    def __init__(self, resources: Resources) -> None:
        self.table = Table("\t".join(LOG_COLUMNS))
        self._resources = resources
        self._fixed: dict[tuple[str, str, int, bool], tuple[str, str, int]] = {}
        self._said = Said()
        self._last_us = self._again = 0

    def line(
        self, process: Process, line: Line, fields: dict[str, Any], request: Request | None, now_us: int
    ) -> None:
        """Add a line that a program logged."""
        has_ids = line.has_trace and request is not None and is_traced(process.place)
        if request is not None and not request.is_sampled:
            return
        service, rest, grain_ns = self._of(process, has_ids=has_ids)
        ids = f"{request.trace_id}\t{fields.get('span_id', '')}\t1" if has_ids and request else "\t\t0"
        known = {**request.fields, **fields} if request is not None else fields
        if "{" in str(known.get("error", "")):
            known = {
                **known,
                "error": filled(str(known["error"]), known),
            }  # it names the route that was asked for
        texts = (line.body, *(value for _, value in line.attributes))
        more = self._said.more(texts, process, known) if any(map(places, texts)) else None
        if more:
            known = {**known, **more}
        attributes = {key: filled(value, known) for key, value in line.attributes}
        program = process.place.image.program
        if program is not None and program.language == "python" and is_instrumented(process.place):
            attributes |= _python(line, service, fields, request if has_ids else None)
        # The framework of .NET logs the template itself; what programs say with a request is put together by them.
        is_own = line.has_trace and request is not None
        is_template = not is_own and program is not None and program.language == "dotnet"
        body = field(line.body if is_template else filled(line.body, known))
        severity = f"{line.severity}\t{line.number if line.severity else 0}"
        shown = field(map_text(attributes)) if attributes else "{}"
        # Of two lines of the same microsecond the later one is a nanosecond later.
        self._again = self._again + 1 if now_us == self._last_us else 0
        self._last_us = now_us
        time_ns = nanoseconds(now_us, grain_ns) + (self._again * grain_ns if grain_ns < 1000 else 0)
        self._add(time_ns, f"{ids}\t{severity}\t{service}\t{body}\t{rest}\t{shown}\t")

    def access(self, frame: Frame, body: str, attributes: dict[str, str], time_ns: int) -> None:
        """Add a record of Envoy's access log."""
        service, rest, _ = self._of(frame.process, has_ids=True)
        ids = f"{frame.request.trace_id}\t{frame.span_id}\t1"
        self._add(time_ns, f"{ids}\t\t0\t{service}\t{field(body)}\t{rest}\t{field(map_text(attributes))}\t")

    def printed(self, process: Process, body: str, time_ns: int) -> None:
        """Add a line that a proxy printed, with no ids and no attributes."""
        service, rest, _ = self._of(process, has_ids=False)
        self._add(time_ns, f"\t\t0\t\t0\t{service}\t{field(body)}\t{rest}\t{{}}\t")

    def _add(self, time_ns: int, rest: str) -> None:
        second = time_ns // 1_000_000_000
        clock = second_text(second)
        self.table.add(second, f"{clock}.{time_ns % 1_000_000_000:09d}\t{clock}\t{rest}")

    def _of(self, process: Process, *, has_ids: bool) -> tuple[str, str, int]:
        place = process.place
        key = (place.uid, place.container, place.restart, has_ids)
        found = self._fixed.get(key)
        if found is None:
            program = place.image.program
            language = program.language if program else ""
            name = program.name if program else place.container
            scope = log_scope(language, name, package_of(place)) if is_instrumented(place) else ""
            if not has_ids and scope:
                scope = _FRAMEWORK.get(language, scope)
            resource = field(self._resources.text(process, is_log=True))
            known = LANGUAGES.get(language)
            grain_ns = known.log_grain_ns if known else 1
            found = self._fixed[key] = (service_of(place), f"\t{resource}\t\t{scope}\t\t{{}}", grain_ns)
        return found


def _python(line: Line, service: str, fields: dict[str, Any], request: Request | None) -> dict[str, str]:
    number = sum(map(ord, line.body)) % 140 + 20
    values = {
        "code.file.path": f"/usr/src/app/{service.replace('-', '_')}.py",
        "code.function.name": "handle",
        "code.line.number": str(number),
        "otelServiceName": service,
        "otelSpanID": "0",
        "otelTraceID": "0",
        "otelTraceSampled": "False",
    }
    if request is not None:
        values |= {
            "otelSpanID": str(fields.get("span_id", "0")),
            "otelTraceID": request.trace_id,
            "otelTraceSampled": "True",
        }
    return values
