"""Answers are read in both formats, and refused with all their problems, in agreement with the schema."""

import pytest
from hypothesis import given, strategies as st
from jsonschema import Draft202012Validator

from itbench_sre.scoring import (
    NamedEntity,
    NamedPropagation,
    answer_schema,
    read_diagnosis,
    score_diagnosis,
)


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
        ({"contributing_factors": None}, "contributing_factors is a JSON null; it must be an array"),
        ({"entities": [{"name": "a"}] * 201}, "entities has 201 items; at most 200 are allowed"),
        ({"contributing_factors": 3, "entities": 4}, "entities is a JSON number; it must be an array"),
    ],
)
def test_what_cannot_be_read_is_told_and_is_off_schema(answer, problem):
    reading = read_diagnosis(answer)
    assert reading.diagnosis is None
    assert problem in reading.problems
    assert not Draft202012Validator(answer_schema()).is_valid(answer)


ROOT = {"name": "shop/ConfigMap/settings"}


@pytest.mark.parametrize(
    "fields",
    [
        {"evidence": ["a"]},
        {"evidence": {"file": "k8s_events_raw.tsv"}},
        {"reasoning": None},
        {"reasoning": 7, "condition": None},
        {"contributing_factor": "perhaps"},
    ],
)
@pytest.mark.parametrize(
    "more", [{}, {"propagations": None}, {"alerts_explained": "all"}, {"entities": "junk"}]
)
def test_a_field_that_is_not_scored_never_decides(chain, fields, more):
    answer = {"contributing_factors": [ROOT | fields], **more}
    assert score_diagnosis(answer, chain).value == 1.0
    assert Draft202012Validator(answer_schema()).is_valid(answer)


@pytest.mark.parametrize(
    ("entry", "note"),
    [
        ({"name": None}, "contributing_factors[1].name is a JSON null, not a string"),
        ({}, "contributing_factors[1].name is a JSON null, not a string"),
        ({"name": True}, "contributing_factors[1].name is a JSON boolean, not a string"),
        ({"name": "n" * 501}, "contributing_factors[1].name has 501 characters, more than 500"),
        ("shop/Service/cart", "contributing_factors[1] is a JSON string, not an object"),
        (None, "contributing_factors[1] is a JSON null, not an object"),
        ([ROOT], "contributing_factors[1] is a JSON array, not an object"),
    ],
)
def test_an_entry_without_a_readable_name_is_one_wrong_name_and_a_note_says_so(chain, entry, note):
    answer = {"contributing_factors": [ROOT, entry]}
    parts = score_diagnosis(answer, chain)
    assert (parts.value, parts.metrics["wrong_unreadable"]) == (0.5, 1.0)
    assert f"{note}; it counts as one wrong name" in parts.reasons
    assert Draft202012Validator(answer_schema()).is_valid(answer)


def test_each_entry_without_a_name_is_a_wrong_name_of_its_own(chain):
    parts = score_diagnosis({"contributing_factors": [ROOT, {"name": None}, {"name": None}]}, chain)
    assert (parts.value, parts.metrics["wrong_unreadable"]) == (pytest.approx(1 / 3), 2.0)


def test_what_is_not_blamed_in_ibms_format_need_not_be_readable(chain):
    answer = {"entities": [ROOT | {"contributing_factor": True}, {"name": None}, "cart"]}
    parts = score_diagnosis(answer, chain)
    assert parts.value == 1.0
    assert "entities[1].name is a JSON null, not a string; it is not read" in parts.reasons


@pytest.mark.parametrize("is_factor", [1, "true", None, [True]])
def test_only_true_blames_in_ibms_format(chain, is_factor):
    parts = score_diagnosis({"entities": [ROOT | {"contributing_factor": is_factor}]}, chain)
    assert parts.value == 0.0
    assert "entities[0].contributing_factor is neither true nor false; it counts as false" in parts.reasons


def test_where_one_of_both_formats_is_no_list_the_other_is_used():
    reading = read_diagnosis({"contributing_factors": None, "entities": [{"name": "y"}]})
    assert reading.diagnosis is not None
    assert [entity.name for entity in reading.diagnosis.entities] == ["y"]
    assert reading.diagnosis.notes == ("the answer has both formats; 'entities' is used",)


@pytest.mark.parametrize(
    ("propagations", "steps", "note"),
    [
        (None, (), "propagations is a JSON null, not an array; it is not read"),
        ("a to b", (), "propagations is a JSON string, not an array; it is not read"),
        ([{"source": "a"}], (), "propagations[0].target is a JSON null, not a string; the step is left out"),
        ([7, {"source": "a", "target": "b", "condition": None}], 1, "propagations[0] is a JSON number"),
        (
            [{"source": "a", "target": "b"}] * 501,
            500,
            "propagations has 501 items; only the first 500 are read",
        ),
    ],
)
def test_propagations_are_read_as_far_as_they_can_be(propagations, steps, note):
    answer = {"entities": [], "propagations": propagations}
    reading = read_diagnosis(answer)
    assert reading.diagnosis is not None
    assert len(reading.diagnosis.propagations or ()) == (steps or 0)
    assert any(item.startswith(note) for item in reading.diagnosis.notes)
    assert Draft202012Validator(answer_schema()).is_valid(answer)


def test_many_notes_are_cut():
    reading = read_diagnosis({"contributing_factors": [None] * 200})
    assert reading.diagnosis is not None
    assert len(reading.diagnosis.notes) == 21
    assert reading.diagnosis.notes[-1] == "180 more notes like these are left out"


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
                    "evidence",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


VALIDATOR = Draft202012Validator(answer_schema())


@pytest.mark.slow
@given(JSON)
def test_the_schema_allows_exactly_what_can_be_read(answer):
    reading = read_diagnosis(answer)
    assert VALIDATOR.is_valid(answer) == (reading.diagnosis is not None) == (not reading.problems)


def test_the_published_answer_is_on_schema(published_answer):
    assert Draft202012Validator(answer_schema()).is_valid(published_answer)
