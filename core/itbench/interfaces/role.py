"""Models that play a role in an environment."""

from collections.abc import Sequence
from typing import Protocol

from itbench.interfaces.conversation import Conversation, ModelTool, Reply
from itbench.interfaces.fault import Stage, StageError


class NoRoleModelError(StageError, LookupError):
    """A run names no model for a role; an environment that has another way may catch it."""

    def __init__(self, role: str) -> None:
        text = f"there is no model for the role {role!r}; name one with --role-model {role}=PROVIDER/NAME"
        super().__init__(Stage.ENVIRONMENT, text)


def no_model(role: str) -> "RoleModel":
    """Refuse every model.

    Raises:
        NoRoleModelError: always.
    """
    raise NoRoleModelError(role)


class RoleModel(Protocol):
    """A model in a role, such as a simulated user; what it takes is metered apart from the agent's model.

    Which model plays the role is part of the plan (`--role-model ROLE=PROVIDER/NAME`): runs in which different ones do are
    not compared.
    """

    @property
    def name(self) -> str:
        """`PROVIDER/NAME`."""
        ...

    async def reply(self, conversation: Conversation, tools: Sequence[ModelTool] = ()) -> Reply:
        """Return the next message of a conversation.

        Raises:
            ContextLengthError: the conversation is longer than the model's window.
            ModelError: the provider cannot be asked, or fails in spite of all retries; not the agent's doing, unless it `is_provoked`:
                then it answers others, and what it was told is the cause. Where no tool catches that, the agent is told so.
        """
        ...
