"""Tell what in a JSON value breaks a schema: where, what was found, what is allowed."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError, ValidationError
from referencing.exceptions import Unresolvable

from itbench.errors import DataError
from itbench.interfaces.json import JsonObject, JsonValue
from itbench_schemas import registry

_LONGEST_VALUE = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaFault:
    """Something in a value that its schema does not allow.

    Attributes:
        path: keys and places that lead to it.
        place: the same as `$.path`.
        found: what is there, in words.
        allowed: what may be there, in words.
        value: what is there.
        key: the key that is unknown; None where something else is wrong.
        choices: the words that are allowed, where only some are.
    """

    path: tuple[str | int, ...]
    place: str
    found: str
    allowed: str
    value: JsonValue = None
    key: str | None = None
    choices: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Return it as one line."""
        return f"{self.place}: found {self.found}, allowed: {self.allowed}"


def schema_faults(value: JsonValue, schema: JsonObject, *, source: str = "") -> list[str]:
    """Return one line for each thing in `value` that the schema does not allow.

    A line reads `source: $.path: found VALUE, allowed: RULE`.

    Raises:
        DataError: the schema itself is not a valid JSON Schema, or refers to one that is not there.
    """
    prefix = f"{source}: " if source else ""
    return [f"{prefix}{fault}" for fault in found_faults(value, schema)]


def found_faults(value: JsonValue, schema: JsonObject) -> list[SchemaFault]:
    """Return each thing in `value` that the schema does not allow.

    Raises:
        DataError: the schema itself is not a valid JSON Schema, or refers to one that is not there.
    """
    validator = _validator(json.dumps(schema, sort_keys=True))
    try:
        return [fault for error in validator.iter_errors(value) for fault in _faults(error)]
    except Unresolvable as error:
        raise DataError(f"the schema refers to {error.ref!r}, which is not there") from error


@lru_cache(maxsize=256)
def _validator(schema_text: str) -> Draft202012Validator:
    schema = json.loads(schema_text)
    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        raise DataError(f"not a valid JSON Schema at {error.json_path}: {error.message}") from error
    return Draft202012Validator(schema, registry=registry())


def _faults(error: ValidationError) -> Iterator[SchemaFault]:
    if error.validator in {"anyOf", "oneOf"} and error.context:
        yield from _faults_of_choice(error)
    else:
        yield from _parts(error)


def _faults_of_choice(error: ValidationError) -> Iterator[SchemaFault]:
    """Tell the faults of the choice that was most likely meant: of the right type, and wrong only deep inside."""
    branches: dict[int, list[ValidationError]] = {}
    for cause in error.context or ():
        branches.setdefault(int(cause.schema_path[0]), []).append(cause)
    meant = [causes for causes in branches.values() if not any(_is_of_wrong_type(cause) for cause in causes)]
    if meant:
        for cause in max(meant, key=_depth):
            yield from _faults(cause)
        return
    rules = [part.allowed for causes in branches.values() for part in _parts(causes[0])]
    yield _fault(error, found=_short(error.instance), allowed=" or ".join(dict.fromkeys(rules)))


def _fault(error: ValidationError, **parts: Any) -> SchemaFault:
    path = tuple(error.absolute_path)
    return SchemaFault(path=path, place=error.json_path, value=error.instance, **parts)


def _is_of_wrong_type(cause: ValidationError) -> bool:
    return cause.validator == "type" and not cause.relative_path


def _depth(causes: list[ValidationError]) -> tuple[int, int]:
    return max(len(cause.relative_path) for cause in causes), -len(causes)


def _parts(error: ValidationError) -> Iterator[SchemaFault]:
    rule, name = error.validator_value, str(error.validator)
    if name in {"additionalProperties", "unevaluatedProperties"} and isinstance(error.instance, dict):
        known = sorted(error.schema.get("properties", {})) if isinstance(error.schema, dict) else []
        allowed = "only the keys " + ", ".join(known) if known else "no further key"
        for key in sorted(set(error.instance) - set(known)):
            found = f"the unknown key {_short(key)}"
            yield _fault(error, found=found, allowed=allowed, key=key, choices=tuple(known))
    elif name == "required" and isinstance(error.instance, dict):
        missing = error.message.split("'")[1] if "'" in error.message else str(rule)
        yield _fault(error, found=f"no key {missing!r}", allowed="an object that has it")
    else:
        describe = _RULES.get(name)
        allowed = describe(rule) if describe else error.message
        choices = tuple(filter(_is_text, rule)) if isinstance(rule, list) and name == "enum" else ()
        yield _fault(error, found=_short(error.instance), allowed=allowed, choices=choices)


def _is_text(value: object) -> bool:
    return isinstance(value, str)


_RULES: dict[str, Callable[[Any], str]] = {
    "type": lambda rule: " or ".join(rule) if isinstance(rule, list) else str(rule),
    "enum": lambda rule: "one of " + ", ".join(map(repr, rule)),
    "const": lambda rule: f"only {rule!r}",
    "minimum": lambda rule: f"at least {rule}",
    "maximum": lambda rule: f"at most {rule}",
    "exclusiveMinimum": lambda rule: f"more than {rule}",
    "exclusiveMaximum": lambda rule: f"less than {rule}",
    "minLength": lambda rule: f"at least {rule} characters",
    "maxLength": lambda rule: f"at most {rule} characters",
    "minItems": lambda rule: f"at least {rule} items",
    "maxItems": lambda rule: f"at most {rule} items",
    "pattern": lambda rule: f"text that matches {rule}",
    "uniqueItems": lambda _: "no item twice",
}


def _short(value: JsonValue) -> str:
    text = repr(value)
    return text if len(text) <= _LONGEST_VALUE else f"{text[: _LONGEST_VALUE - 1]}…"
