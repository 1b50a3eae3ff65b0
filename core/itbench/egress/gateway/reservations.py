"""Which of a program's requests may be sent now: concurrent ones are bounded, and no limit is passed by more than one request.

What a request will take is not known before it has been answered. So tokens and dollars are set aside by an estimate, at least as
much as the most expensive reply so far; a request that does not fit beside the others waits until they are answered.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from itbench.egress.exchange import BadRequestError
from itbench.interfaces.conversation import TokenUse
from itbench.interfaces.fault import LimitReached
from itbench.interfaces.json import JsonObject
from itbench.interfaces.trace import Trace
from itbench.models.anthropic.messages import MAX_TOKENS

MOST_AT_ONCE = 8
_ASKED_OUTPUT = ("max_tokens", "max_completion_tokens", "max_output_tokens")


@dataclass(frozen=True, slots=True, kw_only=True)
class Worth:
    """What one request may take."""

    tokens: int
    cost_usd: float = 0.0


def estimate(asked: JsonObject, body_bytes: int, price: Callable[[TokenUse], float | None]) -> Worth:
    """Return what a request may take: a token for each byte of its body, and as much output as it asks for."""
    wanted = [asked[key] for key in _ASKED_OUTPUT if isinstance(asked.get(key), int | float)]
    output = max(0, int(min(wanted[0], 10_000_000))) if wanted else MAX_TOKENS
    cost_usd = price(
        TokenUse(input_tokens=body_bytes, cached_tokens=0, cache_write_tokens=0, output_tokens=output)
    )
    return Worth(tokens=body_bytes + output, cost_usd=cost_usd or 0.0)


class Reservations:
    """The requests of one trial that are at the provider, and those that wait.

    Args:
        trace: of the trial; knows the limits and what has been used.

    Attributes:
        stopped: set once a limit of the task has been reached.
    """

    def __init__(self, trace: Trace) -> None:
        self._trace = trace
        self._inside: list[Worth] = []
        self._changed = asyncio.Condition()
        self._largest: Worth | None = None
        self._is_closed = False
        self.stopped = asyncio.Event()

    @asynccontextmanager
    async def enter(self, worth: Worth) -> AsyncIterator[None]:
        """Wait until the request may be sent, and set aside what it may take while the block runs.

        Raises:
            BadRequestError: a limit is reached, or the trial has ended.
        """
        async with self._changed:
            while not self._may_go(worth):
                await self._changed.wait()
            self._inside.append(worth)
        try:
            yield
        finally:
            self._inside.remove(worth)
            await self._wake()

    @property
    def is_alone(self) -> bool:
        """Whether no more than one request is at the provider."""
        return len(self._inside) <= 1

    async def close(self) -> None:
        """Let nobody in any more."""
        self._is_closed = True
        await self._wake()

    def used(self, worth: Worth) -> None:
        """Learn what a request took; the next ones may take as much."""
        known = self._largest or Worth(tokens=0)
        self._largest = Worth(
            tokens=max(known.tokens, worth.tokens), cost_usd=max(known.cost_usd, worth.cost_usd)
        )

    def _may_go(self, worth: Worth) -> bool:
        if self._is_closed:
            raise BadRequestError(403, "the trial has ended")
        self._refuse_beyond_limit()
        if not self._inside:
            return True
        return len(self._inside) < MOST_AT_ONCE and self._has_room(worth)

    def _refuse_beyond_limit(self) -> None:
        usage, turns = self._trace.usage, self._trace.limits.turns
        try:
            self._trace.check()
            if turns is not None and usage.turns >= turns:
                self._trace.stop("turns")
        except LimitReached as reached:
            self.stopped.set()
            raise BadRequestError(403, f"the limit of {reached.limit} is reached") from None

    def _has_room(self, worth: Worth) -> bool:
        """Tell whether a request fits beside those that are inside."""
        usage, limits = self._trace.usage, self._trace.limits
        if limits.turns is not None and usage.turns + len(self._inside) >= limits.turns:
            return False
        if limits.tokens is None and limits.cost_usd is None:
            return True
        if self._largest is None:
            # Nobody knows what a request takes; one alone will tell.
            return False
        everybody = [self._at_least(each) for each in (*self._inside, worth)]
        tokens = usage.spent_tokens + sum(each.tokens for each in everybody)
        cost_usd = usage.spent_usd + sum(each.cost_usd for each in everybody)
        is_within_tokens = limits.tokens is None or tokens <= limits.tokens
        return is_within_tokens and (limits.cost_usd is None or cost_usd <= limits.cost_usd)

    def _at_least(self, worth: Worth) -> Worth:
        known = self._largest or worth
        return Worth(tokens=max(known.tokens, worth.tokens), cost_usd=max(known.cost_usd, worth.cost_usd))

    async def _wake(self) -> None:
        async with self._changed:
            self._changed.notify_all()
