"""How asking a model can fail.

StageError
└── ModelError            no reply; a fault of the stage `model`, never a zero
    └── ContextLengthError    the conversation is too long for the model; a shorter one may do

PassingError              inside this package only: the same request may do better later
"""

from itbench.interfaces.fault import Stage, StageError


class ModelError(StageError):
    """A provider cannot be asked, refuses the request, or fails in spite of all retries.

    Attributes:
        is_provoked: whether the provider is known to answer another request at the same time, so that what was said is the cause.
        is_passing: whether the same request may do better later.
        is_capacity: whether the provider said that it is overloaded or not there, which no request can cause.
    """

    def __init__(self, message: str, *, is_passing: bool = False, is_capacity: bool = False) -> None:
        super().__init__(Stage.MODEL, message)
        self.is_provoked = False
        self.is_passing = is_passing
        self.is_capacity = is_capacity


class ContextLengthError(ModelError):
    """The conversation is longer than the model's window."""


class PassingError(Exception):
    """A failure that may be gone at the next attempt.

    Attributes:
        retry_after_s: seconds that the provider asks to wait; None where it does not say.
        is_rate_limit: whether fewer requests at a time would help.
        is_capacity: whether the provider says that it is overloaded or not there.
    """

    def __init__(
        self,
        message: str,
        *,
        retry_after_s: float | None = None,
        is_rate_limit: bool = False,
        is_capacity: bool = False,
    ) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s
        self.is_rate_limit = is_rate_limit
        self.is_capacity = is_capacity
