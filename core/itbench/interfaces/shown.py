"""A stored trial as panels see it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from itbench.interfaces.fault import Fault
from itbench.interfaces.json import JsonObject
from itbench.interfaces.score import Score
from itbench.interfaces.submission import Submission
from itbench.interfaces.task import Task
from itbench.interfaces.trace import TraceEvent
from itbench.interfaces.workspace import Input


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ShownTrial:
    """A trial that ended, to be read and not to be changed; what is large is read when it is asked for.

    Attributes:
        reference: leads to the trial's page from a mark of a panel.
        suite: its name, such as `incidents`.
        run: what the run is called on the page.
        agent: what the agent is called.
        model: of the agent; None without one.
        task: all of it public.
        repeat: counted from 0.
        value: what the trial counts for; None without a score.
        score: None without one.
        fault: why there is no score, or why it counts as 0; None without one.
        turns, tokens, cost_usd: that were used; None where not known.
        submission: returns what was handed in; None where nothing usable was.
        truth: returns the truth; None where the suite is not installed in the version that the run names.
        inputs: returns the task's inputs; empty where there is no truth.
        events: returns the events of the trace, in order.
    """

    reference: str
    suite: str
    run: str
    agent: str
    model: str | None
    task: Task
    repeat: int
    value: float | None
    score: Score | None
    fault: Fault | None
    turns: int | None
    tokens: float | None
    cost_usd: float | None
    submission: Callable[[], Submission | None]
    truth: Callable[[], JsonObject | None]
    events: Callable[[], Iterator[TraceEvent]]
    inputs: Callable[[], Sequence[Input]]
