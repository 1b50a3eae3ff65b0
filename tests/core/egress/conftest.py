"""A trial's way out on this machine's loopback, without a sandbox around it."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from itbench.egress.gateway.gateway import ModelGateway
from itbench.egress.gateway.target import GatewayTarget
from itbench.egress.proxy.proxy import Proxy
from itbench.egress.proxy.rules import parse_rules
from itbench.egress.server import NetworkServer
from itbench.interfaces.task import Limits
from itbench.interfaces.trace import Trace
from itbench.models.http.endpoints import Address
from itbench.models.http.retries import RetryPolicy
from itbench.models.prices import OwnPrices
from itbench.testing.model_server import ModelServer

KEY = "sk-planted-0123456789abcdef"
HI = {"model": "gpt-4o", "messages": [{"role": "user", "content": "hi"}]}


PRICE = OwnPrices(1.0, 1.0)


@dataclass
class Reply:
    """What came back on a connection."""

    status: int
    headers: dict[str, str]
    body: bytes
    is_whole: bool = True

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class WayOut:
    """A way out, and what its program can do with it."""

    port: int
    trace: Trace
    gateway: ModelGateway
    own_key: str
    recorded: list[dict[str, Any]] = field(default_factory=list)

    async def raw(self, data: bytes, *, limit_s: float = 20.0) -> bytes:
        """Send bytes, and return all that comes until the end of the connection."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            writer.write(data)
            async with asyncio.timeout(limit_s):
                return await reader.read()
        except ConnectionError:
            return b""
        finally:
            writer.transport.abort()

    async def send(
        self,
        method: str,
        target: str,
        body: bytes = b"",
        headers: Mapping[str, str] | Sequence[tuple[str, str]] = (),
        *,
        limit_s: float = 20.0,
    ) -> Reply:
        """Send one request with the trial's key."""
        more = headers.items() if isinstance(headers, Mapping) else headers
        lines = [f"{method} {target} HTTP/1.1", "host: x", f"authorization: Bearer {self.own_key}"]
        lines += [f"{name}: {value}" for name, value in more]
        lines += [f"content-length: {len(body)}"] if body else []
        head = "\r\n".join([*lines, "", ""]).encode("latin-1")
        return parsed(await self.raw(head + body, limit_s=limit_s))

    async def ask(self, body: Any = HI, path: str = "/chat/completions", **more: Any) -> Reply:
        """Ask a model."""
        return await self.send("POST", f"/v1{path}", json.dumps(body).encode(), **more)

    async def until(self, is_so: Callable[[], object]) -> None:
        """Wait for something that happens in another task or thread."""
        while not is_so():  # noqa: ASYNC110 - the server of the test is in another thread
            await asyncio.sleep(0.01)

    def events(self, kind: str) -> list[Any]:
        return [json.loads(event.data) for event in self.trace.events if event.kind == kind]


def parsed(data: bytes) -> Reply:
    """Return a reply with its body put together."""
    head, _, rest = data.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    if not first:
        return Reply(0, {}, b"", is_whole=False)
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    status = int(first.split()[1])
    if headers.get("transfer-encoding") != "chunked":
        return Reply(status, headers, rest, is_whole=len(rest) == int(headers.get("content-length", "0")))
    body = b""
    while True:
        size, _, rest = rest.partition(b"\r\n")
        if not size or int(size, 16) == 0:
            return Reply(status, headers, body, is_whole=bool(size))
        body, rest = body + rest[: int(size, 16)], rest[int(size, 16) + 2 :]


@asynccontextmanager
async def opened(
    url: str = "http://127.0.0.1:9/v1",
    *,
    provider: str = "openai",
    limits: Limits | None = None,
    models: Sequence[str] = (),
    attempts: int = 1,
    idle_s: float = 20.0,
    allow: Sequence[str] = (),
    key: str = KEY,
    price: OwnPrices = PRICE,
    patience_s: float = 5.0,
    instructions: str = "",
) -> AsyncIterator[WayOut]:
    target = GatewayTarget(
        provider=provider,
        address=Address(
            url=url, is_own=False, source="the test", key=key, key_variable=None, missing_key=None
        ),
        prefix="/v1" if provider == "openai" else "",
        packages=(),
        idle_s=idle_s,
        prices=lambda _: price,
        retries=RetryPolicy(attempts=attempts, first_s=0.01, longest_s=0.05),
    )
    trace = Trace(limits=limits or Limits())
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listener:
        async with ModelGateway(
            target, trace, models, instructions=instructions, patience_s=patience_s
        ) as gateway:
            (own_key,) = (
                value for name, value in gateway.variables("x").items() if name.endswith("_API_KEY")
            )
            made = WayOut(listener.getsockname()[1], trace, gateway, own_key)
            async with NetworkServer(listener, Proxy(parse_rules(allow)), gateway, trace.record):
                yield made


@pytest.fixture(name="opened")
def opened_fixture() -> Any:
    """Open a way out to a provider's URL; see `opened` for what else can be said."""
    return opened


@pytest.fixture(name="within")
def within_fixture() -> Any:
    """Run steps of a program with a way out to a scripted model."""
    return within


def within(server: ModelServer, steps: Callable[[WayOut], Awaitable[None]], **options: Any) -> WayOut:
    """Run steps of a program with a way out to a scripted model; return the way out, which is closed then."""

    async def run() -> WayOut:
        url = server.openai_url if options.get("provider", "openai") == "openai" else server.url
        async with asyncio.timeout(60), opened(url, **options) as made:
            await steps(made)
        return made

    return asyncio.run(run())


@dataclass
class Heard:
    """One request as a provider got it, byte by byte."""

    first: str
    headers: list[tuple[str, str]]
    body: bytes


SAID = b"""HTTP/1.1 200 OK\r
content-type: application/json\r
connection: close\r
\r
{"choices": [{"message": {"role": "assistant", "content": "hello"}, "finish_reason": "stop"}],
"usage": {"prompt_tokens": 70, "completion_tokens": 7}}"""


@dataclass
class Provider:
    """A server that notes what it gets, and answers as it is told."""

    reply: bytes = SAID
    heard: list[Heard] = field(default_factory=list)
    url: str = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").rstrip().split("\r\n")
            headers = [
                (name.lower(), value.strip()) for name, _, value in (line.partition(":") for line in head[1:])
            ]
            body = await reader.readexactly(int(dict(headers).get("content-length", "0")))
            self.heard.append(Heard(head[0], headers, body))
            writer.write(self.reply)
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        finally:
            writer.close()


@asynccontextmanager
async def provider_at_work(reply: bytes | None = None) -> AsyncIterator[Provider]:
    made = Provider() if reply is None else Provider(reply)
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield made
    finally:
        server.close()


@pytest.fixture
def provider() -> Any:
    """Make a server that notes what it gets, and answers as it is told."""
    return provider_at_work
