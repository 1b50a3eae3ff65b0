"""Reads an agent's answer, in ITBench-AA's or in IBM's format, into one diagnosis."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any, Final

MAX_ENTITIES: Final = 200
MAX_PROPAGATIONS: Final = 500
MAX_NAME_LENGTH: Final = 500


@dataclass(frozen=True, slots=True)
class NamedEntity:
    """An entity that an answer names, and whether it blames it."""

    name: str
    is_contributing_factor: bool = True
    reasoning: str = ""


@dataclass(frozen=True, slots=True)
class NamedPropagation:
    """A step of the failure, as an answer tells it."""

    source: str
    target: str


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What an answer says: entities in order, and propagations, None where it has no word on them."""

    entities: tuple[NamedEntity, ...] = ()
    propagations: tuple[NamedPropagation, ...] | None = None
    notes: tuple[str, ...] = ()

    @property
    def factors(self) -> list[NamedEntity]:
        """The entities that the answer blames, in its order."""
        return [entity for entity in self.entities if entity.is_contributing_factor]


@dataclass(frozen=True, slots=True)
class Reading:
    """A diagnosis, or the problems for which there is none."""

    diagnosis: Diagnosis | None
    problems: tuple[str, ...] = ()


def answer_schema() -> dict[str, Any]:
    """Give the JSON Schema (2020-12) of an answer."""
    text = resources.files(__package__).joinpath("answer.schema.json").read_text(encoding="utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema


def read_diagnosis(answer: Any) -> Reading:
    """Read an answer; where it has both formats, `contributing_factors` is used and a note says so."""
    if not isinstance(answer, Mapping):
        return Reading(None, (f"the answer is a JSON {_json_type(answer)}; it must be an object",))
    key = "contributing_factors" if "contributing_factors" in answer else "entities"
    if key not in answer:
        return Reading(None, ("the answer has neither 'contributing_factors' nor 'entities'",))
    problems = _entity_problems(answer[key], key)
    if "propagations" in answer:
        problems += _propagation_problems(answer["propagations"])
    if problems:
        return Reading(None, tuple(problems))
    return Reading(_diagnosis(answer, key))


def _diagnosis(answer: Mapping[str, Any], key: str) -> Diagnosis:
    is_aa = key == "contributing_factors"
    entities = tuple(
        NamedEntity(
            item["name"], is_aa or item.get("contributing_factor", False), str(item.get("reasoning", ""))
        )
        for item in answer[key]
    )
    propagations = None
    if "propagations" in answer:
        propagations = tuple(
            NamedPropagation(item["source"], item["target"]) for item in answer["propagations"]
        )
    notes = (
        ("the answer has both formats; 'contributing_factors' is used",)
        if is_aa and "entities" in answer
        else ()
    )
    return Diagnosis(entities, propagations, notes)


def _entity_problems(items: Any, key: str) -> list[str]:
    if not isinstance(items, list):
        return [f"{key} is a JSON {_json_type(items)}; it must be an array"]
    if len(items) > MAX_ENTITIES:
        return [f"{key} has {len(items)} items; at most {MAX_ENTITIES} are allowed"]
    problems: list[str] = []
    for index, item in enumerate(items):
        path = f"{key}[{index}]"
        problems += _name_problems(item, path, "name")
        if isinstance(item, Mapping) and not isinstance(item.get("contributing_factor", False), bool):
            problems.append(f"{path}.contributing_factor must be true or false")
    return problems


def _propagation_problems(items: Any) -> list[str]:
    if not isinstance(items, list):
        return [f"propagations is a JSON {_json_type(items)}; it must be an array"]
    if len(items) > MAX_PROPAGATIONS:
        return [f"propagations has {len(items)} items; at most {MAX_PROPAGATIONS} are allowed"]
    return [
        problem
        for index, item in enumerate(items)
        for problem in _name_problems(item, f"propagations[{index}]", "source", "target")
    ]


def _name_problems(item: Any, path: str, *keys: str) -> list[str]:
    if not isinstance(item, Mapping):
        return [f"{path} is a JSON {_json_type(item)}; it must be an object"]
    problems: list[str] = []
    for key in keys:
        found = item.get(key)
        if not isinstance(found, str):
            problems.append(f"{path}.{key} is a JSON {_json_type(found)}; it must be a string")
        elif len(found) > MAX_NAME_LENGTH:
            problems.append(
                f"{path}.{key} has {len(found)} characters; at most {MAX_NAME_LENGTH} are allowed"
            )
    return problems


def _json_type(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    names = {dict: "object", list: "array", str: "string", int: "number", float: "number"}
    return names.get(type(value), "value of an unknown type")
