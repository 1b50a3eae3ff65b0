"""Turns the text of a published truth into what the scorer reads, wherever the text lies."""

import json
from collections.abc import Iterator
from pathlib import Path

from itbench import DataError, JsonObject
from itbench_sre.published.canary import canary_of
from itbench_sre.published.datasets import INDEX_NAME
from itbench_sre.published.index import read_index, read_text


def make_truth(text: str, *, source: str) -> JsonObject:
    """Return the truth in a YAML text of any published shape, with its canary.

    Raises:
        DataError: the text is no truth.
    """
    from itbench_sre.truth import load_truth, truth_to_json

    truth = truth_to_json(load_truth(text, source=source))
    truth.setdefault("canary", canary_of(truth, text))
    return truth


def find_truth(task_id: str, number: int, directory: Path) -> JsonObject:
    """Return the truth of a task from another directory.

    It may hold `Scenario-<N>/ground_truth.yaml`, `scenario_<N>/v1.yaml`, `<task id>.yaml`, `.yml` or `.json`, or
    `data.jsonl`, the last also in `sre/`.

    Raises:
        DataError: there is none, or it cannot be read.
    """
    for path in _candidates(task_id, number, directory):
        if not path.is_file():
            continue
        return _from_json(path) if path.suffix == ".json" else make_truth(read_text(path), source=str(path))
    for index in (directory / INDEX_NAME, directory / "sre" / INDEX_NAME):
        if not index.is_file():
            continue
        for entry in read_index(index):
            if entry.number == number and entry.truth_text is not None:
                return make_truth(entry.truth_text, source=entry.truth_source)
    raise DataError(
        f"no truth of task {task_id!r} in {str(directory)!r}; expected {task_id}.yaml, {task_id}.json, "
        f"Scenario-{number}/ground_truth.yaml, scenario_{number}/v1.yaml or a line in {INDEX_NAME}"
    )


def _candidates(task_id: str, number: int, directory: Path) -> Iterator[Path]:
    for suffix in ("json", "yaml", "yml"):
        yield directory / f"{task_id}.{suffix}"
    for root in (directory, directory / "sre"):
        yield root / f"Scenario-{number}" / "ground_truth.yaml"
        yield root / f"Scenario-{number}" / "ground_truth.yml"
    yield directory / f"scenario_{number}" / "v1.yaml"


def _from_json(path: Path) -> JsonObject:
    from itbench_sre.truth import truth_from_json, truth_to_json

    text = read_text(path)
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise DataError(f"{path}: not JSON: {error}") from error
    truth = truth_to_json(truth_from_json(value, source=str(path)))
    truth.setdefault("canary", canary_of(truth, text))
    return truth
