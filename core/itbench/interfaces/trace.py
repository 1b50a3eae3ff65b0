"""What happened in a trial, as the agent reports it and as the runner sees it."""

import hashlib
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NoReturn

from itbench.interfaces.activity import Activity
from itbench.interfaces.events import EventKind
from itbench.interfaces.fault import LimitReached
from itbench.interfaces.json import JsonValue, json_text
from itbench.interfaces.provider import ProviderWatch
from itbench.interfaces.sums import Sum, possible
from itbench.interfaces.task import Limits

TAKEN = ("input_tokens", "output_tokens", "cached_tokens", "reasoning_tokens", "cost_usd")
"""What each reply of a model takes; cached tokens are part of the input, reasoning tokens of the output."""


@dataclass(frozen=True, slots=True)
class TraceEvent:
    """One thing that happened: seconds since the trial began, a kind, and JSON text.

    Attributes:
        at_s: seconds since the trial began.
        kind: what happened.
        data: a JSON object as text.
    """

    at_s: float
    kind: str
    data: str


@dataclass(slots=True)
class Usage:
    """What a trial has used so far.

    Attributes:
        turns: that were started.
        replies: of models, whether or not it is known what they took.
        uncounted: replies whose input or output is not known.
        estimated_tokens: what those may have taken, for the limit of tokens only.
        sums: of what the replies took, by the names of `TAKEN`.
        tool_calls, failed_tool_calls: that ended.
    """

    turns: int = 0
    replies: int = 0
    uncounted: int = 0
    estimated_tokens: int = 0
    sums: dict[str, Sum] = field(default_factory=lambda: {name: Sum() for name in TAKEN})
    tool_calls: int = 0
    failed_tool_calls: int = 0

    def count(self, told: Mapping[str, float | None], estimated_tokens: int = 0) -> None:
        """Count what one reply took, by the names of `TAKEN`; None for what is not known."""
        self.replies += 1
        if told["input_tokens"] is None or told["output_tokens"] is None:
            self.uncounted += 1
            self.estimated_tokens += estimated_tokens
        for name, amount in told.items():
            self.sums[name].add(amount)

    def total(self, name: str) -> float | None:
        """Return what all replies took of one of `TAKEN`; None where that is not known of all, or there was none."""
        return self.sums[name].total

    @property
    def spent_tokens(self) -> float:
        """Input and output together: as far as they are known, else estimated."""
        return self.sums["input_tokens"].known + self.sums["output_tokens"].known + self.estimated_tokens

    @property
    def spent_usd(self) -> float:
        """US dollars, as far as they are known."""
        return self.sums["cost_usd"].known


@dataclass(slots=True)
class Trace:
    """The record of one trial, and the place where its limits are kept.

    Whatever happened is recorded, also after a limit: `record`, `add`, `message` and `tool_call` never refuse. What
    would go on with the work raises `LimitReached` once a limit has been reached: `turn`, `use` and `check` here, and
    every method of the workspace that an agent is given. So an agent that works on regardless gets no further.

    Attributes:
        limits: of the task.
        seed: for anything random; differs for each task and repeat, and is the same when done again.
        repeat: which repeat of the task this is, counted from 0.
        attempt: which attempt at it, counted from 0.
        provider: how the provider of the agent's model does.
        listener: told of each event as it happens.
        watcher: told what the trial does at the moment.
        redact: takes secrets out of the text of each event before anybody sees it.
        roles: what models in a role of the environment have used, by role.
        events: all events so far, in order.
        usage: turns, tokens, cost and tool calls so far.
        limit: the name of the limit that was reached, if any.
        refusal: why the model's provider does not go on with the agent's conversation, if so.
    """

    limits: Limits = field(default_factory=Limits)
    seed: int = 0
    repeat: int = 0
    attempt: int = 0
    provider: ProviderWatch = field(default_factory=ProviderWatch)
    listener: Callable[[TraceEvent], object] | None = None
    watcher: Callable[[Activity, str], object] | None = None
    redact: Callable[[str], str] | None = None
    events: list[TraceEvent] = field(default_factory=list)
    usage: Usage = field(default_factory=Usage)
    roles: dict[str, Usage] = field(default_factory=dict)
    limit: str | None = None
    refusal: str | None = None
    _started: float = field(default_factory=time.monotonic)

    def record(self, kind: str, **data: JsonValue) -> None:
        """Add an event of any kind; the data must be JSON.

        Raises:
            TypeError: something in the data is not JSON.
        """
        self.add(TraceEvent(self.elapsed_s, kind, json_text(data)))

    def add(self, event: TraceEvent) -> None:
        """Add an event that is already encoded, for example one that is replayed."""
        if self.redact is not None:
            event = TraceEvent(event.at_s, event.kind, self.redact(event.data))
        self.events.append(event)
        if self.listener is not None:
            self.listener(event)

    def does(self, activity: Activity, text: str = "") -> None:
        """Tell those who watch the run what the trial does from now on; it is shown and not kept."""
        if self.watcher is not None:
            self.watcher(activity, self.redact(text) if text and self.redact is not None else text)

    def turn(self) -> int:
        """Begin the next turn and return its number, counted from 1.

        Raises:
            LimitReached: there are no more turns, or another limit was reached before.
        """
        if self.limits.turns is not None and self.usage.turns >= self.limits.turns:
            self.stop("turns")
        self.check()
        self.usage.turns += 1
        self.record(EventKind.TURN, number=self.usage.turns)
        return self.usage.turns

    def message(self, role: str, content: JsonValue) -> None:
        """Add a message to or from a model."""
        self.record(EventKind.MESSAGE, role=role, content=content)

    def tool_call(
        self, name: str, arguments: JsonValue, output: JsonValue, *, is_ok: bool, duration_s: float
    ) -> None:
        """Add a finished tool call; the duration is in seconds."""
        self.usage.tool_calls += 1
        self.usage.failed_tool_calls += not is_ok
        self.record(
            EventKind.TOOL,
            name=name,
            arguments=arguments,
            output=output,
            ok=is_ok,
            duration_s=round(duration_s, 6),
        )

    def use(
        self,
        *,
        input_tokens: int | None = None,
        output_tokens: int | None = None,
        cached_tokens: int | None = None,
        reasoning_tokens: int | None = None,
        cost_usd: float | None = None,
        estimated_tokens: int = 0,
    ) -> None:
        """Count the tokens and US dollars of one reply; cached ones are part of the input, reasoning of the output.

        What is not known is None, and so is what no reply can have taken: nothing calls it 0. To be called for each reply,
        also for one of which nothing is known. Of such a one `estimated_tokens`, about what it may have taken, counts
        towards the limit of tokens, and towards nothing else.

        Raises:
            LimitReached: these were more than the task allows, or a limit was reached before; they count anyway.
        """
        told = _told(input_tokens, output_tokens, cached_tokens, reasoning_tokens, cost_usd)
        self.usage.count(told, estimated_tokens)
        self.record(EventKind.USAGE, **told)
        self.check()

    def use_in_role(
        self,
        role: str,
        *,
        input_tokens: int | None = None,
        output_tokens: int | None = None,
        cached_tokens: int | None = None,
        reasoning_tokens: int | None = None,
        cost_usd: float | None = None,
    ) -> None:
        """Count the tokens and US dollars of one reply of a model that plays a role in the environment.

        They are counted apart, against no limit of the agent's; the run's budget counts them too.
        """
        told = _told(input_tokens, output_tokens, cached_tokens, reasoning_tokens, cost_usd)
        self.roles.setdefault(role, Usage()).count(told)
        self.record(EventKind.USAGE, role=role, **told)

    def provider_failed(
        self,
        failure: str,
        *,
        model: str = "",
        wait_s: float | None = None,
        attempt: int | None = None,
        attempts: int | None = None,
        lost_s: float = 0.0,
    ) -> None:
        """Note that an attempt at a request to the model failed through no fault of the agent.

        Args:
            failure: how, without any secret.
            model: its name.
            wait_s: seconds until the next attempt; None where whatever sends the requests does not make it.
            attempt: the number of the next one, counted from 1.
            attempts: how many there are at most.
            lost_s: seconds that the failed attempt took.
        """
        self.provider.failed(failure, lost_s=lost_s + (wait_s or 0.0), is_given_up=wait_s is None)
        self.waits(failure, model=model, wait_s=wait_s, attempt=attempt, attempts=attempts, duration_s=lost_s)

    def waits(
        self,
        failure: str,
        *,
        model: str,
        wait_s: float | None,
        attempt: int | None,
        attempts: int | None,
        duration_s: float | None,
        **more: JsonValue,
    ) -> None:
        """Note an attempt at a request that failed, without a word about whose doing it was."""
        self.record(
            EventKind.WAITING,
            **more,
            model=model,
            failure=failure,
            wait_s=None if wait_s is None else round(wait_s, 3),
            attempt=attempt,
            attempts=attempts,
            duration_s=None if duration_s is None else round(duration_s, 6),
        )

    def stop(self, limit: str) -> NoReturn:
        """Note that a limit has been reached.

        Raises:
            LimitReached: always.
        """
        self.limit = self.limit or limit
        raise LimitReached(self.limit)

    def refuse(self, reason: str) -> NoReturn:
        """Note that the model's provider refuses what the agent has made of its conversation, which ends the work.

        Raises:
            LimitReached: always.
        """
        self.refusal = self.refusal or reason
        self.stop("refused")

    @property
    def draw(self) -> int:
        """What tells requests of this attempt from equal ones of others: the first attempt's is the seed itself."""
        if self.attempt == 0:
            return self.seed
        return int.from_bytes(hashlib.sha256(f"{self.seed}/{self.attempt}".encode()).digest()[:6])

    @property
    def elapsed_s(self) -> float:
        """Seconds since the trial began."""
        return round(time.monotonic() - self._started, 6)

    def check(self) -> None:
        """Go on only while no limit has been reached.

        Raises:
            LimitReached: one has been.
        """
        usage, limits = self.usage, self.limits
        if self.limit is not None:
            raise LimitReached(self.limit)
        if limits.tokens is not None and usage.spent_tokens > limits.tokens:
            self.stop("tokens")
        if limits.cost_usd is not None and usage.spent_usd > limits.cost_usd:
            self.stop("cost")


def _told(*amounts: float | None) -> dict[str, float | None]:
    """Return what a reply took by the names of `TAKEN`, in their order; None for what no reply can have taken."""
    return {name: possible(amount) for name, amount in zip(TAKEN, amounts, strict=True)}
