"""Turns a child of process 1 into the program that an order names."""

# ruff: noqa: PTH103, PTH120 - pathlib takes 5 ms to import
import _signal  # type: ignore[import-not-found]  # `signal` takes 5 ms to import; typeshed knows only that
import errno
import fcntl
import os
import stat
import sys
import time

from .calls import HOST_ERRORS, call
from .landlock import restrict
from .limits import Limits

_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER = 22, 2
_PR_SET_CHILD_SUBREAPER = 36
_TIOCSCTTY = 0x540E
# Where a program finds its descriptors: a shell of a session has two more than others; see `session.py` outside.
_TARGETS = (0, 1, 2, 8, 9)
# Above all of these.
_APART = 32


class Order:
    """What to run, with which arguments, variables, descriptors, and for how long."""

    def __init__(self, descriptors: list[int]) -> None:
        head, *rest = _text_of(descriptors[0]).split(b"\0")
        number, self.kind, limit_ms, count = head.decode().split()
        self.number = int(number)
        self.deadline = time.monotonic() + int(limit_ms) / 1000
        self.words = rest[: int(count)]
        self.variables = dict(field.split(b"=", 1) for field in rest[int(count) :])
        self.descriptors = descriptors[1:]

    @property
    def is_lasting(self) -> bool:
        """Whether it lives from one command to the next."""
        return self.kind in {"start", "terminal"}

    def close(self) -> None:
        """Close this process's copies of the descriptors."""
        for descriptor in self.descriptors:
            os.close(descriptor)


def _text_of(descriptor: int) -> bytes:
    """Return what a file holds, and close it; `open` would write to more pages, each of which costs a fault after a fork."""
    parts = []
    while part := os.read(descriptor, 1 << 16):
        parts.append(part)
    os.close(descriptor)
    return b"".join(parts)


class Setting:
    """What holds for all programs: the limits, Landlock's rules, and the filter of system calls where it is not set yet."""

    def __init__(self, limits: Limits | None, rules: int | None, filter_program: bytes) -> None:
        self.limits = limits
        self.rules = rules
        self.filter_program = filter_program


def become(order: Order, setting: Setting, teller: int) -> None:
    """Turn this child into the program; never returns. `teller` takes the number of an error of the machine."""
    code = 127
    try:
        teller = fcntl.fcntl(teller, fcntl.F_DUPFD_CLOEXEC, _APART)
        os.setsid()
        if setting.rules is not None:
            restrict(setting.rules)
        _place(order.descriptors)
        if order.kind == "terminal":
            call("ioctl", 0, _TIOCSCTTY, 0)
        if order.is_lasting:
            # Its orphans stay below it; exec keeps this, and its children do not have it.
            call("prctl", _PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        _confine(setting)
        for number in (_signal.SIGINT, _signal.SIGPIPE, _signal.SIGXFSZ):
            _signal.signal(number, _signal.SIG_DFL)
        os.umask(0o022)
        if order.kind == "write":
            code = _write_file(order.words[0])
        else:
            os.closerange(_APART, teller)
            os.closerange(teller + 1, 1 << 16)
            execute = os.execve if b"/" in order.words[0] else os.execvpe
            execute(order.words[0], order.words, order.variables)
    except OSError as error:
        if error.errno in HOST_ERRORS:
            os.write(teller, bytes([error.errno]))
        os.write(2, f"{order.words[0].decode(errors='replace')!r}: {error.strerror}\n".encode())
        code = (error.errno or 1) if order.kind == "write" else 126 + (error.errno == errno.ENOENT)
    finally:
        os._exit(code)


def _place(descriptors: list[int]) -> None:
    """Put the program's descriptors where it looks for them, and leave no other open to it."""
    apart = [fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, _APART) for descriptor in descriptors]
    targets = _TARGETS[: len(apart)]
    for target, descriptor in zip(targets, apart, strict=True):
        os.dup2(descriptor, target)
        os.close(descriptor)
    first = 3
    for target in [*targets[3:], _APART]:
        os.closerange(first, target)
        first = target + 1


def _confine(setting: Setting) -> None:
    if setting.limits is None:
        return
    # Process 1 must get its turn.
    os.nice(5)
    setting.limits.limit_processor_time()
    if setting.filter_program:
        _filter_calls(setting.filter_program)


def _filter_calls(rules: bytes) -> None:
    """Have the kernel filter the system calls of this process and of all that it starts; see seccomp(2)."""
    import ctypes  # it takes 5 ms, which in a container does not matter

    program = ctypes.create_string_buffer(rules, len(rules))
    # struct sock_fprog: u16 count of instructions, and a pointer to them.
    count = (len(rules) // 8).to_bytes(8, sys.byteorder)
    head = count + ctypes.addressof(program).to_bytes(8, sys.byteorder)
    if call("prctl", _PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, head) != 0:
        raise OSError(errno.EPERM, "the filter of system calls cannot be set")


def _write_file(path: bytes) -> int:
    """Copy standard input to a file of the workspace, with the folders that it needs."""
    folder = os.path.dirname(path)
    os.makedirs(folder or b".", exist_ok=True)
    # Non-blocking: a FIFO that nobody reads must not keep us waiting.
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NONBLOCK | os.O_NOFOLLOW
    target = os.open(path, flags, 0o644)
    if not stat.S_ISREG(os.fstat(target).st_mode):
        # One that is full would be taken for a machine that is short of something.
        raise OSError(errno.ENXIO, "it is not a plain file")
    while data := os.read(0, 1 << 20):
        while data:
            data = data[os.write(target, data) :]
    return 0
