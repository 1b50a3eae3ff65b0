"""What spans are called: by which program, over which protocol, from which side."""

from itbench_sre.world.application.model import Call, Dependency, Operation, Protocol
from itbench_sre.world.runtime.place import Place

# These speak no OpenTelemetry; the collector scrapes some of them for metrics.
_SILENT = frozenset({"postgres", "mysql", "mongodb", "valkey", "kafka", "shell"})
_VERBS = ("GET ", "POST ", "PUT ", "DELETE ", "PATCH ", "HEAD ")


def service_of(place: Place) -> str:
    """Return the name under which telemetry knows a program: what its environment says, or its workload's label."""
    named = place.environment.get("OTEL_SERVICE_NAME")
    if named:
        return named
    labels = place.labels
    found = labels.get("app.kubernetes.io/name") or labels.get("app")
    return found or labels.get("service.istio.io/canonical-name") or place.container


def is_instrumented(place: Place) -> bool:
    """Tell whether a program sends its own records: one whose environment says where to; those of others are read."""
    return place.image.program is not None and any(name.startswith("OTEL_") for name in place.environment)


def is_traced(place: Place) -> bool:
    """Tell whether a program writes spans: one that is instrumented, and does not switch it off."""
    program = place.image.program
    if program is None or program.language in _SILENT or not is_instrumented(place):
        return False
    environment = place.environment
    return (
        environment.get("OTEL_SDK_DISABLED", "") != "true"
        and environment.get("OTEL_TRACES_EXPORTER") != "none"
    )


def server_span(place: Place, operation: Operation, *, is_root: bool) -> tuple[str, str]:
    """Return name and kind of the span of work on a call; both are empty where none is written."""
    if not is_traced(place):
        return "", ""
    program = place.image.program
    language = program.language if program else ""
    if operation.protocol is Protocol.KAFKA:
        return operation.name, "Consumer"
    if program and (program.role == "load" or (is_root and program.role == "worker")):
        return operation.name, "Internal"
    return ("ingress" if language == "envoy" else operation.name), "Server"


def client_span(place: Place, call: Call, dependency: Dependency) -> tuple[str, str]:
    """Return name and kind of the span of a call; both are empty where none is written."""
    if not is_traced(place):
        return "", ""
    kind = "Producer" if dependency.protocol is Protocol.KAFKA else "Client"
    if call.span:
        return call.span, kind
    program = place.image.program
    return _usual(program.language if program else "", call, dependency.protocol), kind


def _usual(language: str, call: Call, protocol: Protocol) -> str:
    if language == "envoy":
        return f"router {call.dependency} egress"
    match protocol:
        case Protocol.GRPC:
            path = rpc_path(call.operation)
            return {"nodejs": f"grpc.{path}", "python": f"/{path}"}.get(language, path)
        case Protocol.HTTP:
            verb = verb_of(call.operation)
            return {"go": f"HTTP {verb}"}.get(language, verb)
        case Protocol.SQL:
            return "postgresql" if language == "dotnet" else call.operation
        case Protocol.KAFKA:
            return f"{call.operation} publish"
    return call.operation


def rpc_path(operation: str) -> str:
    """Return `package.Service/Method` of a gRPC operation, however its server's span spells it."""
    for verb in _VERBS:
        operation = operation.removeprefix(verb)
    return operation.removeprefix("grpc.").lstrip("/")


def verb_of(operation: str) -> str:
    """Return the HTTP method that an operation's name begins with; `GET` where it begins with none."""
    return operation.split(" ", 1)[0] if operation.startswith(_VERBS) or f"{operation} " in _VERBS else "GET"
