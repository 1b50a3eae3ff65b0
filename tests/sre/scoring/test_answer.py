"""Answers are read in both formats, and refused with all their problems, in agreement with the schema."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from itbench_sre.scoring import NamedEntity, NamedPropagation, answer_schema, read_diagnosis


def test_itbench_aas_format_is_read():
    reading = read_diagnosis(
        {"contributing_factors": [{"name": "a/Pod/b", "reasoning": "r", "evidence": "e", "x": 1}]}
    )
    assert reading.diagnosis is not None
    assert reading.diagnosis.entities == (NamedEntity("a/Pod/b", True, "r"),)
    assert reading.diagnosis.propagations is None


def test_ibms_format_is_read():
    reading = read_diagnosis(
        {
            "entities": [
                {"name": "x", "contributing_factor": False},
                {"name": "y", "contributing_factor": True},
            ],
            "propagations": [{"source": "y", "target": "x", "condition": "c", "effect": "e"}],
            "alerts_explained": [],
        }
    )
    assert reading.diagnosis is not None
    assert [entity.name for entity in reading.diagnosis.entities] == ["x", "y"]
    assert [entity.name for entity in reading.diagnosis.factors] == ["y"]
    assert reading.diagnosis.propagations == (NamedPropagation("y", "x"),)


def test_where_both_formats_are_there_contributing_factors_are_used_and_it_is_said():
    reading = read_diagnosis({"contributing_factors": [{"name": "x"}], "entities": [{"name": "y"}]})
    assert reading.diagnosis is not None
    assert [entity.name for entity in reading.diagnosis.factors] == ["x"]
    assert reading.diagnosis.notes == ("the answer has both formats; 'contributing_factors' is used",)


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (None, "the answer is a JSON null; it must be an object"),
        ([], "the answer is a JSON array; it must be an object"),
        ({}, "the answer has neither 'contributing_factors' nor 'entities'"),
        ({"entities": {}}, "entities is a JSON object; it must be an array"),
        (
            {"contributing_factors": ["a/Pod/b"]},
            "contributing_factors[0] is a JSON string; it must be an object",
        ),
        ({"contributing_factors": [{}]}, "contributing_factors[0].name is a JSON null; it must be a string"),
        ({"entities": [{"name": True}]}, "entities[0].name is a JSON boolean; it must be a string"),
        ({"entities": [{"name": "a" * 501}]}, "entities[0].name has 501 characters; at most 500 are allowed"),
        (
            {"entities": [{"name": "a", "contributing_factor": 1}]},
            "entities[0].contributing_factor must be true or false",
        ),
        ({"entities": [{"name": "a"}] * 201}, "entities has 201 items; at most 200 are allowed"),
        ({"entities": [], "propagations": None}, "propagations is a JSON null; it must be an array"),
        (
            {"entities": [], "propagations": [{"source": "a"}]},
            "propagations[0].target is a JSON null; it must be a string",
        ),
        (
            {"entities": [], "propagations": [{"source": "a", "target": "b"}] * 501},
            "propagations has 501 items; at most 500 are allowed",
        ),
    ],
)
def test_what_cannot_be_read_is_told_and_is_off_schema(answer, problem):
    reading = read_diagnosis(answer)
    assert reading.diagnosis is None
    assert problem in reading.problems
    assert not Draft202012Validator(answer_schema()).is_valid(answer)


def test_the_schema_is_one():
    Draft202012Validator.check_schema(answer_schema())


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "contributing_factors",
                    "entities",
                    "propagations",
                    "name",
                    "source",
                    "target",
                    "contributing_factor",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(JSON)
def test_what_the_schema_allows_can_be_read(answer):
    if Draft202012Validator(answer_schema()).is_valid(answer):
        assert read_diagnosis(answer).problems == ()


def test_the_published_answer_is_on_schema(published_answer):
    assert Draft202012Validator(answer_schema()).is_valid(published_answer)
