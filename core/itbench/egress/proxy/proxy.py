"""A forward proxy that lets through what rules allow, and nothing else."""

import asyncio
import socket
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from urllib.parse import urlsplit

from itbench.egress.exchange import BadRequestError, Exchange, Request
from itbench.egress.proxy.plain import forward
from itbench.egress.proxy.rules import HostRule, find_rule, may_reach, normal
from itbench.egress.proxy.tunnel import Tunnel, first_hello
from itbench.host.faults import HostError, is_shortage

_CONNECT_LIMIT_S = 20.0
# Of the addresses of one name.
_MOST_TRIED = 4
_MOST_RESOLVING = 2
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


@dataclass(slots=True)
class Passage:
    """What went through one connection, in bytes."""

    host: str
    port: int
    sent_bytes: int = 0
    received_bytes: int = 0


class Proxy:
    """Carries `CONNECT` and plain HTTP requests to allowed hosts; a connection is to the very address that was judged."""

    def __init__(self, rules: Sequence[HostRule]) -> None:
        self._rules = rules
        # Names that nobody answers for take long; other trials must not wait for them.
        self._resolvers = ThreadPoolExecutor(_MOST_RESOLVING, thread_name_prefix="itbench-names")

    def close(self) -> None:
        """Look up no more names."""
        self._resolvers.shutdown(wait=False, cancel_futures=True)

    async def connect(self, exchange: Exchange, request: Request) -> Passage:
        """Serve `CONNECT HOST:PORT`, for TLS with a server of that very name only.

        Raises:
            BadRequestError: it is not allowed, or nobody is there.
        """
        host, port = _host_and_port(f"//{request.target}", None)
        rule, addresses = await self._allowed(host, port)
        await exchange.send(b"HTTP/1.1 200 Connected\r\n\r\n")
        hello, data = await first_hello(exchange)
        if hello.is_encrypted:
            raise BadRequestError(
                403, f"the connection to {host!r} hides the host that it asks for (ECH); switch that off"
            )
        # Large networks serve many names from one address, so the name inside counts as well.
        if not (rule.is_address and hello.name is None) and (
            hello.name is None or normal(hello.name) != host
        ):
            raise BadRequestError(
                403, f"the connection to {host!r} asks for {hello.name!r}; only TLS with that host may pass"
            )
        exchange.is_read = True
        passage = Passage(host, port)
        await Tunnel(exchange, *await _open(addresses, port), passage).carry(data)
        return passage

    async def forward(self, exchange: Exchange, request: Request) -> Passage:
        """Serve one request for `http://HOST/...`; whatever the program sends behind it goes nowhere.

        Raises:
            BadRequestError: it is not allowed, or nobody is there.
        """
        if request.method not in _METHODS:
            raise BadRequestError(
                405, f"{request.method[:40]!r} is not passed on; allowed: {', '.join(sorted(_METHODS))}"
            )
        host, port = _host_and_port(request.target, 80)
        _, addresses = await self._allowed(host, port)
        passage = Passage(host, port)
        async with exchange.room(request):
            body = await exchange.body()
            await forward(exchange, request, body, await _open(addresses, port), passage)
        return passage

    async def _allowed(self, host: str, port: int) -> tuple[HostRule, list[str]]:
        """Return the rule for a host, and those of its addresses that may be reached under it."""
        rule = find_rule(self._rules, host, port)
        if rule is None:
            raise BadRequestError(403, f"{host}:{port} is not among the allowed hosts")
        try:
            async with asyncio.timeout(_CONNECT_LIMIT_S):
                asking = partial(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
                found = await asyncio.get_running_loop().run_in_executor(self._resolvers, asking)
        except (OSError, TimeoutError, UnicodeError) as error:
            raise BadRequestError(502, f"{host!r} is not known: {error}") from error
        addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
        allowed = [each for each in addresses if may_reach(rule, each)]
        if not allowed:
            raise BadRequestError(403, f"{host!r} stands for {addresses[0]}, which no name may lead to")
        return rule, allowed[:_MOST_TRIED]


def _host_and_port(url: str, port: int | None) -> tuple[str, int]:
    try:
        parts = urlsplit(url)
        host, found = parts.hostname, parts.port or port
    except ValueError:
        host, found = None, None
    if not host or found is None:
        raise BadRequestError(400, "no host and port")
    return normal(host), found


async def _open(addresses: Sequence[str], port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    last: Exception | None = None
    for address in addresses:
        try:
            async with asyncio.timeout(_CONNECT_LIMIT_S):
                return await asyncio.open_connection(address, port)
        except (OSError, TimeoutError) as error:
            if is_shortage(error):
                raise HostError("a connection for the program cannot be opened", error) from error
            last = error
    raise BadRequestError(502, f"nobody answers at {addresses[0]}:{port}: {last}") from last
