"""Who the commands are to the host: never root, and each trial of root's somebody else.

An ordinary user's sandbox belongs to that user. Root's would belong to root: the kernel lets root's own processes,
even without any capability, write settings in /proc/sys and pass the limit of processes. So root's sandboxes join a
user namespace in which a range of ordinary users of the host stands beside root, who only sets things up.
"""

import itertools
import os
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

from itbench.sandbox.errors import SandboxError
from itbench.sandbox.image.files import FILES

USER = 1000
# A range that neither distributions nor systemd give to anybody, below the end of a container's usual 65,536.
_FIRST_HOST_USER, _USERS = 62_000, 3_000
_UNSHARE_USER = """
import ctypes, os, sys
if ctypes.CDLL(None, use_errno=True).unshare(0x10000000):
    sys.exit(os.strerror(ctypes.get_errno()))
print(flush=True)
sys.stdin.read()
"""


@dataclass(frozen=True, slots=True)
class Identity:
    """The user that commands run as.

    Attributes:
        user: number inside, of the user and the group.
        namespace: descriptor of a user namespace to join; None to make one.
    """

    user: int
    namespace: int | None

    @property
    def arguments(self) -> list[str]:
        """What bubblewrap must be told."""
        if self.namespace is None:
            return ["--unshare-user", "--uid", str(self.user), "--gid", str(self.user), "--cap-drop", "ALL"]
        kept = [word for name in ("CHOWN", "SETGID", "SETUID") for word in ("--cap-add", f"CAP_{name}")]
        return ["--userns", str(self.namespace), "--cap-drop", "ALL", *kept]

    @property
    def files(self) -> dict[str, str]:
        """Return the files that name the user, where those of the image do not."""
        if self.user == USER:
            return {}
        number = str(self.user)
        return {f"/{path}": FILES[path].replace(str(USER), number) for path in ("etc/passwd", "etc/group")}


class Identities:
    """Gives an identity to each sandbox of this process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._namespace: int | None = None
        self._users = itertools.cycle(range(USER, USER + _USERS))

    def next(self) -> Identity:
        """Return an identity for one more sandbox.

        Raises:
            SandboxError: root may not make the namespace that it needs.
        """
        if not is_true_root():
            return Identity(USER, None)
        with self._lock:
            if self._namespace is None:
                self._namespace = _namespace_of_many()
            return Identity(next(self._users), self._namespace)


IDENTITIES = Identities()
"""Of this process: what one agent leaves, its workspace and a second server for example, must not be one user to the kernel."""


def is_true_root() -> bool:
    """Tell whether this process is root to the kernel, and not only inside a user namespace of somebody."""
    if os.geteuid() != 0:
        return False
    fields = Path("/proc/self/uid_map").read_text(encoding="ascii").split()
    return fields[1] == "0" or int(fields[2]) > _FIRST_HOST_USER + _USERS


def _namespace_of_many() -> int:
    words = [sys.executable, "-I", "-S", "-c", _UNSHARE_USER]
    pipe = subprocess.PIPE
    with subprocess.Popen(words, stdin=pipe, stdout=pipe, stderr=pipe, env={}) as child:
        assert child.stdout is not None
        assert child.stderr is not None
        try:
            if not child.stdout.readline():
                raise OSError(child.stderr.read().decode().strip())
            for kind in ("uid", "gid"):
                lines = f"0 0 1\n{USER} {_FIRST_HOST_USER} {_USERS}\n"
                Path(f"/proc/{child.pid}/{kind}_map").write_text(lines, encoding="ascii")
            return os.open(f"/proc/{child.pid}/ns/user", os.O_RDONLY | os.O_CLOEXEC)
        except OSError as error:
            raise SandboxError(
                f"the sandbox cannot give up root's rights: {error}; run itbench as an ordinary user"
            ) from error
