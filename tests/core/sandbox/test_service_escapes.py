"""A workspace and two services side by side: none finds what another one has, and a workspace reaches only what is exposed to it.

In each of them a program plants a canary of its own everywhere. Every attempt is made in each: it must find what was planted
there, so that it proves something, and nothing of the others. The attempts on the host are in `test_escapes`, for services too.
"""

import asyncio
from contextlib import AsyncExitStack
from typing import Any

import pytest

from itbench import ServiceLimits

PLANT = """
import ctypes, os, socket, sys, threading
mark = sys.argv[1].encode()
for path in ("secret", "/tmp/secret", "/dev/shm/secret"):
    open(path, "wb").write(mark)
c = ctypes.CDLL(None)
c.shmat.restype = ctypes.c_void_p
c.mq_send.argtypes = [ctypes.c_int, ctypes.c_char_p, ctypes.c_size_t, ctypes.c_uint]
segment = c.shmget(77, 4096, 0o1666)
if segment >= 0:
    ctypes.memmove(c.shmat(segment, None, 0), mark, len(mark))
queue = c.mq_open(b"/secret", 0o102, 0o666, None)
if queue >= 0:
    for _ in range(9):
        c.mq_send(queue, mark, len(mark), 0)
def serve(server):
    server.listen()
    while True:
        line, _ = server.accept()
        line.sendall(mark)
        line.close()
servers = [socket.socket(), socket.socket(socket.AF_INET6), socket.socket(socket.AF_UNIX)]
for server, place in zip(servers, (("0.0.0.0", 9000), ("::1", 9000), "/tmp/s")):
    server.bind(place)
    threading.Thread(target=serve, args=(server,)).start()
print("planted", flush=True)
"""
HEARD = """
import ctypes, os, socket
def heard(family, place):
    with socket.socket(family) as line:
        line.settimeout(3)
        try:
            line.connect(place)
            print(line.recv(99).decode())
        except OSError as error:
            print(place, error)
"""
# What is tried, and whether an agent's sandbox has it at all.
ATTEMPTS = {
    "files": ("sh", "cat secret /tmp/secret /dev/shm/secret", True),
    "files through every process": ("sh", "cat secret /proc/[0-9]*/root/home/user/secret /proc/[0-9]*/cwd/secret", True),
    "files by their name": ("sh", "find / -name secret -exec cat {} + 2>/dev/null", True),
    "every file": ("sh", "grep -rsho 'mark-of-[a-z]*' /home /tmp /dev/shm /opt /etc /var /run", True),
    "servers by IPv4": ("python", "for n in ('127.0.0.1', '127.0.1.1', '0.0.0.0', '127.9.9.9'): heard(socket.AF_INET, (n, 9000))", True),
    "servers by IPv6": ("python", "for n in ('::1', '::ffff:127.0.0.1'): heard(socket.AF_INET6, (n, 9000))", True),
    "every port": ("python", "for p in range(1024, 12000): (lambda s: (s.connect_ex(('127.0.0.1', p)) or print(s.recv(99).decode()), s.close()))(socket.socket())", True),
    "a Unix socket": ("python", "heard(socket.AF_UNIX, '/tmp/s')", True),
    "a System V segment": ("python", "c = ctypes.CDLL(None); c.shmat.restype = ctypes.c_void_p; n = c.shmget(77, 4096, 0); print(ctypes.string_at(c.shmat(n, None, 0)).decode() if n >= 0 else 'none')", False),
    "a message queue": ("python", "c = ctypes.CDLL(None); q = c.mq_open(b'/secret', 0); b = ctypes.create_string_buffer(9000); c.mq_receive(q, b, ctypes.c_size_t(9000), None); print(b.value.decode())", False),
}  # fmt: skip
MARKS = ("agent", "db", "cache")


async def _rooms(stack: AsyncExitStack, sandbox: Any) -> dict[str, Any]:
    """Open a workspace and two services, of which the workspace may reach the first."""
    rooms: dict[str, Any] = {}
    limits = ServiceLimits(has_ipc=True)
    for name in MARKS[1:]:
        words = ["python3", "-c", PLANT, f"mark-of-{name}"]
        rooms[name] = await stack.enter_async_context(sandbox.service(words, port=9000, limits=limits))
    workspace = await stack.enter_async_context(sandbox.open([], hosts=["db"]))
    await workspace.expose("db", 9999, rooms["db"])
    session = await workspace.session()
    await workspace.write_file("plant.py", PLANT.encode())
    planted = await session.run(
        "python3 plant.py mark-of-agent & while ! test -S /tmp/s; do sleep 0.05; done", timeout_s=20
    )
    assert not planted.timed_out
    return rooms | {"agent": workspace}


@pytest.mark.slow  # thirty programs, some of which call ten thousand ports
def test_neighbours_find_nothing_of_each_other(sandbox: Any) -> None:
    async def main() -> dict[tuple[str, str], str]:
        async with AsyncExitStack() as stack:
            rooms = await _rooms(stack, sandbox)
            said = {}
            for what, (language, text, _) in ATTEMPTS.items():
                for name, room in rooms.items():
                    words = ["python3", "-c", HEARD + text] if language == "python" else ["sh", "-c", text]
                    done = await room.execute(words, timeout_s=30)
                    said[what, name] = done.stdout + done.stderr
            return said

    said = asyncio.run(main())
    assert len(said) == len(ATTEMPTS) * len(MARKS)
    for (what, name), text in said.items():
        is_possible = ATTEMPTS[what][2] or name != "agent"
        assert (f"mark-of-{name}" in text) == is_possible, (what, name, text)
        # What was exposed may be found by who looks at every port.
        exposed = {"db"} if (what, name) == ("every port", "agent") else set()
        assert not [other for other in {*MARKS} - {name} - exposed if f"mark-of-{other}" in text], (
            what,
            name,
            text,
        )


def test_a_workspace_reaches_what_is_exposed_to_it_and_nothing_else_of_a_service(sandbox: Any) -> None:
    async def main() -> list[str]:
        async with AsyncExitStack() as stack:
            rooms = await _rooms(stack, sandbox)
            texts = [
                "heard(socket.AF_INET, ('db', 9999))",
                "heard(socket.AF_INET, ('db', 9000))",
                "heard(socket.AF_INET, ('cache', 9000))",
            ]
            done = [
                await rooms["agent"].execute(["python3", "-c", HEARD + text], timeout_s=20) for text in texts
            ]
            assert await rooms["agent"].list_files() == ["plant.py", "secret"]
            return [each.stdout + each.stderr for each in done]

    exposed, beside, other = asyncio.run(main())
    assert exposed == "mark-of-db\n"
    # There the agent's own server answers, which listens on all its addresses.
    assert beside == "mark-of-agent\n"
    assert "mark-of" not in other


@pytest.mark.parametrize("room", ["service", "workspace"])
def test_whatever_ends_everything_it_can_ends_nobody_else(room: str, sandbox: Any) -> None:
    async def main() -> None:
        async with AsyncExitStack() as stack:
            rooms = await _rooms(stack, sandbox)
            killer = rooms["db"] if room == "service" else rooms["agent"]
            text = "import os\nfor n in [-1, *range(2, 400)]:\n    try: os.kill(n, 9) if n != os.getpid() else None\n    except OSError: pass"
            await killer.execute(["python3", "-c", text], timeout_s=20)
            assert rooms["cache"].is_running
            reader, writer = await rooms["cache"].connect()
            assert await reader.read() == b"mark-of-cache"
            writer.close()
            assert (await rooms["agent"].execute("echo alive", timeout_s=20)).stdout == "alive\n"
            if room == "workspace":
                assert rooms["db"].is_running

    asyncio.run(main())
