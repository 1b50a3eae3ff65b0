"""Rules about scorers: whatever is handed in gives a score, always the same one, and nothing else is looked at."""

import json
import random
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from types import FrameType
from typing import Any

from itbench.interfaces.json import JsonValue
from itbench.interfaces.score import Score
from itbench.interfaces.submission import Submission
from itbench.interfaces.task import Task
from itbench.schema.check import schema_faults
from itbench.validation.case import Case
from itbench.validation.finding import Finding, Skipped

_LOOKED_AT_TASKS = 3
_JUNK_PER_TASK = 60
_JUNK: tuple[JsonValue, ...] = (
    None,
    True,
    -1,
    10**30,
    1e308,
    "",
    "\u0000",
    "ü" * 1000,
    [],
    {},
    [[]],
    {"": None},
)
_CLOCKS = frozenset(
    {
        "time",
        "time_ns",
        "monotonic",
        "monotonic_ns",
        "perf_counter",
        "localtime",
        "gmtime",
        "now",
        "today",
        "utcnow",
    }
)
_CHANCE = frozenset({"random", "getrandbits", "urandom", "uuid1", "uuid4"})
_OUTSIDE = frozenset({"connect", "sendto", "getaddrinfo", "fork_exec", "posix_spawn"})


def scorer_total(case: Case) -> Iterator[Finding | Skipped]:
    """Any submission that fits the answer's schema gets a score in [0, 1], and never an exception."""
    for task in case.open_tasks[:_LOOKED_AT_TASKS]:
        for submission in junk_submissions(case, task):
            record = case.judge.judge(task, submission, ())
            if record.fault is not None:
                problem = f"{_shown(task, submission)} breaks the scorer: {record.fault.message}"
                yield Finding(
                    "scorer-total",
                    f"task {task.id}",
                    problem,
                    "score whatever the schema of the answer lets through, and whatever can have been observed",
                )
                break


def _shown(task: Task, submission: Submission) -> str:
    if task.hand_in.answer is not None:
        return f"the answer {json.dumps(submission.answer)[:80]}"
    if submission.observed:
        return f"the observed state {json.dumps(submission.observed)[:200]}"
    return "a submission in which nothing was observed"


def scorer_pure(case: Case) -> Iterator[Finding | Skipped]:
    """The same submission always gets the same score, and scoring reads no clock, chance or network."""
    for record in case.perfect(case.open_tasks[:_LOOKED_AT_TASKS]):
        submission, task = record.submission, case.task(record.key.task)
        if record.value is None or submission is None:
            continue  # `oracle-is-right` tells of it.
        first = case.domain.scorer.score(task, submission, case.truths[task.id])
        second, called = _watched(case, task, submission)
        if second != first:
            problem = "the same submission got two different scores"
            yield Finding(
                "scorer-pure", f"task {task.id}", problem, "let nothing but task, submission and truth count"
            )
        for name in called:
            problem = f"the scorer calls {name}"
            yield Finding(
                "scorer-pure",
                f"task {task.id}",
                problem,
                "put what it needs into the truth or the observation",
            )


def junk_submissions(case: Case, task: Task) -> Iterator[Submission]:
    """Yield odd submissions that an agent could hand in: junk, and the solution with parts lost or replaced."""
    chance, others = random.Random(task.id), task.hand_in.other_files
    whole = case.perfect([task])[0].submission
    if task.hand_in.answer is None:
        observed = {} if whole is None else whole.observed
        for data in (b"", b"\x00\xff", b"x" * 10_000):
            yield Submission(files=dict.fromkeys(others, data))
        for _ in range(_JUNK_PER_TASK if observed else 0):
            state = spoilt(json.loads(json.dumps(observed)), chance)
            yield Submission(observed=state if isinstance(state, dict) else {})
        return
    answers = list(_JUNK)
    if whole is not None:
        answers += [spoilt(json.loads(json.dumps(whole.answer)), chance) for _ in range(_JUNK_PER_TASK)]
    for answer in answers:
        if not schema_faults(answer, task.hand_in.answer_schema):
            yield Submission(answer=answer, files=dict.fromkeys(others, b"\x00"))


def spoilt(value: JsonValue, chance: random.Random) -> JsonValue:
    """Return a JSON value with one of its parts lost, doubled or replaced by junk."""
    if isinstance(value, dict) and value and chance.random() < 0.8:
        key = chance.choice(sorted(value))
        if chance.random() < 0.2:
            del value[key]
        else:
            value[key] = spoilt(value[key], chance)
        return value
    if isinstance(value, list) and value and chance.random() < 0.8:
        at = chance.randrange(len(value))
        value[at : at + 1] = chance.choice([[], [value[at]] * 50, [spoilt(value[at], chance)]])
        return value
    return chance.choice(_JUNK)


def _watched(case: Case, task: Task, submission: Submission) -> tuple[Score, list[str]]:
    """Score once more while every call of a built-in function is looked at.

    It has a thread of its own, since the profiler of this one could not be put back if it is written in C.
    """
    called: set[str] = set()

    def look(_frame: FrameType, event: str, function: Any) -> None:
        if event == "c_call":
            name = getattr(function, "__name__", "")
            if name in _CLOCKS | _CHANCE | _OUTSIDE:
                called.add(getattr(function, "__qualname__", name))

    def score() -> Score:
        sys.setprofile(look)
        try:
            return case.domain.scorer.score(task, submission, case.truths[task.id])
        finally:
            sys.setprofile(None)

    with ThreadPoolExecutor(1) as thread:
        scored = thread.submit(score).result()
    return scored, sorted(called)
