"""Access logs of Istio's proxies, which write no spans: of a gateway, and of the waypoint that services' calls pass."""

from itbench_sre.world.clock.randomness import Randomness, mixed
from itbench_sre.world.runtime.frames import Attempt, Frame
from itbench_sre.world.runtime.process import Process
from itbench_sre.world.telemetry.attributes import path_of, split_address
from itbench_sre.world.telemetry.envoy import Exchange, client_ip, response_of
from itbench_sre.world.telemetry.failures import http_code
from itbench_sre.world.telemetry.names import verb_of
from itbench_sre.world.telemetry.places import filled

_AGENTS = {
    "java": "Apache-CXF/3.6.4",
    "nodejs": "axios/1.7.7",
    "python": "python-requests/2.32.3",
    "shell": "curl/8.12.1",
}
_HBONE = 15008


def gateway_line(frame: Frame, exchange: Exchange, attempt: Attempt | None, clock: str) -> str:
    """Return the line of a request to a gateway; `clock` is `2025-12-15T17:24:03.659`."""
    place, program = frame.process.place, frame.process.program
    listening = next(iter(program.ports.values()), 80) if program else 80
    took_ms, upstream, cluster, ours = "-", "-", "-", "-"
    if attempt is not None:
        host, port = split_address(attempt.address)
        cluster = f"outbound|{port}||{_full(host, place.pod.namespace)}"
        if attempt.server is not None:
            upstream = f"{attempt.server.place.pod_ip}:{port}"
            ours = f"{place.pod_ip}:{exchange.random.between(32768, 60999)}"
        if exchange.flags == "-":
            took_ms = str(max((attempt.ended_us - attempt.began_us) // 1000, 0))
    agent = _AGENTS["shell"]
    peer = client_ip(frame)
    return (
        f'[{clock}Z] "{exchange.verb} {exchange.path} HTTP/1.1" {exchange.code} {exchange.flags} {exchange.details} - '
        f'"-" {exchange.received} {exchange.sent} {(frame.ended_us - frame.began_us) // 1000} {took_ms} "{peer}" '
        f'"{agent}" "{exchange.request_id}" "{place.labels.get("service.istio.io/canonical-name", place.container)}" '
        f'"{upstream}" {cluster} {ours} {place.pod_ip}:{listening} {peer}:{exchange.random.between(32768, 60999)} - -'
    )


def waypoint_line(attempt: Attempt, waypoint: Process, clock: str) -> str:
    """Return the line of a call between services, as their waypoint writes it."""
    request, failure, caller = attempt.request, attempt.failure, attempt.frame.process
    random = Randomness(
        mixed(int(request.trace_id[:15], 16), f"waypoint {attempt.frame.span_id} {attempt.address}")
    )
    host, port = split_address(attempt.address)
    name = _full(host, caller.place.pod.namespace)
    flags, details = response_of(failure)
    code = http_code(failure) if failure else "200"
    if flags != "-" and failure is not None and failure.kind == "timeout":
        # It is the client that gave up, and nobody was there to answer any more.
        code, flags, details = "0", "DC", "downstream_remote_disconnect"
    elif failure is not None and failure.kind == "denied" and attempt.work is None:
        details = "rbac_access_denied_matched_policy[none]"
    elif flags != "-":
        code = "503"
    took_ms = (attempt.ended_us - attempt.began_us) // 1000
    served = f"{attempt.server.place.pod_ip}:{port}" if attempt.server is not None else "-"
    operation = attempt.call.operation
    peer = f"{caller.place.pod_ip}:{random.between(32768, 60999)}"
    return (
        f'[{clock}Z] "{verb_of(operation)} {filled(path_of(operation), request.fields)} HTTP/1.1" {code} {flags} '
        f'{details} - "-" 0 {0 if code == "0" else random.between(90, 400)} {took_ms} '
        f'{took_ms if flags == "-" else "-"} "-" "{_AGENTS.get(caller.language, "-")}" "{random.uid()}" "{host}:{port}" '
        f'"{served}" inbound-vip|{port}|http|{name} - {waypoint.place.pod_ip}:{_HBONE} {peer} - default'
    )


def _full(host: str, namespace: str) -> str:
    return host if "." in host else f"{host}.{namespace}.svc.cluster.local"
