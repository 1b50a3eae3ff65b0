"""Attempts to get out of the sandbox, to read what is secret, and to take the machine down: none succeeds.

An attempt has succeeded if the canary, or the word ESCAPED, is in what it printed, or if the host has changed. Each
is bounded in itself. Those that do no harm are made outside the sandbox too, where they must succeed: an attempt
that fails everywhere proves nothing.
"""

import asyncio
import platform
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from itbench import Execution
from itbench.sandbox.bubblewrap.support import missing_layer
from itbench.sandbox.bubblewrap.syscalls import machine
from itbench.sandbox.plain.sandbox import LocalSandbox

HERE = machine(platform.machine())
CALLS = dict(HERE.calls) if HERE else {}


@dataclass(frozen=True)
class Attempt:
    """What to run, whether it may be run outside too, and for how long at most."""

    name: str
    command: str
    works_outside: bool = False
    limit_s: float = 10.0


def shell(name: str, command: str, **options: Any) -> Attempt:
    return Attempt(name, command, **options)


def python(name: str, text: str, **options: Any) -> Attempt:
    return Attempt(name, f"python3 - <<'END'\n{PRELUDE}{textwrap.dedent(text)}\nEND", **options)


PRELUDE = f"""
import ctypes, os, socket, sys
LIBRARY = ctypes.CDLL(None, use_errno=True)
CALLS = {CALLS!r}
def call(name, *arguments):
    words = [argument if isinstance(argument, (bytes, ctypes.Array)) else ctypes.c_long(argument or 0)
             for argument in arguments]
    result = LIBRARY.syscall(ctypes.c_long(CALLS[name] if isinstance(name, str) else name), *words)
    print(name, result, os.strerror(ctypes.get_errno()))
    if result >= 0:
        print("ESCAPED")
    return result
def opened(path, flags=os.O_RDONLY):
    try:
        descriptor = os.open(path, flags)
    except OSError as error:
        print(path, error.strerror)
    else:
        print("ESCAPED", path)
        return descriptor
"""

READING = [
    shell("read the truth", "cat {truth}", works_outside=True),
    shell("read the truth through process 1", "cat /proc/1/root{truth}"),
    shell("read the truth through its own root", "cat /proc/self/root{truth}", works_outside=True),
    shell("read the truth through every process", "cat /proc/[0-9]*/root{truth} /proc/[0-9]*/cwd/truth.json"),
    shell("climb out of the workspace", "cat ../../../../../../../..{truth}", works_outside=True),
    shell("link to the truth", "ln -s {truth} link; cat link", works_outside=True),
    shell("link to its folder", "ln -s {folder} link; cat link/truth.json", works_outside=True),
    shell("link hard to the truth", "ln {truth} link && cat link"),
    shell("find the truth", "find / -xdev -name truth.json -exec cat {{}} + 2>/dev/null"),
    shell("search every file", "timeout 8 grep -rsh 'itbench-can[a]ry' /home /etc /tmp /var /dev/shm /root /usr/share"),
    shell("find the harness", "find / -name 'itbench*' -not -path '/proc/*' 2>/dev/null | grep . && echo ESCAPED"),
    shell("import the harness", "python3 -c 'import itbench' && echo ESCAPED"),
    shell("find packages of the host", "python3 -c 'import pytest' && echo ESCAPED"),
    shell("look for homes", "ls -A /root /home/[!u]* && echo ESCAPED"),
    shell("look into the folder of the runs", "ls {folder} && echo ESCAPED", works_outside=True),
    shell("read another's shared memory", "cat {shared}", works_outside=True),
    shell("look for the host's devices", "ls /dev/vd* /dev/sd* /dev/nvme* /dev/mem /dev/kmsg 2>&- && echo ESCAPED"),
    shell("look into /sys", "ls /sys/kernel && echo ESCAPED", works_outside=True),
    shell("read its environment", "env", works_outside=True),
    shell("read every environment", "cat /proc/*/environ /proc/*/task/*/environ | tr '\\0' '\\n'"),
    shell("read an inherited descriptor", "cat <&{descriptor}"),
    shell("read every descriptor", "for f in /proc/[0-9]*/fd/*; do timeout 1 head -c 100 $f; done"),
    python("find a descriptor beyond its own three", """
        os.closerange(0, 3)
        found = [number for number in range(1000) if os.path.exists(f"/proc/self/fd/{number}")]
        os.write(1, b"ESCAPED") if found else None
    """),
    python("use a descriptor that was kept open", """
        for number in range(3, 1024):
            try:
                print(number, os.fstat(number))
            except OSError:
                continue
            print("ESCAPED")
    """),
    shell("read the memory of process 1", "head -c 100 /proc/1/mem /proc/1/maps && echo ESCAPED"),
]  # fmt: skip

NAMES = [
    shell("read the table of mounts", "cat /proc/self/mountinfo /proc/mounts /proc/self/mountstats"),
    shell("read process 1's table of mounts", "cat /proc/1/mountinfo /proc/1/mounts"),
    shell("read process 1's arguments", "tr '\\0' ' ' < /proc/1/cmdline; readlink /proc/1/exe /proc/1/cwd"),
    shell("list the host's processes", "cat /proc/[0-9]*/cmdline /proc/[0-9]*/comm"),
    shell("ask for an input's true path", "readlink -f data/alerts.json; stat data/alerts.json; df data/alerts.json"),
    python("ask the kernel for its mounts", "call('listmount', 0, 0, 0, 0); call('statmount', 0, 0, 0, 0)"),
]  # fmt: skip

CHANGING = [
    shell("write to an input", "echo ESCAPED-no > data/alerts.json && echo ESCAPED"),
    shell("remove an input", "rm -f data/alerts.json && echo ESCAPED"),
    shell("put another file over an input", "echo x > y; mv -f y data/alerts.json && echo ESCAPED"),
    shell("take an input's rights", "chmod 777 data/alerts.json && echo ESCAPED"),
    shell("change an input's time", "touch -d 2001-01-01 data/alerts.json && echo ESCAPED"),
    python("truncate an input", "opened('data/alerts.json', os.O_RDWR | os.O_TRUNC)"),
    python("reopen an input for writing", """
        descriptor = os.open("data/alerts.json", os.O_RDONLY)
        opened(f"/proc/self/fd/{descriptor}", os.O_RDWR)
    """),
    shell("change the shell", "echo x >> /usr/bin/sh && echo ESCAPED"),
    shell("change the users", "echo x >> /etc/passwd && echo ESCAPED"),
    shell("poison Python's packages", "touch $(python3 -c 'import json; print(json.__path__[0])')/x && echo ESCAPED"),
    shell("change the runner", "echo x >> /usr/libexec/first/main.py && echo ESCAPED"),
    shell("make a file in the root", "touch /x /dev/x /var/tmp/x; ls /x /dev/x /var/tmp/x && echo ESCAPED"),
    python("open the kernel's settings for writing", """
        for folder, _, names in os.walk("/proc/sys"):
            for name in names:
                path = os.path.join(folder, name)
                if os.access(path, os.W_OK):
                    opened(path, os.O_WRONLY)
    """, limit_s=20),
    python("open the kernel's triggers for writing", """
        for name in ("sysrq-trigger", "sys/kernel/core_pattern", "sys/kernel/modprobe", "kcore", "1/oom_score_adj"):
            opened(f"/proc/{name}", os.O_WRONLY)
    """),
    shell("make a device", "mknod disk b 254 0 && echo ESCAPED; mknod mem c 1 1 && echo ESCAPED"),
    shell("unpack an archive upward", """
        mkdir deep; cd deep; echo x > x
        tar -cPf a.tar --transform 's,x,../../../../../../../../..{folder}/x,' x; tar -xPf a.tar
    """),
]  # fmt: skip

RISING = [
    python("have a capability", """
        header, data = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()
        LIBRARY.capget(header, data)
        print("ESCAPED" if any(data) and (data[0] or data[1] or data[3] or data[4]) else "none")
    """),
    python("become root", """
        for user in (0, 1, 65534):
            for change in (os.setuid, os.setgid):
                try:
                    change(user)
                    print("ESCAPED")
                except OSError as error:
                    print(error)
    """),
    python("gain rights by a program", "print('ESCAPED' if LIBRARY.prctl(39, 0, 0, 0, 0) != 1 else 'no')"),
    shell("make a set-uid program", "cp /bin/id me; chmod 6755 me; ./me -u | grep -x 0 && echo ESCAPED"),
    python("make a user namespace", "call('unshare', 0x10000000)"),
    python("make a network namespace", "call('unshare', 0x40000000)"),
    python("be born in a user namespace", """
        if call("clone", 0x10000000 | 17, 0, 0, 0, 0) == 0:
            os._exit(0)
    """),
    python("be born by clone3", "call('clone3', (ctypes.c_uint64 * 11)(0x10000000, *[0] * 10), 88)"),
    python("join another namespace", "call('setns', os.open('/proc/self', os.O_RDONLY), 0)"),
    shell("use unshare's like", "unshare -Ur true && echo ESCAPED; nsenter -t 1 -a true && echo ESCAPED"),
    python("mount a file system", "call('mount', b'none', b'/tmp', b'tmpfs', 0, 0)"),
    python("mount an input anew, writable", "call('mount', 0, b'/home/user/data/alerts.json', 0, 0x1020, 0)"),
    python("mount an overlay", "call('fsopen', b'overlay', 0); call('open_tree', -100, b'/', 1)"),
    python("unmount what covers", "call('umount2', b'/home/user', 2); call('umount2', b'/proc', 2)"),
    python("change the root", "call('chroot', b'/tmp'); call('pivot_root', b'/tmp', b'/tmp')"),
    python("trace process 1", "call('ptrace', 16, 1, 0, 0)"),
    python("trace itself", "call('ptrace', 0, 0, 0, 0)"),
    python("read process 1 by a call", "call('process_vm_readv', 1, 0, 0, 0, 0, 0)"),
    python("write process 1's memory", "opened('/proc/1/mem', os.O_RDWR)"),
    python("steal process 1's descriptors", """
        handle = os.pidfd_open(1)
        for number in range(20):
            call("pidfd_getfd", handle, number, 0)
    """),
    shell("end process 1", "for s in 1 2 3 6 9 11 15 19 34 64; do kill -$s 1; done; kill -9 -1; true"),
    shell("signal the harness", "kill -0 {pid} && echo ESCAPED", works_outside=True),
    python("raise its limits", """
        import resource
        for kind in (resource.RLIMIT_NPROC, resource.RLIMIT_DATA, resource.RLIMIT_FSIZE, resource.RLIMIT_NOFILE):
            for process in (0, 1):
                try:
                    resource.prlimit(process, kind, (-1, -1))
                    print("ESCAPED")
                except (OSError, ValueError) as error:
                    print(error)
    """),
    python("take precedence", """
        for change in (lambda: os.nice(-10), lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(50))):
            try:
                change()
                print("ESCAPED")
            except OSError as error:
                print(error)
    """),
]  # fmt: skip

CALLING = [
    python("use the keyring", "call('add_key', b'user', b'x', b'y', 1, -3); call('keyctl', 0, -3, 1)"),
    python("load a BPF program", "call('bpf', 0, bytes(64), 64)"),
    python("use io_uring", "call('io_uring_setup', 4, ctypes.create_string_buffer(256))"),
    python("watch the processor", "call('perf_event_open', bytes([1, 0, 0, 0, 120]) + bytes(115), 0, -1, -1, 0)"),
    python("handle page faults", "call('userfaultfd', 1)"),
    python("open by handle", """
        call("name_to_handle_at", -100, b"/", ctypes.create_string_buffer(b"\\x80", 256), ctypes.create_string_buffer(8), 0)
        call("open_by_handle_at", 0, ctypes.create_string_buffer(64), 0)
    """),
    python("turn randomness off", "call('personality', 0x0040000)"),
    python("share memory by a key", "call('shmget', 1, 4096, 0o1777); call('msgget', 1, 0o1777)"),
    python("make a file that nothing counts", "call('memfd_create', b'x', 0)"),
    python("type into a terminal", """
        import fcntl
        leader, follower = os.openpty()
        os.setsid() if os.getsid(0) != os.getpid() else None
        fcntl.ioctl(follower, 0x540E, 0)
        for request in (0x5412, 0x541C, 0x5423):
            try:
                fcntl.ioctl(follower, request, bytes(8))
                print("ESCAPED")
            except OSError as error:
                print(error)
    """),
    python("make a call that nobody knows", """
        for number in (467, 468, 500, 1000):
            call(number, 0, 0, 0, 0)
    """),
    python("make calls by the other table", """
        if CALLS["mount"] == 165:
            call(0x40000000 + 39)
    """),
    python("make calls by the table of 32 bits", """
        import mmap
        if CALLS["mount"] == 165:
            # mov eax, 20 (getpid); int 0x80; ret
            page = mmap.mmap(-1, 4096, prot=7)
            page.write(bytes.fromhex("b814000000cd80c3"))
            address = ctypes.addressof(ctypes.c_char.from_buffer(page))
            if os.fork() == 0:
                print("ESCAPED" if ctypes.CFUNCTYPE(ctypes.c_int)(address)() > 0 else "no", flush=True)
                os._exit(0)
            print(os.wait())
    """),
]  # fmt: skip

NETWORK = [
    shell("call the host", "exec 3<>/dev/tcp/127.0.0.1/{port} && cat <&3"),
    python("call the host by TCP", """
        with socket.create_connection(("127.0.0.1", int(PORT)), timeout=2) as connection:
            print(connection.recv(100).decode())
    """, works_outside=True),
    python("call the host by IPv6", """
        with socket.create_connection(("::ffff:127.0.0.1", int(PORT)), timeout=2) as connection:
            print(connection.recv(100).decode())
    """, works_outside=True),
    python("call a socket by its path", """
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(PATH)
            print(connection.recv(100).decode())
    """, works_outside=True),
    python("call an abstract socket", """
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect("\\0" + ABSTRACT)
            print(connection.recv(100).decode())
    """, works_outside=True),
    python("make sockets of every other family", """
        for family in range(3, 50):
            for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_RAW, socket.SOCK_SEQPACKET):
                try:
                    if family != socket.AF_INET6:
                        socket.socket(family, kind)
                        print("ESCAPED", family)
                except OSError:
                    pass
    """),
    python("make raw sockets", """
        for family in (socket.AF_INET, socket.AF_INET6):
            for protocol in (1, 6, 58, 255):
                try:
                    socket.socket(family, socket.SOCK_RAW, protocol)
                    print("ESCAPED")
                except OSError as error:
                    print(error)
    """),
    python("look a name up", """
        try:
            print("ESCAPED", socket.getaddrinfo("canary.invalid", 80))
        except OSError as error:
            print(error)
    """),
    python("find a network device", """
        import fcntl
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            for index in range(1, 50):
                try:
                    # SIOCGIFNAME, then SIOCGIFFLAGS of linux/sockios.h
                    name = fcntl.ioctl(probe, 0x8910, bytes(16) + index.to_bytes(4, sys.byteorder) + bytes(20))
                    flags = fcntl.ioctl(probe, 0x8913, name[:16] + bytes(24))
                except OSError:
                    continue
                is_up = flags[16] & 1
                print("ESCAPED" if is_up and not name.startswith(b"lo\\0") else name)
    """),
]  # fmt: skip

ATTEMPTS = [*READING, *NAMES, *CHANGING, *RISING, *CALLING, *NETWORK]


def text_of(attempt: Attempt, values: dict[str, str]) -> str:
    """Fill in the places; a Python text gets them as variables, because it is full of braces."""
    if "<<'END'" in attempt.command:
        names = {"PORT": "port", "PATH": "socket", "ABSTRACT": "abstract"}
        lines = "".join(f"{name} = {values[key]!r}\n" for name, key in names.items())
        return attempt.command.replace("<<'END'\n", f"<<'END'\n{lines}", 1)
    return attempt.command.format(**values)


@pytest.mark.slow
@pytest.mark.parametrize("attempt", ATTEMPTS, ids=[attempt.name for attempt in ATTEMPTS])
def test_an_attempt_to_get_out_fails(attempt: Attempt, inside: Callable[..., Any], host: Any) -> None:
    weakness = missing_layer()
    if attempt in NAMES and weakness is not None:
        pytest.skip(weakness)

    async def work(workspace: Any) -> tuple[Execution, Execution]:
        tried = await workspace.execute(text_of(attempt, host.values), timeout_s=attempt.limit_s)
        return tried, await workspace.execute("echo alive; cat data/alerts.json", timeout_s=10)

    tried, after = inside(work, *host.inputs)
    said = tried.stdout + tried.stderr
    assert host.canary not in said
    assert "ESCAPED" not in said
    assert not any(mistake in said for mistake in ("SyntaxError", "NameError", "TypeError", "AttributeError"))
    assert not tried.timed_out
    assert after.stdout == "alive\n[]\n"
    assert host.inputs[0].source.read_text() == "[]\n"
    assert host.guests == []
    assert sorted(path.name for path in Path(host.values["folder"]).iterdir()) == ["task", "truth.json"]
    if attempt in NAMES:
        assert host.mark not in said


@pytest.mark.slow
@pytest.mark.parametrize("group", range(6))
def test_an_attempt_to_get_out_of_a_service_fails(group: int, sandbox: Any, host: Any) -> None:
    """Whatever an agent gets a server to run is in there: the attempts share a service, which has to live on after each."""
    weakness = missing_layer()
    chosen = [each for each in ATTEMPTS[group::6] if weakness is None or each not in NAMES]

    async def main() -> list[tuple[Attempt, Execution]]:
        async with sandbox.service(["sleep", "300"], inputs=host.inputs) as service:
            done = []
            for each in chosen:
                done.append((each, await service.execute(text_of(each, host.values), timeout_s=each.limit_s)))
                assert (await service.execute("cat data/alerts.json", timeout_s=10)).stdout == "[]\n", (
                    each.name
                )
            return done

    found = asyncio.run(main())
    assert len(found) == len(chosen) > 0
    for each, tried in found:
        said = tried.stdout + tried.stderr
        assert host.canary not in said, each.name
        assert "ESCAPED" not in said, each.name
        assert each not in NAMES or host.mark not in said, each.name
        assert not tried.timed_out, each.name
    assert host.guests == []
    assert host.inputs[0].source.read_text() == "[]\n"
    assert sorted(path.name for path in Path(host.values["folder"]).iterdir()) == ["task", "truth.json"]


HARMLESS = [attempt for attempt in ATTEMPTS if attempt.works_outside]


@pytest.mark.parametrize("attempt", HARMLESS, ids=[attempt.name for attempt in HARMLESS])
def test_an_attempt_succeeds_without_a_sandbox(
    attempt: Attempt, host: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def main() -> Execution:
        async with LocalSandbox().open([]) as workspace:
            environment = {"PATH": "/usr/bin:/bin", "ITBENCH_PLANTED": host.canary}
            return await workspace.execute(
                ["bash", "-c", text_of(attempt, host.values)], timeout_s=10, env=environment
            )

    said = asyncio.run(main()).stdout
    assert host.canary in said or "ESCAPED" in said


def test_there_are_at_least_sixty_attempts() -> None:
    assert len({attempt.name for attempt in ATTEMPTS}) >= 60
