"""The filter's program, run by a small machine of our own for both kinds of processor."""

import errno
import json
import platform
import struct
from collections.abc import Callable
from typing import Any

import pytest

from itbench.sandbox.bubblewrap.seccomp import filter_program
from itbench.sandbox.bubblewrap.syscalls import ABSENT, EXAMINED, LAST_KNOWN_CALL, REFUSED, machine

ALLOW, KILL = 0x7FFF0000, 0x80000000
MACHINES = ("x86_64", "aarch64")


def verdict(program: bytes, data: bytes) -> int:
    """Run a BPF program as linux/filter.h tells, for the instructions that a filter may have."""
    accumulator, place = 0, 0
    while True:
        code, if_true, if_false, value = struct.unpack_from("<HBBI", program, place * 8)
        place += 1
        if code == 0x20:
            (accumulator,) = struct.unpack_from("<I", data, value)
        elif code == 0x06:
            return int(value)
        else:
            is_true = {
                0x15: accumulator == value,
                0x25: accumulator > value,
                0x45: bool(accumulator & value),
            }[code]
            place += if_true if is_true else if_false


def asked(name: str, call: int, *arguments: int, audit: int | None = None) -> int | str:
    """Return what the filter of a machine says to a call: "allow", "kill", or the error's number."""
    here = machine(name)
    assert here is not None
    padded = [*arguments, *[0] * (6 - len(arguments))]
    data = struct.pack("<IIQ6Q", call, here.audit if audit is None else audit, 0, *padded)
    said = verdict(filter_program(here), data)
    return {ALLOW: "allow", KILL: "kill"}.get(said, said & 0xFFFF)


def number(name: str, call: str) -> int:
    here = machine(name)
    assert here is not None
    return here.calls[call]


@pytest.mark.parametrize("name", MACHINES)
def test_dangerous_calls_fail_and_absent_ones_are_absent(name: str) -> None:
    here = machine(name)
    assert here is not None
    answers = {call: asked(name, at) for call, at in here.calls.items() if call not in EXAMINED}
    assert answers == {call: errno.EPERM for call in REFUSED if call in here.calls} | dict.fromkeys(
        ABSENT, errno.ENOSYS
    )


@pytest.mark.parametrize("name", MACHINES)
def test_ordinary_calls_go_on(name: str) -> None:
    ordinary = {"x86_64": [0, 1, 2, 9, 39, 57, 59, 61, 257], "aarch64": [56, 63, 64, 172, 221, 222, 260]}
    assert {asked(name, call) for call in ordinary[name]} == {"allow"}


@pytest.mark.parametrize("name", MACHINES)
def test_what_nobody_knows_and_other_tables_are_refused(name: str) -> None:
    assert asked(name, LAST_KNOWN_CALL) == "allow"
    assert asked(name, LAST_KNOWN_CALL + 1) == errno.ENOSYS
    assert asked(name, 0x40000000 | 39) == errno.ENOSYS
    assert asked(name, 39, audit=0x40000003) == "kill"


@pytest.mark.parametrize("name", MACHINES)
@pytest.mark.parametrize(
    ("call", "arguments", "expected"),
    [
        ("clone", (17,), "allow"),
        ("clone", (0x003D0F00,), "allow"),
        ("clone", (0x10000000 | 17,), errno.EPERM),
        ("clone", (0x00020000,), errno.EPERM),
        ("clone", (0x40000000,), errno.EPERM),
        ("ioctl", (0, 0x5401), "allow"),
        ("ioctl", (0, 0x5412), errno.EPERM),
        ("ioctl", (0, 0x541C), errno.EPERM),
        # The kernel looks at 32 bits of a request, and so must the filter.
        ("ioctl", (0, 0xF00005412), errno.EPERM),
        ("personality", (0,), "allow"),
        ("personality", (0xFFFFFFFF,), "allow"),
        ("personality", (0x0040000,), errno.EPERM),
        ("socket", (1,), "allow"),
        ("socket", (2,), "allow"),
        ("socket", (10,), "allow"),
        ("socket", (16,), errno.EAFNOSUPPORT),
        ("socket", (40,), errno.EAFNOSUPPORT),
        ("socketpair", (1,), "allow"),
        ("socketpair", (38,), errno.EAFNOSUPPORT),
    ],
)
def test_some_calls_depend_on_what_they_ask(
    name: str, call: str, arguments: tuple[int, ...], expected: int | str
) -> None:
    assert asked(name, number(name, call), *arguments) == expected


def test_the_kernel_refuses_what_the_filter_refuses(inside: Callable[..., Any]) -> None:
    here = machine(platform.machine())
    assert here is not None
    numbers = {call: at for call, at in here.calls.items() if call not in EXAMINED}
    text = f"""
import ctypes, json
library, results = ctypes.CDLL(None, use_errno=True), {{}}
for call, number in {numbers!r}.items():
    library.syscall(ctypes.c_long(number), *[ctypes.c_long(-1)] * 6)
    results[call] = ctypes.get_errno()
print(json.dumps(results))
"""

    async def work(workspace: Any) -> str:
        result = await workspace.execute(["python3", "-"], stdin=text.encode(), timeout_s=20)
        said: str = result.stdout
        return said

    assert json.loads(inside(work)) == {call: asked(platform.machine(), at) for call, at in numbers.items()}


def test_a_machine_without_a_table_is_unknown() -> None:
    assert machine("riscv64") is None
