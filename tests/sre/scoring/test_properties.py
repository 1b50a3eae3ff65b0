"""What holds for every answer and every truth."""

import json

import pytest
from hypothesis import given, strategies as st

from itbench_sre.scoring import parse_entity, score_diagnosis
from itbench_sre.truth import Group, Propagation, Truth, root_sets, solution

WORDS = st.sampled_from(["a", "cart", "cart-.*", "*.*", "(a+)+$", "frontend-proxy", "flagd", "x/y", ""])
KINDS = st.sampled_from(["Pod", "Deployment", "Service", "Schedule", "PodChaos", "Namespace", "", "pod"])
PLACES = st.sampled_from(["shop", "chaos-mesh", "cluster", ""])
IDS = st.sampled_from("abcdef")
GROUPS = st.builds(
    Group,
    id=IDS,
    kind=KINDS,
    namespace=st.none() | PLACES,
    filters=st.lists(WORDS | st.text(max_size=6), max_size=2).map(tuple),
    name=st.none() | WORDS,
    is_root_cause=st.booleans(),
)
TRUTHS = st.builds(
    Truth,
    groups=st.lists(GROUPS, max_size=6).map(tuple),
    aliases=st.lists(st.lists(IDS, max_size=3).map(tuple), max_size=3).map(tuple),
    propagations=st.lists(st.builds(Propagation, IDS, IDS, effect=st.text(max_size=9)), max_size=5).map(
        tuple
    ),
)
NAMES = st.one_of(
    st.tuples(PLACES, KINDS, WORDS | st.text(max_size=8)).map("/".join),
    st.text(max_size=20),
)
ANSWERS = st.lists(NAMES, max_size=8)
JUNK = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=True) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["contributing_factors", "entities", "propagations", "name", "source", "target"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=10,
)


def score(names, truth):
    return score_diagnosis({"contributing_factors": [{"name": name} for name in names]}, truth)


def is_wrong(name, truth):
    return not score([name], truth).details["entities"][0]["is_root_cause"]


@pytest.mark.slow
@given(JUNK, TRUTHS)
def test_any_json_and_any_truth_give_a_score_between_zero_and_one(answer, truth):
    parts = score_diagnosis(answer, truth)
    assert 0.0 <= parts.value <= 1.0
    json.dumps(parts.details)


@pytest.mark.slow
@given(ANSWERS, TRUTHS, st.randoms(use_true_random=False))
def test_the_order_of_entities_never_matters_for_the_headline(names, truth, random):
    shuffled = random.sample(names, len(names))
    assert score(names, truth).value == score(shuffled, truth).value


@pytest.mark.slow
@given(ANSWERS, NAMES, TRUTHS)
def test_a_wrong_entity_more_never_helps(names, extra, truth):
    if is_wrong(extra, truth):
        before, after = score(names, truth), score([*names, extra], truth)
        is_named_already = after.metrics["entities_named"] == before.metrics["entities_named"]
        assert not is_named_already or stem_of(extra) in {stem_of(name) for name in names}
        if is_named_already or before.value == 0.0:
            assert after.value == before.value
        else:
            assert after.value < before.value


def object_id(name):
    entity = parse_entity(name)
    return name.strip() if entity is None else entity.id


def stem_of(name):
    entity = parse_entity(name)
    return name.strip() if entity is None else f"{entity.place}/{entity.kind}/{entity.bare_name}"


def spelled_otherwise(name):
    parts = name.split("/", 2)
    if parse_entity(name) is None or len(parts) != 3:
        return name
    return f"{parts[0].upper()}/ {parts[1].swapcase()} /{parts[2]} "


@pytest.mark.slow
@given(ANSWERS, TRUTHS, st.integers(1, 4), st.randoms(use_true_random=False))
def test_naming_objects_again_in_whatever_spelling_changes_no_measure(names, truth, times, random):
    again = [
        *names,
        *(random.choice([name, spelled_otherwise(name)]) for name in names for _ in range(times)),
    ]
    once, often = score(names, truth), score(again, truth)
    assert often.value == once.value
    changed = {name for name, number in once.metrics.items() if often.metrics[name] != number}
    assert changed <= {"names_repeated"}


@pytest.mark.slow
@given(st.lists(NAMES, min_size=1, max_size=6), TRUTHS)
def test_no_list_of_names_scores_more_than_its_best_object_would_alone_with_its_wrong_ones(names, truth):
    ids = {object_id(name) for name in names}
    wrong = {object_id(name) for name in names if is_wrong(name, truth)}
    assert score(names, truth).value <= (len(ids) - len(wrong)) / len(ids)


@pytest.mark.slow
@given(ANSWERS, TRUTHS)
def test_a_missing_root_scores_zero(names, truth):
    found = {tuple(sorted(root.ids)) for root in root_sets(truth)}
    parts = score(names, truth)
    missing = [reason for reason in parts.reasons if reason.endswith("is not named")]
    if missing or not found or not names:
        assert parts.value == 0.0


@pytest.mark.slow
@given(ANSWERS, TRUTHS)
def test_every_metric_is_none_or_in_range_and_every_name_has_a_reason(names, truth):
    parts = score(names, truth)
    for name, number in parts.metrics.items():
        is_count = name.startswith("wrong_") or name in {"entities_named", "names_repeated"}
        assert number is None or 0.0 <= number <= (len(names) if is_count else 1.0)
    for name in names:
        assert any(reason.startswith(repr(name)) for reason in parts.reasons)


@pytest.mark.slow
@given(ANSWERS, TRUTHS)
def test_the_strict_reading_is_never_kinder(names, truth):
    metrics = score(names, truth).metrics
    assert metrics["precision_at_full_recall_strict"] <= metrics["precision_at_full_recall"]


@pytest.mark.slow
@given(TRUTHS)
def test_a_solution_can_be_made_of_any_truth(truth):
    factors = solution(truth)["contributing_factors"]
    assert len(factors) == len(root_sets(truth))


def test_a_hostile_filter_and_a_long_name_score_at_once():
    truth = Truth((Group("a", "Pod", "shop", ("(a+)+$", "(a|aa)+b"), is_root_cause=True),))
    names = [f"shop/Pod/{'a' * (150 + length)}b-c" for length in range(100)]
    assert score(names, truth).value == 0.0
    assert score(["shop/Pod/" + "a" * 250], truth).value == 1.0


@pytest.mark.parametrize("answer", [None, 3, [], {}, {"contributing_factors": "x"}])
def test_an_unreadable_answer_scores_zero_and_says_why(answer, chain):
    parts = score_diagnosis(answer, chain)
    assert parts.value == 0.0
    assert parts.reasons[0].startswith(("the answer", "contributing_factors"))
    assert "the root cause 'config' is not named" in parts.reasons
