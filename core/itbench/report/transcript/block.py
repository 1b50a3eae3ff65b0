"""One thing that a reader of a trial sees, before anything is cut, coloured or laid out."""

from dataclasses import dataclass
from enum import StrEnum


class BlockKind(StrEnum):
    """What a block is."""

    TURN = "turn"
    """A turn begins."""
    SYSTEM = "system"
    """The system prompt of a conversation."""
    USER = "user"
    """What the model was told beside results of tools."""
    THINKING = "thinking"
    """What the model told of its reasoning."""
    MODEL = "model"
    """What the model said."""
    CALL = "call"
    """A tool call or a command."""
    RESULT = "result"
    """What came of the call before."""
    PRINTED = "printed"
    """What a program that is itself the agent printed."""
    WAITING = "waiting"
    """A request failed and is sent again, or was refused on the network."""
    FAULT = "fault"
    """A request failed for good, or the agent did harm."""
    NOTE = "note"
    """Anything else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One thing that happened, as a reader sees it.

    Attributes:
        at_s: seconds since the trial began.
        kind: what it is.
        title: one line about it; of what the model said, model, tokens, dollars and seconds.
        body: the text itself, of any length; empty if there is none.
        is_ok: False for a call that failed.
    """

    at_s: float
    kind: BlockKind
    title: str = ""
    body: str = ""
    is_ok: bool = True
