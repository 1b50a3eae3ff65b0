"""Sandboxes, and programs in them that have tools."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from itbench import Limits, Tool, Trace
from itbench.agents.command.options import CommandOptions
from itbench.sandbox.bubblewrap.sandbox import BubblewrapSandbox
from itbench.sandbox.plain.sandbox import LocalSandbox

from .world import GOOD, Ended, Working, worked


@pytest.fixture(params=["bubblewrap", "none"])
def any_sandbox(request: pytest.FixtureRequest) -> BubblewrapSandbox | LocalSandbox:
    """Return a sandbox of each kind that works here."""
    if request.param == "none":
        return LocalSandbox()
    made: BubblewrapSandbox = request.getfixturevalue("plain_sandbox")
    return made


@pytest.fixture
def working(plain_sandbox: BubblewrapSandbox) -> Working:
    """Return a function that runs a program which has tools, and tells how it ended."""

    def run(
        words: str | Sequence[str],
        tools: Sequence[Tool] = GOOD,
        sandbox: Any = plain_sandbox,
        limits: Limits | None = None,
        before: Callable[[Trace], None] = lambda _: None,
        options: CommandOptions | None = None,
    ) -> Ended:
        return asyncio.run(worked(words, tools, sandbox, limits or Limits(wall_s=60), before, options))

    return run
