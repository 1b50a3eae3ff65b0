"""Incidents are filtered by a ranker that learns from others, until it cannot tell which change is the root."""

from collections import Counter

import pytest

from itbench.kit import Randomness
from itbench_sre.world.incidents.balance import Drawn
from itbench_sre.world.incidents.filtering import hard_to_guess
from itbench_sre.world.incidents.ranker import Ranker, marks_of

COLOURS = ("red", "green", "blue")
CHANGES = 6


def drawn(random: Randomness, mechanism: str = "usual") -> Drawn:
    """An incident whose root is the change that is both red and late, two times of three."""
    changes = [
        {"kind": random.pick(COLOURS), "before": str(random.below(3)), "mechanism": "usual"}
        for _ in range(CHANGES)
    ]
    root = random.below(CHANGES)
    if random.below(3):
        changes[root] |= {"kind": "red", "before": "2"}
    changes[root]["mechanism"] = mechanism
    return Drawn(changes, [root], [f"object {random.below(12)}"])


def guessed(learnt: list[Drawn], tried: list[Drawn]) -> float:
    """Return how often a ranker names the root of incidents that it did not learn from."""
    ranker = Ranker()
    ranker.learn([marks_of(each) for each in learnt], [each.roots[0] for each in learnt])
    hits = 0
    for each in tried:
        likely = ranker.likelihoods(marks_of(each))
        hits += likely.index(max(likely)) == each.roots[0]
    return hits / len(tried)


def test_likelihoods_are_shares_and_what_roots_have_is_learnt() -> None:
    random = Randomness(5)
    known, others = [drawn(random) for _ in range(200)], [drawn(random) for _ in range(200)]
    ranker = Ranker()
    assert ranker.likelihoods(marks_of(known[0])) == [1 / CHANGES] * CHANGES
    ranker.learn([marks_of(each) for each in known], [each.roots[0] for each in known])
    assert abs(sum(ranker.likelihoods(marks_of(others[0]))) - 1) < 1e-9
    assert guessed(known, others) > 0.5


@pytest.mark.soak
def test_a_ranker_does_not_find_the_roots_of_what_is_left() -> None:
    random = Randomness(7)
    candidates = [drawn(random) for _ in range(240)]
    left = [candidates[place] for place in hard_to_guess(candidates, 80)]
    assert len(left) == 80
    assert guessed(candidates[:120], candidates[120:]) > 0.5
    assert guessed(left[:40], left[40:]) < 0.3
    assert hard_to_guess(candidates, 80) == hard_to_guess(candidates, 80)


def test_each_mechanism_stays_however_easily_its_roots_are_guessed() -> None:
    random = Randomness(8)
    candidates = [drawn(random, f"rare {number}") for number in range(8)]
    candidates += [drawn(random) for _ in range(100)]
    left = hard_to_guess(candidates, 30)
    mechanisms = Counter(candidates[place].changes[candidates[place].roots[0]]["mechanism"] for place in left)
    assert len(mechanisms) == 9
    assert len(hard_to_guess(candidates, 4)) == 4


def test_no_mark_is_more_frequent_than_it_may_be() -> None:
    random = Randomness(9)
    candidates = [drawn(random) for _ in range(150)]
    candidates += [Drawn(each.changes, each.roots, ["object favourite"]) for each in candidates[:60]]
    left = hard_to_guess(candidates, 60)
    marks = Counter(mark for place in left for mark in candidates[place].marks)
    assert len(left) == 60
    assert max(marks.values()) <= 9


def test_all_are_taken_where_there_are_no_more_than_wanted() -> None:
    random = Randomness(3)
    candidates = [drawn(random) for _ in range(5)]
    assert hard_to_guess(candidates, 9) == [0, 1, 2, 3, 4]
    assert hard_to_guess([], 9) == []
