"""One request of a program for a model, and what has become of it so far."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from itbench.egress.exchange import Exchange
from itbench.egress.gateway.relay import Relay
from itbench.egress.gateway.reservations import Worth
from itbench.egress.gateway.routes import Route
from itbench.interfaces.conversation import TokenUse


@dataclass(slots=True, kw_only=True)
class Asking:
    """One request for a model.

    Attributes:
        exchange: with the program.
        data: the body.
        worth: what it may take.
        number: of the request in the trace; 0 until it is sent.
        failures: of the attempts so far.
        lost: spans of time that failed attempts took, of which the program was not the cause.
        sent_at: when the provider was asked at last, on the monotonic clock; 0 if it was not.
        has_replies: whether anything that a model has said, or that came of it, stands in the request.
        relay: carries what the provider answers to the last attempt.
        failed_use: what a reply that failed says that it took.
        has_failed_reply: whether the provider has answered with what is no reply.
    """

    exchange: Exchange
    route: Route
    headers: Sequence[tuple[str, str]]
    model: str
    data: bytes
    worth: Worth
    number: int = 0
    failures: list[str] = field(default_factory=list)
    lost: list[tuple[float, float]] = field(default_factory=list)
    sent_at: float = 0.0
    has_replies: bool = False
    relay: Relay | None = None
    failed_use: TokenUse | None = None
    has_failed_reply: bool = False

    @property
    def has_reply(self) -> bool:
        """Whether the program has been given the beginning of a reply."""
        return self.relay is not None and self.relay.is_begun
