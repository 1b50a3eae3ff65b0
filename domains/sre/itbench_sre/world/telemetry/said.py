"""What a line may say that no request and no failure tells: about the process, the exchange, and how often."""

from collections.abc import Mapping
from typing import Any

from itbench_sre.world.clock.randomness import Randomness, mixed
from itbench_sre.world.runtime.process import Process
from itbench_sre.world.telemetry.attributes import path_of
from itbench_sre.world.telemetry.names import verb_of
from itbench_sre.world.telemetry.places import filled, places

KNOWN = frozenset(
    {"bytes_received", "bytes_sent", "count", "duration", "method", "offset", "path", "pod", "port", "request_id",
     "source", "status", "user_agent"}
)  # fmt: skip
"""Places that are filled in here; application/fields.py says what they hold."""


class Said:
    """Fills in what is left, and counts what processes have done."""

    def __init__(self) -> None:
        self._counts: dict[tuple[str, str, int, str], int] = {}

    def more(self, texts: tuple[str, ...], process: Process, fields: Mapping[str, Any]) -> dict[str, str]:
        """Return the places of texts that the fields do not have and that are known here."""
        wanted = [name for text in texts for name in places(text) if name in KNOWN and name not in fields]
        return {name: self._value(name, process, fields) for name in wanted}

    def _value(self, name: str, process: Process, fields: Mapping[str, Any]) -> str:
        operation = str(fields.get("operation", ""))
        place = process.place
        match name:
            case "count" | "offset":
                key = (place.uid, place.container, place.restart, operation)
                self._counts[key] = count = self._counts.get(key, 0) + 1
                return str(count)
            case "method":
                return verb_of(operation)
            case "path":
                return filled(path_of(operation), fields)
            case "pod":
                return place.pod.name
            case "port":
                return str(next(iter(process.program.ports.values()), 8080)) if process.program else "8080"
            case "source":
                return str(fields.get("client_ip", "127.0.0.6"))
            case "status":
                code = str(fields.get("code", "200"))[:3]  # a proxy's has its flags behind it
                return code if code.isdigit() else "500"
            case "user_agent":
                return "Mozilla/5.0 (compatible)"
        random = Randomness(mixed(len(operation), f"{name} {fields.get('span_id', '')}"))
        if name == "request_id":
            return random.uid()
        if name == "duration":
            us = random.between(90_000, 950_000)
            return f"{us // 1000}.{us % 1000:03d}µs"
        return str(random.between(120, 6_000))
