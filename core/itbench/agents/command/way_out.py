"""A program's way to the hosts and the model that it was allowed."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from itbench.agents.command.options import CommandOptions
from itbench.interfaces.fault import Stage, StageError
from itbench.interfaces.trace import Trace
from itbench.interfaces.workspace import Listening, Workspace

if TYPE_CHECKING:
    from itbench.egress.gateway.gateway import ModelGateway

_PROXY_VARIABLES = ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy")
_CERTIFICATES = PurePosixPath("/etc/ssl/certs/ca-certificates.crt")


@dataclass(frozen=True, slots=True)
class WayOut:
    """What a program is told of its way out, and what is known of it out here.

    Attributes:
        variables: for the program's environment.
        gateway: to its model, if there is one.
        stopped: set once a limit of the task has been reached at the gateway.
    """

    variables: Mapping[str, str] = field(default_factory=dict)
    gateway: "ModelGateway | None" = None
    stopped: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def uncounted(self) -> str | None:
        """Why a limit of the task cannot be kept at the gateway, if so."""
        return None if self.gateway is None else self.gateway.uncounted

    @property
    def model_failure(self) -> str | None:
        """How the provider of the model fails through no doing of the program, if it does; known once the way out is closed."""
        return None if self.gateway is None else self.gateway.failure


@asynccontextmanager
async def open_way_out(
    workspace: Workspace, trace: Trace, options: CommandOptions, instructions: str = ""
) -> AsyncIterator[WayOut]:
    """Open what was allowed, which is nothing by default, and close it at the end.

    Args:
        workspace: of the program.
        trace: of the trial.
        options: of the agent.
        instructions: of the task.

    Raises:
        StageError: the workspace cannot have a way out.
    """
    if not options.allowed and options.gateway is None:
        yield WayOut()
        return
    if not isinstance(workspace, Listening):
        raise StageError(Stage.ENVIRONMENT, "the workspace has no way out; use the sandbox 'bubblewrap'")
    from itbench.egress.gateway.gateway import ModelGateway
    from itbench.egress.proxy.proxy import Proxy
    from itbench.egress.server import NetworkServer

    async with AsyncExitStack() as stack:
        gateway = None
        if options.gateway is not None:
            gateway = await stack.enter_async_context(
                ModelGateway(options.gateway, trace, options.models, instructions=instructions)
            )
        listener = await workspace.listen()
        stack.callback(listener.close)
        origin = f"http://127.0.0.1:{listener.getsockname()[1]}"
        await stack.enter_async_context(
            NetworkServer(listener, Proxy(options.allowed), gateway, trace.record)
        )
        variables = _variables(options, gateway, origin)
        yield WayOut(variables, gateway, asyncio.Event() if gateway is None else gateway.stopped)


def _variables(options: CommandOptions, gateway: "ModelGateway | None", origin: str) -> dict[str, str]:
    variables = {} if gateway is None else gateway.variables(origin)
    if options.allowed:
        variables |= dict.fromkeys(_PROXY_VARIABLES, origin)
        if options.gateway is not None:
            # It is no other host; local servers that are allowed go by the name localhost.
            variables |= dict.fromkeys(("NO_PROXY", "no_proxy"), "127.0.0.1")
        # Node's own client looks for a proxy only if told to.
        variables |= {"NODE_USE_ENV_PROXY": "1", "SSL_CERT_FILE": str(_CERTIFICATES)}
    return variables
