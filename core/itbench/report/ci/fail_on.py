"""Which faults fail a step of continuous integration although the run has its scores."""

from enum import StrEnum


class FailOn(StrEnum):
    """Whose faults."""

    FAULT = "fault"  # Of anything but the agent, in any attempt: one that was tried again with success, too.
    AGENT_FAULT = "agent-fault"  # Of the agent, by which a trial counts as 0.
