"""Turns what was published beside a task into what the scorer reads."""

import hashlib
import json
from pathlib import Path

from itbench import DataError, JsonObject
from itbench_ciso.published.files import SOLUTION, violation_sets

_NAMES = ("fetch.sh", "policy.rego")


def read_truth(directory: Path) -> JsonObject:
    """Return the truth of a published directory: its solution, and the names of its violating sets.

    Raises:
        DataError: the solution is not there or cannot be read.
    """
    solution = {name: _read(directory / SOLUTION / name) for name in _NAMES}
    text = json.dumps([directory.name, solution])
    return {
        "kind": "published",
        "violation_sets": violation_sets(directory),
        "solution": solution,
        "canary": f"itbench-canary-{hashlib.sha256(text.encode()).hexdigest()}",
    }


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise DataError(f"{path}: no such file; fetch the dataset again") from error
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path}: cannot be read: {error}; fetch the dataset again") from error
