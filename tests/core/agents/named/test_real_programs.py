"""The real programs, from their registries: each calls the task's tool and hands in what the tool said."""

import re
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import pytest

from itbench.agents.named.claude_code import CLAUDE_CODE
from itbench.agents.named.codex import CODEX
from itbench.agents.named.mini_swe_agent import MINI_SWE_AGENT
from itbench.agents.named.program import NamedProgram
from itbench.report.transcript.block import BlockKind
from itbench.report.transcript.reader import blocks
from itbench.testing.model_server import Answer, Asked

# Each is a few hundred megabytes that npm or pip brings, once for all tests; then a trial takes some seconds.
# To install mini-swe-agent with LiteLLM takes pip a minute.
pytestmark = pytest.mark.slow


def numbers(asked: Asked) -> dict[str, int]:
    """Return the two numbers that the task names, as a model would read them out of its prompt."""
    found = re.search(r"Add (\d+) and (\d+);", str(asked.body))
    assert found is not None
    return {"a": int(found[1]), "b": int(found[2])}


def total(asked: Asked) -> str:
    """Return the sum in the latest result of a tool, whatever the program has wrapped it in."""
    found = re.findall(r'\\*"sum\\*": ?(\d+)', str(asked.results[-1]))
    return str(found[-1]) if found else "-1"


def write(asked: Asked) -> str:
    return f"""echo '{{"sum": {total(asked)}}}' > answer.json"""


def claude(asked: Asked) -> Answer:
    if not asked.results:
        return Answer(calls=[("mcp__itbench__add", numbers(asked))])
    return (
        Answer(calls=[("Bash", {"command": write(asked)})])
        if len(asked.results) == 1
        else Answer(text="done")
    )


def codex(asked: Asked) -> Answer:
    if not asked.results:
        return Answer(calls=[("mcp__itbench/add", numbers(asked))])
    return (
        Answer(calls=[("exec_command", {"cmd": write(asked)})])
        if len(asked.results) == 1
        else Answer(text="done")
    )


def mini(asked: Asked) -> Answer:
    if not asked.results:
        both = numbers(asked)
        command = f"""itbench-tool add '{{"a": {both["a"]}, "b": {both["b"]}}}'"""
    else:
        last = "echo COMPLETE_TASK_AND_SUBMIT_FINAL_OUTPUT"
        command = write(asked) if len(asked.results) == 1 else last
    return Answer(text="I think.", calls=[("bash", {"command": command})])


PROGRAMS = {
    "claude-code": (CLAUDE_CODE, "anthropic/claude-sonnet-4-5", claude),
    "codex": (CODEX, "openai/gpt-5", codex),
    "mini-swe-agent": (MINI_SWE_AGENT, "openai/gpt-5", mini),
    "mini-swe-agent with Anthropic": (MINI_SWE_AGENT, "anthropic/claude-sonnet-4-5", mini),
}
CASES = [
    pytest.param(*case, id=name, marks=[pytest.mark.soak] if case[0] is MINI_SWE_AGENT else [])
    for name, case in PROGRAMS.items()
]


@pytest.mark.soak
@pytest.mark.parametrize(("program", "model", "react"), CASES)
def test_a_real_program_calls_the_tool_of_the_task_and_scores(
    at_work: Callable[..., Any], program: NamedProgram, model: str, react: Any, atif_steps: Callable[..., Any]
) -> None:
    done = at_work(program, model, react)
    assert done.record.fault is None
    assert done.value == 1.0
    calls = [each for each in done.events("tool") if each["name"] == "add"]
    (asked,) = calls
    assert (asked["ok"], asked["output"]) == (True, {"sum": sum(asked["arguments"].values())})
    assert {request.body["model"] for request in done.requests} == {model.partition("/")[2]}
    assert len(done.events("turn")) == len(done.requests) == 3
    read = list(blocks(map(asdict, done.record.events)))
    assert sum(block.kind is BlockKind.TURN for block in read) == 3
    # Each call stands before its own result, and none is without one.
    kinds = [block.kind for block in read]
    assert all(kinds[at + 1] is BlockKind.RESULT for at, kind in enumerate(kinds) if kind is BlockKind.CALL)
    assert not [block for block in read if block.title == "no result was recorded"]
    (added,) = [at for at, block in enumerate(read) if (block.kind, block.title) == (BlockKind.CALL, "add")]
    assert str(asked["output"]["sum"]) in read[added + 1].body
    # Harbor's models take it as a trajectory: three replies with their calls, and the program itself at its end.
    made = [step for step in atif_steps(done.record.events) if step["source"] == "agent"]
    assert [step["llm_call_count"] for step in made] == [1, 1, 1, 0]
    assert all(step["metrics"]["cost_usd"] > 0 for step in made[:3])
    results = [step["observation"]["results"] for step in made[:2]]
    assert [len(each) for each in results] == [1, 1]
    assert str(asked["output"]["sum"]) in results[0][0]["content"]
    # No part of what the program keeps for itself is handed in, or lies in the workspace.
    assert done.record.submission.files == {}
