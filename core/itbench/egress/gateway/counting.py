"""Counts what the provider answered: a turn for each answer, tokens and dollars, and what the model said."""

import asyncio
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from itbench.egress.gateway.reservations import Worth
from itbench.egress.gateway.upstream import Failure, Whole
from itbench.interfaces.conversation import Conversation, Reply, TokenUse
from itbench.interfaces.events import EventKind
from itbench.interfaces.fault import LimitReached
from itbench.interfaces.trace import Trace
from itbench.models.conversation_log import ConversationLog
from itbench.models.model import ModelWait
from itbench.models.reply.codec import Draft
from itbench.models.uncounted import estimated_tokens, unknown_cost
from itbench.text.redaction import Redactor

if TYPE_CHECKING:
    from collections.abc import Callable

    from itbench.models.prices import Prices


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """How a reply came.

    Attributes:
        started: when the request was sent, on the monotonic clock.
        failures: of earlier attempts.
        characters: of the request and the reply, for an estimate where the provider does not tell its tokens.
    """

    started: float
    failures: Sequence[str]
    characters: int


class AnswerCount:
    """The count of one trial; whatever is answered counts, also after a limit has been reached.

    Args:
        trace: of the trial.
        redactor: takes the key out of what is asked.
        prices: of a model by its name.
        stopped: to be set once a limit of the task has been reached.

    Attributes:
        uncounted: why a limit of the task cannot be kept, if so; `stopped` is set then too.
    """

    def __init__(
        self, trace: Trace, redactor: Redactor, prices: "Callable[[str], Prices]", stopped: asyncio.Event
    ) -> None:
        self._trace = trace
        self._log = ConversationLog(trace, redactor)
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

    def asked(self, model: str, conversation: Conversation) -> int:
        """Note a request, and return its number."""
        return self._log.request(model, conversation)

    def checked(self, model: str, reason: str | None, started: float) -> None:
        """Note a question of our own."""
        self._log.checked(model, reason, started)

    def waits(self, number: int, wait: ModelWait) -> None:
        """Note that an attempt failed, which is no turn, and what comes next."""
        self._log.waits(number, wait)

    def failed(self, number: int, model: str, reason: str) -> None:
        """Note that the provider gave no answer in the end, which is no turn."""
        self._log.failed(number, model, reason)

    def lost(self, number: int, model: str) -> None:
        """Note a request whose answer did not come before the trial had to end: what it took is unknown."""
        self._log.failed(number, model, "not answered before the end of the trial")
        with suppress(LimitReached):
            self._trace.use()

    def refused(self, number: int, model: str, answer: Failure | Whole) -> None:
        """Note an answer that says what is wrong with the request."""
        self._turn()
        if answer.is_too_long:
            self._log.too_long(number, model, answer.reason)
        else:
            self._log.failed(number, model, answer.reason, status=answer.status)

    def answered(self, number: int, model: str, draft: Draft, answer: Answered) -> Worth:
        """Count a reply and return what it took; the draft is what the model said."""
        self._turn()
        use = draft.use
        cost_usd = None if use is None else self._prices(model).cost_usd(use)
        reply = Reply(
            message=draft.message,
            stop=draft.stop,
            use=use,
            cost_usd=cost_usd,
            duration_s=time.monotonic() - answer.started,
            failures=tuple(answer.failures),
        )
        self._log.reply(number, model, reply)
        return self._use(model, use, cost_usd, estimated_tokens(answer.characters))

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

    def provoked(self, number: int, model: str, reason: str, use: TokenUse | None, characters: int) -> None:
        """Count a turn whose reply cannot be read because of what the program asked for, which is no way around a limit of cost."""
        self._turn()
        self._log.failed(number, model, reason)
        if use is None:
            with suppress(LimitReached):
                self._trace.use(estimated_tokens=estimated_tokens(characters))
        known = use is not None and self._prices(model).cost_usd(use) is not None
        if self._trace.limits.cost_usd is not None and not known:
            with suppress(LimitReached):
                self._trace.stop("cost")
        if self._trace.limit is not None:
            self._stopped.set()

    def _use(self, model: str, use: TokenUse | None, cost_usd: float | None, estimated: int) -> Worth:
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
