"""Which lines a process logs when, and the fields that fill their places."""

from typing import TYPE_CHECKING, Any

from itbench_sre.world.application.model import Line
from itbench_sre.world.runtime.frames import Failure, Frame, Sink
from itbench_sre.world.runtime.words import in_words

if TYPE_CHECKING:
    from itbench_sre.world.runtime.process import Process


_ENDS = ("failure", "success")
_LEVELS = {"trace": 1, "debug": 5, "info": 9, "warn": 13, "warning": 13, "error": 17, "fatal": 21}
_FURTHER = Line(body="{operation}: stage {number} entered")


def narrate(sink: Sink, frame: Frame, when: str, failure: Failure | None = None) -> None:
    """Tell of the lines of an operation that begins, has ended, or goes on without an answer for the `failure` given."""
    flag = f"flag {frame.flag}" if when in _ENDS else ""
    process = frame.process
    least = _LEVELS.get(str(process.settings.get("log_level", "")).lower(), 0)
    lines = [
        line
        for line in frame.plan.lines
        if line.when in (when, flag) and (line.number >= least or not line.number)
    ]
    further = process.place.image.defects.get("lines_per_request", 0) if when == "begin" else 0
    if not lines and not further:
        return
    fields: dict[str, Any] = {
        "span_id": frame.span_id,
        "operation": frame.operation.name,
        "address": _address(process),
        "count": frame.request.number,
        "offset": 0,
        "pod": process.place.pod.name,
    }
    if when in _ENDS:
        fields["duration_ms"] = (frame.ended_us - frame.began_us) // 1000
        fields["duration"] = go_duration((frame.ended_us - frame.began_us) * 1000 + frame.bits % 1000)
    failure = failure or frame.failure
    if failure is not None:
        fields["error"] = in_words(process.language, failure)
        fields["code"] = failure.code
    for place, line in enumerate(lines):
        if line.one_in == 1 or (frame.bits >> 3 + place) % line.one_in == 0:
            sink.line(process, line, fields, frame.request)
    for number in range(1, further + 1 if least <= _FURTHER.number else 1):
        sink.line(process, _FURTHER, {**fields, "number": number}, frame.request)


def recite(sink: Sink, process: "Process", second: int) -> None:
    """Tell of the lines that a program says again and again."""
    if process.program is None or not process.ready_us:
        return
    for line in process.program.lines:
        if line.when.startswith("every "):
            every_s = int(line.when[6:])
            if second % every_s == process.number % every_s:
                fields = {"operation": "", "address": _address(process), "count": second // every_s}
                fields |= {"offset": second, "pod": process.place.pod.name}
                sink.line(process, line, fields, None)


def announce(sink: Sink, process: "Process", when: str, error: str = "") -> None:
    """Tell of the lines of a program that starts, is ready, stops or fails to start."""
    program = process.program
    for line in program.lines if program else ():
        if line.when == when:
            fields = {"error": error, "operation": "", "address": _address(process), "duration_ms": 0}
            fields |= {"count": 0, "offset": 0, "pod": process.place.pod.name, "port": _port(process)}
            sink.line(process, line, fields, None)


def go_duration(nanoseconds: int) -> str:
    """Return a duration as Go prints it: `192.897µs`, `3.2s`."""
    for unit, size, digits in (("s", 10**9, 9), ("ms", 10**6, 6), ("µs", 10**3, 3)):
        if nanoseconds >= size:
            whole, rest = divmod(nanoseconds, size)
            return f"{whole}.{rest:0{digits}d}".rstrip("0").rstrip(".") + unit
    return f"{nanoseconds}ns"


def _address(process: "Process") -> str:
    return f"{process.place.pod_ip}:{_port(process)}"


def _port(process: "Process") -> int:
    return next(iter(process.program.ports.values()), 0) if process.program else 0
