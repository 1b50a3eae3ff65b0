"""Makes of each record of a submission what a trial that ran where the truths are would have been: a record with a score."""

from dataclasses import replace

from itbench.errors import DataError
from itbench.interfaces.fault import Fault, Stage
from itbench.interfaces.json import json_text
from itbench.interfaces.record import ScoreRecord, TrialKey, TrialRecord
from itbench.interfaces.submission import Submission
from itbench.interfaces.task import Task
from itbench.runs.trial.blame import Blamed, blame
from itbench.runs.trial.collect import Collected
from itbench.runs.trial.judge import Judge
from itbench.runs.trial.outcome import Outcome, answer_hash, is_handed_in, submission_of
from itbench.sealing.observe import Observer
from itbench.sealing.records import TrialLine
from itbench.store.outcome import value_of


async def judged(line: TrialLine, task: Task, judge: Judge, observer: Observer) -> TrialRecord:
    """Return a trial with its score.

    The fault that the record names is taken as it is: the trial then counts as 0 or has no score, which every report says. What was
    handed in is checked, observed and scored here.

    Raises:
        DataError: the record holds a file that the task does not ask for, or one that is larger than it may be.
    """
    key = TrialKey(task.id, line.trial["repeat"], line.trial["attempt"])
    outcome = Outcome(fault=line.fault(), collected=collected_of(line, task))
    if outcome.fault is None:
        try:
            with blame(Stage.ENVIRONMENT):
                outcome.observation = await observer.observe(task, key, outcome.collected.files)
        except Blamed as error:
            outcome.fault = replace(
                error.fault, message=f"observed where it was scored: {error.fault.message}"
            )
    submission = submission_of(task, outcome)
    scoring = _scoring(line, task, judge, submission, outcome.fault)
    return TrialRecord(
        key=key,
        fault=outcome.fault,
        limit=line.trial["limit_hit"],
        submission=submission,
        handed_in=is_handed_in(task, outcome.collected),
        answer_hash=answer_hash(outcome.collected),
        started_at=line.trial["started_at"],
        wall_s=line.trial["wall_s"],
        usage=line.usage(),
        events=line.trace(),
        scoring=scoring,
        value=value_of(outcome.fault, scoring),
    )


def collected_of(line: TrialLine, task: Task) -> Collected:
    """Return the files as they were in the workspace, the answer among them.

    Raises:
        DataError: there is a file that the task does not ask for, or one that is larger than it may be.
    """
    handed_in, name = line.handed_in, line.name
    if handed_in is None:
        return Collected()
    files, answer = handed_in.contents(), task.hand_in.answer
    # The answer may be the word null.
    has_answer = handed_in.answer is not None or line.trial["handed_in"] == 1
    if answer is not None and answer not in files and has_answer:
        files[answer] = json_text(handed_in.answer).encode()
    for path, data in files.items():
        if path not in task.hand_in.collected:
            raise DataError(f"{name}: it holds the file {path!r}, which the task does not ask for")
        if len(data) > task.hand_in.max_bytes:
            raise DataError(
                f"{name}: its file {path!r} has {len(data)} bytes, allowed: {task.hand_in.max_bytes}"
            )
    return Collected(files)


def _scoring(
    line: TrialLine, task: Task, judge: Judge, submission: Submission | None, fault: Fault | None
) -> ScoreRecord | None:
    texts = (data for _, _, data in line.events)
    if fault is not None or submission is None:
        return judge.look_for_leak(task, submission or Submission(), texts)
    return judge.judge(task, submission, texts)
