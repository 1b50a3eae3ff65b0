"""What all isolating sandboxes have in common: workspaces and services are sandboxes of the same kind."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace

from itbench.interfaces.sandbox import Mount, Program
from itbench.interfaces.service import Ready, ServiceLimits
from itbench.interfaces.workspace import Input
from itbench.sandbox.bubblewrap.arguments import Layout, check_hosts
from itbench.sandbox.errors import SandboxError
from itbench.sandbox.image.host_programs import store_program
from itbench.sandbox.image.image import base_python
from itbench.sandbox.image.parts import Parts, find_parts
from itbench.sandbox.inside.process import SandboxProcess
from itbench.sandbox.inside.service import SandboxedService, service_limits
from itbench.sandbox.inside.workspace import SandboxedWorkspace
from itbench.sandbox.limits import SandboxLimits


class IsolatingSandbox(ABC):
    """Makes workspaces and services, each in namespaces of its own.

    Args:
        limits: of each trial.
        with_tools: whether numpy, pandas, drain3 and PyYAML are there; without them, nothing has to be installed.
        mounts: folders of the host that every trial shows read-only below `/opt`.
        warning: what a user must know of them.
    """

    def __init__(
        self,
        limits: SandboxLimits | None = None,
        *,
        with_tools: bool = True,
        mounts: Sequence[Mount] = (),
        warning: str | None = None,
    ) -> None:
        self.warning = warning
        self.limits = limits or SandboxLimits()
        self._with_tools = with_tools
        self._mounts = mounts
        self._parts: Parts | None = None

    @asynccontextmanager
    async def open(
        self, inputs: Sequence[Input], *, programs: Sequence[Program] = (), hosts: Sequence[str] = ()
    ) -> AsyncIterator[SandboxedWorkspace]:
        """Start a sandbox with the inputs in its workspace, and end it.

        Raises:
            SandboxError: it has not been prepared, or does not start.
        """
        check_hosts(hosts)
        layout = replace(await self._layout(inputs, programs), mounts=self._mounts, hosts=hosts)
        async with self._started(layout) as process:
            workspace = SandboxedWorkspace(process, layout)
            try:
                yield workspace
            finally:
                await workspace.close()

    @asynccontextmanager
    async def service(
        self,
        command: Sequence[str],
        *,
        inputs: Sequence[Input] = (),
        programs: Sequence[Program] = (),
        before: Sequence[Sequence[str]] = (),
        port: int | None = None,
        socket: str | None = None,
        ready: Ready | None = None,
        ready_s: float = 60.0,
        limits: ServiceLimits | None = None,
    ) -> AsyncIterator[SandboxedService]:
        """Start a server in a sandbox of its own, and end it with all that it started.

        Raises:
            SandboxError: it does not start.
        """
        if not command or (port is not None and socket is not None):
            raise SandboxError("a service needs a command, and has a port or a socket, not both")
        allowed = limits or ServiceLimits()
        layout = replace(
            await self._layout(inputs, programs), limits=service_limits(allowed), has_ipc=allowed.has_ipc
        )
        async with self._started(layout) as process:
            workspace = SandboxedWorkspace(process, layout)
            server = SandboxedService(
                process,
                workspace,
                command,
                place=socket if port is None else port,
                ready=ready,
                ready_s=ready_s,
                limits=allowed,
            )
            try:
                await server.prepare(before)
                await server.start()
                yield server
            finally:
                await server.close()
                await workspace.close()

    @abstractmethod
    def _started(self, layout: Layout) -> AbstractAsyncContextManager[SandboxProcess]:
        """Start a sandbox, and end it.

        Raises:
            SandboxError: it does not start.
        """

    async def _layout(self, inputs: Sequence[Input], programs: Sequence[Program]) -> Layout:
        # Kept, because finding out what the image is made of takes longer than starting a sandbox.
        self._parts = self._parts or find_parts(with_tools=self._with_tools)
        if self._parts is None:
            raise SandboxError("the sandbox's file system has not been made yet: run 'itbench sandbox build'")
        return Layout(
            image=self._parts.image,
            tools=self._parts.tools,
            python=base_python().version,
            inputs=inputs,
            limits=self.limits,
            programs=[await asyncio.to_thread(store_program, program) for program in programs],
        )
