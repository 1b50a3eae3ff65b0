"""Lets in who has the token, by a loopback name, and tells browsers to load nothing from elsewhere."""

import hmac
from collections.abc import Awaitable, Callable, MutableMapping
from http.cookies import CookieError, SimpleCookie
from typing import Any, TypeAlias
from urllib.parse import parse_qsl, urlencode

Scope: TypeAlias = MutableMapping[str, Any]
Send: TypeAlias = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Receive: TypeAlias = Callable[[], Awaitable[MutableMapping[str, Any]]]
App: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]

TOKEN = "token"  # noqa: S105 - the name of a parameter
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS = (
    ("content-security-policy", _POLICY),
    ("cache-control", "no-store"),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-resource-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("x-frame-options", "DENY"),
)
_METHODS = frozenset({"GET", "HEAD"})
_NAMES = ("127.0.0.1", "localhost", "[::1]")


class Guard:
    """Stands before the app.

    A link with the token sets a cookie and leads on to the same address without it, so that the token stays in no history.

    Args:
        app: that answers who is let in.
        token: that has to be known.
        port: at which the server listens.
    """

    def __init__(self, app: App, token: str, port: int) -> None:
        self._app = app
        self._token = token.encode()
        self._cookie = f"itbench_view_{port}"
        self._hosts = frozenset(f"{name}:{port}".encode() for name in _NAMES)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        if headers.get(b"host", b"").lower() not in self._hosts:
            await _refuse(send, 421, "This server answers only to loopback names.")
        elif scope["method"] not in _METHODS:
            await _refuse(send, 405, "This server only shows.")
        elif headers.get(b"sec-fetch-site", b"none") not in {b"none", b"same-origin"} and not self._is_token(
            scope
        ):
            await _refuse(
                send, 403, "This page was asked for by another site; paste its address into the address bar."
            )
        elif self._is_token(scope):
            await self._let_in(scope, send)
        elif self._is_known(headers.get(b"cookie", b"")):
            await self._app(scope, receive, _hardened(send))
        else:
            await _refuse(send, 403, "Open the link that `itbench view` printed: it has the token.")

    def _is_token(self, scope: Scope) -> bool:
        pairs = parse_qsl(scope["query_string"].decode("latin-1"))
        return any(
            name == TOKEN and hmac.compare_digest(value.encode(), self._token) for name, value in pairs
        )

    def _is_known(self, cookie: bytes) -> bool:
        found = SimpleCookie()
        try:
            found.load(cookie.decode("latin-1"))
        except CookieError:
            return False
        value = found.get(self._cookie)
        return value is not None and hmac.compare_digest(value.value.encode(), self._token)

    async def _let_in(self, scope: Scope, send: Send) -> None:
        pairs = [
            (name, value)
            for name, value in parse_qsl(scope["query_string"].decode("latin-1"))
            if name != TOKEN
        ]
        # A path that begins with two slashes would lead to another server.
        path = "/" + scope["raw_path"].decode("latin-1").lstrip("/\\")
        place = f"{path}?{urlencode(pairs)}" if pairs else path
        cookie = f"{self._cookie}={self._token.decode()}; HttpOnly; SameSite=Strict; Path=/"
        await _answer(send, 303, "", ("location", place), ("set-cookie", cookie))


def _hardened(send: Send) -> Send:
    async def sent(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            told = {name.lower() for name, _ in message["headers"]}
            more = [(name.encode(), value.encode()) for name, value in HEADERS if name.encode() not in told]
            message = {**message, "headers": [*message["headers"], *more]}
        await send(message)

    return sent


async def _refuse(send: Send, status: int, words: str) -> None:
    await _answer(send, status, words + "\n")


async def _answer(send: Send, status: int, text: str, *headers: tuple[str, str]) -> None:
    told = [("content-type", "text/plain; charset=utf-8"), *headers, *HEADERS]
    encoded = [(name.encode(), value.encode("latin-1")) for name, value in told]
    await send({"type": "http.response.start", "status": status, "headers": encoded})
    await send({"type": "http.response.body", "body": text.encode()})
