"""The kinds of events in traces: react, stirrup, gateway and environments use these and no other spelling of them.

Requests to models and what comes of them are written by `itbench.models.conversation_log` only, for all who ask.
"""

from enum import StrEnum


class EventKind(StrEnum):
    """What an event tells; its data is a JSON object, and the page about trace events has its fields.

    A new kind or field may be added at any time; a reader passes over what it does not know.
    """

    AGENT = "agent"
    """What the agent says of itself."""
    TURN = "turn"
    """A turn begins."""
    REQUEST = "request"
    """A model is asked, by an agent, by a program through the gateway, or by the environment in a role."""
    REPLY = "reply"
    """The model answered."""
    FAILED = "failed"
    """A request got no reply and is not sent again."""
    MODEL_CHECK = "model_check"
    """The model was asked a question of our own, to tell whether the provider fails."""
    MESSAGE = "message"
    """What an agent in Python notes of its conversation by itself."""
    USAGE = "usage"
    """What one reply took; with `role`, a reply to the environment, which is metered apart."""
    WAITING = "waiting"
    """An attempt at a request failed through no fault of the agent."""
    TOO_LONG = "too_long"
    """The conversation did not fit the model's window."""
    SUMMARISED = "summarised"
    """The conversation continues from a summary."""
    CUT = "cut"
    """A reply was cut at its largest length."""
    TOOL = "tool"
    """A tool call or a command ended."""
    OUTPUT = "output"
    """A program that is itself the agent printed something."""
    NETWORK = "network"
    """A connection through the proxy ended, or was refused."""
    NOTE = "note"
    """Something that an agent found worth noting."""
    WARNING = "warning"
    """Something that a reader of the trial should know."""
    ENVIRONMENT = "environment"
    """Something that the environment records."""
    OBSERVED = "observed"
    """The end state was observed; the state itself is part of the submission."""
    END = "end"
    """The agent stopped by itself."""
