"""`itbench-tool` inside a sandbox: what it prints, with which exit code, and what the trace has of it."""

import asyncio
import json
from typing import Any

import pytest

from itbench import Limits, Stage, StageError
from itbench.interfaces.fault import LimitReached
from itbench.sandbox.bubblewrap.sandbox import BubblewrapSandbox

from .world import ADD, BAD, GOOD, Working, tool

BAD_TOOLS = [tool(name, call) for name, call in BAD.items()]


def test_a_call_gives_its_result_as_json_and_is_in_the_trace(working: Working, any_sandbox: Any) -> None:
    ended = working("""itbench-tool add '{"a": 2, "b": 3}'""", sandbox=any_sandbox)
    assert (ended.out, ended.error, ended.code) == ('{"sum": 5}\n', "", 0)
    (call,) = ended.calls()
    assert (call["name"], call["arguments"], call["output"], call["ok"]) == (
        "add", {"a": 2, "b": 3}, {"sum": 5}, True
    )  # fmt: skip


def test_without_arguments_it_lists_the_tools_with_their_schemas(working: Working) -> None:
    ended = working("itbench-tool")
    listed = json.loads(ended.out)
    assert listed[0] == {"name": "add", "description": "It is add.", "parameters": ADD}
    assert [each["name"] for each in listed] == [each.name for each in GOOD]
    assert ended.calls() == []


def test_what_a_program_starts_finds_the_tools_too(working: Working) -> None:
    ended = working("""sh -c "sh -c 'itbench-tool echo \\"{\\\\\\"text\\\\\\": 1}\\"'" """)
    assert ended.out == "1\n"


def test_arguments_may_come_from_standard_input(working: Working) -> None:
    text = "x" * 300_000
    ended = working(
        f"""python3 -c "print('{{\\"text\\": \\"' + 'x' * {len(text)} + '\\"}}')" | itbench-tool echo - | wc -c"""
    )
    assert int(ended.out) == len(text) + 3


WRONG = {
    "no such tool": ("itbench-tool nothing", 2, "there is no tool 'nothing'; there are: add, echo"),
    "no json": ("itbench-tool add '{a: 1}'", 2, "the arguments are not JSON: Expecting property name"),
    "not an object": ("itbench-tool add '[1]'", 2, "found [1], allowed: object"),
    "a missing argument": ("""itbench-tool add '{"a": 1}'""", 2, "$: found no key 'b'"),
    "a wrong type": ("""itbench-tool add '{"a": 1, "b": "2"}'""", 2, "$.b: found '2', allowed: integer"),
    "one too many": ("""itbench-tool add '{"a": 1, "b": 2, "c": 3}'""", 2, "the unknown key 'c'"),
    "words": ("itbench-tool add 1 2", 2, "too many words"),
    "deep": ("""itbench-tool echo "$(python3 -c "print('{\\"text\\": ' + '[' * 300 + ']' * 300 + '}')")" """, 2, "nested"),
    "too deep to read": ("python3 -c \"print('[' * 200000)\" | itbench-tool echo -", 2, "not JSON"),
    "too large": ("python3 -c \"print('{\\\"text\\\": \\\"' + 'x' * (1 << 20) + '\\\"}')\" | itbench-tool echo -", 2, "JSON"),
    "no text": ("""printf '\\377' | itbench-tool echo -""", 2, "not JSON"),
    "no address": ("ITBENCH_TOOLS= itbench-tool", 3, "ITBENCH_TOOLS is not set"),
    "a dead address": ("ITBENCH_TOOLS=127.0.0.1:9 itbench-tool", 3, "cannot be reached: [Errno 111]"),
    "a bad address": ("ITBENCH_TOOLS=127.0.0.1:x itbench-tool", 3, "invalid literal for int()"),
}  # fmt: skip


@pytest.mark.slow  # Each call is a program.
@pytest.mark.parametrize(("words", "code", "said"), WRONG.values(), ids=WRONG)
def test_a_wrong_call_is_one_line_and_an_exit_code(
    working: Working, words: str, code: int, said: str
) -> None:
    ended = working(words)
    assert ended.code == code, ended
    assert ended.out == ""
    assert ended.error.startswith("itbench-tool: ")
    assert said in ended.error
    assert ended.error.count("\n") == 1


def test_a_call_that_does_not_fit_is_in_the_trace_as_a_failed_one(working: Working) -> None:
    (call,) = working("""itbench-tool add '{"a": 1}'""").calls()
    assert (call["name"], call["arguments"], call["ok"]) == ("add", {"a": 1}, False)


SAID = {
    "fail": "ValueError: no such thing",
    "leave": "SystemExit",
    "cancel": "CancelledError",
    "complain": "ValueError: \\u202e \\u202e",
    "hang": "ended at its limit of 1 s",
    "bytes": "JSON",
    "set": "JSON",
    "nan": "JSON",
    "large": "returned 5000002 bytes of JSON; passed on are at most 4194304",
    "deep": "JSON",
}


@pytest.mark.slow  # One of them hangs for a second.
def test_a_tool_that_fails_in_any_way_is_an_error_of_one_line_and_the_trial_goes_on(working: Working) -> None:
    assert set(SAID) == set(BAD)
    calls = "".join(f"itbench-tool {name} 2>&1 | head -c 30000; " for name in BAD)
    code = f"{calls} itbench-tool fail 2>/dev/null; echo $?"
    ended = working(code, BAD_TOOLS, limits=Limits(wall_s=60, tool_s=1, command_s=1))
    *lines, code = ended.out.splitlines()
    assert (code, ended.raised) == ("1", None)
    assert len(lines) == len(BAD)
    for line, (name, said) in zip(lines, SAID.items(), strict=True):
        assert line.startswith("itbench-tool: "), (name, line)
        assert said in line, (name, line)


def test_without_tools_nothing_is_served(working: Working, any_sandbox: Any) -> None:
    ended = working('echo "$ITBENCH_TOOLS$ITBENCH_MCP_CONFIG"; ls -A', tools=[], sandbox=any_sandbox)
    assert ended.out == "\ntask.json\n"


def test_the_programs_in_the_sandbox_cannot_be_changed(working: Working) -> None:
    ended = working(
        'for name in itbench-tool itbench-mcp; do echo x > "$(command -v $name)"; rm -f "$(command -v $name)"; done'
    )
    assert ended.error.count("Read-only file system") + ended.error.count("Permission denied") == 4


def test_a_limit_that_is_reached_ends_the_program_at_its_next_call(working: Working) -> None:
    spent: list[Any] = []

    async def spend() -> str:
        spent[0].limit = "tokens"
        return "spent"

    ended = working(
        "itbench-tool spend; itbench-tool spend; sleep 60", [tool("spend", spend)], before=spent.append
    )
    assert isinstance(ended.raised, LimitReached)
    assert len(ended.calls()) == 1


def test_a_fault_of_the_environment_ends_the_trial_and_is_not_the_agents(working: Working) -> None:
    async def broken() -> None:
        raise StageError(Stage.ENVIRONMENT, "the world is gone")

    ended = working("itbench-tool broken; sleep 60", [tool("broken", broken)])
    assert isinstance(ended.raised, StageError)
    assert (ended.raised.stage, str(ended.raised)) == (Stage.ENVIRONMENT, "the world is gone")


def test_only_the_trials_own_sandbox_reaches_its_tools(
    working: Working, plain_sandbox: BubblewrapSandbox
) -> None:
    async def reach(address: str) -> str:
        host, _, port = address.rpartition(":")
        try:
            _, writer = await asyncio.open_connection(host, int(port))
        except ConnectionRefusedError:
            return "refused"
        writer.close()
        return "reached"

    async def reach_from_another(address: str) -> str:
        async with plain_sandbox.open([]) as other:
            done = await other.execute(["itbench-tool"], timeout_s=20, env={"ITBENCH_TOOLS": address})
            return done.stderr

    tools = [tool("reach", reach), tool("other", reach_from_another)]
    ended = working(
        """for name in reach other; do itbench-tool $name '{"address": "'$ITBENCH_TOOLS'"}'; done""", tools
    )
    first, second = map(json.loads, ended.out.splitlines())
    assert first == "refused"
    assert "cannot be reached: [Errno 111]" in second


BROKEN = {
    "no schema": ([tool("x", BAD["fail"], {"type": "objekt"})], "the domain's tool 'x' cannot be offered: its parameters"),
    "no reference": ([tool("x", BAD["fail"], {"properties": {"a": {"$ref": "#/nowhere"}}, "required": ["a"]})], None),
    "two of one name": ([tool("x", BAD["fail"]), tool("x", BAD["leave"])], "two tools have this name"),
}  # fmt: skip


@pytest.mark.parametrize(("tools", "said"), BROKEN.values(), ids=BROKEN)
def test_tools_that_cannot_be_offered_are_a_fault_of_the_environment(
    working: Working, tools: Any, said: str | None
) -> None:
    ended = working("""itbench-tool x '{"a": 1}' """, tools)
    assert isinstance(ended.raised, StageError)
    assert ended.raised.stage is Stage.ENVIRONMENT
    assert (said or "which is not there") in str(ended.raised)


@pytest.mark.slow  # Forty interpreters start at the same time.
def test_many_concurrent_calls_are_carried_out_one_after_another(working: Working) -> None:
    running, most, order = 0, 0, []

    async def step(number: int) -> int:
        nonlocal running, most
        running, most = running + 1, max(most, running + 1)
        await asyncio.sleep(0.001)
        running -= 1
        order.append(number)
        return number

    code = "for i in $(seq 40); do itbench-tool step \"{\\\"number\\\": $i}\" & done | sort -n | tr '\\n' ' '; wait"
    ended = working(code, [tool("step", step, {})])
    assert ended.out.split() == [str(number) for number in range(1, 41)]
    assert (most, sorted(order)) == (1, list(range(1, 41)))
