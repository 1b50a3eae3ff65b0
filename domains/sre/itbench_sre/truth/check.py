"""Finds every fault of a truth, as JSON, at once."""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from itbench import JsonObject
from itbench_sre.truth.pattern import unsupported_reason


@cache
def truth_schema() -> JsonObject:
    """Return the JSON Schema of a truth in its flat shape."""
    text = files("itbench_sre.truth").joinpath("truth.schema.json").read_text(encoding="utf-8")
    schema: JsonObject = json.loads(text)
    return schema


def payload(document: Any) -> Any:
    """Give what a truth document is about: its `spec` where that is a mapping (the wrapped form), else itself."""
    if isinstance(document, Mapping) and isinstance(document.get("spec"), Mapping):
        return document["spec"]
    return document


def validate_truth(document: Any) -> list[str]:
    """Give all faults of a truth, flat or wrapped, each with its JSON path, what was found, and what is allowed."""
    from itbench.kit import schema_faults

    body = payload(document)
    found = schema_faults(body, truth_schema()) or list(_faults_beyond_schema(body))
    return found if body is document else [f"$.spec{line.removeprefix('$')}" for line in found]


def _faults_beyond_schema(body: JsonObject) -> Iterator[str]:
    """Yield what no schema can say: filters that cannot be matched, and root causes that are missing."""
    groups = body["groups"]
    for at, group in enumerate(groups):
        yield from _filter_faults(group, f"$.groups[{at}]")
        if group.get("root_cause") and not group.get("filter") and not group.get("name"):
            yield f"$.groups[{at}]: found a root cause that nothing matches, allowed: one with a filter or a name"
    for at, change in enumerate(body.get("changes") or ()):
        for number, group in enumerate(change["names"]):
            yield from _filter_faults(group, f"$.changes[{at}].names[{number}]")
    has_root = any(group.get("root_cause") for group in groups)
    if not has_root and not body.get("nothing_is_wrong"):
        yield "$.groups: found no group with root_cause: true, allowed: at least one"
    if has_root and body.get("nothing_is_wrong"):
        yield "$.nothing_is_wrong: found true beside a group with root_cause: true, allowed: one of the two"


def _filter_faults(group: JsonObject, place: str) -> Iterator[str]:
    filters = group.get("filter") or []
    for text in [filters] if isinstance(filters, str) else filters:
        reason = unsupported_reason(text)
        if reason is not None:
            yield f"{place}.filter: found {text[:60]!r}, allowed: a simpler expression, since {reason}"
