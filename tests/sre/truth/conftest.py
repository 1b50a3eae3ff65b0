"""Where IBM's published truths lie, if they are here at all."""

from collections.abc import Callable
from pathlib import Path

import pytest

_HEAD = Path(__file__).parents[3] / "../shared/reference/itbench/ground_truths/head"


@pytest.fixture
def published_truth() -> Callable[[int], str]:
    """A function that gives the text of a published truth by its number."""
    if not _HEAD.is_dir():
        pytest.skip(f"the published truths are not at {_HEAD}")
    return lambda number: (_HEAD / f"scenario_{number}" / "v1.yaml").read_text(encoding="utf-8")
