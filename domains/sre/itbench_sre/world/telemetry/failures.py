"""How a failure shows in a span: codes, the status in the words of each library, and the exception it recorded."""

from itbench_sre.world.application.model import Protocol
from itbench_sre.world.runtime.frames import Failure

GRPC_CODES = {
    "OK": 0,
    "CANCELLED": 1,
    "UNKNOWN": 2,
    "INVALID_ARGUMENT": 3,
    "DEADLINE_EXCEEDED": 4,
    "NOT_FOUND": 5,
    "ALREADY_EXISTS": 6,
    "PERMISSION_DENIED": 7,
    "RESOURCE_EXHAUSTED": 8,
    "FAILED_PRECONDITION": 9,
    "ABORTED": 10,
    "OUT_OF_RANGE": 11,
    "UNIMPLEMENTED": 12,
    "INTERNAL": 13,
    "UNAVAILABLE": 14,
    "DATA_LOSS": 15,
    "UNAUTHENTICATED": 16,
}
# What a gateway answers for a gRPC code (google.rpc.Code), and for what was no answer at all.
_HTTP_OF_GRPC = {
    "CANCELLED": "499",
    "INVALID_ARGUMENT": "400",
    "DEADLINE_EXCEEDED": "504",
    "NOT_FOUND": "404",
    "PERMISSION_DENIED": "403",
    "RESOURCE_EXHAUSTED": "429",
    "UNIMPLEMENTED": "501",
    "UNAVAILABLE": "503",
    "UNAUTHENTICATED": "401",
}
_GRPC_OF_KIND = {
    "refused": "UNAVAILABLE",
    "reset": "UNAVAILABLE",
    "dns": "UNAVAILABLE",
    "crash": "UNAVAILABLE",
    "timeout": "DEADLINE_EXCEEDED",
    "limit": "RESOURCE_EXHAUSTED",
    "auth": "UNAUTHENTICATED",
    "denied": "PERMISSION_DENIED",
}
_GRPC_OF_HTTP = {
    "400": "INTERNAL",
    "401": "UNAUTHENTICATED",
    "403": "PERMISSION_DENIED",
    "404": "UNIMPLEMENTED",
    "429": "UNAVAILABLE",
    "502": "UNAVAILABLE",
    "503": "UNAVAILABLE",
    "504": "UNAVAILABLE",
}


def grpc_code(failure: Failure) -> str:
    """Return the name of the gRPC code that a failure is told as."""
    if failure.code in GRPC_CODES:
        return failure.code
    if failure.code.isdigit() and len(failure.code) == 3:
        return _GRPC_OF_HTTP.get(failure.code, "UNKNOWN")
    return _GRPC_OF_KIND.get(failure.kind, "INTERNAL")


def http_code(failure: Failure) -> str:
    """Return the HTTP status that a failure is told as."""
    code = failure.code
    if len(code) == 3 and code.isdigit():
        return code
    return _HTTP_OF_GRPC.get(grpc_code(failure), "500")


def has_answer(failure: Failure) -> bool:
    """Tell whether an answer came back, so that a client saw a status."""
    return failure.kind not in {"refused", "reset", "timeout", "dns", "pool"}


def status_message(language: str, protocol: Protocol, failure: Failure, *, is_client: bool) -> str:
    """Return the message of a failed span's status."""
    message = failure.message
    if language in {"envoy", "nginx"}:
        return ""
    if protocol is Protocol.GRPC:
        return _grpc_status(language, grpc_code(failure), message, is_client=is_client)
    if protocol is Protocol.HTTP and not is_client and language in {"go", "nodejs", "java"}:
        return ""
    return message


def _grpc_status(language: str, code: str, message: str, *, is_client: bool) -> str:
    number = GRPC_CODES[code]
    if language == "python" and is_client:
        return (
            "_InactiveRpcError: <_InactiveRpcError of RPC that terminated with:\n"
            f"\tstatus = StatusCode.{code}\n"
            f'\tdetails = "{message}"\n'
            '\tdebug_error_string = "UNKNOWN:Error received from peer  '
            f'{{grpc_status:{number}, grpc_message:"{message}"}}"\n>'
        )
    if language == "nodejs" and is_client:
        return f"{number} {code}: {message}"
    if language == "dotnet" and is_client:
        return f'Status(StatusCode="{_camel(code)}", Detail="{message}")'
    if language == "java":
        return f"{code}: {message}"
    return message


def _camel(code: str) -> str:
    return "".join(part.capitalize() for part in code.split("_"))


def exception(language: str, protocol: Protocol, failure: Failure, name: str, package: str) -> dict[str, str]:
    """Return the attributes of the `exception` event of a failed span; `name` is the program's, `package` its classes'."""
    type_, text = _exception_type(language, protocol, failure)
    return {
        "exception.escaped": "False",
        "exception.message": text,
        "exception.stacktrace": _stack(language, type_, text, name, package),
        "exception.type": type_,
    }


_TYPES = {
    ("python", Protocol.GRPC): "grpc._channel._InactiveRpcError",
    ("python", Protocol.HTTP): "requests.exceptions.ConnectionError",
    ("python", Protocol.SQL): "psycopg2.OperationalError",
    ("python", Protocol.REDIS): "redis.exceptions.ConnectionError",
    ("java", Protocol.GRPC): "io.grpc.StatusRuntimeException",
    ("java", Protocol.HTTP): "java.net.ConnectException",
    ("java", Protocol.SQL): "org.postgresql.util.PSQLException",
    ("java", Protocol.REDIS): "io.lettuce.core.RedisConnectionException",
    ("java", Protocol.KAFKA): "org.apache.kafka.common.errors.TimeoutException",
    ("dotnet", Protocol.GRPC): "Grpc.Core.RpcException",
    ("dotnet", Protocol.HTTP): "System.Net.Http.HttpRequestException",
    ("dotnet", Protocol.SQL): "Npgsql.NpgsqlException",
    ("dotnet", Protocol.REDIS): "StackExchange.Redis.RedisConnectionException",
    ("dotnet", Protocol.KAFKA): "Confluent.Kafka.ConsumeException",
    ("php", Protocol.HTTP): "GuzzleHttp\\Exception\\ConnectException",
    ("php", Protocol.SQL): "PDOException",
    ("ruby", Protocol.HTTP): "Net::OpenTimeout",
    ("ruby", Protocol.SQL): "PG::ConnectionBad",
    ("ruby", Protocol.REDIS): "Redis::CannotConnectError",
}
_PLAIN = {
    "python": "Exception",
    "java": "java.lang.RuntimeException",
    "dotnet": "System.Exception",
    "nodejs": "Error",
    "php": "Exception",
    "ruby": "RuntimeError",
}


def _exception_type(language: str, protocol: Protocol, failure: Failure) -> tuple[str, str]:
    code, message = failure.code, failure.message
    if protocol is Protocol.GRPC:
        message = _grpc_status(language, grpc_code(failure), failure.message, is_client=True)
    if failure.kind == "application" and protocol is not Protocol.GRPC and not code.isdigit():
        plain = _PLAIN.get(language, "Error")
        return (code if code[:1].isupper() and not code.isupper() else plain), message
    return _TYPES.get((language, protocol), _PLAIN.get(language, "Error")), message


def _stack(language: str, type_: str, text: str, name: str, package: str) -> str:
    module = name.replace("-", "_")
    camel = "".join(part.capitalize() for part in name.split("-"))
    match language:
        case "python":
            return (
                "Traceback (most recent call last):\n"
                f'  File "/usr/src/app/{module}_server.py", line 94, in call\n'
                f"    response = stub(request)\n{type_}: {text}\n"
            )
        case "java":
            return (
                f"{type_}: {text}\n\tat {package}.{camel}Service.handle({camel}Service.java:214)\n"
                "\tat io.grpc.internal.ServerImpl$JumpToApplicationThreadServerStreamListener$1HalfClosed"
                ".runInContext(ServerImpl.java:861)\n\tat java.base/java.lang.Thread.run(Unknown Source)\n"
            )
        case "dotnet":
            return (
                f"{type_}: {text}\n   at {module}.services.{camel}Service.Handle(ServerCallContext context) "
                f"in /usr/src/app/src/services/{camel}Service.cs:line 88"
            )
        case "php":
            return f"{type_}: {text}\n#0 /var/www/app/routes.php(62): calculate()\n#1 {{main}}"
        case "ruby":
            return f"{module}_server.rb:61:in `handle': {text} ({type_})\n"
    return f"{type_}: {text}\n    at Object.handle (/usr/src/app/{name}.js:104:11)"
