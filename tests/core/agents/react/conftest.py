"""Runs the agent `react` on a small task with a scripted model, in a real workspace."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from itbench import (
    AgentRequest,
    HandIn,
    JsonObject,
    LimitReached,
    Limits,
    Sandbox,
    Task,
    Tool,
    Trace,
    Workspace,
)
from itbench.agents.model_driven.options import react_options
from itbench.agents.react.agent import ReactAgent
from itbench.models.find import model_host
from itbench.plugins.agents import agent_host
from itbench.runs.trial.workspace import TracedWorkspace
from itbench.sandbox.plain.sandbox import LocalSandbox, LocalWorkspace
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
    answer: bytes | None
    limit: str | None = None
    error: Exception | None = None
    task: Task = field(default_factory=lambda: make_task())

    def events(self, kind: str) -> list[Any]:
        return [json.loads(event.data) for event in self.trace.events if event.kind == kind]


def make_task(limits: Limits | None = None, hand_in: HandIn | None = None) -> Task:
    return Task(
        id="sum-1",
        title="A sum",
        instructions="Add 2 and 3. Braces {stay} as they are.",
        hand_in=hand_in or HandIn(answer="answer.json", answer_schema=SCHEMA),
        limits=limits or Limits(turns=20, command_s=10),
    )


def model_text(api: str) -> str:
    return "anthropic/claude-opus-4-5" if api == "messages" else "openai/gpt-5"


def options(server: ModelServer, api: str = "chat", **more: str) -> dict[str, str]:
    own = {"base_url": server.url} if api == "messages" else {"base_url": server.openai_url, "api": api}
    usual = {"key_env": "PLANTED_KEY", "retry_s": "0.001", "cache": "no"}
    return {"model": model_text(api)} | own | usual | more


@pytest.fixture
def react(monkeypatch: pytest.MonkeyPatch, distribution: Callable[..., Path]) -> None:
    """Install the agent and both providers, and plant a key in the environment."""
    monkeypatch.setenv("PLANTED_KEY", KEY)
    for name in ("openai", "anthropic", "genai_prices"):
        pytest.importorskip(name, reason=f"{name} is not installed; it comes with itbench[models]")
    if "react" not in agent_host().names():
        points = {"react": "itbench.agents.react.spec:REACT"}
        distribution("itbench-react", group="itbench.agents", points=points, code={})
    if "openai" not in model_host().names():
        names = {"openai": "OPENAI", "anthropic": "ANTHROPIC"}
        points = {name: f"itbench.models.providers:{value}" for name, value in names.items()}
        distribution("itbench-models", group="itbench.models", points=points, code={})


@pytest.fixture(name="work")
def work_fixture(react: None) -> Callable[..., Worked]:
    """Return the function `work`."""
    return work


@pytest.fixture(name="a_task")
def a_task_fixture() -> Callable[..., Task]:
    """Return a function that makes a small task."""
    return make_task


@pytest.fixture
def planted_key() -> str:
    """Return the key that must not show anywhere."""
    return KEY


def work(
    react: Callable[[Asked], Any],
    api: str = "chat",
    *,
    task: Task | None = None,
    tools: Sequence[Tool] = (),
    trace_seed: int = 7,
    root: Path | None = None,
    sandbox: Sandbox | None = None,
    server: ModelServer | None = None,
    **more: str,
) -> Worked:
    """Let the agent work on a task, in the folder `root` or in one of its own, asking a server that is up or one of its own."""
    task = task or make_task()
    trace = Trace(limits=task.limits, seed=trace_seed)
    with ModelServer(react) if server is None else nullcontext(server) as server:
        opened = (sandbox or LocalSandbox()).open([]) if root is None else in_folder(root)
        request = AgentRequest(name="react", options=options(server, api, **more))
        worked = Worked(trace, server.requests, None, task=task)
        asyncio.run(_work(ReactAgent(*react_options(request)), task, trace, worked, tools, opened))
    return worked


@asynccontextmanager
async def in_folder(root: Path) -> AsyncIterator[LocalWorkspace]:
    """Open a workspace in a folder that stays."""
    workspace = LocalWorkspace(root, {})
    try:
        yield workspace
    finally:
        await workspace.close()


async def _work(
    agent: ReactAgent,
    task: Task,
    trace: Trace,
    worked: Worked,
    tools: Sequence[Tool],
    opened: AbstractAsyncContextManager[Any],
) -> None:
    async with opened as workspace:
        if tools:
            workspace.tools = tools
        try:
            await agent.solve(task, TracedWorkspace(workspace, trace), trace)
        except LimitReached as reached:
            worked.limit = reached.limit
        except Exception as error:  # noqa: BLE001 - for the test to look at
            worked.error = error
        worked.answer = await _read(workspace)


async def _read(workspace: Workspace) -> bytes | None:
    try:
        return await workspace.read_file("answer.json")
    except FileNotFoundError:
        return None
