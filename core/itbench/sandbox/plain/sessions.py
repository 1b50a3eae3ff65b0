"""Sessions without a sandbox: the same runner as inside one, started on the host when the first session is opened."""

import asyncio
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from itbench.host.faults import host_errors
from itbench.sandbox.bubblewrap.arguments import runner_words
from itbench.sandbox.bubblewrap.launch import Launched
from itbench.sandbox.errors import SandboxEndedError
from itbench.sandbox.inside.process import SandboxProcess
from itbench.sandbox.inside.session import ShellSession
from itbench.sandbox.limits import SandboxLimits

_RUNNER_FOLDER = Path(__file__).parents[1] / "inside"


class PlainSessions:
    """The sessions of one workspace on the host.

    They end with all that descends from their shells, also when this process is killed. Nothing limits what they take.
    """

    def __init__(self, root: Path, variables: Mapping[str, str]) -> None:
        self._root = root
        self._variables = variables
        self._process: SandboxProcess | None = None
        self._sessions: list[ShellSession] = []
        self._starting = asyncio.Lock()

    async def open(self, *, has_terminal: bool) -> ShellSession:
        """Open one more.

        Raises:
            SandboxError: it does not start.
        """
        async with self._starting:
            if self._process is None:
                with host_errors("a session cannot be opened"):
                    self._process = await SandboxProcess.start(_launch(), [str(self._root)])
        shell = shutil.which("bash") or "/bin/sh"
        limits = SandboxLimits()
        session = await ShellSession.start(
            self._process, shell, self._variables, limits, has_terminal=has_terminal
        )
        self._sessions.append(session)
        return session

    async def end_all(self) -> None:
        """End all of them, and all that they started."""
        if self._process is None:
            return
        with suppress(SandboxEndedError):
            await self._process.end_everything()
        for session in self._sessions:
            await session.close()
        self._sessions.clear()
        process, self._process = self._process, None
        await process.close()


def _launch() -> Launched:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    errors = -1
    try:
        errors = os.memfd_create("errors", os.MFD_CLOEXEC)
        ours.setblocking(False)
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        process = subprocess.Popen(
            runner_words(sys.executable, str(_RUNNER_FOLDER), f"plain{theirs.fileno()}"),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=errors,
            pass_fds=[theirs.fileno()],
            env={},
            start_new_session=True,
        )
    except BaseException:
        ours.close()
        if errors >= 0:
            os.close(errors)
        raise
    finally:
        theirs.close()
    return Launched(process, ours, errors)
