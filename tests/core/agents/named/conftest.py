"""Real programs, installed once for all test processes, at work on a task with a tool, with a scripted model."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from itbench import AgentRequest, Environment, Limits, Tool, TrialSetup, Workspace
from itbench.agents.named.agent import NamedAgent, named_agent
from itbench.agents.named.install import install
from itbench.agents.named.program import NamedProgram
from itbench.errors import UsageError
from itbench.interfaces.record import TrialKey, TrialRecord
from itbench.plugins.domains import find_suite
from itbench.runs.trial.judge import Judge
from itbench.runs.trial.setup import Surroundings
from itbench.runs.trial.trial import TrialSetting, run_trial
from itbench.sandbox.bubblewrap.sandbox import BubblewrapSandbox
from itbench.testing.model_server import Asked, ModelServer

PARAMETERS = {
    "type": "object",
    "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}},
    "required": ["a", "b"],
    "additionalProperties": False,
}


class Adding(Environment):
    """A workspace with a tool that adds."""

    def __init__(self, setup: TrialSetup) -> None:
        self._setup = setup

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Workspace]:
        async def add(a: int, b: int) -> dict[str, int]:
            return {"sum": a + b}

        async with self._setup.sandbox.open(self._setup.inputs) as workspace:
            tool = Tool(name="add", description="Add two numbers.", parameters=PARAMETERS, call=add)
            workspace.tools = [tool]
            yield workspace


@dataclass
class Done:
    """A trial, and what the scripted model was asked."""

    record: TrialRecord
    requests: list[Asked]

    def events(self, kind: str) -> list[Any]:
        return [json.loads(event.data) for event in self.record.events if event.kind == kind]

    @property
    def value(self) -> float | None:
        scoring = self.record.scoring
        return None if scoring is None or scoring.score is None else scoring.score.value


@pytest.fixture
def at_work(
    sandbox_cache: Path, monkeypatch: pytest.MonkeyPatch, sums: Any, plain_sandbox: BubblewrapSandbox
) -> Callable[..., Done]:
    """Return a function that lets a program work on a sum with a scripted model; skips where it cannot be installed."""
    monkeypatch.setenv("ITBENCH_CACHE", str(sandbox_cache))

    def run(program: NamedProgram, model: str, react: Callable[[Asked], Any], **options: str) -> Done:
        with_registry(program)
        with ModelServer(react) as server:
            url = server.url if model.startswith("anthropic/") else server.openai_url
            given = {"model": model, "base_url": url, "price": "1/2", **options}
            agent = named_agent(program, AgentRequest(name=program.name, options=given))
            record = asyncio.run(one_trial(agent))
            return Done(record, list(server.requests))

    return run


def with_registry(program: NamedProgram) -> None:
    """Install a program, or skip the test where its registry cannot be reached."""
    try:
        install(program, program.version, lambda *_: None)
    except UsageError as error:
        pytest.skip(str(error))


async def one_trial(agent: NamedAgent) -> TrialRecord:
    domain, suite = find_suite("sums/easy")
    sandbox = BubblewrapSandbox(with_tools=False, mounts=agent.mounts)
    sandbox.prepare()
    setting = TrialSetting(
        domain=replace(domain, environment=Adding),
        surroundings=Surroundings(suite=suite, sandbox=sandbox, bench=sandbox),
        agent=agent,
        judge=Judge(domain, suite),
        seed=1,
    )
    task = next(iter(suite.tasks())).model_copy(update={"limits": Limits(turns=20, wall_s=120)})
    return await run_trial(setting, task, TrialKey(task.id, 0, 0))
