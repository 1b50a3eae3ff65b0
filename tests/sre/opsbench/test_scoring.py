"""Scores are the published evaluator's: against tables by hand, and against the evaluator written anew."""

import random
from typing import Any

import pytest

from itbench import JsonObject
from itbench_sre.opsbench.score import score_case
from itbench_sre.opsbench.steps import step_of
from itbench_sre.opsbench.truths import read_truth

from . import evaluator
from .conftest import suite_of

PATH1 = ["GetResources::pods", "DescribeResource::pods::cart", "GetAppYAML::cart"]
PATH2 = ["GetResources::pods", "GetAlerts::"]
TRUTH: JsonObject = {
    "fault_taxonomy": "Scheduling_Fault",
    "fault_object": "app/cart",
    "root_cause": "oom_killed",
    "process": {"path1": PATH1, "path2": PATH2},
}
PODS = {"tool": "GetResources", "arguments": {"resource_type": "po"}, "is_error": False}
POD = {
    "tool": "DescribeResource",
    "arguments": {"resource_type": "pod", "name": "cart-5d8f9c7b6d-x2x4z"},
    "is_error": False,
}
YAML = {"tool": "GetAppYAML", "arguments": {"app_name": " cart "}, "is_error": False}
ALERTS = {"tool": "GetAlerts", "arguments": {}, "is_error": False}
EMPTY = {"tool": "GetAppYAML", "arguments": {}, "is_error": False}
FAILED = {**ALERTS, "is_error": True}
# Calls; relevance, coverage, in order, any order, exact, steps, invalid, redundant: worked out by hand.
BY_HAND = [
    ([], (0, 0, 0, 0, 0, 0, 0, 0)),
    ([PODS, POD, YAML], (1, 1, 1, 1, 1, 3, 0, 0)),
    ([POD, PODS, YAML], (1, 1, 0, 1, 0, 3, 0, 0)),
    ([PODS, PODS, POD, YAML], (1, 1, 1, 1, 0, 4, 0, 1 / 4)),
    ([PODS, ALERTS], (1, 1, 1, 1, 1, 2, 0, 0)),
    ([PODS, ALERTS, POD], (2 / 3, 1, 1, 1, 0, 3, 0, 0)),
    ([PODS], (1, 1 / 2, 0, 0, 0, 1, 0, 0)),
    ([EMPTY, FAILED], (0, 0, 0, 0, 0, 0, 2, 0)),
    ([YAML, YAML, YAML], (1, 1 / 3, 0, 0, 0, 3, 0, 2 / 3)),
    ([PODS, POD, EMPTY], (1, 2 / 3, 0, 0, 0, 2, 1, 0)),
]
NAMES = (
    "relevance", "coverage", "in_order", "any_order", "exact", "steps", "invalid_actions", "redundant_action_rate",
)  # fmt: skip


def prediction(
    cause: Any = "oom_killed", target: Any = "app/cart", taxonomy: Any = "Scheduling_Fault"
) -> JsonObject:
    return {"fault_taxonomy": taxonomy, "fault_object": target, "root_cause": cause}


def answer(*predictions: JsonObject) -> JsonObject:
    return {"top_3_predictions": [*predictions]}


@pytest.mark.parametrize(("calls", "expected"), BY_HAND)
def test_process_measures_worked_out_by_hand(calls: list[JsonObject], expected: tuple[float, ...]) -> None:
    metrics = score_case(answer(), {"calls": calls}, TRUTH).metrics
    assert [metrics[name] for name in NAMES] == pytest.approx(expected)
    anew = evaluator.process(calls, TRUTH["process"])
    assert [anew[name] for name in NAMES] == pytest.approx(expected)


@pytest.mark.parametrize(
    ("predictions", "at_1", "at_3", "partial_1", "partial_3", "precision"),
    [
        ([prediction()], 1, 1, 1, 1, 1),
        ([prediction(" OOM_Killed\n", "App/Cart", "scheduling_fault ")], 1, 1, 1, 1, 1),
        ([prediction(taxonomy="Runtime_Fault")], 0, 0, 1, 1, 1),
        ([prediction(target="app/shop"), prediction()], 0, 1, 0, 1, 1 / 2),
        ([prediction("x"), prediction("y"), prediction("z"), prediction()], 0, 0, 0, 0, 1),
        ([prediction(None, None, None)], 0, 0, 0, 0, 0),
        ([], 0, 0, 0, 0, 0),
        ([prediction(target="app/cart-2")], 0, 0, 0, 0, 0),
    ],
)
def test_outcome_measures_worked_out_by_hand(
    predictions: list[JsonObject],
    at_1: float,
    at_3: float,
    partial_1: float,
    partial_3: float,
    precision: float,
) -> None:
    score = score_case(answer(*predictions), {}, TRUTH)
    names = ("accuracy_at_1", "accuracy_at_3", "partial_at_1", "partial_at_3", "precision_at_full_recall")
    assert [score.metrics[name] for name in names] == [at_1, at_3, partial_1, partial_3, precision]
    assert score.value == at_1
    assert score.metrics["difficulty"] == 2


@pytest.mark.parametrize("told", [None, [], "text", {}, {"top_3_predictions": "x"}, answer([], "x", 5)])  # type: ignore[arg-type]
def test_whatever_is_handed_in_gets_a_score(told: Any) -> None:
    assert score_case(told, {}, TRUTH).value == 0


@pytest.mark.parametrize(
    ("told", "true"), [("db_readonly_mode", "db_read_only"), ("gateway_misrouted", "gateway_misroute")]
)
def test_misspelt_root_causes_win_in_both_spellings_and_by_the_letter_in_one(told: str, true: str) -> None:
    truth = TRUTH | {"root_cause": true}
    by_list, by_truth = (score_case(answer(prediction(cause)), {}, truth) for cause in (told, true))
    assert (by_list.value, by_truth.value) == (1, 1)
    assert [each.metrics["accuracy_at_1_published"] for each in (by_list, by_truth)] == [0, 1]


def test_without_tools_there_are_no_process_measures() -> None:
    metrics = score_case(answer(prediction()), {}, TRUTH).metrics
    assert not set(NAMES) & set(metrics)


def test_a_longer_name_of_an_expert_step_counts_beside_the_letter() -> None:
    steps = ["GetResources::pods", "DescribeResource::replicasets::cart"]
    truth = TRUTH | {"process": {"path1": steps, "path2": steps}}
    named = {"resource_type": "rs", "name": "cart-5d8f9c7b6d"}
    calls = [PODS, {"tool": "DescribeResource", "arguments": named, "is_error": False}]
    metrics = score_case(answer(), {"calls": calls}, truth).metrics
    assert (metrics["coverage"], metrics["coverage_by_workload"]) == (0.5, 1.0)


def random_calls(dice: random.Random, known: list[tuple[str, JsonObject]]) -> list[JsonObject]:
    """Some of what experts called, in any order, with odd arguments among them."""
    odd: list[Any] = [
        "",
        " ",
        None,
        80,
        "po",
        "PODS",
        "cart-5d8f9c7b6d-x2x4z",
        "cart-abcde",
        " redis-cart ",
        "x::y",
    ]
    calls = []
    for _ in range(dice.randrange(12)):
        tool, arguments = dice.choice(known)
        if dice.random() < 0.3:
            arguments = arguments | {dice.choice([*evaluator.KEYS[tool], "namespace"]): dice.choice(odd)}
        calls.append({"tool": tool, "arguments": arguments, "is_error": dice.random() < 0.1})
    return calls


def random_answer(dice: random.Random, truths: list[JsonObject]) -> JsonObject:
    told = []
    for _ in range(dice.randrange(5)):
        fields = prediction()
        fields = {name: dice.choice(truths)[name] for name in fields}
        truth = dice.choice(truths)
        fields = {name: truth[name] if dice.random() < 0.8 else value for name, value in fields.items()}
        told.append(
            {name: dice.choice([str.upper, " {} ".format, str])(value) for name, value in fields.items()}
        )
    return answer(*told)


def check_random(truths: list[JsonObject], count: int) -> None:
    dice = random.Random(20260402)
    right = 0
    for number in range(count):
        truth = truths[number % len(truths)]
        known = [(tool, arguments) for calls in truth["expert"].values() for tool, arguments in calls]
        others = [
            ("GetAlerts", {}),
            ("GetAppYAML", {"app_name": "frontend"}),
            ("GetResources", {"resource_type": "ns"}),
        ]
        calls = random_calls(dice, [*known, *others])
        told = random_answer(dice, [truth, dice.choice(truths)])
        metrics = score_case(told, {"calls": calls}, truth).metrics
        outcome = evaluator.outcome(told, truth)
        letter = {name: f"{name}_published" if "_at_" in name else name for name in outcome}
        assert {name: metrics[letter[name]] for name in outcome} == outcome, (told, truth)
        expected = evaluator.process(calls, truth["process"])
        assert {name: metrics[name] for name in expected} == pytest.approx(expected), (calls, truth)
        right += metrics["accuracy_at_1"] == 1
    assert count / 20 < right < count * 0.8


def test_scores_equal_the_evaluators_on_a_thousand_random_submissions(published: Any) -> None:
    suite = suite_of(published)
    check_random([read_truth(path / "metadata.json") for path in suite.directories.values()], 1000)


def test_scores_equal_the_evaluators_on_made_up_cases(clone: Any) -> None:
    suite = suite_of(clone)
    check_random([read_truth(path / "metadata.json") for path in suite.directories.values()], 300)


def test_a_step_is_written_as_the_evaluator_writes_it() -> None:
    for tool, keys in evaluator.KEYS.items():
        for value in ("pods", "po", " Pod ", "cart-5d8f9c7b6d-x2x4z", "ts-ui-abcde", 80, True, None, ""):
            arguments = dict.fromkeys(keys, value) | {"namespace": "x"}
            call = {"tool": tool, "arguments": arguments, "is_error": False}
            assert step_of(call) == evaluator.step(tool, arguments), (tool, value)
