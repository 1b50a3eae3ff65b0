"""What one agent is asked to do, all of it public."""

from pydantic import Field

from itbench.interfaces.json import JsonObject
from itbench.interfaces.model import Frozen

ID_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$"
RELATIVE_PATH_PATTERN = r"^(?!/)(?!.*(^|/)\.\.(/|$))[^\x00-\x1f\\]{1,200}$"


class Limits(Frozen):
    """How much of everything one trial may use; None means without limit."""

    turns: int | None = Field(default=100, ge=1, description="Model turns, or steps of another agent.")
    wall_s: float = Field(default=3600.0, gt=0, description="Seconds of wall clock, a safety net.")
    tokens: int | None = Field(
        default=20_000_000,
        ge=1,
        description="Input and output tokens of all turns together; as a default a safety net.",
    )
    cost_usd: float | None = Field(default=None, gt=0, description="US dollars.")
    command_s: float = Field(default=120.0, gt=0, description="Seconds for one command in the workspace.")
    open_s: float = Field(default=600.0, gt=0, description="Seconds to set the environment up.")
    observe_s: float = Field(default=600.0, gt=0, description="Seconds to look at the end state.")
    tool_s: float = Field(default=120.0, gt=0, description="Seconds for one call of a tool.")


class OtherLimits(Frozen):
    """Limits that a run sets in place of those of its tasks; None leaves the task's own."""

    turns: int | None = Field(default=None, ge=1)
    wall_s: float | None = Field(default=None, gt=0)
    tokens: int | None = Field(default=None, ge=1)
    cost_usd: float | None = Field(default=None, gt=0)
    command_s: float | None = Field(default=None, gt=0)

    def given(self) -> dict[str, float]:
        """Return those that are set, by name."""
        return self.model_dump(exclude_none=True)


class HandIn(Frozen):
    """Which files the runner collects when the agent stops."""

    answer: str | None = Field(
        default="answer.json",
        pattern=RELATIVE_PATH_PATTERN,
        description="Path of the JSON answer below the workspace; null where only files are handed in, or nothing: "
        "then the end state is what is scored.",
    )
    answer_schema: JsonObject = Field(
        default_factory=dict, description="JSON Schema (2020-12) that the answer must meet."
    )
    files: tuple[str, ...] = Field(
        default=(), description="Further files that must be handed in, as paths below the workspace."
    )
    optional_files: tuple[str, ...] = Field(
        default=(), description="Files that are collected where they are there."
    )
    max_bytes: int = Field(
        default=5_000_000, ge=1, description="Largest size of each collected file, in bytes."
    )

    @property
    def required(self) -> tuple[str, ...]:
        """The paths of all files without which a submission is not complete."""
        return self.files if self.answer is None else (self.answer, *self.files)

    @property
    def other_files(self) -> tuple[str, ...]:
        """The paths of all files beside the answer, required and optional."""
        return (*self.files, *self.optional_files)

    @property
    def collected(self) -> tuple[str, ...]:
        """The paths of all files that are collected, each once."""
        return tuple(dict.fromkeys((*self.required, *self.optional_files)))


# Fields that tasks had not at first: where they are not set, a task has the text, and so the hash, that it had then.
_LATER = {
    "limits": {name: Limits.model_fields[name].default for name in ("open_s", "observe_s", "tool_s")},
    "hand_in": {"optional_files": HandIn.model_fields["optional_files"].default},
}


class Task(Frozen):
    """One piece of work for an agent; it has no place for a secret."""

    id: str = Field(pattern=ID_PATTERN, description="Opaque; must not hint at the answer.")
    title: str = Field(min_length=1, max_length=200)
    instructions: str = Field(min_length=1, description="What the agent reads.")
    hand_in: HandIn = HandIn()
    limits: Limits = Limits()
    tags: tuple[str, ...] = Field(default=(), description="Public ones only.")

    def limited(self, limits: OtherLimits) -> "Task":
        """Return the task with other limits where they are set."""
        given = limits.given()
        return self if not given else self.model_copy(update={"limits": self.limits.model_copy(update=given)})

    def document(self) -> str:
        """Return the task as the JSON that is stored and hashed."""
        unset = {
            part: {name for name, value in later.items() if getattr(getattr(self, part), name) == value}
            for part, later in _LATER.items()
        }
        return self.model_dump_json(exclude=unset)
