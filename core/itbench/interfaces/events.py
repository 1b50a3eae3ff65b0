"""The one vocabulary of what happens in a trial: whoever writes an event, the same thing has the same kind."""

from enum import StrEnum


class EventKind(StrEnum):
    """What an event tells; its data is a JSON object with the fields named here.

    A new kind or field may be added at any time; a reader passes over what it does not know.
    """

    AGENT = "agent"
    """What decides how the agent works: whatever it says of itself."""
    MODEL = "model"
    """The model that is asked: `name`, and what its provider says of it."""
    TURN = "turn"
    """A turn begins: `number`, counted from 1."""
    REQUEST = "request"
    """A request is sent to a model: what it asks beyond the conversation so far."""
    REPLY = "reply"
    """A model answered: `text`, `calls`, `stop`, `duration_s`."""
    USAGE = "usage"
    """What one reply took: `input_tokens`, `output_tokens`, `cached_tokens`, `reasoning_tokens`, `cost_usd`; null is
    unknown; with `role`, a model of the environment's, which is metered apart."""
    WAITING = "waiting"
    """An attempt at a request failed through no fault of the agent: `model`, `failure`, `wait_s`, `attempt`, `attempts`."""
    TOO_LONG = "too_long"
    """A conversation did not fit the model's window."""
    SUMMARISED = "summarised"
    """The agent replaced the beginning of its conversation by a summary."""
    CUT = "cut"
    """The agent left out the middle of what a tool returned."""
    MESSAGE = "message"
    """A message to or from a model: `role`, `content`."""
    TOOL = "tool"
    """A tool call or a command ended: `name`, `arguments`, `output`, `ok`, `duration_s`."""
    OUTPUT = "output"
    """A program that is itself the agent printed something: `stream`, `text`."""
    NOTE = "note"
    """Something that the agent found worth noting: `about`, `text`."""
    WARNING = "warning"
    """Something that a reader of the trial should know."""
    ENVIRONMENT = "environment"
    """Something that the environment records: `about`, and what it adds."""
    OBSERVED = "observed"
    """The end state was observed: `broken_by_agent`; the state itself is part of the submission."""
    END = "end"
    """The agent stopped by itself: `reason`."""
