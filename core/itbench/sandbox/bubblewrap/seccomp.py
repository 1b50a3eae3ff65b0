"""The filter that the kernel applies to every system call of a command, as a program for its BPF machine.

Format: linux/filter.h and linux/seccomp.h; each instruction is u16 code, u8 jump if true, u8 if false, u32 value.
"""

import errno
import struct
from collections.abc import Iterable

from itbench.sandbox.bubblewrap.syscalls import (
    ABSENT,
    LAST_KNOWN_CALL,
    NAMING_A_PROCESS,
    NAMING_BY_KIND,
    REFUSED,
    SYSTEM_V,
    Machine,
)

_LOAD, _JUMP_EQUAL, _JUMP_GREATER, _JUMP_ANY_BIT, _RETURN = 0x20, 0x15, 0x25, 0x45, 0x06
_ALLOW, _KILL_PROCESS, _ERRNO = 0x7FFF_0000, 0x8000_0000, 0x0005_0000
# Places in struct seccomp_data; of an argument (64 bit, little endian) the lower half is looked at.
_CALL, _ARCHITECTURE, _FIRST_ARGUMENT, _SECOND_ARGUMENT = 0, 4, 16, 24
# CLONE_NEW*: mount, cgroup, uts, ipc, user, pid, net.
_NAMESPACE_FLAGS = 0x0002_0000 | 0x7E00_0000
# AF_UNIX, AF_INET, AF_INET6: the others reach parts of the kernel, or of the host, that are not set apart.
_FAMILIES = (1, 2, 10)
# TIOCSTI types into a terminal, TIOCLINUX pastes into it, TIOCSETD loads a line discipline.
_TERMINAL_REQUESTS = (0x5412, 0x541C, 0x5423)
_PERSONALITIES = (0, 0xFFFF_FFFF)
# Process 1 is ours. Whatever else a program can name in its own process namespace is its own.
_OUR_PROCESS = 1
# F_SETLEASE and F_NOTIFY: on files that trials share, one could hold another up by them, or watch it.
_FILE_REQUESTS = (1024, 1026)


def filter_program(machine: Machine, *, has_ipc: bool = False) -> bytes:
    """Return the filter for a machine: what it does not know and what is dangerous fails, everything else is allowed.

    With `has_ipc`, System V IPC is allowed too, in which the namespace of a service is bounded by its limits only.
    """
    calls = machine.calls
    program = [
        _load(_ARCHITECTURE),
        *_unless(_JUMP_EQUAL, machine.audit, _return(_KILL_PROCESS)),
        _load(_CALL),
        *_if(_JUMP_GREATER, LAST_KNOWN_CALL, _refuse(errno.ENOSYS)),
    ]
    for name in sorted(ABSENT.keys() - (SYSTEM_V if has_ipc else set())):
        program += _if(_JUMP_EQUAL, calls[name], _refuse(errno.ENOSYS))
    for name in REFUSED:
        if name in calls:
            program += _if(_JUMP_EQUAL, calls[name], _refuse(errno.EPERM))
    flags = [_load(_FIRST_ARGUMENT), *_if(_JUMP_ANY_BIT, _NAMESPACE_FLAGS, _refuse(errno.EPERM))]
    program += _block(calls["clone"], [*flags, _return(_ALLOW)])
    program += _block(calls["ioctl"], _none_of(_SECOND_ARGUMENT, _TERMINAL_REQUESTS))
    program += _block(calls["fcntl"], _none_of(_SECOND_ARGUMENT, _FILE_REQUESTS))
    for name in NAMING_A_PROCESS:
        program += _block(calls[name], _none_of(_FIRST_ARGUMENT, (_OUR_PROCESS,)))
    for name, (kinds, of_user) in NAMING_BY_KIND.items():
        program += _block(calls[name], _not_ours(kinds, of_user))
    program += _block(calls["personality"], _one_of(_FIRST_ARGUMENT, _PERSONALITIES, errno.EPERM))
    for name in ("socket", "socketpair"):
        program += _block(calls[name], _one_of(_FIRST_ARGUMENT, _FAMILIES, errno.EAFNOSUPPORT))
    return b"".join([*program, _return(_ALLOW)])


def _instruction(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("<HBBI", code, if_true, if_false, value)


def _load(place: int) -> bytes:
    return _instruction(_LOAD, place)


def _return(action: int) -> bytes:
    return _instruction(_RETURN, action)


def _refuse(error: int) -> bytes:
    return _return(_ERRNO | error)


def _if(test: int, value: int, action: bytes) -> list[bytes]:
    return [_instruction(test, value, 0, 1), action]


def _unless(test: int, value: int, action: bytes) -> list[bytes]:
    return [_instruction(test, value, 1, 0), action]


def _block(call: int, body: list[bytes]) -> list[bytes]:
    """Return instructions that are gone through for one call only; they must all end in a return."""
    return [_instruction(_JUMP_EQUAL, call, 0, len(body)), *body]


def _one_of(place: int, values: Iterable[int], error: int) -> list[bytes]:
    allowed = [part for value in values for part in _if(_JUMP_EQUAL, value, _return(_ALLOW))]
    return [_load(place), *allowed, _refuse(error)]


def _not_ours(kinds: Iterable[int], of_user: int) -> list[bytes]:
    """Return what refuses a call that acts on process 1, on its group, or on all processes of a user, process 1 among them."""
    ours = [_load(_SECOND_ARGUMENT), *_if(_JUMP_EQUAL, _OUR_PROCESS, _refuse(errno.EPERM)), _return(_ALLOW)]
    body = [_load(_FIRST_ARGUMENT), *_if(_JUMP_EQUAL, of_user, _refuse(errno.EPERM))]
    for kind in kinds:
        # The kind is only loaded once: what follows a match never comes back.
        body += [_instruction(_JUMP_EQUAL, kind, 0, len(ours)), *ours]
    return [*body, _return(_ALLOW)]


def _none_of(place: int, values: Iterable[int]) -> list[bytes]:
    refused = [part for value in values for part in _if(_JUMP_EQUAL, value, _refuse(errno.EPERM))]
    return [_load(place), *refused, _return(_ALLOW)]
