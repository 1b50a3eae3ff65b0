"""Probes of one container: when they are made, and what follows from their results."""

import re
from dataclasses import dataclass
from typing import Literal

from itbench_sre.world.clock.loop import SECOND_US
from itbench_sre.world.clock.randomness import Randomness
from itbench_sre.world.store.refs import JsonObject

Kind = Literal["startup", "liveness", "readiness"]
_KINDS: tuple[Kind, ...] = ("startup", "liveness", "readiness")
_SLEEP = re.compile(r"sleep (\d+)")


@dataclass(slots=True, eq=False)
class Probe:
    """One of a container's probes.

    Attributes:
        spec: as in the container, ports as numbers.
        in_row: results like the last one.
        was_good: the last result, None before the first.
        until_slip: probes until one that times out for no reason that lasts, as some do on a busy node.
    """

    kind: Kind
    spec: JsonObject
    period_us: int
    delay_us: int
    failures: int
    successes: int
    until_slip: int
    in_row: int = 0
    was_good: bool | None = None

    def note(self, is_good: bool) -> bool | None:
        """Count a result; return it once its threshold is reached, None before."""
        self.in_row = self.in_row + 1 if self.was_good is is_good else 1
        self.was_good = is_good
        return is_good if self.in_row >= (self.successes if is_good else self.failures) else None


def probes_of(container: JsonObject, random: Randomness) -> list[Probe]:
    """Return a container's probes, before the first result."""
    ports = {port["name"]: port["containerPort"] for port in container.get("ports") or () if "name" in port}
    made = []
    for kind in _KINDS:
        spec = container.get(f"{kind}Probe")
        if spec:
            failures = spec.get("failureThreshold", 3)
            # One that a single failure decides stays without slips: they would be an incident of their own.
            slip = _first_slip(random) if failures > 1 else -1
            made.append(
                Probe(
                    kind=kind,
                    spec=_with_numbers(spec, ports),
                    period_us=spec.get("periodSeconds", 10) * SECOND_US,
                    delay_us=spec.get("initialDelaySeconds", 0) * SECOND_US,
                    failures=failures,
                    successes=spec.get("successThreshold", 1),
                    until_slip=slip,
                )
            )
    return made


def _first_slip(random: Randomness) -> int:
    # In 30 of 50 recorded clusters a probe or two timed out within the first minute of some pod, later ones hardly ever.
    return random.between(1, 3) if random.below(8) == 0 else next_slip(random)


def next_slip(random: Randomness) -> int:
    """Return after how many probes the next one times out without a cause that lasts."""
    return random.between(400, 8000)


def _with_numbers(spec: JsonObject, ports: dict[str, int]) -> JsonObject:
    for key in ("httpGet", "tcpSocket"):
        port = (spec.get(key) or {}).get("port")
        if isinstance(port, str):
            number = ports.get(port) or (int(port) if port.isdigit() else port)
            return {**spec, key: {**spec[key], "port": number}}
    return spec


def timed_out(spec: JsonObject, pod_ip: str) -> str:
    """Return the words of a probe that got no answer in time."""
    seconds = spec.get("timeoutSeconds", 1)
    if "httpGet" in spec:
        http = spec["httpGet"]
        scheme, host = http.get("scheme", "HTTP").lower(), http.get("host") or pod_ip
        url = f"{scheme}://{host}:{http['port']}{http.get('path', '/')}"
        return f'Get "{url}": context deadline exceeded (Client.Timeout exceeded while awaiting headers)'
    if "tcpSocket" in spec:
        return f"dial tcp {pod_ip}:{spec['tcpSocket']['port']}: i/o timeout"
    if "grpc" in spec:
        return f"timeout: health rpc did not complete within {seconds}s"
    command = " ".join((spec.get("exec") or {}).get("command") or ())
    return f"command timed out: {quoted(command)} timed out after {seconds}s"


def quoted(text: str) -> str:
    """Return a text as Go's %q prints it."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def hook_us(handler: JsonObject) -> int:
    """Return how long a lifecycle hook takes: what it sleeps, and a little."""
    if "sleep" in handler:
        return int(handler["sleep"]["seconds"]) * SECOND_US
    words = " ".join((handler.get("exec") or {}).get("command") or ())
    return 30_000 + sum(int(found) for found in _SLEEP.findall(words)) * SECOND_US
