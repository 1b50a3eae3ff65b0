"""How the provider of a trial's model does: what tells its failures from those of the agent.

Agents in our own loop note each request and each failed attempt. The gateway, whose requests are a program's, notes answers and
what it has found to be the provider's own doing, so that no program decides by what it sends who is to blame.
"""

from dataclasses import dataclass

QUESTION = "Answer with the word yes."
"""What a provider is asked to tell whether it answers anything."""


@dataclass(slots=True)
class ProviderWatch:
    """What is known of the requests of one trial to its model; kept by whatever sends them.

    Attributes:
        replies: how many requests were answered.
        pending: how many are waited for.
        failure: how the last attempt failed through no fault of the agent, if nothing was answered since.
        lost_s: seconds that went into failed attempts and the waits after them.
    """

    replies: int = 0
    pending: int = 0
    failure: str | None = None
    lost_s: float = 0.0

    def asked(self) -> None:
        """Note that a request is sent."""
        self.pending += 1

    def answered(self) -> None:
        """Note that a request was answered, be it by a refusal that says what is wrong with it."""
        self.pending = max(0, self.pending - 1)
        self.replies += 1
        self.failure = None

    def failed(self, failure: str, *, lost_s: float = 0.0, is_given_up: bool = False) -> None:
        """Note that an attempt failed; where it is given up, the request is not waited for any longer."""
        self.failure = failure
        self.lost_s += lost_s
        if is_given_up:
            self.pending = max(0, self.pending - 1)

    def cleared(self, failure: str) -> None:
        """Take back a failure of which the provider is not the cause after all, unless another one has come since."""
        if self.failure == failure:
            self.failure = None

    def blame(self, limit_s: float) -> str | None:
        """Return why the provider is to blame where a trial ends now at a wall clock of so many seconds, or None.

        It is, if it has failed and not answered since, if it was asked and has never answered, or if more than half of
        the time went into its failures.
        """
        if self.failure is not None:
            return f"time was up while the model's provider failed: {self.failure}"
        if self.pending and not self.replies:
            return f"time was up after {limit_s:g} s, and the model had not answered once"
        if self.lost_s > limit_s / 2:
            return f"the model's provider failed for {self.lost_s:.0f} of {limit_s:g} s"
        return None
