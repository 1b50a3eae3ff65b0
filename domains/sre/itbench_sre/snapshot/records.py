"""The 17 columns of the collector's log table, which logs, events and objects share."""

import json
from collections.abc import Callable

from itbench import JsonObject

LOG_COLUMNS = (
    "Timestamp",
    "TimestampTime",
    "TraceId",
    "SpanId",
    "TraceFlags",
    "SeverityText",
    "SeverityNumber",
    "ServiceName",
    "Body",
    "ResourceSchemaUrl",
    "ResourceAttributes",
    "ScopeSchemaUrl",
    "ScopeName",
    "ScopeVersion",
    "ScopeAttributes",
    "LogAttributes",
)
"""EventName, the 17th, is optional."""

TextField = Callable[[list[str]], str]


def field_reader(position: dict[str, int], column: str) -> TextField:
    """Return a function that takes one column out of a row; the empty string where there is no such column."""
    index = position.get(column)
    if index is None:
        return lambda _: ""
    return lambda row: row[index]


def parse_body(text: str) -> JsonObject:
    """Return the JSON object in a Body.

    Raises:
        ValueError: it is not a JSON object.
    """
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"Body is not JSON: {error}") from error
    if not isinstance(value, dict):
        raise ValueError(f"Body is not a JSON object, found {text[:80]!r}")  # noqa: TRY004 - bad data, not a bad call
    return value
