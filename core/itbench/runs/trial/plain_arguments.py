"""Arguments of a tool in which nothing is left that an agent chose, as far as the tool's schema allows."""

from collections.abc import Iterator

from itbench.interfaces.json import JsonObject, JsonValue
from itbench.schema.check import schema_faults

_LONGEST_TEXT = 1000


def plain_arguments(arguments: JsonObject, parameters: JsonObject) -> JsonObject:
    """Return arguments of the same names, each with the plainest value that fits the schema, or as it was where none does."""
    plain = dict(arguments)
    for name, value in arguments.items():
        for candidate in _plainer(value, _property(parameters, name)):
            changed = plain | {name: candidate}
            if not schema_faults(changed, {"type": "object", **parameters}):
                plain = changed
                break
    return plain


def _property(parameters: JsonObject, name: str) -> JsonObject:
    properties = parameters.get("properties")
    found = properties.get(name) if isinstance(properties, dict) else None
    return found if isinstance(found, dict) else {}


def _plainer(value: JsonValue, schema: JsonObject) -> Iterator[JsonValue]:
    if isinstance(value, bool) or value is None:
        return  # Nobody can put anything into those.
    if isinstance(value, str):
        shortest = schema.get("minLength", 0)
        yield "a" * shortest if isinstance(shortest, int) and shortest <= _LONGEST_TEXT else ""
    elif isinstance(value, int | float):
        yield 0
        yield 1
        yield from (schema[key] for key in ("minimum", "maximum") if key in schema)
    elif isinstance(value, list):
        yield []
    else:
        yield {}
