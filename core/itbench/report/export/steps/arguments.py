"""The arguments of a tool call by name, whatever a model wrote."""

import json

from itbench.interfaces.json import JsonObject, JsonValue
from itbench.report.export.steps.clean import clean


def arguments_of(value: JsonValue) -> JsonObject:
    """Return arguments by name; what is no object is the only argument, named `arguments`."""
    found = value
    if isinstance(value, str):
        try:
            found = clean(json.loads(value))
        except (ValueError, RecursionError):
            found = value
    if isinstance(found, dict):
        return found
    return {} if found is None else {"arguments": found}
