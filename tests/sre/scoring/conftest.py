"""IBM's published truths, if they are here, and a small truth of our own."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from itbench_sre.truth import Truth, load_truth, truth_from_json

_PUBLISHED = Path(__file__).parents[3] / "../shared/reference/itbench"


@pytest.fixture(scope="session")
def published_truth() -> Callable[[int], Truth]:
    """A function that gives a published truth by its number."""
    head = _PUBLISHED / "ground_truths/head"
    if not head.is_dir():
        pytest.skip(f"the published truths are not at {head}")

    def load(number: int) -> Truth:
        path = head / f"scenario_{number}" / "v1.yaml"
        return load_truth(path.read_text(encoding="utf-8"), source=path.parent.name)

    return load


@pytest.fixture
def published_answer() -> Any:
    """The answer of IBM's agent to scenario 2."""
    path = _PUBLISHED / "agent_outputs/ITBench-SRE-Agent/agent_output.json"
    if not path.is_file():
        pytest.skip(f"the published answer is not at {path}")
    return json.loads(path.read_text(encoding="utf-8"))


@pytest.fixture
def chain() -> Truth:
    """A -> B -> C -> D: a ConfigMap breaks `cart`, that `checkout`, that `frontend`; `quote` has an alert only."""
    steps = [("config", "cart"), ("cart", "checkout"), ("checkout", "frontend")]
    return truth_from_json(
        {
            "groups": [
                {
                    "id": "config",
                    "kind": "ConfigMap",
                    "namespace": "shop",
                    "name": "settings",
                    "root_cause": True,
                },
                *(
                    {"id": name, "kind": "Service", "namespace": "shop", "filter": [rf"{name}\b"]}
                    for name in ("cart", "checkout", "frontend", "quote")
                ),
                {"id": "cart-pod", "kind": "Pod", "namespace": "shop", "filter": ["cart-.*"]},
            ],
            "aliases": [["cart", "cart-pod"]],
            "propagations": [
                {"source": a, "target": b, "condition": "", "effect": f"{b} returns errors"} for a, b in steps
            ],
            "alerts": [
                {"id": "HighRequestErrorRate", "group_id": "quote"},
                {"id": "Lag", "group_id": "gone", "metadata": {"description": "consumer accounting lags"}},
            ],
        }
    )
