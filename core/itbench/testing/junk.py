"""Lets hypothesis look for a submission that breaks a scorer."""

import json
import random

from hypothesis import given, settings, strategies as st

from itbench.interfaces.json import JsonValue
from itbench.interfaces.submission import Submission
from itbench.interfaces.task import Task
from itbench.schema.check import schema_faults
from itbench.validation.case import Case
from itbench.validation.purity import spoilt

_EXAMPLES = 60
_TASKS = 3

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


def check_scorer_is_total(case: Case) -> None:
    """Feed junk to the scorer: any JSON, and the solution with parts spoilt; what the schema refuses is left out.

    Raises:
        AssertionError: a submission that the schema lets through got no score; hypothesis shows the smallest.
    """
    for task in case.tasks[:_TASKS]:
        _check_task(case, task)


def _check_task(case: Case, task: Task) -> None:
    whole = case.perfect([task])[0].submission
    answer = None if whole is None else whole.answer

    @settings(max_examples=_EXAMPLES, deadline=None, derandomize=True, database=None)
    @given(junk=json_values, chance=st.randoms(use_true_random=False), data=st.binary(max_size=200))
    def check(junk: JsonValue, chance: random.Random, data: bytes) -> None:
        files = dict.fromkeys(task.hand_in.other_files, data)
        for candidate in (junk, spoilt(json.loads(json.dumps(answer)), chance)):
            if task.hand_in.answer is None or not schema_faults(candidate, task.hand_in.answer_schema):
                record = case.judge.judge(task, Submission(answer=candidate, files=files), ())
                if record.fault is not None:
                    raise AssertionError(f"scorer-total: task {task.id}: {record.fault.message}")

    check()
