"""The suite of stones, as a module that worker processes can import too."""

import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def quarry(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(Path(__file__).parent))
    yield import_module("quarry")
    sys.modules.pop("quarry")
