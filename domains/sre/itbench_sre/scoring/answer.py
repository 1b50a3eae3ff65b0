"""Reads an agent's answer, in ITBench-AA's or in IBM's format, into one diagnosis.

Only what is scored decides: an entry without a readable name is one wrong name, and of everything else that cannot be
read a note says so. `answer.schema.json` lets through exactly what is read here.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any, Final

MAX_ENTITIES: Final = 200
MAX_PROPAGATIONS: Final = 500
MAX_NAME_LENGTH: Final = 500
_AA: Final = "contributing_factors"
_IBM: Final = "entities"
_SHOWN_NOTES: Final = 20


@dataclass(frozen=True, slots=True)
class NamedEntity:
    """An entity that an answer names, and whether it blames it; without a readable name, where it stands instead.

    Attributes:
        confidence: how sure the answer is that it is a root cause, in [0, 1]; None where it does not say.
    """

    name: str
    is_contributing_factor: bool = True
    reasoning: str = ""
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class NamedPropagation:
    """A step of the failure, as an answer tells it."""

    source: str
    target: str


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What an answer says: entities in order, and propagations, None where its format has none.

    Attributes:
        confidence: how sure an answer that blames nothing is that nothing is wrong, in [0, 1]; None where it does not
            say.
    """

    entities: tuple[NamedEntity, ...] = ()
    propagations: tuple[NamedPropagation, ...] | None = None
    notes: tuple[str, ...] = ()
    confidence: float | None = None

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
    present = [key for key in (_AA, _IBM) if key in answer]
    if not present:
        return Reading(None, (f"the answer has neither {_AA!r} nor {_IBM!r}",))
    problems = {key: problem for key in present if (problem := _list_problem(answer[key], key))}
    usable = [key for key in present if key not in problems]
    if not usable:
        return Reading(None, tuple(problems.values()))
    notes = [f"the answer has both formats; {usable[0]!r} is used"] if len(present) == 2 else []
    return Reading(_diagnosis(answer, usable[0], notes))


def _list_problem(items: Any, key: str) -> str | None:
    if not isinstance(items, list):
        return f"{key} is a JSON {_json_type(items)}; it must be an array"
    if len(items) > MAX_ENTITIES:
        return f"{key} has {len(items)} items; at most {MAX_ENTITIES} are allowed"
    return None


def _diagnosis(answer: Mapping[str, Any], key: str, notes: list[str]) -> Diagnosis:
    is_aa = key == _AA
    entities = tuple(
        _entity(item, f"{key}[{index}]", notes, is_aa=is_aa) for index, item in enumerate(answer[key])
    )
    # ITBench-AA's format has no propagations; in IBM's an answer without them tells of an empty chain.
    steps = _propagations(answer["propagations"], notes) if "propagations" in answer else None
    propagations = () if steps is None and not is_aa else steps
    confidence = _confidence(answer, "", notes)
    if len(notes) > _SHOWN_NOTES:
        notes[_SHOWN_NOTES:] = [f"{len(notes) - _SHOWN_NOTES} more notes like these are left out"]
    return Diagnosis(entities, propagations, tuple(notes), confidence)


def _entity(item: Any, place: str, notes: list[str], *, is_aa: bool) -> NamedEntity:
    fields = item if isinstance(item, Mapping) else {}
    is_blamed = is_aa or fields.get("contributing_factor", False)
    if not isinstance(is_blamed, bool):
        notes.append(f"{place}.contributing_factor is neither true nor false; it counts as false")
    problem = _name_problem(item, place, "name")
    if problem:
        notes.append(f"{problem}; it {'counts as one wrong name' if is_blamed is True else 'is not read'}")
    reasoning = fields.get("reasoning")
    return NamedEntity(
        place if problem else fields["name"],
        is_blamed is True,
        reasoning if isinstance(reasoning, str) else "",
        _confidence(fields, f"{place}.", notes),
    )


def _confidence(fields: Mapping[str, Any], place: str, notes: list[str]) -> float | None:
    """Read how sure an answer is; None where it does not say, or not by a number from 0 to 1."""
    found = fields.get("confidence")
    if found is None:
        return None
    if isinstance(found, bool) or not isinstance(found, int | float) or not 0 <= found <= 1:
        notes.append(f"{place}confidence is no number from 0 to 1; it is not read")
        return None
    return float(found)


def _propagations(items: Any, notes: list[str]) -> tuple[NamedPropagation, ...] | None:
    """Read the steps that can be read; None where there is no list of them."""
    if not isinstance(items, list):
        notes.append(f"propagations is a JSON {_json_type(items)}, not an array; it is not read")
        return None
    if len(items) > MAX_PROPAGATIONS:
        notes.append(f"propagations has {len(items)} items; only the first {MAX_PROPAGATIONS} are read")
    return tuple(_steps(items[:MAX_PROPAGATIONS], notes))


def _steps(items: Sequence[Any], notes: list[str]) -> list[NamedPropagation]:
    steps = []
    for index, item in enumerate(items):
        problems = [_name_problem(item, f"propagations[{index}]", key) for key in ("source", "target")]
        problem = next(filter(None, problems), None)
        if problem is None:
            steps.append(NamedPropagation(item["source"], item["target"]))
        else:
            notes.append(f"{problem}; the step is left out")
    return steps


def _name_problem(item: Any, place: str, key: str) -> str | None:
    if not isinstance(item, Mapping):
        return f"{place} is a JSON {_json_type(item)}, not an object"
    found = item.get(key)
    if not isinstance(found, str):
        return f"{place}.{key} is a JSON {_json_type(found)}, not a string"
    if len(found) > MAX_NAME_LENGTH:
        return f"{place}.{key} has {len(found)} characters, more than {MAX_NAME_LENGTH}"
    return None


def _json_type(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    names = {dict: "object", list: "array", str: "string", int: "number", float: "number"}
    return names.get(type(value), "value of an unknown type")
