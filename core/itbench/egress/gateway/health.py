"""Whether the provider fails, or the program makes it look so: a short question of our own tells.

The provider's failure is never an agent's zero, so a program must not be able to bring it about. What it can do, and what is said then:

- a request that is wrong (400, 404, 413, 422), for a model that does not exist, or refused by us: its own doing;
- a request that fails again and again while others are answered: its own doing, as the question is answered;
- many concurrent requests: no more than a few are sent, and a rate limit is waited out before the program hears of it;
- a request that it does not wait for: it is answered all the same, or the question is.
"""

import time

from itbench.interfaces.json import JsonObject

# Where nothing has been answered for so long, a program that gives up had reason to, even if it would be answered now.
LONG_S = 60.0
_QUESTION = "Answer with the word yes."


class Health:
    """What is known of the provider, as the requests of one trial have shown it.

    Attributes:
        failure: how the provider fails; None while it answers, or if the program itself is the cause.
    """

    def __init__(self) -> None:
        self.failure: str | None = None
        self._failing_since: float | None = None

    def answered(self) -> None:
        """Note that the model has answered the program."""
        self.failure, self._failing_since = None, None

    def noticed(self) -> None:
        """Note that a request has failed, without blame."""
        self._failing_since = self._failing_since or time.monotonic()

    def failed(self, reason: str) -> None:
        """Note that the provider is the cause."""
        self.noticed()
        self.failure = reason

    def cleared(self, reason: str) -> None:
        """Take back that the provider is the cause of a failure, unless another one has come since."""
        if self.failure == reason:
            self.failure = None

    @property
    def has_failed_long(self) -> bool:
        """Whether nothing has been answered since a failure long ago."""
        return self._failing_since is not None and time.monotonic() - self._failing_since >= LONG_S


def question(path: str, model: str) -> JsonObject:
    """Return a short request for a model, by one of the interfaces."""
    if path == "/responses":
        return {"model": model, "input": _QUESTION, "store": False}
    asked: JsonObject = {"model": model, "messages": [{"role": "user", "content": _QUESTION}]}
    return asked | {"max_tokens": 64} if path == "/messages" else asked
