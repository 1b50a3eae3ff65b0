"""Runs the agent `stirrup` on a small task with a scripted model, in a real workspace."""

import asyncio
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from itbench import AgentRequest, HandIn, JsonObject, LimitReached, Limits, Sandbox, Task, Tool, Trace
from itbench.plugins.agents import agent_host
from itbench.runs.trial.workspace import TracedWorkspace
from itbench.sandbox.plain.sandbox import LocalSandbox
from itbench.testing.model_server import Asked, ModelServer

KEY = "sk-planted-0123456789abcdef"
SCHEMA: JsonObject = {
    "type": "object",
    "properties": {"sum": {"type": "integer"}},
    "required": ["sum"],
    "additionalProperties": False,
}


@dataclass
class Worked:
    """What came of it."""

    trace: Trace
    requests: Sequence[Asked]
    answer: bytes | None = None
    limit: str | None = None
    error: Exception | None = None
    where: str = ""
    task: Task = field(default_factory=lambda: make_task())

    def events(self, kind: str) -> list[Any]:
        return [json.loads(event.data) for event in self.trace.events if event.kind == kind]


def make_task(limits: Limits | None = None, hand_in: HandIn | None = None) -> Task:
    return Task(
        id="sum-1",
        title="A sum",
        instructions="Add 2 and 3. Braces {stay} as they are.",
        hand_in=hand_in or HandIn(answer="answer.json", answer_schema=SCHEMA),
        limits=limits or Limits(turns=30, command_s=10),
    )


def options(server: ModelServer, api: str = "chat", **more: str) -> dict[str, str]:
    usual = {"key_env": "PLANTED_KEY", "retry_s": "0.001", "cache": "no"}
    if api == "messages":
        own = {"model": "anthropic/claude-opus-4-5", "base_url": server.url}
    else:
        own = {"model": "openai/gpt-5", "base_url": server.openai_url, "api": api}
    return own | usual | more


@pytest.fixture
def stirrup(monkeypatch: pytest.MonkeyPatch, distribution: Callable[..., Path]) -> None:
    """Install the agent, and plant a key in the environment."""
    monkeypatch.setenv("PLANTED_KEY", KEY)
    if "stirrup" not in agent_host().names():
        points = {"stirrup": "itbench.agents.stirrup.spec:STIRRUP"}
        distribution("itbench-stirrup", group="itbench.agents", points=points, code={})


@pytest.fixture
def planted_key() -> str:
    """Return the key that must not show anywhere."""
    return KEY


@pytest.fixture(name="a_task")
def a_task_fixture() -> Callable[..., Task]:
    """Return a function that makes a small task."""
    return make_task


@pytest.fixture(name="work")
def work_fixture(stirrup: None) -> Callable[..., Worked]:
    """Return the function `work`."""
    return work


def work(
    react: Callable[[Asked], Any],
    api: str = "chat",
    *,
    task: Task | None = None,
    tools: Sequence[Tool] = (),
    sandbox: Sandbox | None = None,
    **more: str,
) -> Worked:
    """Let the agent work on a task with a server of its own."""
    task = task or make_task()
    with ModelServer(react) as server:
        worked = Worked(Trace(limits=task.limits, seed=7), server.requests, task=task)
        agent = (
            agent_host()
            .get("stirrup")
            .create(AgentRequest(name="stirrup", options=options(server, api, **more)))
        )
        asyncio.run(_work(agent, worked, tools, sandbox or LocalSandbox()))
    return worked


async def _work(agent: Any, worked: Worked, tools: Sequence[Tool], sandbox: Sandbox) -> None:
    async with sandbox.open([]) as workspace:
        worked.where = str(workspace.path)
        if tools:
            workspace.tools = tools
        try:
            await agent.solve(worked.task, TracedWorkspace(workspace, worked.trace), worked.trace)
        except LimitReached as reached:
            worked.limit = reached.limit
        except Exception as error:  # noqa: BLE001 - for the test to look at
            worked.error = error
        try:
            worked.answer = await workspace.read_file("answer.json")
        except FileNotFoundError:
            worked.answer = None
