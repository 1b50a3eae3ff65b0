"""Listens inside a sandbox, and answers from outside of it."""

import asyncio
import socket
from collections.abc import Callable
from typing import Self

from itbench.egress.door import Door
from itbench.egress.exchange import LARGEST_BODIES_BYTES, BadRequestError, Exchange, Request
from itbench.egress.gateway.gateway import ModelGateway
from itbench.egress.memory import MemoryBudget
from itbench.egress.proxy.proxy import Proxy
from itbench.interfaces.events import EventKind
from itbench.interfaces.fault import Stage, StageError
from itbench.interfaces.json import JsonValue

# A program that only connects and says nothing.
_HEAD_LIMIT_S = 10.0
# Of connections; a program whose every request is refused does not fill the trace.
_MOST_RECORDED = 5_000


class NetworkServer:
    """Serves the connections of one trial: to allowed hosts, and to a model.

    Args:
        listener: a listening socket; only the program can reach it.
        proxy: carries what is meant for other hosts.
        gateway: answers what is meant for this server itself, if there is one.
        record: is told of each connection.
    """

    def __init__(
        self,
        listener: socket.socket,
        proxy: Proxy,
        gateway: ModelGateway | None,
        record: Callable[..., object],
    ) -> None:
        budget = MemoryBudget(LARGEST_BODIES_BYTES)
        self._door = Door(listener, lambda reader, writer: Exchange(reader, writer, budget), self._answer)
        self._proxy = proxy
        self._gateway = gateway
        self._recorded = 0
        self._tell = record

    async def __aenter__(self) -> Self:
        self._door.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._door.close()
        self._proxy.close()
        error = self._door.error
        if error is not None:
            what = f"{type(error).__name__}: {error}"
            raise StageError(Stage.ENVIRONMENT, f"the way out of the sandbox broke: {what}") from error

    async def _answer(self, exchange: Exchange) -> None:
        request: Request | None = None
        try:
            async with asyncio.timeout(_HEAD_LIMIT_S):
                request = await exchange.request()
            if request is not None:
                await self._dispatch(exchange, request)
        except BadRequestError as error:
            self._record(target=_shown(request), allowed=False, status=error.status, reason=str(error))
            await exchange.refuse(error.status, str(error))

    def _record(self, **seen: JsonValue) -> None:
        self._recorded += 1
        if self._recorded <= _MOST_RECORDED:
            self._tell(EventKind.NETWORK, **seen)
        elif self._recorded == _MOST_RECORDED + 1:
            self._tell(EventKind.NETWORK, cut_at_connections=_MOST_RECORDED)

    async def _dispatch(self, exchange: Exchange, request: Request) -> None:
        if request.method == "CONNECT":
            passage = await self._proxy.connect(exchange, request)
        elif request.target.startswith("http://"):
            passage = await self._proxy.forward(exchange, request)
        elif self._gateway is not None and request.target.startswith("/"):
            await self._gateway.serve(exchange, request)
            return
        else:
            raise BadRequestError(400, "there is nothing here but a proxy")
        self._record(
            target=f"{passage.host}:{passage.port}",
            allowed=True,
            sent_bytes=passage.sent_bytes,
            received_bytes=passage.received_bytes,
        )


def _shown(request: Request | None) -> str:
    return "" if request is None else f"{request.method} {request.target[:300]}"
