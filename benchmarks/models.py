"""Measures the model loop against a scripted server that takes its time: prints a table, never asserts.

Usage: python benchmarks/models.py [TRIALS [TURNS [LATENCY_S [API ...]]]]
"""

import asyncio
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

from itbench import JsonObject, LimitReached, Limits, Task, Tool, Trace
from itbench.agents.model_driven.options import ReactOptions
from itbench.agents.react.agent import ReactAgent
from itbench.interfaces.json import json_text
from itbench.models import (
    AssistantMessage,
    Conversation,
    ModelRequest,
    ModelSettings,
    ModelTool,
    Redactor,
    Reply,
    TokenUse,
    ToolCall,
)
from itbench.models.providers import ANTHROPIC, OPENAI
from itbench.runs.trial.workspace import TracedWorkspace
from itbench.sandbox.plain.sandbox import LocalSandbox
from itbench.testing.model_server import Answer, ModelServer

TRIALS, TURNS, LATENCY_S, APIS = 200, 100, 2.0, ("chat", "responses", "messages")
SERVE = "import sys; sys.path.insert(0, {folder!r}); from models import serve; serve({latency_s})"
LOOK = ("look", {"at": "the logs of the service that was named in the alert"})
SEEN = "2026-01-01T00:00:00Z error: connection refused by upstream after 3 tries\n" * 10


def main(arguments: Sequence[str]) -> None:
    """Run the benchmark for each interface and print a line for each figure."""
    trials = int(arguments[0]) if arguments else TRIALS
    turns = int(arguments[1]) if len(arguments) > 1 else TURNS
    latency_s = float(arguments[2]) if len(arguments) > 2 else LATENCY_S
    own_ms = asyncio.run(measure(ReactAgent(Instant(), ReactOptions(settings=ModelSettings())), 10, 100))[1]
    print(f"{'none':<10} {'the loop itself, a turn':<28} {own_ms:>9.2f} ms   promised: 0.7")
    print(f"{trials} trials at once, {turns} turns each, {latency_s:g} s of latency a turn")
    for api in arguments[3:] or APIS:
        with scripted_server(latency_s) as url, tempfile.TemporaryDirectory() as cache:
            os.environ["ITBENCH_CACHE"] = cache
            wall_s, cpu_ms, characters = asyncio.run(measure(http_agent(url, api), trials, turns))
        pure_s = turns * latency_s
        peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"{api:<10} {'wall time':<28} {wall_s:>9.1f} s   {wall_s / pure_s:.3f}x of pure latency")
        print(f"{api:<10} {'processor time a turn':<28} {cpu_ms:>9.2f} ms")
        print(f"{api:<10} {'peak memory so far':<28} {peak_mb:>9.0f} MB")
        print(f"{api:<10} {'trace of one trial':<28} {characters / 1e6:>9.2f} MB", flush=True)


def serve(latency_s: float) -> None:
    """Answer until standard input ends; print the port first."""
    answer = Answer(text="I look once more.", calls=[LOOK], delay_s=latency_s)
    with ModelServer(lambda _: answer, keeps=False) as server:
        print(server.url, flush=True)
        sys.stdin.read()


@contextmanager
def scripted_server(latency_s: float) -> Iterator[str]:
    """Yield the URL of a server in a process of its own."""
    code = SERVE.format(folder=str(Path(__file__).parent), latency_s=latency_s)
    process = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None
        yield process.stdout.readline().decode().strip()
    finally:
        process.communicate()


async def measure(agent: ReactAgent, trials: int, turns: int) -> tuple[float, float, int]:
    """Return seconds of wall clock, milliseconds of processor time a turn, and characters of one trial's trace."""
    task = Task(id="task", title="Look", instructions="Look at it.", limits=Limits(turns=turns))
    started, cpu_started = time.monotonic(), time.process_time()
    traces = await asyncio.gather(*(_trial(agent, task, seed) for seed in range(trials)))
    assert {trace.usage.turns for trace in traces} == {turns}
    characters = sum(len(event.data) for event in traces[0].events)
    cpu_ms = (time.process_time() - cpu_started) / trials / turns * 1000
    return time.monotonic() - started, cpu_ms, characters


async def _trial(agent: ReactAgent, task: Task, seed: int) -> Trace:
    trace = Trace(limits=task.limits, seed=seed)
    async with LocalSandbox().open([]) as workspace:
        workspace.tools = [Tool(name="look", description="Look.", parameters=_PARAMETERS, call=_look)]
        try:
            await agent.solve(task, TracedWorkspace(workspace, trace), trace)
        except LimitReached:
            return trace
    raise AssertionError("the script never finishes")


_PARAMETERS: JsonObject = {"type": "object", "properties": {"at": {"type": "string"}}, "required": ["at"]}


async def _look(at: str) -> Any:
    return f"{at}:\n{SEEN}"


def http_agent(url: str, api: str) -> ReactAgent:
    """Return the agent with a model behind the scripted server."""
    provider = ANTHROPIC if api == "messages" else OPENAI
    options = {"base_url": url} if api == "messages" else {"base_url": f"{url}/v1", "api": api}
    request = ModelRequest(provider=provider.name, name="m", options=options | {"price": "1/2"})
    return ReactAgent(provider.create(request), ReactOptions(settings=ModelSettings()))


class Instant:
    """A model that takes no time."""

    name = "instant/any"
    window_tokens: int | None = None
    redactor = Redactor(["a-key-that-is-never-said"])

    def cost_usd(self, use: TokenUse) -> float:
        """Ask for nothing."""
        del use
        return 0.0

    def description(self) -> JsonObject:
        """Return its name."""
        return {"name": self.name}

    @asynccontextmanager
    async def session(self) -> AsyncIterator[None]:
        """Open nothing."""
        yield

    async def reply(
        self, conversation: Conversation, tools: Sequence[ModelTool], settings: ModelSettings
    ) -> Reply:
        """Use the tool."""
        del tools, settings
        call = ToolCall(id=f"call-{len(conversation.messages)}", name=LOOK[0], arguments=json_text(LOOK[1]))
        message = AssistantMessage(text="I look once more.", calls=(call,))
        return Reply(message=message, use=TokenUse(input_tokens=100, output_tokens=10))


if __name__ == "__main__":
    main(sys.argv[1:])
