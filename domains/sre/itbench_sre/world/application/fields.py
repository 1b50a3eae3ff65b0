"""What requests are about, and the places that lines and attributes may have.

Values to draw from are texts; a single `<uuid>`, `<uuid1 PROGRAM>` (of the time and the machine), `<hex N>`,
`<LOW-HIGH>` or `<N of FIELD>` (a list) stands for one that is made anew each time; `<as FIELD>` before the values takes the one in the place of that field's value.
"""

import re
from collections.abc import Mapping

from itbench_sre.world.clock.randomness import Randomness, mixed

_PLACE = re.compile(r"\{(\w+)\}")
_GREGORIAN = 0x01B21DD213814000  # 100 ns from 1582-10-15, when UUIDs begin to count, to 1970
_DAY_US = 86_400_000_000

PLACES: Mapping[str, str] = {
    "address": "host and port that a call asked for, or that a program listens on",
    "bytes_received": "of the request's body",
    "bytes_sent": "of the answer's body",
    "count": "how many requests of this operation the process has done",
    "details": "Envoy's response code details",
    "downstream_local": "address at which the proxy was reached",
    "downstream_remote": "address and port of the client",
    "duration": "as Go prints a duration, such as `192.897µs`",
    "duration_ms": "whole milliseconds",
    "error": "message of the failure",
    "flags": "Envoy's response flags, `-` for none",
    "method": "of HTTP",
    "offset": "of the message in its partition",
    "operation": "name of the operation",
    "path": "of the URL, with its query",
    "pod": "name of the pod",
    "port": "that the program listens on",
    "request_id": "UUID of the request at the proxy",
    "source": "address of the client",
    "start_time": "ISO 8601 with milliseconds and Z",
    "status": "of HTTP, or the gRPC code's name",
    "upstream": "address and port of the server behind the proxy",
    "upstream_cluster": "Envoy's name of it",
    "upstream_local": "the proxy's own address and port towards it",
    "upstream_ms": "how long the server behind took",
    "user_agent": "of the client",
    "value": "of the flag that had an effect",
}
"""Places that runtime and telemetry fill in -> what they hold; every other one is a request's field."""


def drawn(fields: Mapping[str, tuple[str, ...]], random: Randomness, now_us: int = 0) -> dict[str, str]:
    """Return one value of each field, in the order of the fields, for one request that began at `now_us`."""
    made: dict[str, str] = {}
    for name, values in fields.items():
        made[name] = _drawn(values, fields, made, random, now_us)
    return made


def uuid_of_time(now_us: int, program: str, ticks: int) -> str:
    """Return a version 1 UUID: `ticks` of 100 ns after a time, by a program whose machine is another every day."""
    stamp = f"{now_us * 10 + _GREGORIAN + ticks:015x}"
    machine = Randomness(mixed(now_us // _DAY_US, f"machine of {program}"))
    sequence, node = machine.hexadecimal(3), machine.hexadecimal(12)
    own = "26ae"[int(node[1], 16) & 3]  # an address that nobody assigned
    return (
        f"{stamp[7:]}-{stamp[3:7]}-1{stamp[:3]}-{'89ab'[machine.below(4)]}{sequence}-{node[0]}{own}{node[2:]}"
    )


def places_of(text: str) -> list[str]:
    """Return the names of the places in a line's body or an attribute's value."""
    return _PLACE.findall(text)


def _drawn(
    values: tuple[str, ...],
    fields: Mapping[str, tuple[str, ...]],
    made: Mapping[str, str],
    random: Randomness,
    now_us: int,
) -> str:
    if values[0].startswith("<as "):
        other = values[0][4:-1]
        return values[1 + fields[other].index(made[other])]
    value = values[random.below(len(values))] if len(values) > 1 else values[0]
    if not value.startswith("<"):
        return value
    kind = value[1:-1]
    if kind == "uuid":
        return random.uid()
    if kind.startswith("uuid1 "):
        return uuid_of_time(now_us, kind[6:], int(random.uid()[:4], 16) & 1023)
    if kind.startswith("hex "):
        return random.hexadecimal(int(kind[4:]))
    if " of " in kind:
        count, _, other = kind.partition(" of ")
        return str(_several(fields[other], int(count), random))
    low, high = kind.split("-")
    return str(random.between(int(low), int(high)))


def _several(values: tuple[str, ...], count: int, random: Randomness) -> list[str]:
    left = list(values)
    for place in range(min(count, len(left))):
        other = place + random.below(len(left) - place)
        left[place], left[other] = left[other], left[place]
    return left[:count]
