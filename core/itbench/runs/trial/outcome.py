"""What was handed in, as a submission, and whose fault it is where it cannot be scored."""

import hashlib
import json
from dataclasses import dataclass, field

from itbench.interfaces.environment import Observation
from itbench.interfaces.fault import Fault, Stage
from itbench.interfaces.submission import Submission
from itbench.interfaces.task import Task
from itbench.runs.trial.collect import Collected
from itbench.schema.answer import read_answer


@dataclass(slots=True)
class Outcome:
    """How the work on a task ended, filled in as the stages go by.

    `is_begun` is False where the agent was not let in; `is_solved` and `is_observed` tell which stages are over. `refusal` says why the
    model's provider did not go on with the agent's conversation, if so.
    """

    is_begun: bool = True
    is_solved: bool = False
    is_observed: bool = False
    fault: Fault | None = None
    refusal: str | None = None
    collected: Collected = field(default_factory=Collected)
    observation: Observation = field(default_factory=Observation)


def submission_of(task: Task, outcome: Outcome) -> Submission | None:
    """Return what was handed in, or None for nothing at all; where it cannot be scored, note the agent's fault."""
    files, state = dict(outcome.collected.files), outcome.observation.state
    if outcome.observation.broken_by_agent is not None:
        _blame_agent(outcome, f"the agent broke its world: {outcome.observation.broken_by_agent}")
    for wanted in task.hand_in.required:
        if wanted not in files:
            _blame_agent(outcome, outcome.collected.problems.get(wanted, f"{wanted!r} was not handed in"))
            return Submission(files=files, observed=state) if files or state else None
    path = task.hand_in.answer
    if path is None:
        if not files and not state and task.hand_in.optional_files:
            _blame_agent(outcome, "none of the files that the task asks for was handed in")
        return Submission(files=files, observed=state)
    answer = read_answer(files[path], task.hand_in.answer_schema)
    if answer.problem is not None:
        _blame_agent(outcome, answer.problem)
    elif not answer.notes:
        del files[path]
    return Submission(answer=answer.value, files=files, observed=state, notes=answer.notes)


def is_handed_in(task: Task, collected: Collected) -> bool:
    """Tell whether all is there without which a submission is not complete; where that is nothing, whether anything is."""
    required = task.hand_in.required
    if required:
        return all(path in collected.files for path in required)
    return bool(collected.files) or not task.hand_in.optional_files


def answer_hash(collected: Collected) -> str | None:
    """Return what tells alike answers; None where nothing was handed in."""
    if not collected.files:
        return None
    parts = [[path, hashlib.sha256(data).hexdigest()] for path, data in sorted(collected.files.items())]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]


def _blame_agent(outcome: Outcome, message: str) -> None:
    because = (
        ""
        if outcome.refusal is None
        else f"; its model's provider refused the conversation: {outcome.refusal}"
    )
    outcome.fault = outcome.fault or Fault(Stage.AGENT, message + because)
