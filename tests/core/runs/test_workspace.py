"""The workspace that an agent is given keeps it within the task's limits, whatever the agent asks for."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from itbench import Execution, Hosting, LimitReached, Limits, Tool, Trace
from itbench.runs.trial.workspace import TracedWorkspace
from itbench.sandbox.plain.sandbox import LocalSandbox, LocalWorkspace

Use = Callable[[TracedWorkspace], Awaitable[Any]]
USES: dict[str, Use] = {
    "execute": lambda workspace: workspace.execute("touch made", timeout_s=5),
    "host": lambda workspace: workspace.host(["touch", "made"], timeout_s=5),
    "probe": lambda workspace: workspace.probe(["touch", "made"], timeout_s=5),
    "write_file": lambda workspace: workspace.write_file("made", b""),
    "read_file": lambda workspace: workspace.read_file("there"),
    "list_files": lambda workspace: workspace.list_files(),
    "listen": lambda workspace: workspace.listen(),
    "a tool": lambda workspace: workspace.tools[0].call(),
}


def used(use: Use, trace: Trace, before: Callable[[Trace], object] = Trace.check) -> tuple[Any, list[str]]:
    """Use a workspace; return what came of it, and the files that are there then."""

    async def go() -> tuple[Any, list[str]]:
        async with LocalSandbox().open(()) as inner:
            await inner.write_file("there", b"x")
            inner.tools = (Tool(name="make", description="Makes.", parameters={}, call=_maker(inner)),)
            workspace = TracedWorkspace(inner, trace)
            before(trace)
            try:
                found = await use(workspace)
            except LimitReached as reached:
                found = reached
            if hasattr(found, "close"):
                found.close()
            return found, await inner.list_files()

    return asyncio.run(go())


def _maker(inner: LocalWorkspace) -> Callable[..., Awaitable[None]]:
    async def make() -> None:
        await inner.write_file("made", b"")

    return make


def reach(trace: Trace) -> None:
    with pytest.raises(LimitReached):
        trace.stop("tokens")


@pytest.mark.parametrize("use", USES.values(), ids=USES)
def test_an_agent_that_catches_its_limit_gets_no_further(use: Use) -> None:
    trace = Trace()
    found, files = used(use, trace, reach)
    assert isinstance(found, LimitReached)
    assert files == ["there"]
    assert (trace.limit, trace.usage.tool_calls) == ("tokens", 0)


@pytest.mark.parametrize("use", USES.values(), ids=USES)
def test_before_a_limit_everything_works(use: Use) -> None:
    found, files = used(use, Trace())
    assert not isinstance(found, LimitReached)
    assert "there" in files


@pytest.mark.slow
@pytest.mark.parametrize(
    ("asked_s", "limit_s", "is_ended"),
    [(60, 0.2, True), (0.2, 60, True), (float("inf"), 0.2, True), (60, 60, False)],
    ids=["the task's limit", "its own limit", "no limit of its own", "quick"],
)
def test_a_command_ends_at_the_task_s_limit_for_any_agent(
    asked_s: float, limit_s: float, is_ended: bool
) -> None:
    command = "exec sleep 30" if is_ended else "true"
    trace = Trace(limits=Limits(command_s=limit_s))
    done, _ = used(lambda workspace: workspace.execute(command, timeout_s=asked_s), trace)
    assert isinstance(done, Execution)
    assert done.timed_out is is_ended
    assert done.duration_s < 20
    assert trace.usage.failed_tool_calls == int(is_ended)


@pytest.mark.slow
def test_an_agent_that_is_a_program_may_take_longer_than_one_command() -> None:
    trace = Trace(limits=Limits(command_s=0.05))
    done, _ = used(lambda workspace: workspace.host(["sleep", "0.3"], timeout_s=20), trace)
    assert (done.exit_code, done.timed_out) == (0, False)
    assert trace.usage.tool_calls == 1


@pytest.mark.parametrize(
    ("stdin", "shown"),
    [
        (b"", None),
        (b"FLUSHALL\n", "FLUSHALL\n"),
        (b"\xff", "\ufffd"),
        (b"x" * 9000, f"{'x' * 2000}\n[... 5000 characters left out ...]\n{'x' * 2000}"),
    ],
    ids=["none", "text", "bytes", "much"],
)
def test_what_a_command_is_given_shows_in_the_trace(stdin: bytes, shown: str | None) -> None:
    trace = Trace()
    used(lambda workspace: workspace.execute("cat > made", timeout_s=5, stdin=stdin), trace)
    (event,) = [json.loads(event.data) for event in trace.events if event.kind == "tool"]
    assert event["arguments"].get("stdin") == shown


def test_a_probe_does_not_show_and_ends_at_the_task_s_limit() -> None:
    trace = Trace(limits=Limits(command_s=0.05))
    done, _ = used(lambda workspace: workspace.probe(["sleep", "9"], timeout_s=20), trace)
    assert done.timed_out
    assert trace.usage.tool_calls == 0


@pytest.mark.slow
def test_what_ended_after_a_limit_is_still_recorded() -> None:
    trace = Trace()

    async def go(workspace: TracedWorkspace) -> Execution:
        running = asyncio.create_task(workspace.execute("sleep 0.2", timeout_s=5))
        await asyncio.sleep(0.05)
        reach(trace)
        return await running

    done, _ = used(go, trace)
    assert (done.exit_code, trace.usage.tool_calls) == (0, 1)


def test_what_an_agent_is_given_can_host_a_program() -> None:
    async def go(workspace: TracedWorkspace) -> bool:
        return isinstance(workspace, Hosting)

    assert used(go, Trace())[0] is True
