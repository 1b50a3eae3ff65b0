"""Filters match as Python's `re.fullmatch` does, but always at once."""

import re

import pytest
from hypothesis import given, strategies as st

from itbench_sre.truth.pattern import compile_filter, unsupported_reason

ATOMS = st.sampled_from(
    [
        "a",
        "b",
        "-",
        ".",
        r"\b",
        r"\B",
        "^",
        "$",
        r"\d",
        r"\w",
        r"\W",
        r"\S",
        "[ab]",
        "[^a-]",
        "[a-z0-9]",
        r"[\d.]",
        r"\-",
    ]
)
REPEATS = st.sampled_from(["", "", "*", "+", "?", "{2}", "{1,}", "{,2}", "{0}", "*?"])


def _extend(inner):
    return st.one_of(
        st.tuples(inner, REPEATS).map(lambda pair: f"(?:{pair[0]}){pair[1]}"),
        st.lists(inner, min_size=1, max_size=3).map("|".join).map(lambda text: f"({text})"),
        st.lists(inner, min_size=1, max_size=3).map("".join),
    )


PATTERNS = st.recursive(ATOMS, _extend, max_leaves=6)


@pytest.mark.slow
@given(PATTERNS, st.text(alphabet="ab-0. ", min_size=1, max_size=7))
def test_a_filter_matches_what_fullmatch_matches(pattern, text):
    assert compile_filter(pattern).matches(text) == (re.fullmatch(pattern, text) is not None)


@pytest.mark.slow
@given(st.text(max_size=60), st.text(max_size=60))
def test_any_filter_can_be_held_against_any_name(filter_text, name):
    assert compile_filter(filter_text).matches(name) in {True, False}


@pytest.mark.parametrize(
    "hostile",
    ["(a+)+$", "(a|aa)+$", "(a*)*b", "(.*a){20}", "((a{0,30}){0,30}){0,30}b", "(a|b|ab)*c", r"(\w+\d*)+-"],
)
@given(length=st.integers(250, 300), last=st.sampled_from(["!", "b", "a"]))
def test_filters_on_which_backtracking_hangs_end_at_once(hostile, length, last):
    assert compile_filter(hostile).matches("a" * length + last) in {True, False}


@pytest.mark.parametrize(
    ("pattern", "text", "is_match"),
    [
        ("(a+)+$", "a" * 300, True),
        ("(a+)+$", "a" * 300 + "!", False),
        (r"ad\b", "ad", True),
        (r"ad\b", "load", False),
        (r"frontend\b", "frontend-proxy", False),
        ("checkout-.*", "checkout", False),
        ("^checkout-[a-z0-9]+-[a-z0-9]+$", "checkout-7d9-x7k", True),
        ("reviews-v*", "reviews-vv", True),
        (r"a\Bb", "ab", True),
        (r"a\B-", "a-", False),
        ("", "", True),
        ("", "a", False),
    ],
)
def test_a_filter_means_the_whole_name(pattern, text, is_match):
    assert compile_filter(pattern).matches(text) is is_match


@pytest.mark.parametrize(
    ("glob", "text", "is_match"),
    [
        ("*.*", "otel-demo.ad", True),
        ("*.*", "ad", False),
        ("*-pod", "cart-pod", True),
        ("ad?*(", "adx(", True),
        ("*" * 600, "cart", True),
        ("[a", "[a", True),
    ],
)
def test_an_invalid_regular_expression_is_a_glob(glob, text, is_match):
    compiled = compile_filter(glob)
    assert compiled.is_glob
    assert compiled.matches(text) is is_match


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        (r"(a)\1", "linear time"),
        ("(?=a)b", "linear time"),
        ("a" * 501, "501 characters; at most 500"),
        ("(((a{99}){99}){99}){99}", "multiply to 96059601; at most 1000"),
        ("((a{0,30}){0,30}){2,30}b", "multiply to 27000"),
    ],
)
def test_what_cannot_be_matched_in_linear_time_is_refused_with_its_reason(pattern, reason):
    found = unsupported_reason(pattern)
    assert found is not None
    assert reason in found


def test_an_ordinary_or_an_invalid_filter_is_not_refused():
    assert [unsupported_reason(text) for text in (r"cart\b", "cart-.*", "*.*", "(")] == [None] * 4
