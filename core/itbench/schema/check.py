"""Tell what in a JSON value breaks a schema: where, what was found, what is allowed."""

import json
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError, ValidationError
from referencing.exceptions import Unresolvable

from itbench.errors import DataError
from itbench.interfaces.json import JsonObject, JsonValue
from itbench_schemas import registry

_LONGEST_VALUE = 60


def schema_faults(value: JsonValue, schema: JsonObject, *, source: str = "") -> list[str]:
    """Return one line for each thing in `value` that the schema does not allow.

    A line reads `source: $.path: found VALUE, allowed: RULE`.

    Raises:
        DataError: the schema itself is not a valid JSON Schema, or refers to one that is not there.
    """
    validator = _validator(json.dumps(schema, sort_keys=True))
    prefix = f"{source}: " if source else ""
    try:
        return [prefix + line for error in validator.iter_errors(value) for line in _lines(error)]
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


def _lines(error: ValidationError) -> Iterator[str]:
    if error.validator in {"anyOf", "oneOf"} and error.context:
        yield from _lines_of_choice(error)
        return
    for path, found, allowed in _parts(error):
        yield f"{path}: found {found}, allowed: {allowed}"


def _lines_of_choice(error: ValidationError) -> Iterator[str]:
    """Tell the faults of the choice that was most likely meant: of the right type, and wrong only deep inside."""
    branches: dict[int, list[ValidationError]] = {}
    for cause in error.context or ():
        branches.setdefault(int(cause.schema_path[0]), []).append(cause)
    meant = [causes for causes in branches.values() if not any(_is_of_wrong_type(cause) for cause in causes)]
    if meant:
        for cause in max(meant, key=_depth):
            yield from _lines(cause)
        return
    rules = [allowed for causes in branches.values() for _, _, allowed in _parts(causes[0])]
    yield f"{error.json_path}: found {_short(error.instance)}, allowed: {' or '.join(dict.fromkeys(rules))}"


def _is_of_wrong_type(cause: ValidationError) -> bool:
    return cause.validator == "type" and not cause.relative_path


def _depth(causes: list[ValidationError]) -> tuple[int, int]:
    return max(len(cause.relative_path) for cause in causes), -len(causes)


def _parts(error: ValidationError) -> Iterator[tuple[str, str, str]]:
    path, rule = error.json_path, error.validator_value
    if error.validator in {"additionalProperties", "unevaluatedProperties"} and isinstance(
        error.instance, dict
    ):
        known = sorted(error.schema.get("properties", {})) if isinstance(error.schema, dict) else []
        allowed = "only the keys " + ", ".join(known) if known else "no further key"
        for key in sorted(set(error.instance) - set(known)):
            yield path, f"the unknown key {_short(key)}", allowed
    elif error.validator == "required" and isinstance(error.instance, dict):
        missing = error.message.split("'")[1] if "'" in error.message else str(rule)
        yield path, f"no key {missing!r}", "an object that has it"
    else:
        describe = _RULES.get(str(error.validator))
        yield path, _short(error.instance), describe(rule) if describe else error.message


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
