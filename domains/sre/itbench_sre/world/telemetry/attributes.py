"""Attributes of spans, by protocol, side and the conventions that each library follows."""

from itbench_sre.world.application.model import Call, Operation, Protocol
from itbench_sre.world.runtime.frames import Failure
from itbench_sre.world.telemetry.failures import GRPC_CODES, grpc_code, has_answer, http_code
from itbench_sre.world.telemetry.names import rpc_path, verb_of

# These still write HTTP's names from before 1.23 of the conventions.
_OLD_HTTP = frozenset({"python", "nodejs", "ruby", "php"})


def split_address(address: str) -> tuple[str, str]:
    """Return host and port of `host:port` or of a URL."""
    rest = address.partition("://")[2] or address
    host, _, port = rest.partition("/")[0].partition(":")
    return host, port


def server_attributes(
    language: str, operation: Operation, port: str, failure: Failure | None
) -> dict[str, str]:
    """Return the attributes of a server's span."""
    match operation.protocol:
        case Protocol.GRPC:
            values = _rpc(language, operation.name, failure)
            if language == "dotnet":
                path = "/" + rpc_path(operation.name)
                values |= _new_http_server("POST", path, port, "200") | {
                    "grpc.method": path,
                    "grpc.status_code": values["rpc.grpc.status_code"],
                    "network.protocol.version": "2",
                }
            return values
        case Protocol.HTTP:
            code = http_code(failure) if failure else "200"
            verb, path = verb_of(operation.name), path_of(operation.name)
            if language in _OLD_HTTP:
                return _old_http_server(verb, path, port, code)
            return _new_http_server(verb, path, port, code)
        case Protocol.KAFKA:
            return _messaging(operation.name.partition(" ")[0], "process")
    return {}


def client_attributes(
    language: str, call: Call, protocol: Protocol, address: str, failure: Failure | None
) -> dict[str, str]:
    """Return the attributes of a client's span."""
    host, port = split_address(address)
    match protocol:
        case Protocol.GRPC:
            values = _rpc(language, call.operation, failure)
            if language in {"go", "java", "nodejs", "dotnet"}:
                values |= {"server.address": host, "server.port": port}
            return values
        case Protocol.HTTP:
            return _http_client(language, call.operation, address, failure)
        case Protocol.SQL:
            return _sql(language, call.operation, host, port)
        case Protocol.REDIS:
            values = {"db.system": "redis", "server.address": host, "server.port": port}
            if language == "dotnet":
                values |= {"db.redis.database_index": "0", "db.redis.flags": "None"}
            return values | {"db.statement": call.operation}
    return _messaging(call.operation, "publish") | {"server.address": host}


def _rpc(language: str, operation: str, failure: Failure | None) -> dict[str, str]:
    service, _, method = rpc_path(operation).rpartition("/")
    code = str(GRPC_CODES[grpc_code(failure)]) if failure else "0"
    values = {
        "rpc.grpc.status_code": code,
        "rpc.method": method,
        "rpc.service": service,
        "rpc.system": "grpc",
    }
    if language in {"cpp", "rust"}:
        del values["rpc.service"]
    return values


def path_of(operation: str) -> str:
    """Return the path in the name of an HTTP operation."""
    found = operation.find("/")
    return operation[found:] if found >= 0 else "/"


def _old_http_server(verb: str, path: str, port: str, code: str) -> dict[str, str]:
    return {
        "http.flavor": "1.1",
        "http.method": verb,
        "http.scheme": "http",
        "http.status_code": code,
        "http.target": path,
        "net.host.port": port,
    }


def _new_http_server(verb: str, path: str, port: str, code: str) -> dict[str, str]:
    return {
        "http.request.method": verb,
        "http.response.status_code": code,
        "http.route": path.partition("?")[0],
        "network.protocol.version": "1.1",
        "server.port": port,
        "url.path": path,
        "url.scheme": "http",
    }


def _http_client(language: str, operation: str, address: str, failure: Failure | None) -> dict[str, str]:
    host, port = split_address(address)
    code = (http_code(failure) if has_answer(failure) else "") if failure else "200"
    url = f"http://{host}:{port}{path_of(operation)}"
    if language in _OLD_HTTP:
        values = {"http.method": verb_of(operation), "http.url": url, "http.status_code": code}
        if language == "nodejs":
            values |= {"net.peer.name": host, "net.peer.port": port}
    else:
        values = {
            "http.request.method": verb_of(operation),
            "http.response.status_code": code,
            "network.protocol.version": "1.1",
            "server.address": host,
            "server.port": port,
            "url.full": url,
        }
        if failure and failure.kind != "application":
            values["error.type"] = failure.code
    return {key: value for key, value in values.items() if value}


def _sql(language: str, operation: str, host: str, port: str) -> dict[str, str]:
    values = {"db.system": "postgresql", "db.statement": operation, "server.address": host}
    if language in {"go", "nodejs"}:
        del values["db.statement"]
        values |= {"db.query.text": operation, "db.system.name": values.pop("db.system")}
    return {**values, "server.port": port} if port else values


def _messaging(topic: str, verb: str) -> dict[str, str]:
    return {
        "messaging.destination.name": topic,
        "messaging.kafka.destination.partition": "0",
        "messaging.operation": verb,
        "messaging.system": "kafka",
    }
