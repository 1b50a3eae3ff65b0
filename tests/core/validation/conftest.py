"""Fixtures of the tests of validation."""

import pytest


@pytest.fixture(autouse=True)
def _shared_sandbox(shared_sandbox: None) -> None:
    """Make no sandbox anew for each test."""
