"""A part of a run that one machine does: which of its trials, and the same read from a plan that is JSON."""

from collections.abc import Sequence
from typing import Self

from pydantic import Field, model_validator

from itbench.interfaces.json import JsonObject
from itbench.interfaces.model import Frozen

MOST_SHARDS = 1_000_000


class PlannedShard(Frozen):
    """One of the parts into which the trials of a run are dealt out, in turn."""

    number: int = Field(ge=1, description="Which part, counted from 1.")
    count: int = Field(ge=1, le=MOST_SHARDS, description="Of how many.")

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.number > self.count:
            raise ValueError(f"there is no shard {self.number} of {self.count}")
        return self

    def __str__(self) -> str:
        """Return it as `--shard` takes it."""
        return f"{self.number}/{self.count}"

    def holds(self, place: int) -> bool:
        """Tell whether it holds a trial of the whole run, counted from 0, repeat by repeat and task by task."""
        return place % self.count == self.number - 1

    def size(self, total: int) -> int:
        """Return how many of so many trials it holds."""
        return len(range(self.number - 1, total, self.count))


def shard_of(plan: JsonObject) -> PlannedShard | None:
    """Return which part of a run a plan is of, None if of all; early plans are of all."""
    found = plan.get("shard")
    return None if found is None else PlannedShard.model_validate(found)


def planned_repeats(plan: JsonObject) -> dict[str, Sequence[int]]:
    """Return the numbers of the repeats of each task that a plan has: not all of them in a shard."""
    shard, tasks = shard_of(plan), plan["tasks"]
    repeats = range(plan["repeats"])
    if shard is None:
        return {task["id"]: repeats for task in tasks}
    return {
        task["id"]: [repeat for repeat in repeats if shard.holds(repeat * len(tasks) + at)]
        for at, task in enumerate(tasks)
    }
