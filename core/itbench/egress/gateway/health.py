"""Whether the provider fails, or the program makes it look so: a short question of our own tells.

The provider's failure is never an agent's zero, so a program must not be able to bring it about. What it can do, and what is said then:

- a request that is wrong (400, 404, 413, 422), or that fails again and again, while others are answered: its own doing;
- a request for a model that does not exist: its own doing, as the question is for a model that the run names or that has answered;
- a request that we refuse: its own doing;
- many concurrent requests: no more than a few are sent, and a rate limit is waited out before the program hears of it;
- a request that it does not wait for: it is answered all the same, or the question is.
"""

import time
from collections.abc import Iterable

from itbench.interfaces.json import JsonObject
from itbench.interfaces.provider import QUESTION, ProviderWatch

# Where nothing has been answered for so long, a program that gives up had reason to, even if it would be answered now.
LONG_S = 60.0
# Rate limits are of a minute: what was asked before has no part in one.
_RATE_S = 60.0


class Health:
    """What is known of the provider, as the requests of one trial have shown it.

    Args:
        watch: of the trial; is told what is the provider's own doing.
    """

    def __init__(self, watch: ProviderWatch) -> None:
        self._watch = watch
        self._failing_since: float | None = None
        self._answered_at: float | None = None
        self._counted_until = 0.0

    @property
    def failure(self) -> str | None:
        """How the provider fails; None while it answers, or if the program itself is the cause."""
        return self._watch.failure

    def answered(self) -> None:
        """Note that the model has answered the program."""
        self._watch.answered()
        self._failing_since, self._answered_at = None, time.monotonic()

    def noticed(self) -> None:
        """Note that a request has failed, without blame."""
        self._failing_since = self._failing_since or time.monotonic()

    def failed(self, reason: str) -> None:
        """Note that the provider is the cause."""
        self.noticed()
        self._watch.failed(reason)

    def cleared(self, reason: str) -> None:
        """Take back that the provider is the cause of a failure, unless another one has come since."""
        self._watch.cleared(reason)

    def is_blameless(self, *, is_capacity: bool, is_rate_limit: bool, is_alone: bool) -> bool:
        """Tell whether a failure that passed was no doing of the program, which could bring about others by many requests."""
        is_busy = self._answered_at is not None and time.monotonic() - self._answered_at < _RATE_S
        return is_capacity or (is_alone and not (is_rate_limit and is_busy))

    def lost(self, spans: Iterable[tuple[float, float]]) -> None:
        """Note the time that went into the provider's failures; concurrent ones count once."""
        for begin, end in sorted(spans):
            since, until = max(begin, self._counted_until), min(end, time.monotonic())
            if until > since:
                self._watch.lost_s += until - since
                self._counted_until = until

    @property
    def has_failed_long(self) -> bool:
        """Whether nothing has been answered since a failure long ago."""
        return self._failing_since is not None and time.monotonic() - self._failing_since >= LONG_S


def question(path: str, model: str, text: str = QUESTION) -> JsonObject:
    """Return a short request for a model, by one of the interfaces."""
    if path == "/responses":
        return {"model": model, "input": text, "store": False}
    asked: JsonObject = {"model": model, "messages": [{"role": "user", "content": text}]}
    return asked | {"max_tokens": 64} if path == "/messages" else asked
