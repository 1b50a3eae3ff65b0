"""A tiny domain: add two numbers. Suites `easy` (12 tasks) and `many` (as many as asked for)."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace

from itbench import (
    Agent,
    AgentRequest,
    AgentSpec,
    Domain,
    HandIn,
    JsonObject,
    Limits,
    Score,
    Submission,
    Suite,
    SuiteOptions,
    Task,
    Trace,
    Workspace,
)

ANSWER_SCHEMA: JsonObject = {
    "type": "object",
    "required": ["sum"],
    "additionalProperties": False,
    "properties": {"sum": {"type": "integer"}},
}


def numbers(task_id: str) -> tuple[int, int]:
    """Return the two numbers of a task."""
    number = int(task_id.removeprefix("sum-"))
    return number * 7 % 100, number * 13 % 100


class Sums(Suite):
    """So many sums."""

    def __init__(self, name: str, count: int) -> None:
        self.name, self.version, self.summary = name, "1", f"{count} sums."
        self._count = count

    def configured(self, options: SuiteOptions) -> Suite:
        """Take `count`."""
        extra = dict(options.extra)
        count = int(extra.pop("count", self._count))
        super().configured(replace(options, extra=extra))
        return type(self)(self.name, count)

    def tasks(self) -> Sequence[Task]:
        """Return the tasks."""
        return [self._task(f"sum-{number:04}") for number in range(self._count)]

    def truth(self, task_id: str) -> JsonObject:
        """Return the sum."""
        return {"canary": f"canary-of-{task_id}-2b7e1516", "sum": sum(numbers(task_id))}

    def _task(self, task_id: str) -> Task:
        one, other = numbers(task_id)
        return Task(
            id=task_id,
            title="Add two numbers",
            instructions=f'Add {one} and {other}; write {{"sum": ...}} to answer.json.',
            hand_in=HandIn(answer_schema=ANSWER_SCHEMA),
            limits=Limits(turns=50, wall_s=20),
            tags=("even" if one % 2 == 0 else "odd",),
        )


class SumScorer:
    """1 if the sum is right, half if it is off by one."""

    def score(self, task: Task, submission: Submission, truth: JsonObject) -> Score:
        """Compare the numbers."""
        error = abs(submission.answer["sum"] - truth["sum"])
        return Score(
            value={0: 1.0, 1: 0.5}.get(error, 0.0),
            metrics={"error": float(error)},
            reasons=(f"the answer is off by {error}",),
        )


class Adder:
    """Reads the numbers out of the instructions and adds them, now and then wrongly."""

    def __init__(self, request: AgentRequest) -> None:
        request.refuse_options("events", "delay_ms", "wrong")
        self._events = int(request.options.get("events", "1"))
        self._delay_s = int(request.options.get("delay_ms", "0")) / 1000
        self._wrong = int(request.options.get("wrong", "0"))

    async def solve(self, task: Task, workspace: Workspace, trace: Trace) -> None:
        """Write the sum; one trial in `wrong`, drawn by the trial's seed, is off by one."""
        trace.turn()
        for number in range(self._events - 1):
            trace.message("assistant", f"thinking about step {number} of this sum")
        if self._delay_s:
            await asyncio.sleep(self._delay_s)
        words = task.instructions.split()
        total = int(words[1]) + int(words[3].rstrip(";"))
        total += bool(self._wrong) and trace.seed % self._wrong == 0
        await workspace.write_file("answer.json", json.dumps({"sum": total}).encode())


def solution(task: Task, truth: JsonObject) -> Mapping[str, bytes]:
    """Return the right answer."""
    return {"answer.json": json.dumps({"sum": truth["sum"]}).encode()}


def _adder(request: AgentRequest) -> Agent:
    return Adder(request)


DOMAIN = Domain(
    name="sums",
    summary="Add two numbers.",
    suites=(Sums("easy", 12), Sums("many", 200)),
    scorer=SumScorer(),
    solution=solution,
    agents=(AgentSpec(name="adder", summary="Adds.", create=_adder, role="baseline", is_in_process=True),),
)

__all__ = ["DOMAIN"]
