"""The suite of stones, as a module that worker processes can import too."""

import sys
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def quarry(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(Path(__file__).parent))
    import quarry

    yield quarry
    sys.modules.pop("quarry")
