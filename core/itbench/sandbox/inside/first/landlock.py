"""What commands may read: everything but /proc/PID/*, whose table of mounts names the host's folders."""

# ruff: noqa: PTH112 - pathlib takes 5 ms to import
import os
import sys

from .calls import call

_READABLE = ("/usr", "/etc", "/home", "/opt", "/tmp", "/dev", "/proc/sys")  # noqa: S108 - the sandbox's own
_READABLE_FILES = ("cpuinfo", "filesystems", "loadavg", "meminfo", "stat", "uptime", "version")
_QUEUES = "/dev/mqueue"
# linux/landlock.h; the numbers of these calls are the same on all machines.
_CREATE, _ADD, _RESTRICT = 444, 445, 446
_VERSION, _PATH_BENEATH, _READ_FILE, _SCOPES = 1, 1, 1 << 2, 0b11
_VERSION_WITH_SCOPES = 6


def landlock_rules(*, shows_proc: bool) -> int | None:
    """Return a Landlock rule set, or None where the kernel has none.

    Only programs that were mounted for it may read /proc/PID/*: some runtimes look up their own memory map there.
    """
    version = call("syscall", _CREATE, None, 0, _VERSION)
    if version <= 0:
        return None
    scopes = _SCOPES if version >= _VERSION_WITH_SCOPES else 0
    fields = [_READ_FILE, 0, scopes] if scopes else [_READ_FILE]
    attributes = b"".join(field.to_bytes(8, sys.byteorder) for field in fields)
    rules = call("syscall", _CREATE, attributes, len(attributes), 0)
    if rules < 0:
        return None
    below_proc = ["/proc"] if shows_proc else [f"/proc/{name}" for name in _READABLE_FILES]
    # Where there are message queues, the kernel finds them without the mount above.
    queues = [_QUEUES] if os.path.isdir(_QUEUES) else []
    for path in [*_READABLE, *queues, *below_proc]:
        place = os.open(path, os.O_PATH)
        rule = _READ_FILE.to_bytes(8, sys.byteorder) + place.to_bytes(4, sys.byteorder)
        call("syscall", _ADD, rules, _PATH_BENEATH, rule, 0)
        os.close(place)
    os.set_inheritable(rules, False)
    return rules


def restrict(rules: int) -> None:
    """Put this process, and all that it starts, under the rules."""
    call("syscall", _RESTRICT, rules, 0)
