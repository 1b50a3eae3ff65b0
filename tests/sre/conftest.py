"""Fixtures of the tests of the SRE domain."""

import pytest


@pytest.fixture(autouse=True)
def _shared_sandbox(shared_sandbox: None) -> None:
    """Make no sandbox anew for each test."""
