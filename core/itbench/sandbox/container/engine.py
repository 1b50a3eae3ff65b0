"""A container engine: whether it works here, and the sandbox's image in its store."""

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from itbench.sandbox.errors import SandboxError

ENGINES = ("podman", "docker")
"""The container engines that can be sandboxes, by the name of their command line."""
_ASK_LIMIT_S = 20
_IMPORT_LIMIT_S = 600


@dataclass(frozen=True, slots=True)
class Engine:
    """One of `ENGINES`, by its command line."""

    name: str

    def problem(self) -> str | None:
        """Return None where it works, else why not and what to do, in one line."""
        if not hasattr(os, "pidfd_open"):
            return f"{self.name} as a sandbox needs Linux; containers in a virtual machine cannot be reached"
        if shutil.which(self.name) is None:
            return f"there is no {self.name} on PATH; install it, or use the sandbox 'bubblewrap'"
        try:
            done = self.ask("info", "--format", "{{json .}}")
        except subprocess.TimeoutExpired:
            return f"'{self.name} info' says nothing for {_ASK_LIMIT_S} s; is its service running?"
        if done.returncode != 0 or _server_errors(done.stdout):
            said = (done.stderr or done.stdout).strip().splitlines() or _server_errors(done.stdout)
            return f"'{self.name} info' fails: {said[-1] if said else 'no reason given'}"
        return None

    def ask(self, *words: str) -> "subprocess.CompletedProcess[str]":
        """Run a short command of the engine."""
        return subprocess.run(
            [self.name, *words],
            capture_output=True,
            text=True,
            timeout=_ASK_LIMIT_S,
            check=False,
            stdin=subprocess.DEVNULL,
        )

    def has_image(self, tag: str) -> bool:
        """Tell whether an image is in the engine's store."""
        return self.ask("image", "inspect", "--format", "x", tag).returncode == 0

    def import_image(self, folder: Path, tag: str) -> None:
        """Put a root file system into the engine's store, unless it is there.

        Raises:
            SandboxError: the engine does not take it.
        """
        if self.has_image(tag):
            return
        packing = subprocess.Popen(
            ["tar", "--owner=0", "--group=0", "-C", str(folder), "-c", "."],
            stdout=subprocess.PIPE,
        )
        try:
            done = subprocess.run(
                [self.name, "import", "-", tag],
                stdin=packing.stdout,
                capture_output=True,
                text=True,
                timeout=_IMPORT_LIMIT_S,
                check=False,
            )
        finally:
            if packing.stdout is not None:
                packing.stdout.close()
            packing.wait()
        if done.returncode != 0:
            lines = done.stderr.strip().splitlines() or ["no reason given"]
            raise SandboxError(f"{self.name} does not take the sandbox's image: {lines[-1]}")


def _server_errors(text: str) -> list[str]:
    # Docker's client tells of itself even where no service answers.
    try:
        found = json.loads(text).get("ServerErrors")
    except (ValueError, AttributeError):
        return []
    return [str(line) for line in found or ()]
