"""Asks the model what a program asks, as often as it takes, and finds out whose doing a failure is."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from itbench.egress.exchange import Exchange
from itbench.egress.gateway.allowed.body import encoded
from itbench.egress.gateway.counting import AnswerCount
from itbench.egress.gateway.health import Health, question
from itbench.egress.gateway.relay import Relay
from itbench.egress.gateway.reservations import Reservations, Worth
from itbench.egress.gateway.routes import Route
from itbench.egress.gateway.upstream import Failure, Upstream, Whole
from itbench.interfaces.conversation import TokenUse
from itbench.models.http.retries import RetryPolicy
from itbench.models.reply.codec import Draft

# Requests that failed and that the program did not wait for; any more are turns.
_MOST_LEFT = 20


@dataclass(slots=True, kw_only=True)
class Asking:
    """One request for a model.

    Attributes:
        exchange: with the program.
        data: the body.
        worth: what it may take.
        is_sent: whether the provider has been asked.
        has_reply: whether the provider has started to answer.
        failed_use: what a reply that failed says that it took.
    """

    exchange: Exchange
    route: Route
    headers: Sequence[tuple[str, str]]
    model: str
    data: bytes
    worth: Worth
    is_sent: bool = False
    has_reply: bool = False
    failed_use: TokenUse | None = None


class Asker:
    """Carries the requests of one trial to the provider.

    Args:
        upstream: the provider.
        count: takes what is answered.
        reservations: learn what a request takes.
        policy: when a request is sent again.
        patience_s: how long a question of our own may take.

    Attributes:
        health: of the provider, as the trial has seen it.
    """

    def __init__(
        self,
        upstream: Upstream,
        count: AnswerCount,
        reservations: Reservations,
        policy: RetryPolicy,
        patience_s: float,
    ) -> None:
        self._patience_s = patience_s
        self._upstream = upstream
        self._count = count
        self._reservations = reservations
        self._policy = policy
        self._closing = asyncio.Event()
        self.health = Health()
        self._left = 0

    def close(self) -> None:
        """Send nothing again from now on."""
        self._closing.set()

    async def ask(self, asking: Asking) -> None:
        """Ask until the model has answered, or the request has failed for good, and tell the program."""
        failed = 0
        while (failure := await self._send(asking)) is not None and not asking.has_reply:
            failed += 1
            wait_s = self._policy.wait_s(failed, failure.asked_s) if failure.is_passing else None
            if wait_s is None or asking.exchange.is_gone:
                break
            self._count.waits(asking.model, failure.reason, wait_s, failed + 1, self._policy.attempts)
            if await self._closes_within(wait_s):
                break
        if failure is not None:
            await self._settle(asking, failure)

    async def answers(self, asking: Asking) -> bool:
        """Ask a short question of our own; tell whether the provider answers it within reasonable time."""
        asked = encoded(question(asking.route.path, asking.model))
        own = replace(asking, route=Route(method="POST", path=asking.route.path), data=asked)
        try:
            async with asyncio.timeout(self._patience_s):
                return await self._try(own) is None
        except TimeoutError:
            return False

    async def _send(self, asking: Asking) -> Failure | None:
        """Send a request once and relay what is answered; return how the provider failed, if it did."""
        started, asking.is_sent = time.monotonic(), True
        response = await self._upstream.open(asking.route, asking.headers, asking.data)
        if isinstance(response, Failure):
            self.health.noticed()
            self._count.failed(asking.model, response.reason, started)
            return response
        if isinstance(response, Whole):
            self._count.refused(asking.model, response.status, started)
            await tell(asking.exchange, response)
            return None
        asking.has_reply = True
        relay = self._relay(asking, asking.exchange)
        failure = await relay.carry(response)
        if failure is not None and failure.is_passing:
            self.health.noticed()
            self._count.failed(asking.model, failure.reason, started)
            self._count.spent(asking.model, relay.use)
            asking.failed_use = relay.use
        elif failure is not None:
            self._count.refused(asking.model, response.status_code, started)
            self._count.spent(asking.model, relay.use)
        else:
            self._answered(asking, response.status_code, relay, started)
        await relay.end()
        return _passing(failure)

    def _answered(self, asking: Asking, status: int, relay: Relay, started: float) -> None:
        self.health.answered()
        draft = relay.draft
        said = relay.received_bytes if draft is None else _length(draft)
        worth = self._count.answered(asking.model, status, draft, len(asking.data) + said, started)
        self._reservations.used(worth)

    async def _try(self, asking: Asking) -> Failure | None:
        """Send a request of which the program does not hear; return how the provider failed, if it did."""
        started = time.monotonic()
        response = await self._upstream.open(asking.route, asking.headers, asking.data)
        failure = response if isinstance(response, Failure) else None
        if not isinstance(response, Failure | Whole):
            failure = _passing(await self._relay(asking, None).carry(response))
        self._count.checked(asking.model, None if failure is None else failure.reason, started)
        return failure

    async def _settle(self, asking: Asking, failure: Failure) -> None:
        """Find out whether the provider is the cause of a failure that did not pass, and tell the program of it."""
        if asking.has_reply:
            await self._settle_reply(asking, failure)
            return
        if failure.is_capacity or not await self.answers(asking):
            self.health.failed(failure.reason)
        elif asking.exchange.is_gone or self._closing.is_set():
            self._leave(asking, failure)
        else:
            await self._blame_request(asking, failure)
            return
        await tell(asking.exchange, failure)

    def _leave(self, asking: Asking, failure: Failure) -> None:
        """Judge a failure for which nobody waits any more, while others are answered."""
        if self.health.has_failed_long:
            self.health.failed(failure.reason)
        self._left += 1
        if self._left > _MOST_LEFT:
            # Otherwise a program could send failing requests without end.
            self._count.refused(asking.model, failure.status, time.monotonic())

    async def _blame_request(self, asking: Asking, failure: Failure) -> None:
        """Send a request once more now that others are answered; what fails again is what the program asked for, and a turn."""
        if failure.is_passing:
            last = await self._send(asking)
            if last is None:
                return
            if asking.has_reply:
                await self._settle_reply(asking, last)
                return
            failure = last
        self._count.refused(asking.model, failure.status, time.monotonic())
        await tell(asking.exchange, failure)

    async def _settle_reply(self, asking: Asking, failure: Failure) -> None:
        """Find out about a reply that was not whole: it was the provider's doing unless this very request always ends so."""
        self.health.failed(failure.reason)
        if await self.answers(asking) and await self._try(asking) is not None:
            self.health.cleared(failure.reason)
            self._count.provoked(asking.model, asking.failed_use, len(asking.data))

    def _relay(self, asking: Asking, exchange: Exchange | None) -> Relay:
        return Relay(exchange, self._upstream.http, asking.route.path, self._upstream.redactor)

    async def _closes_within(self, wait_s: float) -> bool:
        """Wait, but not beyond the end of the trial; tell whether it has come."""
        try:
            async with asyncio.timeout(wait_s):
                await self._closing.wait()
        except TimeoutError:
            return False
        return True


def _length(draft: Draft) -> int:
    return len(draft.message.text) + sum(len(call.arguments) for call in draft.message.calls)


def _passing(failure: Failure | None) -> Failure | None:
    """Return a failure that stands within a reply; one that would not pass is what the provider has to say to the request."""
    return failure if failure is not None and failure.is_passing else None


async def tell(exchange: Exchange, answer: Failure | Whole) -> None:
    """Tell the program what was answered, or that nothing was."""
    whole = answer if isinstance(answer, Whole) else answer.reply
    try:
        if whole is not None:
            await exchange.reply(whole.status, whole.headers, whole.body)
        elif isinstance(answer, Failure):
            await exchange.refuse(answer.status, f"the provider cannot be reached: {answer.reason}")
    except ConnectionError:
        return  # it did not wait
