"""Turns what was published beside a task into what the scorer reads."""

import json
from pathlib import Path

from itbench import JsonObject
from itbench.kit import canary_of, read_text
from itbench_ciso.published.files import violation_sets

_NAMES = ("fetch.sh", "policy.rego")


def read_solution(folder: Path) -> JsonObject:
    """Return the truth of a published task: the solution in a folder, and the names of the violating sets beside it.

    Raises:
        DataError: the solution is not there or cannot be read.
    """
    solution = {name: read_text(folder / name) for name in _NAMES}
    return {
        "kind": "published",
        "violation_sets": violation_sets(folder.parent),
        "solution": solution,
        "canary": canary_of(json.dumps([folder.parent.name, solution])),
    }
