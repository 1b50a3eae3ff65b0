"""Counts what the provider answered: a turn for each answer, tokens and dollars, and what the model said."""

import asyncio
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from itbench.egress.gateway.reservations import Worth
from itbench.interfaces.conversation import TokenUse
from itbench.interfaces.events import EventKind
from itbench.interfaces.fault import LimitReached
from itbench.interfaces.trace import Trace
from itbench.models.reply.codec import Draft
from itbench.models.uncounted import estimated_tokens, unknown_cost

if TYPE_CHECKING:
    from collections.abc import Callable

    from itbench.models.prices import Prices


class AnswerCount:
    """The count of one trial; whatever is answered counts, also after a limit has been reached.

    Args:
        trace: of the trial.
        prices: of a model by its name.
        stopped: to be set once a limit of the task has been reached.

    Attributes:
        uncounted: why a limit of the task cannot be kept, if so; `stopped` is set then too.
    """

    def __init__(self, trace: Trace, prices: "Callable[[str], Prices]", stopped: asyncio.Event) -> None:
        self._trace = trace
        self._prices = prices
        self._stopped = stopped
        self.uncounted: str | None = None

    def refuses(self, model: str) -> str | None:
        """Return why a model may not be asked: nothing would keep the limit of cost."""
        if self._trace.limits.cost_usd is None or self._prices(model).is_known:
            return None
        return (
            f"the cost is limited, and the price of {model[:200]!r} is unknown; "
            "give it with the agent's option price=INPUT/OUTPUT"
        )

    def failed(self, model: str, reason: str, started: float) -> None:
        """Note that the provider gave no answer, which is no turn."""
        self._trace.record(EventKind.MODEL, model=model, failure=reason, duration_s=_since(started))

    def checked(self, model: str, reason: str | None, started: float) -> None:
        """Note a question of our own; no trial is charged for it."""
        self._trace.record(EventKind.MODEL_CHECK, model=model, failure=reason, duration_s=_since(started))

    def lost(self, model: str) -> None:
        """Note a request whose answer did not come before the trial had to end: what it took is unknown."""
        self._trace.record(EventKind.MODEL, model=model, failure="not answered before the end of the trial")
        with suppress(LimitReached):
            self._trace.use()

    def refused(self, model: str, status: int, started: float) -> None:
        """Note an answer that says what is wrong with the request."""
        self._turn()
        self._trace.record(EventKind.MODEL, model=model, status=status, duration_s=_since(started))

    def waits(self, model: str, reason: str, wait_s: float, attempt: int, attempts: int) -> None:
        """Note that a request is sent again after so many seconds."""
        self._trace.record(
            EventKind.WAITING,
            model=model,
            failure=reason,
            wait_s=round(wait_s, 3),
            attempt=attempt,
            attempts=attempts,
        )

    def answered(
        self, model: str, status: int, draft: Draft | None, characters: int, started: float
    ) -> Worth:
        """Count a reply and return what it took.

        Args:
            model: its name.
            status: of the reply.
            draft: what the model said; None for a reply that cannot be read.
            characters: of the request and the reply, for an estimate where the provider does not tell its tokens.
            started: when the request was sent.
        """
        self._turn()
        self._trace.record(EventKind.MODEL, model=model, status=status, duration_s=_since(started))
        use = None
        if draft is not None:
            calls = [
                {"id": call.id, "name": call.name, "arguments": call.arguments}
                for call in draft.message.calls
            ]
            self._trace.message("assistant", {"text": draft.message.text, "calls": calls})
            use = draft.use
        return self._use(model, use, estimated_tokens(characters))

    def spent(self, model: str, use: TokenUse | None) -> None:
        """Count what a reply took that is none otherwise, as far as it tells."""
        if use is None:
            return
        with suppress(LimitReached):
            self._trace.use(
                input_tokens=use.input_tokens,
                output_tokens=use.output_tokens,
                cached_tokens=use.cached_tokens,
                reasoning_tokens=use.reasoning_tokens,
                cost_usd=self._prices(model).cost_usd(use),
            )
        if self._trace.limit is not None:
            self._stopped.set()

    def provoked(self, model: str, use: TokenUse | None, characters: int) -> None:
        """Count a turn whose reply cannot be read because of what the program asked for, which is no way around a limit of cost."""
        self._turn()
        if use is None:
            with suppress(LimitReached):
                self._trace.use(estimated_tokens=estimated_tokens(characters))
        known = use is not None and self._prices(model).cost_usd(use) is not None
        if self._trace.limits.cost_usd is not None and not known:
            with suppress(LimitReached):
                self._trace.stop("cost")
        if self._trace.limit is not None:
            self._stopped.set()

    def _use(self, model: str, use: TokenUse | None, estimated: int) -> Worth:
        cost_usd = None if use is None else self._prices(model).cost_usd(use)
        self.uncounted = self.uncounted or unknown_cost(self._trace.limits, model, use, cost_usd)
        if self.uncounted is not None:
            self._stopped.set()
        use = use or TokenUse()
        try:
            self._trace.use(
                input_tokens=use.input_tokens,
                output_tokens=use.output_tokens,
                cached_tokens=use.cached_tokens,
                reasoning_tokens=use.reasoning_tokens,
                cost_usd=cost_usd,
                estimated_tokens=estimated,
            )
        except LimitReached:
            self._stopped.set()
        if use.input_tokens is None or use.output_tokens is None:
            return Worth(tokens=estimated, cost_usd=cost_usd or 0.0)
        return Worth(tokens=use.input_tokens + use.output_tokens, cost_usd=cost_usd or 0.0)

    def _turn(self) -> None:
        try:
            self._trace.turn()
        except LimitReached:
            # It had been sent when another answer reached the limit.
            self._trace.usage.turns += 1
            self._trace.record(EventKind.TURN, number=self._trace.usage.turns)


def _since(started: float) -> float:
    return round(time.monotonic() - started, 6)
