"""Opens the tool server of a trial where there is something to serve, and tells the program of it."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from itbench.agents.domain_tools import check_tools
from itbench.agents.tool_server.calls import ToolCalls
from itbench.agents.tool_server.server import ToolServer
from itbench.interfaces.fault import Stage, StageError
from itbench.interfaces.trace import Trace
from itbench.interfaces.workspace import Listening, Workspace

ADDRESS = "ITBENCH_TOOLS"
MCP_CONFIG = "ITBENCH_MCP_CONFIG"
MCP_CONFIG_FILE = ".itbench/mcp.json"
RELAY = "itbench-mcp"


@dataclass(frozen=True, slots=True)
class ServedTools:
    """What a program is told of the domain's tools, and what is known of their calls out here.

    Attributes:
        variables: for the program's environment; none where the task has no tools.
        calls: that it makes, if there are tools.
        stopped: set once a call has found that the trial cannot go on.
    """

    variables: Mapping[str, str] = field(default_factory=dict)
    calls: ToolCalls | None = None
    stopped: asyncio.Event = field(default_factory=asyncio.Event)

    def check(self) -> None:
        """Go on only if no call has ended the trial.

        Raises:
            LimitReached: a limit of the task was reached at a call.
            StageError: the environment failed.
        """
        if self.calls is not None and self.calls.ending is not None:
            raise self.calls.ending


@asynccontextmanager
async def serve_tools(workspace: Workspace, trace: Trace) -> AsyncIterator[ServedTools]:
    """Serve the workspace's tools inside its sandbox, if it has any, and stop at the end.

    Raises:
        StageError: a tool cannot be offered, or the workspace gives no socket to listen on.
    """
    if not workspace.tools:
        yield ServedTools()
        return
    check_tools(workspace.tools)
    if not isinstance(workspace, Listening):
        raise StageError(Stage.ENVIRONMENT, f"a {type(workspace).__name__} cannot serve tools to programs")
    calls = ToolCalls(workspace.tools, trace)
    listener = await workspace.listen()
    with listener:
        address = f"127.0.0.1:{listener.getsockname()[1]}"
        await workspace.write_file(MCP_CONFIG_FILE, mcp_config(address))
        async with ToolServer(listener, calls):
            variables = {ADDRESS: address, MCP_CONFIG: str(workspace.path / MCP_CONFIG_FILE)}
            yield ServedTools(variables, calls, calls.stopped)


def mcp_config(address: str) -> bytes:
    """Return a configuration of the MCP server as many clients read it."""
    server = {"type": "stdio", "command": RELAY, "args": [], "env": {ADDRESS: address}}
    return json.dumps({"mcpServers": {"itbench": server}}, indent=2).encode()
