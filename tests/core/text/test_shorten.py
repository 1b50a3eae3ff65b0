"""Long texts without their middle: nothing is lost without being counted."""

import pytest
from hypothesis import given, strategies as st

from itbench.text.shorten import each_line, shorten


@given(st.text(alphabet="ab\n", max_size=4000), st.integers(3, 12))
def test_what_is_shown_and_what_is_left_out_is_the_text(text: str, most: int) -> None:
    found = shorten(text, most)
    head, tail = "\n".join(found.head), "\n".join(found.tail)
    if not found.left_out:
        assert (head, found.tail) == (text, [])
        return
    between = text[len(head) : len(text) - len(tail)]
    assert text.startswith(head)
    assert text.endswith(tail)
    assert (len(between), between.count("\n")) == (found.left_out, found.left_out_lines)
    assert len(found.head) + len(found.tail) <= most


@pytest.mark.parametrize("text", ["x" * 1_000_000, "x\n" * 500_000, "\n" * 500_000])
def test_a_long_text_is_short(text: str) -> None:
    found = shorten(text, 24)
    assert sum(map(len, found.head + found.tail)) <= 24 * 200
    assert len(found.head) + len(found.tail) <= 24


@given(st.text(alphabet="ab\n"))
def test_lines_are_those_of_the_text(text: str) -> None:
    assert list(each_line(text)) == text.split("\n")
