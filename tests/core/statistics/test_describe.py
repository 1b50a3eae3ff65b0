"""The headline, word for word."""

import pytest

from itbench.statistics import Values, estimate, headline

COMPLETE: Values = {"a": [1, 0], "b": [1, 1], "c": [0, 0.5]}
PARTIAL: Values = {"a": [1, None], "b": [1, 1], "c": [None, 0.5]}


@pytest.mark.parametrize(
    ("values", "faults", "line"),
    [
        (COMPLETE, {}, "0.583, 95 % interval 0.14 to 0.95, too few tasks to compare, over 6 of 6 trials"),
        (
            COMPLETE,
            {"agent": 2},
            "0.583, 95 % interval 0.14 to 0.95, too few tasks to compare, over 6 of 6 trials",
        ),
        (
            PARTIAL,
            {"model": 2},
            (
                "0.833, 95 % interval 0.23 to 1.00, too few tasks to compare, over 4 of 6 trials; 2 without a score (model); "
                "0.583 with the missing as 0, 0.833 with them left out, 0.917 with them as 1"
            ),
        ),
        (
            PARTIAL,
            {"model": 1, "environment": 1, "agent": 3, "task": 0},
            (
                "0.833, 95 % interval 0.23 to 1.00, too few tasks to compare, over 4 of 6 trials; 2 without a score (1 environment, 1 model); "
                "0.583 with the missing as 0, 0.833 with them left out, 0.917 with them as 1"
            ),
        ),
        (
            PARTIAL,
            {"scorer": 1},
            (
                "0.833, 95 % interval 0.23 to 1.00, too few tasks to compare, over 4 of 6 trials; 2 without a score (1 not run, 1 scorer); "
                "0.583 with the missing as 0, 0.833 with them left out, 0.917 with them as 1"
            ),
        ),
        (
            {"a": [1, 1, 0], "b": [None]},
            {},
            (
                "0.667, 95 % interval 0.01 to 1.00, too few tasks to compare, over 3 of 4 trials; 1 without a score (not run); "
                "0.333 with the missing as 0, 0.667 with them left out, 0.833 with them as 1"
            ),
        ),
        (
            {f"t{i}": [0, 0] for i in range(40)},
            {},
            "0.000, 95 % interval 0.00 to 0.09, over 80 of 80 trials",
        ),
        ({"a": [None, None]}, {"task": 2}, "no score: 0 of 2 trials have one; 2 without a score (task)"),
        ({"a": [None, None]}, {}, "no score: 0 of 2 trials have one; 2 without a score (not run)"),
        ({}, {}, "no score: no trial was planned"),
    ],
    ids=[
        "complete",
        "faults of the agent are scores",
        "one stage",
        "two stages",
        "some not run",
        "one task",
        "no spread",
        "nothing scored",
        "nothing run",
        "nothing planned",
    ],
)
def test_the_headline_says_it_all(values: Values, faults: dict[str, int], line: str) -> None:
    assert headline(estimate(values), faults) == line


def test_more_faults_than_missing_scores_is_a_bug_of_the_caller() -> None:
    with pytest.raises(ValueError, match=r"3 faults \{'model': 3\} but 2 trials without a score"):
        headline(estimate(PARTIAL), {"model": 3})
    with pytest.raises(ValueError, match="but 0 trials"):
        headline(estimate({}), {"model": 1})


def test_a_stage_that_does_not_exist_is_a_bug_of_the_caller() -> None:
    with pytest.raises(ValueError, match="cosmic rays"):
        headline(estimate(PARTIAL), {"cosmic rays": 2})
