"""Failures in the words of those who meet them: a client's library, a server that refuses, a caller that passes on."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from itbench_sre.world.application.model import Operation, Protocol
from itbench_sre.world.runtime import phrases
from itbench_sre.world.runtime.frames import Attempt, Failure, Frame

if TYPE_CHECKING:
    from itbench_sre.world.runtime.plans import CallPlan, Link
    from itbench_sre.world.runtime.process import Process

_Table = Mapping[str, Mapping[str, str]]
# HTTP statuses that proxies and clients' libraries repeat a request after.
_RETRYABLE_STATUSES = ("429", "502", "503", "504")


def _phrase(table: _Table, link: "Link", operation: str, ip: str) -> str:
    protocol = link.dependency.protocol.value
    by_language = table.get(protocol) or table["*"]
    text = by_language.get(link.process.language) or by_language["*"]
    return text.format(
        host=link.host,
        port=link.port,
        ip=ip or link.host,
        dns=link.resolver,
        path=operation.partition(" ")[2] or ("" if operation.startswith("/") else "/"),
        seconds=link.timeout_us // 1_000_000,
        milliseconds=link.timeout_us // 1000,
    )


def _code(link: "Link", grpc: str, http: str, other: str) -> str:
    protocol = link.dependency.protocol
    if protocol is Protocol.GRPC:
        return grpc
    return http if protocol is Protocol.HTTP and link.process.language in ("envoy", "nginx") else other


def _on_the_way(table: _Table, plan: "CallPlan", ip: str, kind: str, code: tuple[str, str, str]) -> Failure:
    link = plan.link
    return Failure(_code(link, *code), _phrase(table, link, plan.operation, ip), True, kind)


def refused(plan: "CallPlan", ip: str) -> Failure:
    """Return the failure of a connection that nobody accepts."""
    return _on_the_way(phrases.REFUSED, plan, ip, "refused", ("UNAVAILABLE", "503 UF", "ECONNREFUSED"))


def unreachable(plan: "CallPlan", ip: str) -> Failure:
    """Return the failure of a connection whose packets are lost."""
    failure = _on_the_way(phrases.UNREACHABLE, plan, ip, "timeout", ("UNAVAILABLE", "503 UF", "ETIMEDOUT"))
    if plan.link.dependency.protocol is Protocol.GRPC:
        # Calls that do not wait for a connection fail early; most libraries' time limit ends first.
        return Failure("DEADLINE_EXCEEDED", failure.message, True, "timeout")
    return failure


def unresolved(plan: "CallPlan") -> Failure:
    """Return the failure of a name that is not there."""
    return _on_the_way(phrases.UNRESOLVED, plan, "", "dns", ("UNAVAILABLE", "503 UH", "ENOTFOUND"))


def dns_silent(plan: "CallPlan", ip: str) -> Failure:
    """Return the failure of a lookup that nobody answers."""
    return _on_the_way(phrases.DNS_SILENT, plan, ip, "dns", ("UNAVAILABLE", "503 UH", "EAI_AGAIN"))


def no_upstream() -> Failure:
    """Return Envoy's failure where a cluster has no healthy host."""
    return Failure("503 UH", "no healthy upstream", True, "refused")


def denied(plan: "CallPlan") -> Failure:
    """Return the refusal of a mesh that does not allow the call."""
    if plan.link.dependency.protocol is Protocol.GRPC:
        return Failure("PERMISSION_DENIED", "RBAC: access denied", False, "denied")
    return Failure("403", "RBAC: access denied", False, "denied")


def certificate(plan: "CallPlan", what: str = "certificate has expired or is not yet valid") -> Failure:
    """Return the failure of a TLS handshake."""
    host = plan.link.host
    text = {
        "go": f"tls: failed to verify certificate: x509: {what}",
        "java": "javax.net.ssl.SSLHandshakeException: PKIX path validation failed: validity check failed",
        "nodejs": "certificate has expired",
        "dotnet": "The SSL connection could not be established, see inner exception. The remote certificate is invalid "
        "because of errors in the certificate chain: NotTimeValid",
        "envoy": "upstream connect error or disconnect/reset before headers. reset reason: remote connection failure, "
        "transport failure reason: TLS_error: CERTIFICATE_VERIFY_FAILED",
    }.get(plan.link.process.language, f"{host}: certificate verify failed: certificate has expired")
    return Failure(_code(plan.link, "UNAVAILABLE", "503 UF", "CERT_HAS_EXPIRED"), text, True, "denied")


def unknown(plan: "CallPlan") -> Failure:
    """Return the answer of a server that does not know the operation."""
    if plan.link.dependency.protocol is Protocol.GRPC:
        return Failure("UNIMPLEMENTED", f"unknown method {plan.operation.rpartition('/')[2]}", False)
    return Failure("404", "Not Found", False)


def deadline(plan: "CallPlan", ip: str) -> Failure:
    """Return the failure of a call that was not answered in time."""
    return _on_the_way(phrases.DEADLINE, plan, ip, "timeout", ("DEADLINE_EXCEEDED", "504 UT", "ETIMEDOUT"))


def reset(plan: "CallPlan", ip: str) -> Failure:
    """Return the failure of a call whose connection broke."""
    return _on_the_way(phrases.RESET, plan, ip, "reset", ("UNAVAILABLE", "503 UC", "ECONNRESET"))


def pool_exhausted(plan: "CallPlan") -> Failure:
    """Return the failure of a call that found no free connection in time."""
    link = plan.link
    text = phrases.POOL.get(link.process.language) or phrases.POOL["*"]
    waited_us = link.pool_wait_us
    message = text.format(size=link.pool_size, seconds=waited_us // 1_000_000, milliseconds=waited_us // 1000)
    return Failure(_code(link, "RESOURCE_EXHAUSTED", "503 UO", "pool"), message, False, "pool")


def overloaded(process: "Process", operation: Operation) -> Failure:
    """Return the refusal of a server whose queue is full."""
    match operation.protocol:
        case Protocol.GRPC:
            return Failure("RESOURCE_EXHAUSTED", "too many concurrent requests", True, "limit")
        case Protocol.SQL:
            return Failure("53300", "sorry, too many clients already", True, "limit")
        case Protocol.REDIS:
            return Failure("ERR", "ERR max number of clients reached", True, "limit")
    if process.language == "envoy":
        text = "upstream connect error or disconnect/reset before headers. reset reason: overflow"
        return Failure("503 UO", text, True, "limit")
    return Failure("503", "Service Unavailable", True, "limit")


def mishap(operation: Operation) -> Failure:
    """Return a failure of the program itself."""
    if operation.protocol is Protocol.GRPC:
        return Failure("INTERNAL", "internal error", False)
    if operation.protocol is Protocol.HTTP:
        return Failure("500", "Internal Server Error", False)
    if operation.protocol is Protocol.SQL:
        return Failure("XX000", "internal error", False)
    return Failure("ERR", "internal error", False)


def received(attempt: Attempt, failure: Failure) -> Failure:
    """Return a server's failure as its client sees it: a status, with the server's words where the protocol has them."""
    if attempt.plan.link.dependency.protocol is not Protocol.HTTP:
        return failure
    status = failure.code[:3]
    return (
        failure
        if failure.is_retryable == (status in _RETRYABLE_STATUSES)
        else Failure(failure.code, failure.message, status in _RETRYABLE_STATUSES, failure.kind)
    )


def passed_on(frame: Frame, attempt: Attempt, failure: Failure) -> Failure:
    """Return the failure of an operation that needed a call which failed."""
    operation = frame.operation
    if frame.process.language == "envoy":
        code = failure.code if failure.code[:3].isdigit() else "503 UF"
        return Failure(code, failure.message, code[:3] in _RETRYABLE_STATUSES, failure.kind)
    text = f"failed to call {attempt.plan.link.name}: {in_words(frame.process.language, failure)}"
    if operation.protocol is Protocol.GRPC:
        code = "UNAVAILABLE" if failure.kind == "limit" else "INTERNAL"
        return Failure(code, text, False, failure.kind)
    if operation.protocol is Protocol.HTTP:
        return Failure("500", text, False, failure.kind)
    return Failure("ERR", text, False, failure.kind)


def in_words(language: str, failure: Failure) -> str:
    """Return a failure as a program of a language prints it."""
    code = failure.code
    if code not in _GRPC:
        return failure.message
    camel = "".join(part.capitalize() for part in code.split("_"))
    match language:
        case "go":
            return f"rpc error: code = {camel} desc = {failure.message}"
        case "java":
            return f"io.grpc.StatusRuntimeException: {code}: {failure.message}"
        case "nodejs":
            return f"{_GRPC.get(code, 2)} {code}: {failure.message}"
        case "dotnet":
            return f'Status(StatusCode="{camel}", Detail="{failure.message}")'
        case "python":
            head = f"<_InactiveRpcError of RPC that terminated with: status = StatusCode.{code}"
            return f'{head} details = "{failure.message}">'
        case "rust":
            return f'status: {camel}, message: "{failure.message}"'
    return f"{code}: {failure.message}"


_GRPC = {
    "CANCELLED": 1, "UNKNOWN": 2, "INVALID_ARGUMENT": 3, "DEADLINE_EXCEEDED": 4, "NOT_FOUND": 5,
    "PERMISSION_DENIED": 7, "RESOURCE_EXHAUSTED": 8, "FAILED_PRECONDITION": 9, "ABORTED": 10, "UNIMPLEMENTED": 12,
    "INTERNAL": 13, "UNAVAILABLE": 14, "DATA_LOSS": 15, "UNAUTHENTICATED": 16,
}  # fmt: skip
"""Codes of gRPC by name."""
