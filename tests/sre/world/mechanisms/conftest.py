"""Applications of the three kinds, each settled once in a world that tests copy."""

from collections.abc import Callable
from functools import cache

import pytest

from itbench_sre.world.application.book_info import book_info
from itbench_sre.world.application.generated import generated
from itbench_sre.world.application.model import Application
from itbench_sre.world.application.otel_demo import otel_demo
from itbench_sre.world.world import World

APPLICATIONS: dict[str, Callable[[], Application]] = {
    "demo": lambda: otel_demo(visits_per_minute=40),
    "book": lambda: book_info("mysql", visits_per_minute=60),
    "generated": lambda: generated(11, 10, calls_per_minute=70),
}
OTHERS: dict[str, Callable[[], Application]] = {
    "another": lambda: generated(14, 12, calls_per_minute=70),
}


@cache
def settled(application: str) -> World:
    """Return a world that is copied, never run."""
    return World((APPLICATIONS | OTHERS)[application](), 7)


@pytest.fixture(params=sorted(APPLICATIONS))
def world(request: pytest.FixtureRequest) -> World:
    """A settled world of each kind."""
    return settled(request.param)
