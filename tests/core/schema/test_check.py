"""A fault of JSON names where it is, what was found and what is allowed."""

import json
from typing import Any

import pytest

import itbench_schemas
from itbench.errors import DataError
from itbench.schema.check import schema_faults
from itbench.schema.mirror import MODELS, mirror

TASK: dict[str, Any] = {"id": "t-1", "title": "T", "instructions": "Do."}


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (
            {"colour": "red"},
            "t.json: $: found the unknown key 'colour', allowed: only the keys hand_in, id, ",
        ),
        ({"id": "../up"}, "t.json: $.id: found '../up', allowed: text that matches "),
        ({"title": ""}, "t.json: $.title: found '', allowed: at least 1 characters"),
        ({"limits": {"turns": 0}}, "t.json: $.limits.turns: found 0, allowed: at least 1"),
        ({"limits": {"wall_s": "fast"}}, "t.json: $.limits.wall_s: found 'fast', allowed: number"),
        ({"tags": "public"}, "t.json: $.tags: found 'public', allowed: array"),
        (
            {"hand_in": {"answer": "/etc/passwd"}},
            "t.json: $.hand_in.answer: found '/etc/passwd', allowed: text ",
        ),
    ],
)
def test_a_fault_names_place_value_and_rule(change: dict[str, Any], line: str) -> None:
    (found,) = schema_faults(TASK | change, itbench_schemas.load("task"), source="t.json")
    assert found.startswith(line)


def test_all_faults_are_told_at_once() -> None:
    found = schema_faults({"id": "", "title": 1, "colour": 2}, itbench_schemas.load("task"))
    assert len(found) == 4
    assert "$: found no key 'instructions', allowed: an object that has it" in found


def test_a_long_value_is_cut() -> None:
    (found,) = schema_faults(TASK | {"tags": "x" * 1000}, itbench_schemas.load("task"))
    assert len(found) < 120


def test_a_schema_that_is_none_is_told_apart_from_a_value_that_does_not_fit() -> None:
    with pytest.raises(DataError, match=r"not a valid JSON Schema at \$\.type: 'text' is not valid"):
        schema_faults({}, {"type": "text"})


@pytest.mark.parametrize("ref", ["urn:elsewhere:thing", "#/$defs/gone", "https://example.invalid/schema"])
def test_a_schema_that_refers_to_nothing_is_refused_without_asking_a_network(ref: str) -> None:
    with pytest.raises(DataError, match=r"the schema refers to .*, which is not there"):
        schema_faults({}, {"$ref": ref})


def test_a_domain_extends_an_envelope_by_reference_without_a_network() -> None:
    schema = {"allOf": [{"$ref": "urn:itbench:truth"}], "required": ["sum"]}
    assert schema_faults({"canary": "x" * 16, "sum": 3}, schema) == []
    assert schema_faults({"canary": "short", "sum": 3}, schema) == [
        "$.canary: found 'short', allowed: at least 16 characters"
    ]


@pytest.mark.parametrize("name", sorted(MODELS))
def test_a_mirrored_schema_has_not_drifted_from_its_model(name: str) -> None:
    # `python -m itbench.schema.mirror` writes them anew.
    assert itbench_schemas.load(name) == mirror(name)


@pytest.mark.parametrize("name", itbench_schemas.NAMES)
def test_every_schema_is_valid_and_known_by_its_id(name: str) -> None:
    schema = itbench_schemas.load(name)
    assert schema["$id"] == f"urn:itbench:{name}"
    assert itbench_schemas.registry().contents(schema["$id"]) == schema
    assert isinstance(schema_faults({}, schema), list)
    assert json.dumps(schema)
