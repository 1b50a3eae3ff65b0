"""A study: several suites and agents that are run one after the other, as a user writes them into a file."""

from typing import Annotated

from pydantic import BeforeValidator, Field, WithJsonSchema

from itbench.interfaces.json import JsonValue
from itbench.interfaces.model import Frozen
from itbench.interfaces.plan import MOST_TRIALS

# Seconds, or an amount with its unit: at most nine digits on each side of the point, and not only zeros.
_DURATION_PATTERN = r"^(?=.*[1-9])[0-9]{1,9}(\.[0-9]{1,9})? ?(s|m|min|h)?$"
_MOST = 10**15
_MOST_CONCURRENT = 1_000_000
_LARGEST_SEED = 2**63 - 1


def word(value: JsonValue) -> JsonValue:
    """Return a number or a boolean as the word that it is on a command line; anything else as it is."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float) else value


Text = Annotated[str, Field(min_length=1, pattern=r"^[^\x00]+$")]
Key = Annotated[str, Field(min_length=1)]
Word = Annotated[
    str,
    BeforeValidator(word),
    WithJsonSchema({"type": ["string", "number", "boolean"], "pattern": r"^[^\x00]*$"}),
]
Duration = Annotated[
    float | str,
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "number", "exclusiveMinimum": 0},
                {"type": "string", "pattern": _DURATION_PATTERN},
            ]
        }
    ),
]
Dollars = Annotated[float, Field(gt=0)]
Amount = Annotated[int, Field(ge=1, le=_MOST)]
Repeats = Annotated[int, Field(ge=1, le=MOST_TRIALS)]


class StudyLimits(Frozen):
    """Limits of a trial, in place of those of its task."""

    turns: Amount | None = Field(default=None, description="Turns.")
    tokens: Amount | None = Field(default=None, description="Input and output tokens of all turns together.")
    cost: Dollars | None = Field(default=None, description="US dollars.")
    time: Duration | None = Field(
        default=None, description="Wall clock: seconds, or a text such as 90s, 15m or 2h."
    )
    command: Duration | None = Field(default=None, description="Wall clock of one command, likewise.")


class StudySuite(Frozen):
    """A suite of a study, with what is its own."""

    suite: Text = Field(description="DOMAIN, DOMAIN/SUITE, or a folder that itbench make wrote.")
    name: Text | None = Field(
        default=None, description="Title of its column; the words of `suite` without it."
    )
    data: Text | None = Field(default=None, description="Folder of a published dataset.")
    as_published: bool = Field(
        default=False, description="True to show agents exactly what the publisher shows them."
    )
    options: dict[Key, Word] = Field(default_factory=dict, description="Settings that only this suite knows.")
    tasks: tuple[Text, ...] = Field(default=(), description="Only tasks whose id matches one of these globs.")
    task_file: Text | None = Field(
        default=None, description="Only tasks that this file names, one id or glob a line."
    )
    tags: tuple[Text, ...] = Field(default=(), description="Only tasks with all of these tags.")
    limit: Amount | None = Field(default=None, description="Maximum number of tasks.")
    repeats: Repeats | None = Field(default=None, description="In place of the study's.")
    limits: StudyLimits | None = Field(default=None, description="In place of the study's, one by one.")
    role_models: dict[Key, Text] = Field(
        default_factory=dict,
        description="PROVIDER/NAME of the models that play roles in its environments, by role.",
    )


class StudyAgent(Frozen):
    """An agent of a study."""

    agent: Text | None = Field(
        default=None, description="NAME or NAME:key=value,...; react where only a model is given."
    )
    model: Text | None = Field(default=None, description="PROVIDER/NAME, for an agent that drives a model.")
    base_url: Text | None = Field(
        default=None, description="Endpoint of the model, instead of the provider's own."
    )
    options: dict[Key, Word] = Field(default_factory=dict, description="Settings of the agent.")
    arguments: tuple[Word, ...] = Field(default=(), description="Words for the agent, as after --.")
    name: Text | None = Field(default=None, description="Title of its row; its words without it.")
    suites: tuple[Text, ...] = Field(
        default=(), description="Globs of the suites that it works on; all without any."
    )
    max_trials: Annotated[int, Field(ge=1, le=_MOST_CONCURRENT)] | None = Field(
        default=None, description="In place of the study's."
    )


class Study(Frozen):
    """Suites times agents, and what holds for all of their runs."""

    suites: tuple[Text | StudySuite, ...] = Field(min_length=1, description="The columns of the study.")
    agents: tuple[Text | StudyAgent, ...] = Field(
        default=(), description="The rows of the study; without any, the baseline of each suite's domain."
    )
    out: Text | None = Field(
        default=None,
        description="Folder for the run files; runs/NAME, after the name of the file, without it.",
    )
    repeats: Repeats = Field(default=1, description="Trials of each task.")
    seed: int = Field(
        default=0, ge=-_LARGEST_SEED, le=_LARGEST_SEED, description="Random seed for each of the runs."
    )
    attempts: int = Field(
        default=2,
        ge=1,
        le=_MOST_CONCURRENT,
        description="Attempts per trial when the environment or the provider fails.",
    )
    max_trials: int = Field(
        default=4, ge=1, le=_MOST_CONCURRENT, description="Maximum number of concurrent trials."
    )
    max_cost: Dollars | None = Field(
        default=None,
        description="US dollars for all runs together: once spent, no further trial begins.",
    )
    limits: StudyLimits = StudyLimits()
    score: bool = Field(default=True, description="False to read no truths, and score later.")
    sandbox: Text | None = Field(
        default=None, description="bubblewrap (the default), podman, docker, or none."
    )
    allow_unsafe: bool = Field(
        default=False,
        description="True to allow a sandbox that isolates nothing, or a mount that shows how truths are made.",
    )
    allow_faulty_data: bool = Field(
        default=False, description="True to run tasks whose data is faulty too; by default they get no score."
    )
