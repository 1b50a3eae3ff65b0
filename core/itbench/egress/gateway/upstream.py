"""Sends one request to the provider, and tells how it failed if it did."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from typing import Any

from itbench.egress.gateway.headers import replied_headers
from itbench.egress.gateway.reading import can_decode, decoded
from itbench.egress.gateway.routes import Route
from itbench.egress.gateway.target import GatewayTarget
from itbench.host.faults import HostError, is_shortage
from itbench.interfaces.json import JsonValue
from itbench.models.faults import ContextLengthError, PassingError
from itbench.models.http.retries import retry_after_s
from itbench.models.reply.errors import CAPACITY, error_of
from itbench.text.redaction import Redactor

_LARGEST_ERROR_BYTES = 4_000_000
# The key, the account or the place it is asked from; the same request will not do better, but others may fail alike.
_OF_ACCOUNT = frozenset({401, 402, 403, 429})
_PASSING = frozenset({408, 409, 425, 429})


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """A reply that has been read to its end, without its encoding and without the key.

    Attributes:
        reason: what is wrong with the request, if something is.
        is_too_long: whether that is its length.
    """

    status: int
    headers: Sequence[tuple[str, str]]
    body: bytes
    reason: str = ""
    is_too_long: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """How the provider failed at one request.

    Attributes:
        reason: for the user.
        is_passing: whether the same request may do better later.
        is_capacity: whether no request can be the cause.
        asked_s: seconds that the provider asks to wait, if it does.
        reply: what it answered; None if it did not.
        is_too_long: whether it says that the request is too long.
    """

    reason: str
    is_passing: bool
    is_capacity: bool = False
    asked_s: float | None = None
    reply: Whole | None = None
    is_too_long: bool = False

    @property
    def status(self) -> int:
        """The status that the program is told."""
        return 502 if self.reply is None else self.reply.status

    @property
    def is_rate_limit(self) -> bool:
        """Whether fewer requests would do better."""
        return self.status == 429


class Upstream:
    """The provider, asked with the key."""

    def __init__(self, target: GatewayTarget, client: Any) -> None:
        # The package of the client, under whichever of its names.
        self.http = import_module(type(client).__module__.partition(".")[0])
        self._target = target
        self._client = client
        self.redactor = Redactor([target.key])

    async def open(self, route: Route, headers: Sequence[tuple[str, str]], body: bytes | None) -> Any:
        """Return the reply as it begins, or the `Failure`, or the `Whole` of an error of the request's own."""
        version = "" if self._target.prefix else "/v1"
        url = f"{self._target.url}{version}{route.target}"
        sent = [*headers, *self._target.key_headers.items()]
        try:
            request = self._client.build_request(route.method, url, headers=sent, content=body)
            response = await self._client.send(request, stream=True)
        except (self.http.ConnectError, self.http.ConnectTimeout) as error:
            if is_shortage(error):
                raise HostError("a connection to the model cannot be opened", error) from error
            return Failure(reason=_said(error), is_passing=True, is_capacity=True)
        except self.http.HTTPError as error:
            return Failure(reason=_said(error), is_passing=True)
        except Exception as error:
            if is_shortage(error):
                raise HostError("a connection to the model cannot be opened", error) from error
            return Failure(reason=f"the client library failed: {_said(error)}", is_passing=True)
        if 200 <= response.status_code < 300:
            return response
        whole = await self.whole(response)
        return whole if isinstance(whole, Failure) else _judged(whole)

    def _decoded(self, encoding: str, data: bytes) -> bytes:
        return b"".join(decoded(self.http, encoding, data, _LARGEST_ERROR_BYTES))

    async def whole(self, response: Any) -> Whole | Failure:
        """Read a reply to its end, decoded."""
        encoding = response.headers.get("content-encoding", "")
        data = bytearray()
        try:
            async for part in response.aiter_raw():
                data += part
                if len(data) > _LARGEST_ERROR_BYTES:
                    return Failure(
                        reason=f"its reply has more than {_LARGEST_ERROR_BYTES} bytes", is_passing=False
                    )
            body = (
                await asyncio.to_thread(self._decoded, encoding, bytes(data))
                if can_decode(self.http, encoding)
                else b""
            )
        except (self.http.HTTPError, self.http.StreamError) as error:
            return Failure(reason=_said(error), is_passing=True)
        finally:
            await response.aclose()
        headers = [
            pair
            for pair in replied_headers(response.headers.items(), self.redactor)
            if pair[0] != "content-encoding"
        ]
        text = self.redactor.text(body.decode("utf-8", "replace"))
        return Whole(status=response.status_code, headers=headers, body=text.encode())


def _judged(whole: Whole) -> Whole | Failure:
    """Tell a failure of the provider from an answer to a request that is wrong."""
    given = {name.lower(): value for name, value in whole.headers}
    asked_s = retry_after_s(given.get("retry-after-ms"), given.get("retry-after"))
    error = error_of(whole.status, _json(whole.body), asked_s=asked_s)
    is_passing = isinstance(error, PassingError) or (whole.status in _PASSING and whole.status != 429)
    is_account = whole.status in _OF_ACCOUNT or not whole.status >= 400
    reason = " ".join(str(error).split())[:300]
    is_too_long = isinstance(error, ContextLengthError)
    if is_too_long or not (is_passing or is_account):
        return replace(whole, reason=reason, is_too_long=is_too_long)
    return Failure(
        reason=reason,
        is_passing=is_passing,
        is_capacity=whole.status in CAPACITY,
        asked_s=asked_s,
        reply=whole,
    )


def _json(body: bytes) -> JsonValue:
    try:
        value: JsonValue = json.loads(body)
    except (ValueError, RecursionError):
        return body[:2000].decode("utf-8", "replace")
    return value


def _said(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
