"""By which text a leaked truth is known."""

import hashlib

import pytest

from itbench_sre.published.canary import canary_of

LONG = "payments fail because the till was told to take seashells only"
LONGER = f"{LONG} and nothing else at all"


@pytest.mark.parametrize(
    ("truth", "expected"),
    [
        ({"propagations": [{"condition": LONG, "effect": LONGER}]}, LONGER),
        ({"propagations": [{"condition": LONG}], "fault": [{"condition": LONGER}]}, LONG),
        ({"propagations": [{"condition": "short"}], "fault": [{"condition": LONG}]}, LONG),
        ({"recommended_actions": [{"solution": {"actions": ["no", LONG]}}]}, LONG),
    ],
    ids=["longest", "propagation before fault", "fault", "action"],
)
def test_the_longest_sentence_is_taken(truth, expected):
    assert canary_of(truth, f"x: {LONG}\ny: {LONGER}\n") == expected


def test_a_sentence_that_the_text_folds_over_lines_is_not_taken():
    text = LONGER.replace(" and", "\n  and") + f"\n{LONG}"
    assert canary_of({"propagations": [{"condition": LONGER, "effect": LONG}]}, text) == LONG


@pytest.mark.parametrize(
    "truth", [{}, {"propagations": [], "fault": []}, {"alerts": [{"metadata": {"description": LONG}}]}]
)
def test_without_a_sentence_it_is_made_from_the_text(truth):
    digest = hashlib.sha256(LONG.encode()).hexdigest()
    assert canary_of(truth, LONG) == f"itbench-canary-{digest}"
