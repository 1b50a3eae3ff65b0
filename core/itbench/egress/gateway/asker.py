"""Asks the model what a program asks, as often as it takes, and finds out whose doing a failure is."""

import asyncio
import time
from functools import partial

from itbench.egress.exchange import Exchange
from itbench.egress.gateway.asking import Asking
from itbench.egress.gateway.counting import AnswerCount, Answered
from itbench.egress.gateway.headers import STREAM
from itbench.egress.gateway.health import Health
from itbench.egress.gateway.questioning import Questioner
from itbench.egress.gateway.relay import Relay
from itbench.egress.gateway.reservations import Reservations
from itbench.egress.gateway.upstream import Failure, Upstream, Whole
from itbench.models.asking import others_are_answered
from itbench.models.http.retries import RetryPolicy
from itbench.models.model import ModelWait
from itbench.models.reply.codec import Draft

# Requests that failed and that the program did not wait for; any more are turns.
_MOST_LEFT = 20


class Asker:
    """Carries the requests of one trial to the provider.

    Args:
        upstream: the provider.
        count: takes what is answered.
        reservations: learn what a request takes.
        policy: when a request is sent again.
        health: of the provider, as the trial sees it.
        questioner: finds out whether the provider answers others.
    """

    def __init__(
        self,
        upstream: Upstream,
        count: AnswerCount,
        reservations: Reservations,
        policy: RetryPolicy,
        health: Health,
        questioner: Questioner,
    ) -> None:
        self.questioner = questioner
        self._upstream = upstream
        self._count = count
        self._reservations = reservations
        self._policy = policy
        self._closing = asyncio.Event()
        self.health = health
        self._left = 0

    def close(self) -> None:
        """Send nothing again from now on."""
        self._closing.set()

    async def ask(self, asking: Asking) -> None:
        """Ask until the model has answered, or the request has failed for good, and tell the program."""
        while True:
            started = time.monotonic()
            failure = await self._send(asking)
            if failure is None:
                self.health.lost(asking.lost)
                return
            wait_s = self._wait_s(asking, failure)
            self._note(asking, failure, started, wait_s)
            if wait_s is None or await self._closes_within(wait_s):
                break
        await self._settle(asking, failure)

    def _wait_s(self, asking: Asking, failure: Failure) -> float | None:
        """Return seconds to wait before a request is sent again; None where it is not."""
        if asking.has_reply or asking.exchange.is_gone or not failure.is_passing:
            return None
        return self._policy.wait_s(len(asking.failures) + 1, failure.asked_s)

    def _note(self, asking: Asking, failure: Failure, started: float, wait_s: float | None) -> None:
        """Note a failed attempt, and the time that it cost through no doing of the program."""
        now = time.monotonic()
        asking.failures.append(failure.reason)
        wait = ModelWait(
            model=asking.model,
            failure=failure.reason,
            failed=len(asking.failures),
            attempts=self._policy.attempts,
            wait_s=wait_s,
            lost_s=now - started,
        )
        self._count.waits(asking.number, wait)
        if self.health.is_blameless(
            is_capacity=failure.is_capacity,
            is_rate_limit=failure.is_rate_limit,
            is_alone=self._reservations.is_alone,
        ):
            asking.lost.append((started, now + (wait_s or 0.0)))

    async def _send(self, asking: Asking) -> Failure | None:
        """Send a request once and relay what is answered; return how the provider failed, if it did."""
        started = asking.sent_at = time.monotonic()
        response = await self._upstream.open(asking.route, asking.headers, asking.data)
        if isinstance(response, Failure):
            self.health.noticed()
            return response
        if isinstance(response, Whole):
            await self._refused(asking, response)
            await tell(asking.exchange, response)
            return None
        asking.relay = relay = self._relay(asking, asking.exchange)
        came = await relay.carry(response)
        if not isinstance(came, Failure):
            self._answered(asking, came, started)
        elif came.is_passing:
            self.health.noticed()
            asking.has_failed_reply = True
            self._count.spent(asking.model, relay.use)
            asking.failed_use = relay.use
        else:
            self._count.spent(asking.model, relay.use)
            await self._refused(asking, came)
        await relay.end()
        return _passing(came)

    def _answered(self, asking: Asking, draft: Draft, started: float) -> None:
        self.health.answered()
        self.questioner.answered(asking)
        characters = len(asking.data) + _length(draft)
        answer = Answered(started=started, failures=asking.failures, characters=characters)
        self._reservations.used(self._count.answered(asking.number, asking.model, draft, answer))

    async def _refused(self, asking: Asking, answer: Whole | Failure) -> None:
        """Judge an answer that says what is wrong with a request: the program's doing and a turn, unless the provider says so of any."""
        if await self.questioner.answers(asking):
            self._count.refused(asking.number, asking.model, answer)
        else:
            self.health.failed(answer.reason)
            self._count.failed(asking.number, asking.model, answer.reason)

    async def _settle(self, asking: Asking, failure: Failure) -> None:
        """Find out whether the provider is the cause of a failure that did not pass, and tell the program of it."""
        if asking.has_reply:
            await self._settle_reply(asking, failure)
            return
        if not await self._others_are_answered(asking, failure):
            self._blame_provider(asking, failure)
        elif asking.exchange.is_gone or self._closing.is_set():
            self._leave(asking, failure)
        else:
            await self._blame_request(asking, failure)
            return
        await tell(asking.exchange, failure)

    async def _others_are_answered(self, asking: Asking, failure: Failure) -> bool:
        question = partial(self.questioner.answers, asking)
        return await others_are_answered(is_capacity=failure.is_capacity, question=question)

    async def _fails_again(self, asking: Asking) -> bool:
        came = await self.questioner.attempt(asking)
        return isinstance(came, Failure) and came.is_passing

    def _blame_provider(self, asking: Asking, failure: Failure) -> None:
        self.health.failed(failure.reason)
        self.health.lost(asking.lost)
        self._count.failed(asking.number, asking.model, failure.reason)

    def _leave(self, asking: Asking, failure: Failure) -> None:
        """Judge a failure for which nobody waits any more, while others are answered."""
        if self.health.has_failed_long:
            self.health.failed(failure.reason)
        self._left += 1
        if self._left > _MOST_LEFT:
            # Otherwise a program could send failing requests without end.
            self._count.refused(asking.number, asking.model, failure)
        else:
            self._count.failed(asking.number, asking.model, failure.reason)

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
        if asking.has_failed_reply:
            self._provoked(asking, failure)
        else:
            self._count.refused(asking.number, asking.model, failure)
        await tell(asking.exchange, failure)

    async def _settle_reply(self, asking: Asking, failure: Failure) -> None:
        """Find out about a reply that was not whole: it was the provider's doing unless this very request always ends so."""
        self.health.failed(failure.reason)
        if await self._others_are_answered(asking, failure) and await self._fails_again(asking):
            self.health.cleared(failure.reason)
            self._provoked(asking, failure)
        else:
            self.health.lost(asking.lost)
            self._count.failed(asking.number, asking.model, failure.reason)

    def _provoked(self, asking: Asking, failure: Failure) -> None:
        size = len(asking.data)
        self._count.provoked(asking.number, asking.model, failure.reason, asking.failed_use, size)

    def _relay(self, asking: Asking, exchange: Exchange | None) -> Relay:
        is_stream = exchange is not None and STREAM in asking.headers
        http, redactor = self._upstream.http, self._upstream.redactor
        return Relay(exchange, http, asking.route.path, redactor, is_stream=is_stream)

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


def _passing(came: Draft | Failure) -> Failure | None:
    """Return a failure that stands within a reply; one that would not pass is what the provider has to say to the request."""
    return came if isinstance(came, Failure) and came.is_passing else None


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
