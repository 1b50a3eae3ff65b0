"""A program's way to its model: the key stays outside, turns, tokens and dollars are counted, limits are kept."""

import asyncio
import json
import secrets
import time
from collections.abc import Mapping
from typing import Any, Self

from itbench.interfaces.fault import LimitReached
from itbench.interfaces.json import JsonObject
from itbench.interfaces.trace import Trace
from itbench.models.codec import Draft
from itbench.models.conversation import TokenUse
from itbench.models.uncounted import estimated_tokens, unknown_cost
from itbench.network.exchange import BadRequestError, Exchange, Request
from itbench.network.metering import READERS, ReplyMeter
from itbench.network.target import GatewayTarget

# Tools that run at the provider and reach the net from there, where published truths lie.
_NETWORK_TOOLS = (
    "web_",
    "mcp",
    "file_search",
    "code_interpreter",
    "code_execution",
    "image_generation",
    "tool_search",
)
_NETWORK_FIELDS = ("web_search_options", "mcp_servers", "search_parameters", "plugins")
_ANSWERED = 200
# `/v1/messages`: that interface has the version in its path, the others in the provider's URL.
_VERSION = "/v1"
_OURS = frozenset(
    {"host", "content-length", "authorization", "x-api-key", "accept-encoding", "expect", "cookie"}
)


class ModelGateway:
    """Passes a program's requests on to a provider, and reads along.

    Args:
        target: the provider.
        trace: of the trial; counts what is used, and knows the limits.

    Attributes:
        stopped: set once a limit of the task has been reached.
        failure: how the last request failed through no fault of the program, if it did.
        uncounted: why a limit of the task cannot be kept, if so; `stopped` is set then too.
    """

    def __init__(self, target: GatewayTarget, trace: Trace) -> None:
        self._target = target
        # Where no sandbox keeps others from the gateway, this one does.
        self._own_key = f"itbench-{secrets.token_urlsafe(24)}"
        self._trace = trace
        self._client: Any = None
        self.stopped = asyncio.Event()
        self.failure: str | None = None
        self.uncounted: str | None = None

    async def __aenter__(self) -> Self:
        self._client = self._target.client()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()

    async def serve(self, exchange: Exchange, request: Request) -> None:
        """Answer one request.

        Raises:
            BadRequestError: it is not for a model, or asks for more than a model.
        """
        path = self._path(request)
        if not self._has_key(request):
            raise BadRequestError(401, "this is not the key that the program was given")
        body = await exchange.body()
        if path not in READERS:
            await self._pass(exchange, request, path, body, None)
            return
        asked = _asked(path, body)
        if self.stopped.is_set():
            raise BadRequestError(403, "a limit is reached")
        try:
            self._trace.turn()
        except LimitReached as reached:
            self.stopped.set()
            raise BadRequestError(403, f"the limit of {reached.limit} is reached") from None
        await self._pass(exchange, request, path, json.dumps(asked).encode(), asked)

    def variables(self, origin: str) -> dict[str, str]:
        """Return what tells a program of this gateway at `http://HOST:PORT`."""
        return self._target.variables(origin, self._own_key)

    def _has_key(self, request: Request) -> bool:
        given = [value for name, value in request.headers if name in {"authorization", "x-api-key"}]
        return any(
            secrets.compare_digest(value.rpartition(" ")[2].encode(), self._own_key.encode())
            for value in given
        )

    def _path(self, request: Request) -> str:
        """Return the path below the provider's URL, without its version."""
        full = request.target.partition("?")[0]
        path = full.removeprefix(_VERSION)
        is_known = request.method == "POST" and (path in READERS or path == "/messages/count_tokens")
        is_list = request.method == "GET" and (path == "/models" or path.startswith("/models/"))
        if not full.startswith(f"{_VERSION}/") or not (is_known or is_list) or ".." in path:
            raise BadRequestError(404, f"{request.method} {full[:200]} is no way to a model")
        return path

    async def _pass(
        self, exchange: Exchange, request: Request, path: str, body: bytes, asked: JsonObject | None
    ) -> None:
        started = time.monotonic()
        version = "" if self._target.prefix else _VERSION
        headers = [
            *request.passed_on(without=_OURS),
            *self._target.key_headers.items(),
            ("accept-encoding", "identity"),
        ]
        query = request.target.partition("?")[2]
        url = f"{self._target.url}{version}{path}" + (f"?{query}" if query else "")
        sending = self._client.build_request(request.method, url, headers=headers, content=body or None)
        try:
            response = await self._client.send(sending, stream=True)
        except Exception as error:
            self.failure = f"{type(error).__name__}: {error}"
            raise BadRequestError(502, f"the provider cannot be reached: {type(error).__name__}") from error
        is_metered = asked is not None and response.status_code == _ANSWERED
        meter = ReplyMeter(path) if is_metered else None
        self.failure = f"status {response.status_code}" if _is_providers(response.status_code) else None
        relay = _Relay(exchange)
        try:
            self.failure = await relay.carry(response, meter) or self.failure
        finally:
            await response.aclose()
        if asked is not None:
            draft = meter.draft() if meter is not None and self.failure is None else None
            self.failure = self.failure or (meter.failure if meter is not None else None)
            self._count(asked, response.status_code, draft, time.monotonic() - started)
        await relay.end()

    def _count(self, asked: JsonObject, status: int, draft: Draft | None, duration_s: float) -> None:
        model = str(asked.get("model"))
        self._trace.record("model", model=model, status=status, duration_s=round(duration_s, 6))
        if draft is not None:
            calls = [
                {"id": call.id, "name": call.name, "arguments": call.arguments}
                for call in draft.message.calls
            ]
            self._trace.message("assistant", {"text": draft.message.text, "calls": calls})
        if status == _ANSWERED:
            said = _length(draft) if draft is not None else 0
            characters = len(json.dumps(asked)) + said
            self._count_use(model, draft.use if draft is not None else None, characters)

    def _count_use(self, model: str, use: TokenUse | None, characters: int) -> None:
        cost_usd = None if use is None else self._target.prices(model).cost_usd(use)
        self.uncounted = self.uncounted or unknown_cost(self._trace.limits, model, use, cost_usd)
        if self.uncounted is not None:
            self.stopped.set()
        use = use or TokenUse()
        try:
            self._trace.use(
                input_tokens=use.input_tokens,
                output_tokens=use.output_tokens,
                cached_tokens=use.cached_tokens,
                reasoning_tokens=use.reasoning_tokens,
                cost_usd=cost_usd,
                estimated_tokens=estimated_tokens(characters),
            )
        except LimitReached:
            self.stopped.set()


class _Relay:
    """Carries a reply to the program, and reads it to its end even if the program does not.

    Its last bytes are held back until the reply is counted, so that no program asks again before a limit is kept.
    """

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._held = b""
        self._is_gone = False

    async def carry(self, response: Any, meter: ReplyMeter | None) -> str | None:
        """Carry all but the last bytes; return how the provider failed meanwhile, if it did."""
        try:
            await self._exchange.begin(response.status_code, _kept(response.headers))
        except ConnectionError:
            self._is_gone = True
        try:
            async for data in response.aiter_raw():
                if meter is not None:
                    meter.add(data)
                await self.end()
                self._held = data
        except Exception as error:  # noqa: BLE001 - whatever the client library raises, the provider failed
            return f"{type(error).__name__}: {error}"
        return None

    async def end(self) -> None:
        """Send what is held back."""
        data, self._held = self._held, b""
        if data and not self._is_gone:
            self._is_gone = not await _sent(self._exchange, data)


def _asked(path: str, body: bytes) -> JsonObject:
    """Return the request for a model, such that the stream of its reply tells what it took."""
    try:
        asked = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise BadRequestError(400, f"the body is no JSON: {error}") from error
    if not isinstance(asked, dict):
        raise BadRequestError(400, "the body is no JSON object")
    tools = asked.get("tools")
    for tool in tools if isinstance(tools, list) else ():
        kind = str(tool.get("type", "")) if isinstance(tool, dict) else ""
        if kind.startswith(_NETWORK_TOOLS):
            raise BadRequestError(403, f"the tool {kind!r} runs at the provider and reaches the net")
    for name in _NETWORK_FIELDS:
        if asked.get(name):
            raise BadRequestError(403, f"{name!r} reaches the net")
    if path == "/chat/completions" and asked.get("stream"):
        options = asked.get("stream_options")
        asked["stream_options"] = {**(options if isinstance(options, dict) else {}), "include_usage": True}
    return asked


def _length(draft: Draft) -> int:
    return len(draft.message.text) + sum(len(call.arguments) for call in draft.message.calls)


def _is_providers(status: int) -> bool:
    return status in {401, 402, 403, 408, 429} or status >= 500


def _kept(headers: Mapping[str, str]) -> list[tuple[str, str]]:
    return [
        (name, value)
        for name, value in headers.items()
        if name.lower() not in {"set-cookie", "content-encoding"}
    ]


async def _sent(exchange: Exchange, data: bytes) -> bool:
    try:
        await exchange.send(data)
    except ConnectionError:
        return False
    return True
