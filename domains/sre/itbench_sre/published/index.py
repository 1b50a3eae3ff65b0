"""The index of a published dataset, `data.jsonl`: its scenarios in their order, with the text of their truths."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from itbench import DataError, JsonValue
from itbench.kit import TaskNames

INDEX_NAME = "data.jsonl"
# What the ids of made incidents begin with, where published ones have `it-bench-sre-public-scenario-`.
MADE_ID = "it-bench-sre-made-scenario-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One scenario.

    Attributes:
        name: of its directory.
        public_id: what the publisher calls it.
        truth_text: YAML; empty where the truths are kept elsewhere.
        source: the file and line that it comes from, for messages.
    """

    name: str
    public_id: str
    truth_text: str
    source: str


def has_index(directory: Path) -> bool:
    """Tell whether a directory of scenarios has an index."""
    return (directory / INDEX_NAME).exists()


def has_no_index(directory: Path) -> bool:
    """Tell whether a directory of scenarios has no index."""
    return not has_index(directory)


def read_index(index: Path, names: TaskNames) -> dict[str, Entry]:
    """Return the scenarios in a `data.jsonl` by the ids of their tasks, in its order.

    Raises:
        DataError: a line cannot be used; names all such lines.
    """
    found: dict[str, Entry] = {}
    faults: list[str] = []
    for line, data in _lines(index):
        try:
            entry = _entry(f"{index}: line {line}", json.loads(data))
            task_id = names.task_id(entry.name)
            if task_id is None:
                raise ValueError(f"'scenario_id' must be {names.directory_form}, found {entry.name[:40]!r}")
            if task_id in found:
                raise ValueError(f"{entry.name} stands twice")
        except (ValueError, RecursionError) as error:
            faults.append(f"line {line}: {error}")
            continue
        found[task_id] = entry
    if faults:
        raise DataError(f"{index}: {'; '.join(faults)}; fetch the dataset again")
    return found


def _lines(index: Path) -> Iterator[tuple[int, bytes]]:
    try:
        lines = index.read_bytes().split(b"\n")
    except OSError as error:
        raise DataError(f"{index}: cannot be read: {error.strerror}") from error
    return ((number, data) for number, data in enumerate(lines, start=1) if data.strip())


def _entry(source: str, value: JsonValue) -> Entry:
    if not isinstance(value, dict):
        raise ValueError(f"expected an object, found {type(value).__name__}")  # noqa: TRY004 - bad data, not a bad call
    public_id = str(value.get("id_aa") or "")
    for key in ("scenario_id", "ground_truth_yaml"):
        is_elsewhere = key == "ground_truth_yaml" and value.get(key) == "" and public_id.startswith(MADE_ID)
        if not is_elsewhere and (not isinstance(value.get(key), str) or not value[key].strip()):
            raise ValueError(f"{key!r} must be text, found {str(value.get(key))[:40]!r}")
    return Entry(
        name=value["scenario_id"],
        public_id=public_id,
        truth_text=value["ground_truth_yaml"],
        source=source,
    )
