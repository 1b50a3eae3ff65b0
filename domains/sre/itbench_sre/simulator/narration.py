"""The log lines of the services: what each says when it works and when a call of it fails."""

from __future__ import annotations

from typing import TYPE_CHECKING

from itbench_sre.world.clock.times import milliseconds_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from itbench_sre.simulator.frames import Attempt, Failure, Frame
    from itbench_sre.simulator.telemetry import Telemetry
    from itbench_sre.world.clock.loop import Loop

_ERROR_WORD = {
    "dotnet": ("Error", 17),
    "go": ("ERROR", 17),
    "java": ("ERROR", 17),
    "nodejs": ("error", 17),
    "python": ("ERROR", 17),
}
_STATUS = {"UNAVAILABLE": 503, "DEADLINE_EXCEEDED": 504, "RESOURCE_EXHAUSTED": 503, "INTERNAL": 500}
_ROUTE_TIMEOUT_MS = 15_000
_PRODUCTS = (
    "0PUK6V6EV0",
    "1YMWWN1N4O",
    "2ZYFJ3GM2N",
    "66VCHSJNUP",
    "6E92ZMYYFZ",
    "9SIQT8TOJO",
    "L9ECAV7KIM",
    "LS4PSXUNUM",
)


class Narration:
    """Writes the logs of the services while requests pass."""

    def __init__(self, loop: Loop, telemetry: Telemetry) -> None:
        self._loop = loop
        self._telemetry = telemetry

    def handled(self, frame: Frame, failure: Failure | None) -> None:
        """Log that an operation ended."""
        name = frame.pod.service.name
        if name == "frontend-proxy":
            self._access(frame, failure)
        elif name == "image-provider" or failure is not None:
            return
        elif name in _SUCCESS and (frame.request.is_sampled or name == "checkout"):
            severity, number, body = _SUCCESS[name](frame)
            self._say(frame, severity, number, body)

    def call_failed(self, attempt: Attempt, frame: Frame, failure: Failure) -> None:
        """Log that a call of a service failed."""
        service = frame.pod.service
        if service.name == "frontend-proxy":
            return
        severity, number = _ERROR_WORD.get(service.language, ("ERROR", 17))
        self._say(frame, severity, number, _failure_text(service.language, attempt, failure))

    def _say(self, frame: Frame, severity: str, number: int, body: str) -> None:
        self._telemetry.log(
            frame.pod, severity, number, body, trace_id=frame.request.trace_id, span_id=frame.span_id
        )

    def _access(self, frame: Frame, failure: Failure | None) -> None:
        method, _, path = frame.operation.log.partition(" ")
        status = _STATUS[failure.code] if failure else 200
        took_ms = (self._loop.now_us - frame.began_us) // 1000
        flags = _flags(failure, took_ms)
        upstream = "image-provider" if path.startswith("/images") else "frontend"
        product = _PRODUCTS[int(frame.span_id[0], 16) & 7]
        path = path.replace("{productId}", product)
        began = milliseconds_text(frame.began_us).replace(" ", "T")
        size = 2_000 + int(frame.span_id[1:4], 16) if not failure else 24
        body = (
            f'[{began}Z] "{method} {path} HTTP/1.1" {status} {flags} - "-" 0 {size} {took_ms} {max(took_ms - 1, 0)} "-" '
            f'"python-requests/2.32.5" "{frame.request.user}" "frontend-proxy:8080" "-" {upstream} {frame.pod.address}:8080 - -\n'
        )
        attributes = (
            ("event.name", "proxy.access"),
            ("http.response.status_code", str(status)),
            ("url.path", path),
        )
        self._telemetry.log(
            frame.pod,
            "",
            0,
            body,
            trace_id=frame.request.trace_id,
            span_id=frame.span_id,
            attributes=attributes,
        )


def _flags(failure: Failure | None, took_ms: int) -> str:
    if failure is None:
        return "-"
    if failure.message.startswith("upstream_reset"):
        return "UC upstream_reset_before_response_started{connection_termination}"
    return "UT response_timeout" if took_ms >= _ROUTE_TIMEOUT_MS else "- via_upstream"


def _failure_text(language: str, attempt: Attempt, failure: Failure) -> str:
    target, code, message = attempt.target, failure.code, failure.message
    if language == "go":
        if target in {"kafka", "postgresql"}:
            return f"{'could not publish order' if target == 'kafka' else 'query failed'}: {message}"
        return f"rpc error: code = {code.title().replace('_', '')} desc = {message}"
    if language == "nodejs":
        number = {"UNAVAILABLE": 14, "DEADLINE_EXCEEDED": 4, "RESOURCE_EXHAUSTED": 8}.get(code, 13)
        return f"Error: {number} {code}: {message}"
    if language == "dotnet":
        where = (
            "StackExchange.Redis.RedisConnectionException"
            if target == "valkey-cart"
            else "Npgsql.NpgsqlException"
        )
        return f"{where}: {message}"
    if language == "python":
        return f'grpc._channel._InactiveRpcError: status = StatusCode.{code}, details = "{message}"'
    if language == "rust":
        return f"error sending request: {message}"
    return f"call failed: {message}"


def _product(frame: Frame) -> str:
    return _PRODUCTS[int(frame.span_id[0], 16) & 7]


def _cart(frame: Frame) -> tuple[str, int, str]:
    user = frame.request.user
    body = {
        "get": f"GetCartAsync called with userId={user}",
        "add": f"AddItemAsync called with userId={user}, productId={_product(frame)}, quantity=1",
        "empty": f"EmptyCartAsync called with userId={user}",
    }[frame.operation.log]
    return "Information", 9, body


def _catalog(frame: Frame) -> tuple[str, int, str]:
    if frame.operation.log == "list":
        return "INFO", 9, "Products listed"
    return "INFO", 9, f"Product Found - ID: {_product(frame)}"


_SUCCESS: dict[str, Callable[[Frame], tuple[str, int, str]]] = {
    "accounting": lambda frame: ("Information", 9, f"Order details: {{ orderId: {frame.request.user} }}"),
    "ad": lambda _: ("INFO", 9, "Targeted ad request received for [telescopes]"),
    "cart": _cart,
    "checkout": lambda frame: ("INFO", 9, f"order placed, user_id={frame.request.user}"),
    "currency": lambda _: ("INFO", 9, "Convert request successful"),
    "email": lambda frame: ("", 0, f"Order confirmation email sent to: {frame.request.user[:8]}@example.com"),
    "fraud-detection": lambda frame: ("INFO", 9, f"Consumed record with orderId: {frame.request.user}, and updated total count to: {frame.pod.handled}"),
    "payment": lambda _: ("info", 9, "Transaction complete."),
    "product-catalog": _catalog,
    "quote": lambda _: ("INFO", 9, "Calculated quote"),
    "recommendation": lambda frame: ("INFO", 9, f"Receive ListRecommendations for product ids:['{_product(frame)}']"),
    "shipping": lambda frame: ("INFO", 9, "Tracking ID Created" if frame.operation.log == "ship" else "Received quote"),
}  # fmt: skip
