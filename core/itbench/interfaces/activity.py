"""What a trial does at the moment, for those who watch a run; nothing of it is kept."""

from enum import StrEnum


class Activity(StrEnum):
    """What a trial is busy with or waits for."""

    ROOM = "room"
    """It waits until its world fits on this machine beside the others."""
    ENVIRONMENT = "environment"
    """Its world is set up, or the end state is looked at."""
    TURN = "turn"
    """Its world is open; the agent waits until another trial's has ended."""
    AGENT = "agent"
    """The agent works, and waits for none of what follows."""
    MODEL = "model"
    """A model was asked and has not answered yet."""
    PROVIDER = "provider"
    """A request to a model failed, and is sent again when the provider's wait is over."""
    TOOL = "tool"
    """A command or a tool runs."""
    SCORING = "scoring"
    """What was handed in is scored and stored."""
    PUT_BACK = "put back"
    """It is not begun: the run's budget was spent while its world was set up."""
