"""Probes of the kubelet, carried out against a process: what they find, in the kubelet's words."""

from typing import TYPE_CHECKING

from itbench_sre.world.runtime.frames import Failure
from itbench_sre.world.store.refs import JsonObject

if TYPE_CHECKING:
    from itbench_sre.world.runtime.process import Process

_ANSWER_CPU_US = 400
_USUAL_PATHS = (
    "/",
    "/health",
    "/healthz",
    "/ready",
    "/readyz",
    "/livez",
    "/live",
    "/status",
    "/ping",
    "/metrics",
)


_USUAL_BEGINNINGS = ("/health", "/_health", "/actuator", "/api/health", "/-/")


def probe(process: "Process", spec: JsonObject, now_us: int) -> Failure | None:
    """Return why a probe of a process fails now, or None."""
    port = _port(spec)
    if process.is_over:
        return _refused(spec, process, port)
    if "exec" in spec:
        return _executed(process, spec, now_us)
    is_listening = 0 < process.ready_us <= now_us
    ports = process.program.ports.values() if process.program else ()
    if not is_listening or port not in ports:
        return _refused(spec, process, port)
    if "tcpSocket" in spec:
        return None
    limit_us = spec.get("timeoutSeconds", 1) * 1_000_000
    if _answer_us(process, now_us) > limit_us:
        return _late(spec, process, port)
    if "httpGet" in spec:
        return _answered(process, spec["httpGet"])
    service = (spec.get("grpc") or {}).get("service", "")
    if "grpc" in spec and service and not any(service in name for name in process.plans):
        return Failure("NOT_FOUND", f'service unhealthy (responded with "{service}")')
    return None


def _port(spec: JsonObject) -> int:
    handler = spec.get("httpGet") or spec.get("grpc") or spec.get("tcpSocket") or {}
    value = handler.get("port", 0)
    return int(value) if isinstance(value, int) or str(value).isdigit() else -1


def _answer_us(process: "Process", now_us: int) -> int:
    """Return how long an answer takes: computing at the share that is left, and waiting where all slots are taken."""
    cpu_us = _ANSWER_CPU_US
    process.cpu_us += cpu_us
    late_us = cpu_us * process.stretch >> 8
    if process.rate_m:
        late_us += max(0, process.used_until_us - now_us - 100_000) + cpu_us * 1000 // process.rate_m
    special = process.special
    if special is not None and special.stopped_until_us > now_us:
        late_us += special.stopped_until_us - now_us
    if process.busy >= process.slots:
        late_us += 20_000 * (1 + len(process.queue))
    return late_us


def _answered(process: "Process", http: JsonObject) -> Failure | None:
    path = http.get("path", "/").partition("?")[0]
    special = process.special
    for effect in special.http if special is not None else ():
        if effect.is_abort:
            url = f"http://{process.place.pod_ip}:{http['port']}{path}"
            return Failure("reset", f'Get "{url}": EOF', kind="reset")
        if effect.status and effect.per_cent == 100:
            return _status(effect.status)
    if path in _USUAL_PATHS or path.startswith(_USUAL_BEGINNINGS):
        return None
    if any(path == name.partition(" ")[2] for name in process.plans):
        return None
    return _status(404)


def _status(status: int) -> Failure:
    return Failure(str(status), f"HTTP probe failed with statuscode: {status}")


def _refused(spec: JsonObject, process: "Process", port: int) -> Failure:
    ip = process.place.pod_ip
    if "grpc" in spec:
        words = f'timeout: failed to connect service "{ip}:{port}" within {spec.get("timeoutSeconds", 1)}s: '
        return Failure("refused", words + "context deadline exceeded", kind="refused")
    dial = f"dial tcp {ip}:{port}: connect: connection refused"
    if "httpGet" in spec:
        http = spec["httpGet"]
        url = f"{http.get('scheme', 'HTTP').lower()}://{http.get('host') or ip}:{port}{http.get('path', '/')}"
        dial = f'Get "{url}": {dial}'
    return Failure("refused", dial, kind="refused")


def _late(spec: JsonObject, process: "Process", port: int) -> Failure:
    ip = process.place.pod_ip
    if "httpGet" in spec:
        url = f"http://{ip}:{port}{spec['httpGet'].get('path', '/')}"
        words = f'Get "{url}": context deadline exceeded (Client.Timeout exceeded while awaiting headers)'
    else:
        words = f"timeout: health rpc did not complete within {spec.get('timeoutSeconds', 1)}s"
    return Failure("timeout", words, kind="timeout")


def _executed(process: "Process", spec: JsonObject, now_us: int) -> Failure | None:
    """Run a command of an exec probe: what asks the program itself fails where it does not answer."""
    words = " ".join(spec["exec"].get("command") or ())
    is_listening = 0 < process.ready_us <= now_us
    if "pg_isready" in words:
        return None if is_listening else Failure("2", f"{process.place.pod_ip}:5432 - no response")
    if "valkey-cli" in words or "redis-cli" in words:
        return (
            None
            if is_listening
            else Failure("1", "Could not connect to Valkey at 127.0.0.1:6379: Connection refused")
        )
    if any(word in words for word in ("curl", "wget", "nc ", "grpc_health_probe", "healthcheck")):
        return None if is_listening else Failure("1", "command terminated with exit code 1")
    return Failure("1", "") if words.endswith(("exit 1", "false")) else None
