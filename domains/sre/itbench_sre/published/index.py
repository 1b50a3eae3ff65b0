"""Which scenarios a published dataset has, in their order, with the text of their truths."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from itbench import DataError, JsonValue
from itbench_sre.published.datasets import INDEX_NAME

TRUTH_NAMES = ("ground_truth.yaml", "ground_truth.yml")
_DIRECTORY = re.compile(r"Scenario-(\d{1,6})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One scenario.

    Attributes:
        number: the public one, an id and not an index.
        directory: where its files lie, or would lie if it was not fetched.
        public_id: what the publisher calls it; empty where there is no index.
        truth_text: YAML from the index; None where it lies in the directory.
        truth_source: the file and line that it comes from, for messages.
    """

    number: int
    directory: Path
    public_id: str = ""
    truth_text: str | None = None
    truth_source: str = ""


def read_entries(directory: Path) -> list[Entry]:
    """Return the scenarios below a directory: in the order of `data.jsonl` if there is one, else by number.

    An entry whose directory was not fetched stays in the list.

    Raises:
        DataError: a line of the index cannot be used, or a directory is not in it; names all of them.
    """
    present = _numbered_directories(directory)
    index = directory / INDEX_NAME
    if not index.is_file():
        return [Entry(number=number, directory=path) for number, path in sorted(present.items())]
    faults: list[str] = []
    entries = list(_indexed(index, faults))
    listed = {entry.number for entry in entries}
    if not faults:
        faults += [
            f"{path.name} has no line in {INDEX_NAME}, so no truth"
            for number, path in sorted(present.items())
            if number not in listed
        ]
    if faults:
        raise DataError(f"{index}: {'; '.join(faults)}; fetch the dataset again")
    return entries


def read_index(index: Path) -> list[Entry]:
    """Return the scenarios in a `data.jsonl`.

    Raises:
        DataError: a line cannot be used; names all such lines.
    """
    faults: list[str] = []
    entries = list(_indexed(index, faults))
    if faults:
        raise DataError(f"{index}: {'; '.join(faults)}; fetch the dataset again")
    return entries


def read_truth_text(entry: Entry) -> tuple[str, str]:
    """Return the YAML text of a truth, and where it comes from.

    Raises:
        DataError: there is none.
    """
    if entry.truth_text is not None:
        return entry.truth_text, entry.truth_source
    for name in TRUTH_NAMES:
        path = entry.directory / name
        if path.is_file():
            return read_text(path), str(path)
    raise DataError(f"{entry.directory}: no truth there, expected {TRUTH_NAMES[0]}; fetch the dataset again")


def read_text(path: Path) -> str:
    """Return the text of a file.

    Raises:
        DataError: it cannot be read or is not UTF-8.
    """
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise DataError(f"{path}: not UTF-8 at byte {error.start}") from error


def _numbered_directories(directory: Path) -> dict[int, Path]:
    found: dict[int, Path] = {}
    for path in sorted(directory.iterdir()):
        match = _DIRECTORY.fullmatch(path.name)
        if not path.is_dir() or not path.name.startswith("Scenario-"):
            continue
        if match is None or int(match[1]) in found:
            raise DataError(
                f"{path}: not a scenario's name, or one that stands twice; expected Scenario-<number>"
            )
        found[int(match[1])] = path
    return found


def _indexed(index: Path, faults: list[str]) -> Iterator[Entry]:
    numbers: set[int] = set()
    try:
        lines = index.read_bytes().split(b"\n")
    except OSError as error:
        raise DataError(f"{index}: cannot be read: {error.strerror}") from error
    for line, data in enumerate(lines, start=1):
        if not data.strip():
            continue
        try:
            entry = _entry(index, line, json.loads(data))
            if entry.number in numbers:
                raise ValueError(f"Scenario-{entry.number} stands twice")
        except (ValueError, RecursionError) as error:
            faults.append(f"line {line}: {error}")
            continue
        numbers.add(entry.number)
        yield entry


def _entry(index: Path, line: int, value: JsonValue) -> Entry:
    if not isinstance(value, dict):
        raise ValueError(f"expected an object, found {type(value).__name__}")  # noqa: TRY004 - bad data, not a bad call
    for key in ("scenario_id", "ground_truth_yaml"):
        if not isinstance(value.get(key), str) or not value[key].strip():
            raise ValueError(f"{key!r} must be text, found {str(value.get(key))[:40]!r}")
    match = _DIRECTORY.fullmatch(value["scenario_id"])
    if match is None:
        raise ValueError(f"'scenario_id' must be Scenario-<number>, found {value['scenario_id'][:40]!r}")
    return Entry(
        number=int(match[1]),
        directory=index.parent / value["scenario_id"],
        public_id=str(value.get("id_aa") or ""),
        truth_text=value["ground_truth_yaml"],
        truth_source=f"{index}: line {line}",
    )
