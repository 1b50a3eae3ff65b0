"""Streams that programs keep open to the feature flags' server, and the span of each when it ends.

They end by themselves every ten minutes, with an error that means nothing: the noise of every cluster of this kind.
"""

from dataclasses import dataclass

from itbench_sre.world.clock.loop import Loop
from itbench_sre.world.clock.randomness import Randomness, mixed
from itbench_sre.world.runtime.frames import Failure, Sink
from itbench_sre.world.runtime.meters import Meters, SeriesKey
from itbench_sre.world.runtime.process import Process
from itbench_sre.world.telemetry.names import is_traced, service_of

_METHOD = "flagd.evaluation.v1.Service/EventStream"
_NAMES = {"python": f"/{_METHOD}"}
# The libraries of other languages do not trace the stream.
_TRACED = frozenset({"java", "python"})
_LIFE_US = 600_000_000
_RECONNECT_S = (1, 6)


@dataclass(slots=True)
class _Stream:
    process: Process
    began_us: int
    ordinal: int
    is_over: bool = False


class Streams:
    """All open streams; the runtime tells of the start and end of processes, and of the flag server's."""

    def __init__(self, loop: Loop, seed: int, meters: Meters, sink: Sink) -> None:
        self.sink = sink
        self._loop = loop
        self._seed = mixed(seed, "streams")
        self._meters = meters
        self._open: dict[tuple[str, str, int], _Stream] = {}

    def started(self, process: Process) -> None:
        """Open a stream for a program that listens for flags."""
        if self._listens(process):
            self._start(process, 1)

    def ended(self, process: Process) -> None:
        """Close what a process had; its own span is lost with it, those of its clients end when it was the server."""
        self._open.pop(_key(process), None)
        program = process.place.image.program
        if program is None or program.role != "flags":
            return
        for stream in list(self._open.values()):
            self._close(stream, Failure("UNAVAILABLE", "error reading from server: EOF", kind="reset"))

    def _listens(self, process: Process) -> bool:
        program = process.place.image.program
        if program is None or program.language not in _TRACED or not is_traced(process.place):
            return False
        return any(key.startswith("flagd") for key in program.dependencies)

    def _random(self, process: Process, ordinal: int, purpose: str) -> Randomness:
        place = process.place
        owner = f"{place.uid} {place.container} {place.restart} {ordinal}"
        return Randomness(mixed(self._seed, f"{purpose} {owner}"))

    def _start(self, process: Process, ordinal: int) -> None:
        if process.is_over:
            return
        random = self._random(process, ordinal, "life")
        stream = _Stream(process, self._loop.now_us, ordinal)
        self._open[_key(process)] = stream
        # A deadline is exact to some milliseconds; a proxy's or server's own limit to some more.
        self._loop.after(_LIFE_US + random.between(300, 9_000), self._expired, stream)

    def _expired(self, stream: _Stream) -> None:
        program = stream.process.place.image.program
        if program is not None and program.language == "python":
            failure = Failure("DEADLINE_EXCEEDED", "Deadline Exceeded", kind="timeout")
        else:
            failure = Failure("UNAVAILABLE", "stream closed due to server-side timeout", kind="reset")
        self._close(stream, failure)

    def _close(self, stream: _Stream, failure: Failure) -> None:
        process = stream.process
        if stream.is_over or process.is_over:
            return
        stream.is_over = True
        self._open.pop(_key(process), None)
        self._tell(stream, failure)
        random = self._random(process, stream.ordinal, "reconnect")
        self._loop.after(random.delay_us(*_RECONNECT_S), self._start, process, stream.ordinal + 1)

    def _tell(self, stream: _Stream, failure: Failure) -> None:
        process, now_us = stream.process, self._loop.now_us
        place = process.place
        program = place.image.program
        name = _NAMES.get(program.language if program else "", _METHOD)
        key = SeriesKey(service_of(place), place.uid, place.pod.namespace, name, "Client", "ERROR")
        self._meters.span(key, now_us - stream.began_us)
        if type(self.sink) is not Sink:
            random = self._random(process, stream.ordinal, "ids")
            ids = (random.hexadecimal(32), random.hexadecimal(16), "")
            self.sink.stream(process, name, ids, (stream.began_us, now_us), failure)


def _key(process: Process) -> tuple[str, str, int]:
    return (process.place.uid, process.place.container, process.place.restart)
