"""A program's way to its model: the key stays outside, turns, tokens and dollars are counted, limits are kept."""

import asyncio
import json
import secrets
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from functools import partial
from typing import Self

from itbench.egress.exchange import BadRequestError, Exchange, Request
from itbench.egress.gateway.allowed.body import encoded, read_body
from itbench.egress.gateway.asker import Asker, tell
from itbench.egress.gateway.asking import Asking
from itbench.egress.gateway.counting import AnswerCount
from itbench.egress.gateway.headers import sent_headers
from itbench.egress.gateway.health import Health
from itbench.egress.gateway.pace import FairShare, LookUpPace
from itbench.egress.gateway.questioning import Known, Questioner
from itbench.egress.gateway.reservations import Reservations, estimate
from itbench.egress.gateway.routes import Route, route_of
from itbench.egress.gateway.spoken import conversation_of
from itbench.egress.gateway.target import GatewayTarget
from itbench.egress.gateway.upstream import Failure, Upstream, Whole
from itbench.interfaces.conversation import Conversation, UserMessage
from itbench.interfaces.fault import Stage, StageError
from itbench.interfaces.trace import Trace
from itbench.text.redaction import Redactor

# How long the end of a trial waits for replies that are on their way.
_PATIENCE_S = 30.0
# A program may have given up on a request that had to wait for others; it is not sent then.
_LONG_WAIT_S = 1.0
# A body of so many bytes is read in a thread; shorter ones take less time than that.
_LARGE_BYTES = 100_000


class ModelGateway:
    """Passes a program's requests on to a provider, and reads along.

    Args:
        target: the provider.
        trace: of the trial; counts what is used, and knows the limits.
        models: that the program may ask; none for all whose names do not say that they search.
        instructions: of the task; where the provider refuses a program's first request, it is asked whether it takes them.
        patience_s: how long the end of the trial waits for what is on its way, and a question of our own for its answer.
    """

    def __init__(
        self,
        target: GatewayTarget,
        trace: Trace,
        models: Sequence[str] = (),
        *,
        instructions: str = "",
        patience_s: float = _PATIENCE_S,
    ) -> None:
        self._patience_s = patience_s
        self._target = target
        self._models = models
        self._known = Known(models=models, instructions=instructions, patience_s=patience_s)
        # Where no sandbox keeps others from the gateway, this one does.
        self._own_key = f"itbench-{secrets.token_urlsafe(24)}"
        self._reservations = Reservations(trace)
        self._health = Health(trace.provider)
        redactor = Redactor([target.key])
        self._count = AnswerCount(trace, redactor, target.prices, self._reservations.stopped)
        self._flights: dict[asyncio.Task[None], Asking] = {}
        self._stack = AsyncExitStack()
        self._share = FairShare()
        self._pace = LookUpPace()
        self._error: Exception | None = None

    @property
    def stopped(self) -> asyncio.Event:
        """Set once a limit of the task has been reached, or cannot be kept."""
        return self._reservations.stopped

    @property
    def uncounted(self) -> str | None:
        """Why a limit of the task cannot be kept, if so."""
        return self._count.uncounted

    @property
    def failure(self) -> str | None:
        """How the provider fails through no doing of the program, if it does; complete once the gateway is closed."""
        return self._health.failure

    async def __aenter__(self) -> Self:
        client = await self._stack.enter_async_context(self._target.client())
        self._upstream = Upstream(self._target, client)
        self._asker = Asker(
            self._upstream,
            self._count,
            self._reservations,
            self._target.retries,
            self._health,
            Questioner(self._upstream, self._count, self._known),
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        """Wait a while for what is on its way, so that all that was answered is counted.

        Raises:
            StageError: something in here broke, which must not look like the program's doing.
        """
        async with self._stack:
            self._asker.close()
            await self._reservations.close()
            await self._drain()
        if self._error is not None:
            what = f"{type(self._error).__name__}: {self._error}"
            raise StageError(Stage.ENVIRONMENT, f"the gateway broke: {what}") from self._error

    async def serve(self, exchange: Exchange, request: Request) -> None:
        """Answer one request.

        Raises:
            BadRequestError: it is not for a model, or asks for more than a model.
        """
        route = route_of(request)
        if not self._has_key(request):
            raise BadRequestError(401, "this is not the key that the program was given")
        async with exchange.room(request):
            body = await exchange.body()
            if route.method == "GET":
                await self._look_up(exchange, route, sent_headers(request, is_stream=False), None)
                return
            reading = partial(self._asking, exchange, request, route, body)
            is_large = len(body) > _LARGE_BYTES
            del body
            asking = await self._share.work(reading, is_large=is_large)
            del reading
            if route.is_asking:
                why = self._count.refuses(asking.model)
                if why is not None:
                    raise BadRequestError(403, why)
                await self._fly(asking)
            else:
                await self._look_up(exchange, route, asking.headers, asking.data)

    def variables(self, origin: str) -> dict[str, str]:
        """Return what tells a program of this gateway at `http://HOST:PORT`."""
        return self._target.variables(origin, self._own_key)

    def _asking(self, exchange: Exchange, request: Request, route: Route, body: bytes) -> Asking:
        asked = read_body(route.path, body, self._models)
        model, data = str(asked["model"]), encoded(asked)
        return Asking(
            exchange=exchange,
            route=route,
            headers=sent_headers(request, is_stream=bool(asked.get("stream"))),
            model=model,
            data=data,
            worth=estimate(asked, len(data), self._target.prices(model).cost_usd),
        )

    def _has_key(self, request: Request) -> bool:
        given = [*request.values("authorization"), *request.values("x-api-key")]
        return any(
            secrets.compare_digest(value.rpartition(" ")[2].encode(), self._own_key.encode())
            for value in given
        )

    async def _look_up(
        self, exchange: Exchange, route: Route, headers: Sequence[tuple[str, str]], data: bytes | None
    ) -> None:
        """Pass on a request that no model answers."""
        async with self._pace.place():
            response = await self._upstream.open(route, headers, data)
            if not isinstance(response, Failure | Whole):
                response = await self._upstream.whole(response)
        await tell(exchange, response)

    async def _fly(self, asking: Asking) -> None:
        """Ask in a task of its own: the reply is read to its end and counted, also when the program has gone."""
        flight = asyncio.create_task(self._ask(asking))
        self._flights[flight] = asking
        flight.add_done_callback(self._landed)
        await asyncio.shield(flight)

    async def _ask(self, asking: Asking) -> None:
        came = time.monotonic()
        async with self._reservations.enter(asking.worth):
            has_waited = time.monotonic() - came > _LONG_WAIT_S
            if has_waited and asking.exchange.is_gone:
                return
            is_large = len(asking.data) > _LARGE_BYTES
            said = await self._share.work(partial(_conversation, asking), is_large=is_large)
            asking.has_replies = any(not isinstance(message, UserMessage) for message in said.messages)
            asking.number = self._count.asked(asking.model, said)
            del said
            await self._asker.ask(asking)

    def _landed(self, flight: asyncio.Task[None]) -> None:
        del self._flights[flight]
        error = None if flight.cancelled() else flight.exception()
        if isinstance(error, Exception) and not isinstance(error, BadRequestError):
            self._error = self._error or error

    async def _drain(self) -> None:
        flights = dict(self._flights)
        if not flights:
            return
        silent = [asking for asking in flights.values() if asking.sent_at and not asking.has_reply]
        looking = asyncio.create_task(self._look(silent)) if silent and not self.stopped.is_set() else None
        _, late = await asyncio.wait(flights, timeout=self._patience_s)
        for flight in late:
            asking = flights[flight]
            self._count.lost(asking.number, asking.model)
            flight.cancel()
        await asyncio.gather(*flights, return_exceptions=True)
        if looking is not None:
            await looking

    async def _look(self, silent: Sequence[Asking]) -> None:
        """Find out whether the provider is silent towards everybody, or only takes long for a request of the program."""
        answers = await self._asker.questioner.answers(silent[0], is_fresh=True)
        if not answers and not any(asking.has_reply for asking in silent):
            self._health.failed("nothing was heard of the model")


def _conversation(asking: Asking) -> Conversation:
    return conversation_of(asking.route.path, json.loads(asking.data))
