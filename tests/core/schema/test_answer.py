"""An answer is repaired only where there is one way to read it, and the repair is said."""

import json
import string
from typing import Any

import pytest
from hypothesis import given, strategies as st

from itbench.schema.answer import read_answer, without_trailing_commas

SCHEMA = {"type": "object", "required": ["n"], "properties": {"n": {"type": "integer"}}}
FENCE = "the answer was taken from its fenced block"
COMMA = "a trailing comma was left out of the answer"

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@pytest.mark.parametrize(
    ("text", "notes"),
    [
        ('{"n": 1}', ()),
        ('\ufeff{"n": 1}', ()),
        ('{"n": 1,}', (COMMA,)),
        ('{"n": 1, "more": [1, 2, ], }', (COMMA,)),
        ('```json\n{"n": 1}\n```', (FENCE,)),
        ('Here it is:\n```\n{"n": 1}\n```\nDone.', (FENCE,)),
        ('```json\n{"n": 1,}\n```', (FENCE, COMMA)),
    ],
)
def test_an_answer_that_can_be_read_in_one_way_is_read(text: str, notes: tuple[str, ...]) -> None:
    answer = read_answer(text.encode(), SCHEMA)
    assert answer.problem is None
    assert answer.value["n"] == 1
    assert answer.notes == notes


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", "the answer is not JSON: Expecting value: line 1 column 1 (char 0)"),
        (b'{"n": 1', "the answer is not JSON: Expecting ',' delimiter: line 1 column 8 (char 7)"),
        (b"{'n': 1}", "the answer is not JSON: Expecting property name enclosed in double quotes"),
        (b'{"n": 1} {"n": 2}', "the answer is not JSON: Extra data"),
        (b'```json\n{"n": 1}\n```\n```json\n{"n": 2}\n```', "the answer is not JSON: Expecting value"),
        (b'{"n": NaN}', "the answer is not JSON: NaN is not a JSON value"),
        (b'{"n": 1e400}', "the answer is not JSON: 1e400 is larger than any floating-point number"),
        (b'{"n": -1e400}', "the answer is not JSON: -1e400 is larger than any floating-point number"),
        (b'{"n": ,}', "the answer is not JSON: Expecting value"),
        (b"\xff\xfe{\x00", "the answer is not UTF-8 text: invalid start byte at byte 0"),
        (b"[" * 200_000, "the answer is not JSON: maximum recursion depth exceeded"),
        (b'{"n": ' + b"9" * 10_000 + b"}", "the answer is not JSON: Exceeds the limit"),
        (b"[]", "the answer does not fit its schema: $: found [], allowed: object"),
        (b'{"n": "1"}', "the answer does not fit its schema: $.n: found '1', allowed: integer"),
    ],
    ids=lambda value: value[:20] if isinstance(value, bytes) else "",
)
def test_any_other_answer_is_refused_with_the_reason(data: bytes, problem: str) -> None:
    answer = read_answer(data, SCHEMA)
    assert answer.value is None
    assert answer.problem is not None
    assert answer.problem.startswith(problem)


def test_many_faults_are_counted_and_not_all_shown() -> None:
    schema = {"type": "array", "items": {"type": "string"}}
    problem = read_answer(b"[1,2,3,4,5,6,7]", schema).problem
    assert problem is not None
    assert problem.endswith("$[4]: found 5, allowed: string (and 2 more)")


@pytest.mark.slow
@given(json_values)
def test_valid_json_is_never_changed(value: Any) -> None:
    answer = read_answer(json.dumps(value).encode(), {})
    assert (answer.value, answer.notes) == (value, ())


@pytest.mark.slow
@given(json_values, st.sampled_from(["", "\n", "  "]))
def test_a_trailing_comma_is_repaired_wherever_it_stands(value: Any, space: str) -> None:
    broken = json.dumps({"v": value, "l": [value]})[:-2] + f",{space}],{space}}}"
    answer = read_answer(broken.encode(), {})
    assert answer.value == {"v": value, "l": [value]}
    assert answer.notes == (COMMA,)


@pytest.mark.slow
@given(st.text(alphabet='"\\,]} ' + string.ascii_letters))
def test_commas_inside_strings_are_left_alone(text: str) -> None:
    whole = json.dumps([text])
    assert without_trailing_commas(whole) == whole


@pytest.mark.slow
@given(st.binary(max_size=200))
def test_whatever_an_agent_writes_gives_an_answer_or_a_problem(data: bytes) -> None:
    answer = read_answer(data, {"type": "object"})
    assert (answer.problem is None) == isinstance(answer.value, dict)


@pytest.mark.parametrize(
    "data",
    [
        b'"' + b'\\"' * 300_000,
        b'"' * 600_000,
        b"," + b" " * 600_000,
        (b"," + b" " * 1000) * 600,
        b"```json\n" + b"\n```x" * 100_000,
        b"[" * 600_000,
        b'"' + b"\\" * 600_001,
    ],
    ids=["escaped quotes", "quotes", "a comma", "commas", "fences", "brackets", "backslashes"],
)
def test_an_answer_that_no_repair_helps_costs_no_more_than_its_length(data: bytes) -> None:
    """At the square of the length each would take minutes, in which nothing else of a run continues."""
    assert read_answer(data, {}).problem is not None


def test_a_cut_off_answer_keeps_its_strings_as_they_are() -> None:
    text = '{"a": "x, ]", "b": [1, 2, ], "c": "cut off, ]'
    assert without_trailing_commas(text) == '{"a": "x, ]", "b": [1, 2], "c": "cut off, ]'
