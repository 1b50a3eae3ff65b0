"""Whatever name an agent makes up, one that is no object's scores nothing on any public truth."""

import importlib.util
import sys
from pathlib import Path

import pytest

from itbench_sre.scoring import Matcher, Sightings, parse_entity, score_diagnosis

HERE = Path(__file__).parent
SOAKED = 20_000


def load(name):
    spec = importlib.util.spec_from_file_location(name, HERE / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


invented = load("invented")


@pytest.fixture(scope="module")
def matchers(published_truth):
    head = HERE.parents[2] / "../shared/reference/itbench/ground_truths/head"
    numbers = sorted(int(path.parent.name.removeprefix("scenario_")) for path in head.glob("*/v1.yaml"))
    assert len(numbers) == 61
    return {number: Matcher(published_truth(number)) for number in numbers}


def hits(matchers, seed, count):
    return [
        (number, name)
        for name in invented.Inventor(seed).names(count)
        for number, matcher in matchers.items()
        if matcher.match(name).is_hit
    ]


@pytest.mark.slow
def test_no_invented_name_is_a_root_cause_of_any_public_truth(matchers):
    assert hits(matchers, 1, SOAKED // 20) == []


@pytest.mark.soak
@pytest.mark.slow  # Twenty thousand names over sixty truths.
def test_no_invented_name_at_all_is_a_root_cause_of_any_public_truth(matchers):
    assert hits(matchers, 2, SOAKED) == []


@pytest.mark.slow
def test_invented_names_together_score_nothing_and_cost_what_they_are(matchers):
    names = list(invented.Inventor(3).names(150))
    for matcher in matchers.values():
        answer = {"contributing_factors": [{"name": name} for name in names]}
        assert score_diagnosis(answer, matcher.truth).value == 0.0


@pytest.mark.slow
def test_invented_autoscalers_are_right_nowhere_that_lists_them(matchers):
    names = [f"otel-demo/HorizontalPodAutoscaler/{word}" for word in ("a", "b", "c", *invented.WORDS)]
    unseen = Sightings(
        frozenset({"horizontalpodautoscaler"}), {parse_entity(name).id: False for name in names}
    )
    for matcher in matchers.values():
        answer = {"contributing_factors": [{"name": name} for name in names]}
        assert score_diagnosis(answer, matcher.truth, unseen).value == 0.0


@pytest.mark.parametrize("length", [1, 40, 120])
def test_two_hundred_hostile_names_are_scored_at_once(matchers, length):
    names = [f"otel-demo/Pod/{'a-' * length}{at}" for at in range(70)]
    names += [f"chaos-mesh/Schedule/{'network-' * (length // 4)}{at}" for at in range(70)]
    names += [f"otel-demo/Deployment/{'-'.join(['checkout'] * (length // 4 + 1))}-{at}" for at in range(60)]
    answer = {"contributing_factors": [{"name": name[:500]} for name in names]}
    for number in (18, 31, 61):
        assert score_diagnosis(answer, matchers[number].truth).value == 0.0
