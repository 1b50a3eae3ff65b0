"""Envoy: its spans' attributes and its access log, the longest line of the whole shop."""

from itbench_sre.world.clock.randomness import Randomness, mixed
from itbench_sre.world.runtime.frames import Attempt, Failure, Frame
from itbench_sre.world.telemetry.attributes import path_of, split_address
from itbench_sre.world.telemetry.failures import http_code
from itbench_sre.world.telemetry.names import verb_of
from itbench_sre.world.telemetry.places import filled

# Response flags and details by why the upstream failed.
_DETAILS = {
    "timeout": ("UT", "response_timeout"),
    "refused": ("UF", "upstream_reset_before_response_started{remote_connection_failure}"),
    "reset": ("UC", "upstream_reset_before_response_started{connection_termination}"),
    "crash": ("UC", "upstream_reset_before_response_started{connection_termination}"),
    "dns": ("UH", "no_healthy_upstream"),
    "limit": ("UO", "overflow"),
}
AGENTS = "python-requests/2.32.5"


class Exchange:
    """What Envoy knows of one request: made once, for its spans and its log line.

    Attributes:
        verb, path: of the request line.
        code: of the response.
        flags, details: why it was not the upstream that answered.
    """

    __slots__ = ("code", "details", "flags", "path", "random", "received", "request_id", "sent", "verb")

    def __init__(self, frame: Frame) -> None:
        fields, operation = frame.request.fields, frame.operation.name
        failure = frame.failure
        self.verb = verb_of(operation)
        self.path = str(fields.get("path") or filled(path_of(operation), fields))
        if "path" in fields and self.path.startswith(("GET ", "POST ")):
            self.verb, _, self.path = self.path.partition(" ")
        self.code = http_code(failure) if failure else "200"
        self.flags, self.details = response_of(failure)
        random = Randomness(mixed(int(frame.request.trace_id[:15], 16), f"envoy {frame.span_id}"))
        self.random = random
        self.request_id = random.uid()
        self.request_id = (
            f"{self.request_id[:14]}9{self.request_id[15:]}"  # a sampled trace, in Envoy's UUIDs
        )
        self.received = 0 if self.verb == "GET" else random.between(60, 420)
        self.sent = 24 if failure else random.between(150, 9000)


def response_of(failure: Failure | None) -> tuple[str, str]:
    """Return response flags and code details."""
    if failure is None or failure.code.isdigit():
        return "-", "via_upstream"  # a status is what the server answered, whatever it had met itself
    return _DETAILS.get(failure.kind, ("-", "via_upstream"))


def span_attributes(frame: Frame, exchange: Exchange, attempt: Attempt | None) -> dict[str, str]:
    """Return the attributes of the span `ingress`, or with an attempt of `router <cluster> egress`."""
    values = {
        "component": "proxy",
        "http.protocol": "HTTP/1.1",
        "http.status_code": exchange.code,
        "response_flags": exchange.flags,
    }
    if attempt is not None:
        cluster = attempt.call.dependency
        values |= {"upstream_address": _upstream(attempt), "upstream_cluster": cluster}
        values |= {"upstream_cluster.name": cluster, "peer.address": _upstream(attempt)}
    else:
        values |= {
            "downstream_cluster": "-",
            "guid:x-request-id": exchange.request_id,
            "http.method": exchange.verb,
            "http.url": f"http://{_authority(frame)}{exchange.path}",
            "node_id": "",
            "peer.address": client_ip(frame),
            "request_size": str(exchange.received),
            "response_size": str(exchange.sent),
            "user_agent": AGENTS,
            "zone": "",
        }
    if frame.failure is not None and exchange.code >= "500":
        values["error"] = "true"
    return values


def _authority(frame: Frame) -> str:
    program = frame.process.place.image.program
    port = next(iter(program.ports.values()), 8080) if program else 8080
    return f"{frame.process.place.container}:{port}"


def _upstream(attempt: Attempt) -> str:
    host, port = split_address(attempt.address)
    return f"{attempt.server.place.pod_ip if attempt.server else host}:{port}"


def client_ip(frame: Frame) -> str:
    """Return the address of the caller, as far as the request tells it."""
    return str(frame.request.fields.get("client_ip", "127.0.0.6"))


def access_log(
    frame: Frame, exchange: Exchange, attempt: Attempt | None, clock: str, duration_ms: int
) -> tuple[str, dict[str, str]]:
    """Return body and attributes of the access log record; `clock` is `2025-12-15T17:24:03.659`."""
    place = frame.process.place
    authority, peer = _authority(frame), client_ip(frame)
    local = f"{place.pod_ip}:{authority.rpartition(':')[2]}"
    random = exchange.random
    upstream, cluster, ours, took = "-", "-", "-", "-"
    if attempt is not None:
        upstream, cluster = _upstream(attempt), attempt.call.dependency
        ours = f"{place.pod_ip}:{random.between(32768, 60999)}"
        if exchange.flags == "-":
            took = str(max((attempt.ended_us - attempt.began_us) // 1000, 0))
    body = (
        f'[{clock}Z] "{exchange.verb} {exchange.path} HTTP/1.1" {exchange.code} {exchange.flags} '
        f'{exchange.details} - "-" {exchange.received} {exchange.sent} {duration_ms} {took} "-" "{AGENTS}" '
        f'"{exchange.request_id}" "{authority}" "{upstream}" {cluster} {ours} {local} '
        f"{peer}:{random.between(32768, 60999)} - -\n"
    )
    path, _, query = exchange.path.partition("?")
    return body, {
        "destination.address": upstream.partition(":")[0],
        "event.name": "proxy.access",
        "server.address": local,
        "source.address": peer,
        "upstream.cluster": cluster,
        "upstream.host": upstream,
        "url.full": f"http://{authority}{exchange.path}",
        "url.path": path if not query else exchange.path,
        "url.query": query or "-",
        "url.template": "-",
        "user_agent.original": AGENTS,
    }
