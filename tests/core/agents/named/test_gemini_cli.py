"""Gemini CLI from npm, with a scripted model behind its own interface and the proxy: no gateway knows it."""

import asyncio
import json
import re
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from itbench import AgentRequest
from itbench.agents.named.agent import named_agent
from itbench.agents.named.gemini_cli import GEMINI_CLI
from itbench.agents.named.program import Errand, Started

from .conftest import Done, one_trial, with_registry

if find_spec("cryptography") is None:
    pytest.skip("the package 'cryptography' is not installed", allow_module_level=True)

from .gemini_server import gemini_server

KEY = "planted-0123456789abcdef"


def react(body: Any) -> list[Any]:
    """Call the tool of the task, write down what it says, and stop."""
    text = json.dumps(body["contents"])
    results = [
        part["functionResponse"]
        for each in body["contents"]
        for part in each["parts"]
        if "functionResponse" in part
    ]
    if not results:
        numbers = re.search(r"Add (\d+) and (\d+);", text)
        assert numbers is not None
        arguments = {"a": int(numbers[1]), "b": int(numbers[2])}
        return [{"functionCall": {"name": "mcp_itbench_add", "args": arguments}}]
    if len(results) == 1:
        total = re.findall(r"sum\W+(\d+)", json.dumps(results[0]["response"]))
        command = f"""echo '{{"sum": {total[0] if total else -1}}}' > answer.json"""
        return [{"functionCall": {"name": "run_shell_command", "args": {"command": command}}}]
    return [{"text": "done"}]


def trusting(errand: Errand) -> Started:
    """Start it so that it trusts the scripted model's certificate."""
    started = GEMINI_CLI.start(errand)
    return replace(started, variables={**started.variables, "NODE_TLS_REJECT_UNAUTHORIZED": "0"})


@pytest.mark.slow  # npm brings a hundred megabytes, and Node takes seconds to start it.
def test_gemini_cli_calls_the_tool_of_the_task_and_scores(
    sandbox_cache: Path, monkeypatch: pytest.MonkeyPatch, sums: Any, plain_sandbox: Any, tmp_path: Path
) -> None:
    monkeypatch.setenv("ITBENCH_CACHE", str(sandbox_cache))
    monkeypatch.setenv("GEMINI_API_KEY", KEY)
    with_registry(GEMINI_CLI)
    with gemini_server(react, tmp_path / "certificate.pem") as (url, asked):
        options = {"model": "google/gemini-2.5-pro", "base_url": url}
        program = replace(GEMINI_CLI, start=trusting)
        agent = named_agent(program, AgentRequest(name="gemini-cli", options=options))
        done = Done(asyncio.run(one_trial(agent)), asked)
    assert done.record.fault is None, [path for path, _ in asked]
    assert done.value == 1.0
    (call,) = [each for each in done.events("tool") if each["name"] == "add"]
    assert call["output"] == {"sum": sum(call["arguments"].values())}
    assert {path.partition(":")[0] for path, _ in asked} == {"/v1beta/models/gemini-2.5-pro"}
    assert agent.secrets == [KEY]
