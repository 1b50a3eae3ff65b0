"""Starts bubblewrap."""

import os
import platform
import socket
import subprocess
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from itbench.sandbox.bubblewrap.arguments import Layout, bubblewrap_arguments
from itbench.sandbox.bubblewrap.identity import Identity
from itbench.sandbox.bubblewrap.seccomp import filter_program
from itbench.sandbox.bubblewrap.syscalls import machine
from itbench.sandbox.errors import SandboxError
from itbench.sandbox.inside.descriptors import encoded, sealed


@dataclass(frozen=True, slots=True)
class Launched:
    """A bubblewrap that was started.

    Attributes:
        process: of bubblewrap, outside.
        control: our end of the socket whose other end the runner has.
        errors: descriptor of an unnamed file with what bubblewrap and the runner complained of.
    """

    process: subprocess.Popen[bytes]
    control: socket.socket
    errors: int


def launch(program: Path, layout: Layout, identity: Identity) -> Launched:
    """Start bubblewrap with our runner inside.

    Raises:
        SandboxError: something that was asked for cannot be done.
    """
    here = machine(platform.machine())
    if here is None:
        raise SandboxError(f"the sandbox has no system call table for {platform.machine()!r}")
    with ExitStack() as theirs:

        def passed(text: bytes) -> int:
            descriptor = sealed(text)
            theirs.callback(os.close, descriptor)
            return descriptor

        rules = passed(filter_program(here, has_ipc=layout.has_ipc))
        files = {path: passed(text.encode()) for path, text in (identity.files | layout.files).items()}
        options = bubblewrap_arguments(layout, identity, rules, files)
        # By a file: the host's list of processes shows no paths, and there may be any number of inputs.
        paper = passed(encoded("\0".join(options)))
        namespace = [] if identity.namespace is None else [identity.namespace]
        return _launch(program, layout, paper, [rules, paper, *files.values(), *namespace])


def _launch(program: Path, layout: Layout, paper: int, passed: Sequence[int]) -> Launched:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    errors = -1
    try:
        errors = os.memfd_create("errors", os.MFD_CLOEXEC)
        ours.setblocking(False)
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        process = subprocess.Popen(
            [program, "--args", str(paper), "--", *layout.runner(theirs.fileno())],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=errors,
            pass_fds=[theirs.fileno(), *passed],
            env={},
            cwd="/",
        )
    except BaseException:
        ours.close()
        if errors >= 0:
            os.close(errors)
        raise
    finally:
        theirs.close()
    return Launched(process, ours, errors)
