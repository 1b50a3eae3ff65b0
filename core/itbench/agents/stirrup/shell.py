"""Stirrup's shell tool, carried out in our workspace."""

import errno
import math
from collections.abc import Callable
from pathlib import PurePosixPath
from typing import Any

from stirrup.core.models import ImageContentBlock, Tool
from stirrup.tools.code_backends.base import CodeExecToolProvider, CommandResult

from itbench.interfaces.workspace import Workspace

# What ITBench-AA calls it; source: benchmarks/itbench/agent_setup.py of ServiceNow/StarHarness at a56d8f6e.
SHELL = "run_shell"


class WorkspaceShell(CodeExecToolProvider):  # type: ignore[misc] # stirrup is no part of the type check
    """Runs Stirrup's commands in a workspace, and finds Stirrup's files there.

    Args:
        workspace: of the trial; opened and closed by the runner.
        command_s: seconds that one command may take.
        clean: takes secrets out of what the model is shown.
    """

    def __init__(self, workspace: Workspace, command_s: float, clean: Callable[[str], str]) -> None:
        super().__init__(shell_timeout=math.ceil(command_s))
        self._workspace = workspace
        self._command_s = command_s
        self._clean = clean

    async def __aenter__(self) -> Tool:
        """Return the tool, as Stirrup makes it."""
        return self.get_code_exec_tool(name=SHELL)

    async def __aexit__(self, *ended: object) -> None:
        """Leave the workspace as it is: the runner collects from it."""

    async def run_command(self, cmd: str, *, timeout: int | None = None) -> CommandResult:  # noqa: ASYNC109 - Stirrup's
        """Run a command; one that takes too long, or is none, is told as Stirrup's own backends tell it."""
        limit_s = self._command_s if timeout is None else min(float(timeout), self._command_s)
        if "\0" in cmd:
            return _refused("a command cannot hold a NUL character")
        try:
            result = await self._workspace.execute(cmd, timeout_s=limit_s)
        except OSError as error:
            if error.errno != errno.E2BIG:
                raise
            return _refused("the command is too long for a shell; write long files in parts")
        if result.timed_out:
            late = f"Command timed out after {limit_s:g} seconds"
            return CommandResult(exit_code=1, stdout="", stderr=late, error_kind="timeout")
        return CommandResult(
            exit_code=result.exit_code, stdout=self._clean(result.stdout), stderr=self._clean(result.stderr)
        )

    async def read_file_bytes(self, path: str) -> bytes:
        """Return a file's content."""
        return await self._workspace.read_file(self._below(path))

    async def write_file_bytes(self, path: str, content: bytes) -> None:
        """Write a file."""
        await self._workspace.write_file(self._below(path), content)

    async def file_exists(self, path: str) -> bool:
        """Whether there is a plain file in the workspace."""
        try:
            await self.read_file_bytes(path)
        except (FileNotFoundError, ValueError):
            return False
        return True

    async def is_directory(self, path: str) -> bool:
        """Whether there are files below the path."""
        return bool(await self.list_files(path))

    async def list_files(self, path: str) -> list[str]:
        """Return the paths of all files below a folder, relative to it."""
        folder = PurePosixPath(self._below(path))
        files = map(PurePosixPath, await self._workspace.list_files())
        return [str(file.relative_to(folder)) for file in files if folder in file.parents]

    async def view_image(self, path: str) -> Any:
        """Return an image; no tool of ours shows one to the model."""
        return ImageContentBlock(data=await self.read_file_bytes(path))

    def _below(self, path: str) -> str:
        """Return a path as the workspace wants it: relative, where it lies below the working directory."""
        whole = PurePosixPath(path)
        root = self._workspace.path
        return str(whole.relative_to(root) if whole.is_relative_to(root) else whole)


def _refused(why: str) -> CommandResult:
    return CommandResult(exit_code=1, stdout="", stderr=why, error_kind="invalid_argument")
