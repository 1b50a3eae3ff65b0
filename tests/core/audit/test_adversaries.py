"""Adversaries: they find what tells, and find nothing where nothing does."""

from collections.abc import Callable, Sequence
from importlib.util import find_spec

import pytest

from itbench import AuditCase, Candidate
from itbench.audit.adversary import Adversary
from itbench.audit.constant import ConstantAnswer, EmptyAnswer
from itbench.audit.forests import forests
from itbench.audit.grid import Grid, TriedCase, grid_of
from itbench.audit.rules import BestRule, Rule, RuleList
from itbench.kit import Randomness
from itbench.statistics.means import mean

pytestmark = pytest.mark.skipif(find_spec("sklearn") is None, reason="scikit-learn is not installed")

CANDIDATES = 8
FORESTS = forests(trees=40)
WORDS = ("red", "green", "blue")


class Guess(AuditCase):
    """A task with right candidates; naming others beside them costs precision, and missing one costs all."""

    def __init__(self, number: int, candidates: Sequence[Candidate], right: Sequence[int]) -> None:
        self.task_id = f"t-{number}"
        self.family = f"family-{number % 2}"
        self.candidates = candidates
        self.right = set(right)

    def value(self, chosen: Sequence[int]) -> float:
        if not self.right:
            return float(not chosen)
        return len(self.right) / len(chosen) if self.right <= set(chosen) else 0.0


Right = Callable[[Sequence[Candidate], Randomness], Sequence[int]]


def at_random(candidates: Sequence[Candidate], random: Randomness) -> Sequence[int]:
    return [random.below(CANDIDATES)]


def the_largest(candidates: Sequence[Candidate], random: Randomness) -> Sequence[int]:
    sizes = [int(candidate.features["size"]) for candidate in candidates]
    return [sizes.index(max(sizes))]


def the_oldest_of_red(candidates: Sequence[Candidate], random: Randomness) -> Sequence[int]:
    ages = {
        at: int(candidate.features["age"])
        for at, candidate in enumerate(candidates)
        if candidate.features["colour"] == "red"
    }
    return [max(ages, key=lambda at: ages[at])] if ages else [0]


def mostly_key_3(candidates: Sequence[Candidate], random: Randomness) -> Sequence[int]:
    return [3 if random.below(10) < 7 else random.below(CANDIDATES)]


def two_small_ones(candidates: Sequence[Candidate], random: Randomness) -> Sequence[int]:
    return sorted(range(CANDIDATES), key=lambda at: int(candidates[at].features["size"]))[:2]


def nothing(candidates: Sequence[Candidate], random: Randomness) -> Sequence[int]:
    return []


def made(right: Right, count: int, seed: int = 1) -> Grid:
    cases = []
    for number in range(count):
        random = Randomness(seed * 1_000_003 + number)
        sizes, ages = random.shuffled(range(100)), random.shuffled(range(100))
        candidates = [
            Candidate(
                key=f"key-{at}", features={"size": sizes[at], "age": ages[at], "colour": random.pick(WORDS)}
            )
            for at in range(CANDIDATES)
        ]
        cases.append(TriedCase(Guess(number, candidates, right(candidates, random))))
    return grid_of(cases)


def score(adversary: Adversary, right: Right, *, train: int = 60, test: int = 60) -> float:
    grid = made(right, train + test)
    learnt = adversary.learn(grid.rows(range(train)), seed=5)
    return mean(learnt.values(grid.rows(range(train, train + test))))


def test_a_single_rule_is_found() -> None:
    assert score(BestRule(), the_largest) == 1.0
    grid = made(the_largest, 60)
    assert BestRule().learn(grid, 1) == Rule(number="size")


def test_a_rule_among_candidates_with_a_word_is_found_by_rules_and_lists() -> None:
    assert score(BestRule(), the_oldest_of_red) > 0.9
    assert score(RuleList(), the_oldest_of_red) > 0.9


@pytest.mark.slow  # Grows forests with scikit-learn, whose import takes seconds.
@pytest.mark.parametrize("forest", FORESTS, ids=lambda forest: forest.name)
def test_a_forest_learns_what_no_single_rule_says(forest: Adversary) -> None:
    assert score(forest, the_largest, train=150) > 0.9


@pytest.mark.parametrize(
    "adversary",
    [
        EmptyAnswer(),
        ConstantAnswer(),
        BestRule(),
        RuleList(),
        *(pytest.param(forest, marks=pytest.mark.slow) for forest in FORESTS),
    ],
    ids=lambda each: each.name,
)
def test_where_nothing_tells_an_adversary_does_no_better_than_at_random(adversary: Adversary) -> None:
    # 160 tasks of 8 candidates: 1/8 at random, with a standard error of 0.026.
    assert score(adversary, at_random, train=60, test=160) < 1 / 8 + 4 * 0.026


def test_an_answer_that_is_always_the_same_wins_where_one_name_is_a_favourite() -> None:
    assert score(ConstantAnswer(), mostly_key_3) > 0.5
    assert ConstantAnswer().learn(made(mostly_key_3, 60), 1).text == "always names 'key-3'"


def test_an_empty_answer_wins_where_nothing_is_right() -> None:
    assert score(EmptyAnswer(), nothing) == 1.0
    assert score(EmptyAnswer(), the_largest) == 0.0


@pytest.mark.slow  # Grows forests with scikit-learn, whose import takes seconds.
def test_a_forest_names_two_where_two_are_right_and_nothing_where_nothing_is() -> None:
    forest = FORESTS[0]
    assert score(forest, two_small_ones, train=200) > 0.5
    assert score(forest, nothing) == 1.0


def test_a_rule_scores_the_mean_over_candidates_that_it_cannot_tell_apart() -> None:
    candidates = [Candidate(key=str(at), features={"size": 1}) for at in range(4)]
    grid = grid_of([TriedCase(Guess(0, candidates, [2]))])
    assert Rule(number="size").values(grid) == [0.25]
    assert Rule(number="size", is_all=True).values(grid) == [0.25]
    assert Rule(number="age").values(grid) == [0.0]


@pytest.mark.slow  # Grows forests with scikit-learn, whose import takes seconds.
def test_tasks_without_candidates_and_features_that_are_missing_break_nothing() -> None:
    cases = [
        TriedCase(Guess(0, [], [])),
        TriedCase(Guess(1, [Candidate(key="a"), Candidate(key="b", features={"size": 3})], [1])),
    ] * 3
    grid = grid_of(cases)
    for adversary in [EmptyAnswer(), ConstantAnswer(), BestRule(), RuleList(), *FORESTS]:
        values = adversary.learn(grid, 1).values(grid)
        assert len(values) == len(cases)
        assert all(0 <= value <= 1 for value in values)


@pytest.mark.slow  # Grows forests with scikit-learn, whose import takes seconds.
def test_the_same_seed_gives_the_same_result() -> None:
    forest = FORESTS[0]
    assert score(forest, at_random, test=20) == score(forest, at_random, test=20)
