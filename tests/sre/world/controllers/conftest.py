"""A cluster of controllers for the tests of each."""

import pytest

from .clusters import Cluster


@pytest.fixture
def cluster() -> Cluster:
    """Return three nodes and an empty namespace."""
    return Cluster()
