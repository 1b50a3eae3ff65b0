"""MCP over `itbench-mcp`: the official SDK's client inside the sandbox, and clients that send anything at all."""

import json
import sys
import sysconfig
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from itbench import Limits
from itbench.interfaces.sandbox import Mount
from itbench.sandbox.bubblewrap.sandbox import BubblewrapSandbox

from .world import ADD, BAD, GOOD, Working, tool

if find_spec("mcp") is None:
    pytest.skip("the package 'mcp' is not installed", allow_module_level=True)

pytestmark = pytest.mark.slow  # The SDK takes a second to import, once out here and once in the sandbox.

# Each step of the official client prints one line of JSON.
CLIENT = """
import asyncio, json, os, sys
from mcp import Client, ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client

server = json.load(open(os.environ["ITBENCH_MCP_CONFIG"]))["mcpServers"]["itbench"]
assert server.pop("type") == "stdio"

def show(result):
    print(json.dumps([result.is_error, [each.text for each in result.content]]))

async def with_handshake():
    async with stdio_client(StdioServerParameters(**server)) as streams, ClientSession(*streams) as session:
        started = await session.initialize()
        print(json.dumps([started.server_info.name, started.protocol_version]))
        listed = (await session.list_tools()).tools
        print(json.dumps([[each.name, each.description, each.input_schema] for each in listed]))
        for name, arguments in CALLS:
            show(await session.call_tool(name, arguments))

async def without():
    async with Client(stdio_client(StdioServerParameters(**server))) as client:
        results = await asyncio.gather(*(client.call_tool("add", {"a": n, "b": 1}) for n in range(50)))
        print(json.dumps([json.loads(each.content[0].text)["sum"] for each in results]))

asyncio.run(with_handshake())
asyncio.run(without())
"""
CALLS = [
    ("add", {"a": 2, "b": 3}), ("echo", {"text": "é\u2028x"}), ("add", {"a": 2}), ("nothing", {}), ("fail", {}),
    ("bytes", {}), ("large", {}),
]  # fmt: skip


@pytest.fixture(scope="session")
def with_sdk(plain_sandbox: BubblewrapSandbox, sandbox_cache: Path) -> BubblewrapSandbox:
    """Return a sandbox that shows the packages of this environment."""
    made = BubblewrapSandbox(
        with_tools=False, mounts=[Mount(Path(sysconfig.get_path("platlib")), "packages")]
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ITBENCH_CACHE", str(sandbox_cache))
        made.prepare()
    return made


def test_the_official_client_lists_and_calls_tools(working: Working, with_sdk: BubblewrapSandbox) -> None:
    code = f"import sys; sys.path.insert(0, '/opt/packages'); CALLS = {CALLS!r}{CLIENT}"
    tools = [*GOOD, *(tool(name, BAD[name]) for name in ("fail", "bytes", "large"))]
    ended = working(["python3", "-c", code], tools, with_sdk)
    assert (ended.raised, ended.code) == (None, 0), ended.error
    started, listed, *results, sums = map(json.loads, ended.out.splitlines())
    assert started[0] == "itbench"
    assert listed[0] == ["add", "It is add.", ADD]
    assert [each[0] for each in listed] == [each.name for each in tools]
    assert results[:2] == [[False, ['{"sum":5}']], [False, ["é\u2028x"]]]
    said = [text for is_error, (text,) in results[2:] if is_error]
    assert [part in text for part, text in zip(
        ["no key 'b'", "no tool 'nothing'", "ValueError: no such thing", "JSON", "passed on are at most"], said, strict=True
    )] == [True] * 5  # fmt: skip
    assert sums == [number + 1 for number in range(50)]
    assert len(ended.calls("add")) == 52
    assert sum(not each["ok"] for each in ended.calls()) == 4


RAW = """
import json, os, subprocess, sys
relay = subprocess.Popen(["itbench-mcp"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
def send(text):
    relay.stdin.write(text if isinstance(text, bytes) else json.dumps(text).encode() + b"\\n")
    relay.stdin.flush()
def get():
    return json.loads(relay.stdout.readline())
def request(number, method, **params):
    return {"jsonrpc": "2.0", "id": number, "method": method, "params": params}
def begin():
    client = {"name": "x", "version": "1"}
    send(request(0, "initialize", protocolVersion="2025-06-18", capabilities={}, clientInfo=client))
    print(get()["result"]["serverInfo"]["name"])
    send({"jsonrpc": "2.0", "method": "notifications/initialized"})
"""
STEPS: dict[str, Any] = {
    "nothing that is JSON-RPC": (
        ("begin()\nfor text in (b'x\\n', b'[1]\\n', b'{}\\n', b'\\xff\\n', b'[' * 100000 + b'\\n', b'\\n'):\n    send(text)\n    print(get()['error']['code'])\n"
        "send(request(1, 'tools/call', name='echo', arguments={'text': 'on'}))\nprint(get()['result']['content'][0]['text'])"),
        ["itbench", *["-32700"] * 6, "on"],
    ),
    "a line that is too long": (
        ("begin()\ntry:\n    send(request(1, 'tools/call', name='echo', arguments={'text': 'x' * (1 << 21)}))\n"
        "except BrokenPipeError:\n    pass\n"
        "print(get()['error']['message'])\nprint(relay.stdout.read(), relay.wait(10))"),
        ["itbench", "a line may have 1048576 bytes", "b'' 0"],
    ),
    "no method that there is": (
        "begin()\nsend(request(1, 'resources/list'))\nprint(get()['error']['code'])", ["itbench", "-32601"],
    ),
    "a call before the handshake": (
        "send(request(1, 'tools/call', name='echo', arguments={'text': 1}))\nprint(sorted(get()))", None,
    ),
    "arguments that are no object": (
        "begin()\nsend(request(1, 'tools/call', name='echo', arguments=[1]))\nprint(get()['error']['code'])",
        ["itbench", "-32602"],
    ),
    "many requests that nobody waits for": (
        "begin()\nfor n in range(3000):\n    send(request(1, 'tools/list'))\n    send(request(1, 'notifications/cancelled', requestId=1) | {'id': None})\n",
        None,
    ),
    "an end in the middle": ("begin()\nsend(b'{\"jsonrpc\"')\nrelay.stdin.close()\nprint(relay.wait(10))", ["itbench", "0"]),
}  # fmt: skip


@pytest.mark.parametrize(("steps", "printed"), STEPS.values(), ids=STEPS)
def test_a_client_that_sends_anything_at_all_breaks_nothing_of_ours(
    working: Working, steps: str, printed: list[str] | None
) -> None:
    ended = working(["timeout", "-s", "KILL", "5", "python3", "-c", RAW + steps], limits=Limits(wall_s=30))
    if printed is not None:
        assert ended.out.splitlines() == printed, ended
    # A program that was ended by its own timeout is the agent's doing, and no fault of the server's.
    assert ended.raised is None or isinstance(ended.raised, RuntimeError), ended.raised


def test_the_relay_says_what_is_missing(working: Working) -> None:
    ended = working("ITBENCH_TOOLS= itbench-mcp; echo $?")
    assert (ended.out, ended.error) == (
        "1\n",
        "itbench-mcp: this task has no tools: ITBENCH_TOOLS is not set\n",
    )


def test_where_the_sdk_is_missing_the_relay_says_what_to_install_and_the_other_way_works(
    working: Working, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "mcp.server.lowlevel", None)
    ended = working("""itbench-mcp </dev/null; echo $?; itbench-tool echo '{"text": "on"}'""")
    assert ended.out == '1\n"on"\n'
    assert ended.error == (
        "itbench-mcp: MCP is not available: where itbench runs, install it with: pip install 'itbench[mcp]'\n"
    )


def test_no_configuration_of_a_client_is_handed_in(working: Working) -> None:
    ended = working('cat "$ITBENCH_MCP_CONFIG"; ls -A')
    text, _, names = ended.out.rpartition("}")
    server = json.loads(f"{text}}}")["mcpServers"]["itbench"]
    assert server["command"] == "itbench-mcp"
    assert names.split() == [".itbench", "task.json"]
