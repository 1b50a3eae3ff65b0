"""Models at work on recorded cases with the tools: `react` in its loop, Claude Code and Codex through MCP."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from itbench.agents.named.claude_code import CLAUDE_CODE
from itbench.agents.named.codex import CODEX
from itbench.agents.named.install import install
from itbench.agents.named.program import NamedProgram
from itbench.errors import UsageError
from itbench.testing.model_server import Answer, Asked, ModelServer

ANSWER = {
    "top_3_predictions": [
        {
            "fault_taxonomy": "Scheduling_Fault",
            "fault_object": "app/cart",
            "root_cause": "node_cordon_mismatch",
        }
    ]
}
WRITE = f"echo '{json.dumps(ANSWER)}' > agent_output.json"
PODS = {"resource_type": "po", "namespace": "boutique"}
CART = {"resource_type": "pod", "name": "cart-5d8f9c7b6d-x2x4z", "namespace": "boutique"}


def react(asked: Asked) -> Answer:
    turns = {
        0: Answer(calls=[("GetResources", PODS)]),
        # One of two calls has no name: it never reaches the tool, and counts all the same.
        1: Answer(calls=[("DescribeResource", {"resource_type": "pod"}), ("DescribeResource", CART)]),
        3: Answer(calls=[("execute", {"command": WRITE})]),
    }
    return turns.get(len(asked.results), Answer(calls=[("finish", {})]))


def claude(asked: Asked) -> Answer:
    said = [str(result) for result in asked.results]
    if said and "still connecting" in said[-1]:
        return Answer(calls=[("WaitForMcpServers", {})])
    if not any("RESTARTS" in text for text in said):
        return Answer(calls=[("mcp__itbench__GetResources", PODS)])
    if not any("Name: cart" in text for text in said):
        return Answer(calls=[("mcp__itbench__DescribeResource", CART)])
    return (
        Answer(text="done") if "Name: cart" not in said[-1] else Answer(calls=[("Bash", {"command": WRITE})])
    )


def codex(asked: Asked) -> Answer:
    said = [str(result) for result in asked.results]
    if not said:
        return Answer(calls=[("mcp__itbench/GetResources", PODS)])
    if len(said) == 1:
        return Answer(calls=[("mcp__itbench/DescribeResource", CART)])
    return (
        Answer(calls=[("exec_command", {"cmd": WRITE})]) if "Name: cart" in said[-1] else Answer(text="done")
    )


PROGRAMS = {
    "claude-code": (CLAUDE_CODE, "anthropic/claude-sonnet-4-5", claude),
    "codex": (CODEX, "openai/gpt-5", codex),
}


@pytest.fixture
def case(clone: Path, itbench: Callable[..., Any]) -> str:
    """Return the id of the case that the answer is right for."""
    from .conftest import suite_of

    del itbench
    (found,) = (id_ for id_, path in suite_of(clone).directories.items() if path.name == "7")
    return found


def scored(itbench: Callable[..., Any], done: Any) -> dict[str, Any]:
    assert done.code == 0, done.out + done.err
    assert itbench("export", "latest", "--to", "jsonl", "--output", "rows.jsonl").code == 0
    (row,) = (json.loads(line) for line in Path("rows.jsonl").read_text().splitlines())
    found: dict[str, Any] = row
    return found


@pytest.mark.slow  # Needs the sandbox with its packages.
def test_react_uses_the_tools_and_wrong_calls_count(
    clone: Path, case: str, itbench: Callable[..., Any], machine_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ITBENCH_CACHE", str(machine_folder / "sandbox-cache"))
    with ModelServer(react) as server:
        agent = f"react:base_url={server.openai_url},price=1/2"
        words = ("--agent", agent, "--model", "openai/gpt-5")
        row = scored(itbench, itbench("run", "sre/cloud-opsbench", "--data", clone, "--task", case, *words))
        first = json.dumps(server.requests[0].body)
    assert row["value"] == 1.0
    measures = {
        name: row["metrics"][name] for name in ("steps", "invalid_actions", "coverage", "in_order", "exact")
    }
    assert measures == {"steps": 2, "invalid_actions": 1, "coverage": 1, "in_order": 1, "exact": 1}
    assert len(re.findall(r'"name": "(?:Get|Describe|Check)\w+"', first)) == 10
    assert "scheduling" not in first
    assert "benchmark/" not in first


@pytest.mark.slow  # npm brings each program once; then it takes some seconds
@pytest.mark.parametrize(("program", "model", "script"), PROGRAMS.values(), ids=PROGRAMS)
def test_named_agents_use_the_tools_through_mcp(
    clone: Path,
    case: str,
    itbench: Callable[..., Any],
    machine_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    program: NamedProgram,
    model: str,
    script: Callable[[Asked], Answer],
) -> None:
    monkeypatch.setenv("ITBENCH_CACHE", str(machine_folder / "sandbox-cache"))
    try:
        install(program, program.version, lambda *_: None)
    except UsageError as error:
        pytest.skip(str(error))
    with ModelServer(script) as server:
        url = server.url if model.startswith("anthropic/") else server.openai_url
        words = ("--agent", f"{program.name}:base_url={url},price=1/2", "--model", model)
        row = scored(itbench, itbench("run", "sre/cloud-opsbench", "--data", clone, "--task", case, *words))
        results = [str(result) for asked in server.requests for result in asked.results]
    assert row["value"] == 1.0
    assert (row["metrics"]["steps"], row["metrics"]["coverage"]) == (2, 1)
    assert any("cart-5d8f9c7b6d-x2x4z    0/1     Pending" in result for result in results)
