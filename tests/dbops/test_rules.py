"""The rules and the drawing of `dbops`: pure, so that they need no server."""

import json
import re
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given, settings, strategies

from itbench import Submission, SuiteOptions


def suite_of(seed: int, count: int = 4) -> Any:
    from itbench_dbops.suite import Repair

    return Repair().configured(SuiteOptions(extra={"seed": str(seed), "count": str(count)}))


TRUTH = {
    "aspect": "documents",
    "wake": ["documents", "balances"],
    "before": {"documents": "d", "balances": "b", "rights": ["r"]},
    "tonight": {"run": "done"},
    "after": {"documents": "d2", "balances": "b2", "rights": ["r"]},
}
SOUND = {part: TRUTH[part] for part in ("before", "tonight", "after")}


@pytest.mark.parametrize(
    ("changes", "value", "metrics"),
    [
        ({}, 1.0, (1, 1, 1)),
        ({("after", "documents"): "twice"}, 0.75, (1, 1, 0)),
        ({("after", "balances"): "twice"}, 0.75, (1, 1, 0)),
        ({("before", "balances"): "low"}, 0.75, (1, 0, 1)),
        ({("after", "rights"): ["r", "more"]}, 0.75, (1, 0, 1)),
        ({("tonight", "run"): "no such function"}, 0.5, (1, 0, 0)),
        ({("before", "rights"): [], ("after", "documents"): "x"}, 0.5, (1, 0, 0)),
        ({("before", "documents"): "twice"}, 0.0, (0, 1, 1)),
        ({("before", "documents"): "0 rows"}, 0.0, (0, 1, 1)),
    ],
    ids=["all", "comes back", "comes back beside", "beside", "too many rights", "no run", "two", "unrepaired", "emptied"],
)  # fmt: skip
def test_half_for_the_complaint_and_a_quarter_each_for_all_else_and_the_cause(
    changes: dict[tuple[str, str], Any], value: float, metrics: tuple[int, ...]
) -> None:
    from itbench_dbops.scorer import RepairScorer

    seen = deepcopy(SOUND)
    for (part, name), found in changes.items():
        seen[part][name] = found
    score = RepairScorer().score(suite_of(1).tasks()[0], Submission(observed=seen), TRUTH)
    assert score.value == value
    assert tuple(score.metrics[name] for name in ("repaired", "unharmed", "cause_removed")) == metrics


@pytest.mark.parametrize("observed", [{}, {"before": None}, {"before": {}, "after": 3, "questions": "many"}])
def test_what_was_not_observed_scores_nothing(observed: Any) -> None:
    from itbench_dbops.scorer import RepairScorer

    assert RepairScorer().score(suite_of(1).tasks()[0], Submission(observed=observed), TRUTH).value == 0.0


@pytest.mark.parametrize("seed", range(1, 5))
def test_four_tasks_have_all_four_faults_and_their_texts_name_everything(seed: int) -> None:
    from itbench_dbops.acting import names_in
    from itbench_dbops.faults import FAULTS, filled

    suite = suite_of(seed, 8)
    setups = [suite.setup(task.id) for task in suite.tasks()]
    assert {each["fault"] for each in setups[:4]} == {each["fault"] for each in setups[4:]} == set(FAULTS)
    for task, setup in zip(suite.tasks(), setups, strict=True):
        named = {what: name for what, name in setup["names"].items() if what != "post"}
        assert names_in(task.instructions) == named
        complaint = filled(FAULTS[setup["fault"]].complaint, setup["names"])
        assert f"The complaint: {complaint}\n" in task.instructions


def test_seeds_draw_other_names_and_other_orders_of_faults() -> None:
    setups = [[suite_of(seed).setup(f"dbops-{n:03}") for n in range(1, 5)] for seed in range(1, 9)]
    assert len({tuple(each["fault"] for each in four) for four in setups}) > 4
    assert len({tuple(each["names"].values()) for four in setups for each in four}) == 32


def test_the_truth_knows_repeated_lines_once_and_tonight_has_some_too() -> None:
    from itbench_dbops.books import Line, once

    setup = suite_of(5).setup("dbops-001")
    lines = [Line(*cells) for cells in setup["lines"]]
    assert len(once(lines)) == len({line.code for line in lines}) < len(lines)
    assert {cells[0] for cells in setup["tonight"]} & {line.code for line in lines}
    assert lines[0] in once(lines)


@pytest.mark.parametrize("extra", [{"seed": "x"}, {"seed": "0"}, {"count": "-1"}, {"size": "3"}])
def test_options_that_are_none_are_refused(extra: dict[str, str]) -> None:
    from itbench import UsageError
    from itbench_dbops.suite import Repair

    with pytest.raises(UsageError):
        Repair().configured(SuiteOptions(extra=extra))


NODES = {
    "by index": ({"Node Type": "Index Scan", "Index Cond": "(a = 1)"}, False),
    "by bitmap": (
        {"Node Type": "Bitmap Heap Scan", "Plans": [{"Node Type": "Bitmap Index Scan", "Index Cond": "(a = 1)"}]},
        False,
    ),
    "the whole table": ({"Node Type": "Seq Scan"}, True),
    "a function that hides it": ({"Node Type": "Function Scan", "Function Name": "Index Scan"}, True),
    "the whole index": ({"Node Type": "Index Only Scan", "Filter": "(a = 1)"}, True),
    "one of two parts": (
        {"Node Type": "Append", "Plans": [{"Node Type": "Index Scan", "Index Cond": "x"}, {"Node Type": "Seq Scan"}]},
        True,
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", NODES)
def test_a_lookup_is_by_index_only_if_all_of_its_plan_is(case: str) -> None:
    from itbench_dbops.looking import reads_all

    node, is_read = NODES[case]
    assert reads_all(json.dumps([{"Plan": node}])) is is_read


JUNK = strategies.recursive(
    strategies.none() | strategies.booleans() | strategies.integers() | strategies.text(max_size=5),
    lambda inner: strategies.lists(inner, max_size=3) | strategies.dictionaries(strategies.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip
NAME = strategies.sampled_from(
    ["keeper", "clerk", "auditor", "public", "oncall", "pg_monitor", 'a"; drop', "\ud800", "b\nc"]
)
ROLES = strategies.fixed_dictionaries(
    {
        "roles": strategies.dictionaries(NAME, strategies.booleans()) | JUNK,
        "members": strategies.lists(strategies.lists(NAME, min_size=1, max_size=3)) | JUNK,
    }
)


@settings(max_examples=30)
@given(strategies.one_of(ROLES, JUNK))
def test_whatever_a_server_says_of_its_roles_is_refused_or_can_be_used(said: Any) -> None:
    from itbench_dbops.moving import checked_roles, further_roles, powers

    names = {"owner": "keeper", "clerk": "clerk", "reporter": "auditor"}
    try:
        found = checked_roles(json.dumps(said))
    except ValueError:
        return
    json.dumps(powers(names, found)).encode()
    for statement in further_roles(names, found):
        # Each stays one line with names in quotes, so that it is one statement and no command of psql.
        assert re.fullmatch(r'(CREATE ROLE|GRANT) "([^"]|"")*"( TO "([^"]|"")*")?', statement)
        assert "\n" not in statement
        assert "oncall" not in statement or statement.startswith("CREATE")


@pytest.mark.parametrize(
    "text", ["", "[" * 30_000, "{" * 3, '{"roles": {}}', "null", '{"roles": [], "members": {}}']
)
def test_what_is_no_list_of_roles_is_refused(text: str) -> None:
    from itbench_dbops.moving import checked_roles

    with pytest.raises(ValueError):
        checked_roles(text)
