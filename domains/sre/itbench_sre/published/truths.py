"""Turns a published truth into what the scorer reads, wherever it lies."""

from pathlib import Path

from itbench import JsonObject
from itbench.kit import read_data, read_text
from itbench_sre.published.canary import canary_of


def make_truth(text: str, *, source: str) -> JsonObject:
    """Return the truth in a YAML text of any published shape, with its canary.

    Raises:
        DataError: the text is no truth.
    """
    from itbench_sre.truth import load_truth, truth_to_json

    truth = truth_to_json(load_truth(text, source=source))
    truth.setdefault("canary", canary_of(truth, text))
    return truth


def read_truth(path: Path) -> JsonObject:
    """Return the truth in a file: in YAML as it was published, or in JSON as it was stored.

    Raises:
        DataError: it cannot be read.
    """
    if path.suffix != ".json":
        return make_truth(read_text(path), source=str(path))
    from itbench_sre.truth import truth_from_json, truth_to_json

    truth = truth_to_json(truth_from_json(read_data(path), source=str(path)))
    truth.setdefault("canary", canary_of(truth, read_text(path)))
    return truth
