"""What is systematically wrong with a run, so that its number is not believed too soon."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from itbench.interfaces.fault import Stage

WALL = "wall"
_FEWEST_TASKS_ALIKE = 3
_CHECK = {
    Stage.TASK: "run `itbench validate` on the suite",
    Stage.ENVIRONMENT: "check the sandbox and what the environment needs on this machine",
    Stage.AGENT: "read one trace with `itbench show RUN TRIAL`; often the agent fails before it works on the task",
    Stage.MODEL: "check the model's name, key, quota and address",
    Stage.SCORER: "fix the scorer, then score the stored submissions again",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialFacts:
    """The facts about one trial that symptoms are read from.

    Attributes:
        task: the task's id.
        value: the score; None for none.
        fault_stage: the stage its fault belongs to; None without a fault.
        limit: the limit it ran into ("turns", "tokens", "cost", "wall"); None without.
        tool_calls: how many tools were called.
        failed_tool_calls: how many of them failed.
        answer_hash: a hash of the answer; None without an answer.
        handed_in: whether anything was handed in.
    """

    task: str
    value: float | None
    fault_stage: str | None
    limit: str | None
    tool_calls: int
    failed_tool_calls: int
    answer_hash: str | None
    handed_in: bool


@dataclass(slots=True)
class _Tally:
    n_trials: int = 0
    n_handed_in: int = 0
    tool_calls: int = 0
    failed_tool_calls: int = 0
    stages: Counter[str | None] = field(default_factory=Counter)
    limits: Counter[str] = field(default_factory=Counter)
    answers: set[str] = field(default_factory=set)
    tasks_answered: set[str] = field(default_factory=set)

    def add(self, trial: TrialFacts) -> None:
        self.n_trials += 1
        self.n_handed_in += trial.handed_in
        self.tool_calls += trial.tool_calls
        self.failed_tool_calls += trial.failed_tool_calls
        self.stages[trial.fault_stage] += 1
        if trial.limit is not None:
            self.limits[trial.limit] += 1
        if trial.answer_hash is not None:
            self.tasks_answered.add(trial.task)
            # Two different answers say as much as all of them.
            if len(self.answers) < 2:
                self.answers.add(trial.answer_hash)


def symptoms(trials: Iterable[TrialFacts]) -> list[str]:
    """Return one sentence for each thing that is systematically wrong, and what to do; none for a sound run."""
    tally = _Tally()
    for trial in trials:
        tally.add(trial)
    if tally.n_trials == 0:
        return []
    return [
        *_one_stage(tally),
        *_tools(tally),
        *_nothing_handed_in(tally),
        *_answers_alike(tally),
        *_limits(tally),
        *_wall(tally),
    ]


def _stage_of_all(tally: _Tally) -> Stage | None:
    only = next(iter(tally.stages)) if len(tally.stages) == 1 else None
    return None if only is None else Stage(only)


def _one_stage(tally: _Tally) -> Iterator[str]:
    stage = _stage_of_all(tally)
    # What a limit ended has a fault of the agent where nothing was handed in by then; `_limits` and `_wall` say so.
    if stage is not None and not (stage is Stage.AGENT and sum(tally.limits.values()) == tally.n_trials):
        which = "the only trial has" if tally.n_trials == 1 else f"all {tally.n_trials} trials have"
        yield f"{which} a fault of the {stage}: {_CHECK[stage]}"


def _tools(tally: _Tally) -> Iterator[str]:
    # Where each trial has a fault of one stage, that says more.
    if tally.tool_calls and tally.failed_tool_calls == tally.tool_calls and _stage_of_all(tally) is None:
        yield (
            f"all {tally.tool_calls} tool calls failed: look at one trace; "
            "the tools are broken here or the agent calls them wrongly"
        )


def _nothing_handed_in(tally: _Tally) -> Iterator[str]:
    stage = _stage_of_all(tally)
    # Where the agent never got to work, a missing answer is no news.
    if tally.n_handed_in or (stage is not None and not stage.is_scored):
        return
    which = (
        "the only trial did not hand" if tally.n_trials == 1 else f"none of {tally.n_trials} trials handed"
    )
    yield (
        f"{which} in an answer: "
        "check that the agent writes the file the task names, in the directory it is given"
    )


def _answers_alike(tally: _Tally) -> Iterator[str]:
    n_tasks = len(tally.tasks_answered)
    if len(tally.answers) == 1 and n_tasks >= _FEWEST_TASKS_ALIKE:
        yield (
            f"all answers are the same over {n_tasks} tasks: "
            "check that the agent reads its task and that its answer is not a template or left over"
        )


def _limits(tally: _Tally) -> Iterator[str]:
    counts = {limit: n for limit, n in tally.limits.most_common() if limit != WALL}
    n_stopped = sum(counts.values())
    if 2 * n_stopped > tally.n_trials:
        names = ", ".join(f"{limit} in {n}" for limit, n in counts.items())
        yield (
            f"a limit ended {n_stopped} of {tally.n_trials} trials ({names}): "
            "the score is that of an agent cut short; compare only with runs under the same limits, or raise them"
        )


def _wall(tally: _Tally) -> Iterator[str]:
    n_stopped = tally.limits[WALL]
    if n_stopped:
        yield (
            f"the wall clock ended {n_stopped} of {tally.n_trials} trials: a slow provider or machine lowers "
            "the score like a bad agent does; raise the limit or run fewer trials concurrently, and run these again"
        )
