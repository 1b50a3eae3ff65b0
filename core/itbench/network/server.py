"""Listens inside a sandbox, and answers from outside of it."""

import asyncio
import socket
from collections.abc import Callable
from contextlib import suppress
from typing import Self

from itbench.network.exchange import BadRequestError, Exchange, Request
from itbench.network.gateway import ModelGateway
from itbench.network.listening import stop_listening
from itbench.network.proxy import Proxy

_MOST_AT_ONCE = 64
# A program that only connects and says nothing.
_HEAD_LIMIT_S = 60.0


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
        self._listener = listener
        self._proxy = proxy
        self._gateway = gateway
        self._record = record
        self._gate = asyncio.Semaphore(_MOST_AT_ONCE)
        self._lines: dict[asyncio.Task[None], asyncio.StreamWriter] = {}
        self._server: asyncio.Server | None = None
        self._is_closed = False

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, sock=self._listener)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._is_closed = True
        if self._server is not None:
            await stop_listening(self._server)
        tasks = dict(self._lines)
        for task, writer in tasks.items():
            task.cancel()
            # A task that has not begun yet would not close its line.
            writer.transport.abort()
        if tasks:
            await asyncio.wait(tasks)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._is_closed:
            # Its line was in the queue when the trial ended.
            writer.transport.abort()
            return
        task = asyncio.create_task(self._serve(reader, writer))
        self._lines[task] = writer
        task.add_done_callback(self._lines.pop)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        exchange = Exchange(reader, writer)
        try:
            async with self._gate:
                await self._answer(exchange)
        except (ConnectionError, TimeoutError):
            return  # the program has gone, or says nothing
        except asyncio.CancelledError:
            return  # the trial has ended
        finally:
            with suppress(OSError):
                writer.close()
                # Until it is, its line belongs to those that end with the trial.
                await writer.wait_closed()

    async def _answer(self, exchange: Exchange) -> None:
        request: Request | None = None
        try:
            async with asyncio.timeout(_HEAD_LIMIT_S):
                request = await exchange.request()
            if request is not None:
                await self._dispatch(exchange, request)
        except BadRequestError as error:
            self._record(
                "network", target=_shown(request), allowed=False, status=error.status, reason=str(error)
            )
            await exchange.refuse(error.status, str(error))

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
            "network",
            target=f"{passage.host}:{passage.port}",
            allowed=True,
            sent_bytes=passage.sent_bytes,
            received_bytes=passage.received_bytes,
        )


def _shown(request: Request | None) -> str:
    return "" if request is None else f"{request.method} {request.target[:300]}"
