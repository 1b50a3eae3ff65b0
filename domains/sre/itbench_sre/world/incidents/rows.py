"""Rows of recorded files, as a reader of a snapshot sees them: what the evidence of an incident consists of."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from itbench_sre.snapshot import read_rows
from itbench_sre.world.store.refs import JsonObject

OBJECTS, EVENTS = "k8s_objects_raw.tsv", "k8s_events_raw.tsv"
LOGS, SPANS = "otel_logs_raw.tsv", "otel_traces_raw.tsv"
ALERTS, METRICS = "alerts", "metrics"


@dataclass(frozen=True, slots=True)
class Row:
    """A row that would not stand in the files, or not so, without some of the changes.

    Attributes:
        file: where it stands, relative to the snapshot.
        key: what finds it there: an object and its version, the name of an event, the id of a span, a series.
        what: `added`, `changed` or `gone`.
        at: the row's time, as the file writes it.
        fields: what the row says, read.
    """

    file: str
    key: str
    what: str
    at: str
    fields: JsonObject = field(default_factory=dict)


def read_table(path: Path) -> Iterator[dict[str, str]]:
    """Yield the rows of a tab-separated file by column; none where there is no file.

    Raises:
        DataError: a row cannot be read.
    """
    if path.exists():
        yield from read_rows(path)


def plain_object(text: str) -> JsonObject:
    """Return the object in a body, without its version and without who owns which of its fields."""
    body: JsonObject = json.loads(text)
    for key in ("resourceVersion", "managedFields"):
        body["metadata"].pop(key, None)
    return body


def differences(old: Any, new: Any, path: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Yield the places in which two JSON values differ, with both values; a list with named items goes by name."""
    if old == new:
        return
    if isinstance(old, dict) and isinstance(new, dict):
        for key in sorted({*old, *new}):
            yield from differences(old.get(key), new.get(key), f"{path}.{key}" if path else key)
        return
    if isinstance(old, list) and isinstance(new, list) and (named := _by_name(old, new)):
        for key in sorted({*named[0], *named[1]}):
            yield from differences(named[0].get(key), named[1].get(key), f"{path}[{key}]")
        return
    yield path, old, new


def _by_name(old: list[Any], new: list[Any]) -> tuple[dict[str, Any], dict[str, Any]] | None:
    both = []
    for items in (old, new):
        names = [str(item["name"]) for item in items if isinstance(item, dict) and "name" in item]
        if len(names) != len(items) or len(set(names)) != len(names):
            return None
        both.append(dict(zip(names, items, strict=True)))
    return both[0], both[1]
