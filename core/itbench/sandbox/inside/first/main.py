"""Sets the sandbox up, and carries out what comes over the socket until its other end is closed."""

# ruff: noqa: PTH101, PTH123 - pathlib takes 5 ms to import
import _signal  # type: ignore[import-not-found]  # `signal` takes 5 ms to import; typeshed knows only that
import _socket
import os

from .calls import HOST_ERRORS, call, send
from .landlock import landlock_rules
from .limits import Limits
from .program import Setting
from .runner import Runner

_HOME = "/home/user"
_PR_SET_DUMPABLE = 4
_PR_SET_CHILD_SUBREAPER = 36
# What this process exits with where the machine refuses it something; known to `itbench.sandbox.inside.ending`.
_HOST_FAILED = 75
_FIELDS_OF_LIMITS = 8


def main(where: str) -> None:
    """Serve until the other end closes the socket.

    Args:
        where: the socket: its descriptor, or a folder with it in a container, or `plain` before a descriptor.
    """
    try:
        _serve(where)
    except (OSError, MemoryError) as error:
        if isinstance(error, OSError) and error.errno not in HOST_ERRORS:
            raise
        os.write(2, f"the machine refuses the sandbox's process 1 something: {error!r}\n".encode())
        os._exit(_HOST_FAILED)


def _serve(where: str) -> None:
    # Process 1 cannot be ended from inside, except by a signal that it listens to.
    _signal.signal(_signal.SIGINT, _signal.SIG_IGN)
    is_plain = where.startswith("plain")
    control, filter_program = _connected(where.removeprefix("plain"))
    number = control.fileno()
    os.set_inheritable(number, False)
    os.closerange(3, number)
    os.closerange(number + 1, 1 << 16)
    fields = control.recv(1 << 16).split(b"\0")
    if is_plain:
        # Orphans of what it starts come to it, as they come to process 1.
        call("prctl", _PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        setting, home = Setting(None, None, b""), os.fsdecode(fields[0])
        os.chdir(home)
    else:
        limits = _set_up(fields)
        setting, home = (
            Setting(limits, landlock_rules(shows_proc=limits.shows_proc), filter_program),
            _HOME,
        )
    folder = os.open(home, os.O_RDONLY | os.O_DIRECTORY)
    send(control, b"ready %d" % (setting.rules is not None), folder)
    os.close(folder)
    runner = Runner(control, setting)
    while runner.is_open:
        runner.turn()
    if is_plain:
        runner.end_everything()


def _connected(where: str) -> tuple[_socket.socket, bytes]:
    """Return the socket that orders come from, and the filter of system calls that is not upon us yet.

    Bubblewrap hands us a descriptor, and has set the filter; in a container there is a folder with both.
    """
    if where.isdigit():
        return _socket.socket(fileno=int(where)), b""
    with open(where + "/filter", "rb") as file:
        rules = file.read()
    control = _socket.socket(_socket.AF_UNIX, _socket.SOCK_SEQPACKET)
    control.connect(where + "/door")
    return control, rules


def _set_up(fields: list[bytes]) -> Limits:
    """Become the ordinary user if started as another, take up the limits, and hide from other processes."""
    uid, gid, *others = fields
    numbers, folders = others[:_FIELDS_OF_LIMITS], others[_FIELDS_OF_LIMITS:]
    if os.getuid() != int(uid):
        for folder in folders:
            os.chown(folder, int(uid), int(gid))
        # Not every container engine gives a temporary folder the mode that it was asked for.
        os.chmod("/tmp", 0o1777)  # noqa: S108, S103 - the sandbox's own
        os.setgroups([])
        os.setresgid(int(gid), int(gid), int(gid))
        os.setresuid(int(uid), int(uid), int(uid))
    call("prctl", _PR_SET_DUMPABLE, 0, 0, 0, 0)
    limits = Limits(numbers)
    limits.take_up()
    return limits
