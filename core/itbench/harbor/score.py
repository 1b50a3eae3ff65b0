"""Scores what an agent left in a working directory, as `python -m itbench.harbor.score` in the image of a Harbor task.

A score is written to `reward.json`. Where there is none through no fault of the agent, no reward is written and the exit code is 1, so
that Harbor counts an error and not a 0.
"""

import asyncio
import json
import sys
from pathlib import Path

from itbench.errors import ITBenchError
from itbench.host.paths import read_below
from itbench.interfaces.domain import Domain
from itbench.interfaces.fault import Stage
from itbench.interfaces.record import TrialKey
from itbench.interfaces.submission import Submission
from itbench.interfaces.suite import Suite
from itbench.interfaces.task import Task
from itbench.kit.directory import DirectorySuite
from itbench.plugins.domains import domain_host
from itbench.runs.trial.blame import Blamed, blame
from itbench.runs.trial.collect import Collected
from itbench.runs.trial.judge import Judge
from itbench.runs.trial.outcome import Outcome, submission_of
from itbench.sealing.observe import Observer
from itbench.store.outcome import value_of
from itbench.suites.load import load_tasks

REWARD, REASONS = "reward.json", "score.json"


def score_folder(domain: str, folder: Path, workspace: Path, logs: Path) -> str | None:
    """Score the only task of a folder; write the reward, and why it is what it is.

    Args:
        domain: name of the installed domain.
        folder: with the task and its truth.
        workspace: where the agent worked.
        logs: where the reward is written.

    Returns:
        Why there is no score; None where there is one.
    """
    suite, rules = DirectorySuite(folder), domain_host().get(domain)
    (task,) = load_tasks(suite)
    outcome = Outcome(collected=_collected(task, workspace))
    submission = asyncio.run(_observed(rules, suite, task, outcome))
    judge, scoring = Judge(rules, suite), None
    if outcome.fault is None and submission is not None:
        scoring = judge.judge(task, submission, ())
    else:
        scoring = judge.look_for_leak(task, submission or Submission(), ())
    value = value_of(outcome.fault, scoring)
    fault = outcome.fault or (scoring.fault if scoring else None)
    score = scoring.score if scoring else None
    logs.mkdir(parents=True, exist_ok=True)
    told = {
        "value": value,
        "fault": None if fault is None else f"{fault.stage.value}: {fault.message}",
        "reasons": list(score.reasons) if score else [],
        "metrics": dict(score.metrics) if score else {},
    }
    (logs / REASONS).write_text(json.dumps(told, indent=1) + "\n")
    if value is None:
        return str(told["fault"] or "there is no score")
    (logs / REWARD).write_text(json.dumps({"reward": value}) + "\n")
    return None


async def _observed(domain: Domain, suite: Suite, task: Task, outcome: Outcome) -> Submission | None:
    try:
        with blame(Stage.ENVIRONMENT):
            observer = Observer(domain, suite, seed=0)
            outcome.observation = await observer.observe(
                task, TrialKey(task.id, 0, 0), outcome.collected.files
            )
    except Blamed as error:
        outcome.fault = error.fault
    return submission_of(task, outcome)


def _collected(task: Task, workspace: Path) -> Collected:
    """Read what is handed in; a link or a special file that the agent left is never followed."""
    collected = Collected()
    for path in task.hand_in.collected:
        try:
            collected.files[path] = read_below(workspace, path, max_bytes=task.hand_in.max_bytes)
        except FileNotFoundError:
            collected.problems[path] = f"{path!r} was not handed in"
        except ValueError as error:
            collected.problems[path] = str(error)
    return collected


def main() -> None:
    """Score as the arguments say."""
    domain, *folders = sys.argv[1:]
    try:
        problem = score_folder(domain, *map(Path, folders))
    except ITBenchError as error:
        problem = str(error)
    if problem is not None:
        sys.exit(f"itbench: no score: {problem}")


if __name__ == "__main__":
    main()
