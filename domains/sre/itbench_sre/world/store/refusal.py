"""What the API server says when it refuses a request."""


class Refusal(Exception):  # noqa: N818 - a refusal is an answer of the API, not an error of ours
    """A request that the API server refused.

    Attributes:
        code: HTTP status.
        reason: as in a `Status` object, such as `NotFound`, `Forbidden`, `Invalid`, `Conflict`, `AlreadyExists`.
        message: in the words of the API server.
    """

    def __init__(self, code: int, reason: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.reason = reason
        self.message = message

    def __reduce__(self) -> "tuple[type[Refusal], tuple[int, str, str]]":
        """Let a world that holds one be copied."""
        return Refusal, (self.code, self.reason, self.message)
