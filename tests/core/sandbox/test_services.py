"""Servers in namespaces of their own, and how workspaces reach them."""

import asyncio
import os
import socket
import tempfile
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from itbench import Input, Prepared, Program, ServiceLimits, no_progress
from itbench.sandbox.choose import choose_sandbox
from itbench.sandbox.errors import SandboxError
from itbench.sandbox.inside.relay import MOST_CONNECTIONS
from itbench.sandbox.plain.sandbox import LocalSandbox

pytestmark = pytest.mark.slow  # Each test starts a sandbox and a server in another one.

SERVER = """
import http.server, os, sys
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_GET(self):
        if self.path == "/end":
            os._exit(7)
        count = int(open("count").read()) + 1 if os.path.exists("count") else 1
        open("count", "w").write(str(count))
        body = f"{self.path} {count}".encode()
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
print("listening", sys.argv[1], flush=True)
http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""
# Greets, and sends everything back until the other side has sent its last.
ECHO = """
import socketserver, sys
class Handler(socketserver.BaseRequestHandler):
    def handle(self):
        while data := self.request.recv(65536):
            self.request.sendall(data)
        self.request.sendall(b"the end")
class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer if sys.argv[1][0] == "/" else socketserver.TCPServer):
    daemon_threads = True
    request_queue_size = 128
Server(sys.argv[1] if sys.argv[1][0] == "/" else ("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""
PORT = 8080


def http(port: int = PORT) -> list[str]:
    return ["python3", "-c", SERVER, str(port)]


def together(
    sandbox: Any, work: Callable[[Any, Any], Awaitable[Any]], command: list[str], **options: Any
) -> Any:
    """Run a service and a workspace that reaches it as `web`."""

    async def main() -> Any:
        async with (
            sandbox.service(command, **options) as service,
            sandbox.open([], hosts=["web"]) as workspace,
        ):
            await workspace.expose("web", PORT, service)
            return await work(service, workspace)

    return asyncio.run(main())


def get(path: str) -> str:
    return f"python3 -c 'import urllib.request; print(urllib.request.urlopen(\"http://web:{PORT}{path}\", timeout=9).read().decode())'"


def test_a_server_is_reached_by_its_name_and_by_the_environment(sandbox: Any) -> None:
    async def work(service: Any, workspace: Any) -> None:
        assert (await workspace.execute(get("/a"), timeout_s=20)).stdout == "/a 1\n"
        session = await workspace.session()
        assert (await session.run(get("/b"), timeout_s=20)).stdout == "/b 2\n"
        reader, writer = await service.connect()
        writer.write(b"GET /c HTTP/1.0\r\n\r\n")
        assert (await reader.read()).endswith(b"/c 3")
        writer.close()
        assert service.is_running
        assert service.exit_code is None
        assert "listening 8080\n" in service.logs()
        assert "GET /a" in service.logs()

    together(sandbox, work, http(), port=PORT)


def test_files_and_commands_beside_a_server(sandbox: Any, tmp_path: Path) -> None:
    source = tmp_path / "s"
    source.write_text("input")

    async def work(service: Any, workspace: Any) -> None:
        assert await service.read_file("made") == b"before input\n"
        await service.write_file("count", b"41")
        assert (await workspace.execute(get("/"), timeout_s=20)).stdout == "/ 42\n"
        done = await service.execute(
            "cat count; cat >&2; echo $X; exit 3", timeout_s=20, stdin=b"in", env={"X": "y"}
        )
        assert (done.exit_code, done.stdout, done.stderr) == (3, "42y\n", "in")
        assert service.is_running
        with pytest.raises(FileNotFoundError):
            await service.read_file("nothing")

    before = [["sh", "-c", "echo before $(cat in/put) > made"]]
    together(sandbox, work, http(), port=PORT, before=before, inputs=[Input("in/put", source)])


def test_a_server_is_restarted_with_its_files(sandbox: Any) -> None:
    async def work(service: Any, workspace: Any) -> None:
        await workspace.execute(get("/"), timeout_s=20)
        await service.restart()
        assert (await workspace.execute(get("/"), timeout_s=20)).stdout == "/ 2\n"
        await workspace.execute(get("/end"), timeout_s=20)
        await ended(service)
        assert service.exit_code == 7
        with pytest.raises(ConnectionError):
            await service.connect()
        assert (await workspace.execute(get("/"), timeout_s=20)).exit_code == 1
        await service.restart()
        assert (service.is_running, service.exit_code) == (True, None)
        assert (await workspace.execute(get("/"), timeout_s=20)).stdout == "/ 3\n"

    together(sandbox, work, http(), port=PORT)


async def ended(service: Any) -> None:
    while service.is_running:  # noqa: ASYNC110 - a service has no event for it
        await asyncio.sleep(0.02)


def test_a_server_that_a_signal_ended_in_its_sandbox_has_the_signal_as_exit_code(sandbox: Any) -> None:
    async def main() -> int | None:
        command = ["sh", "-c", "touch up; sleep 0.3; kill -9 $$"]
        async with sandbox.service(command, ready=["test", "-e", "up"]) as service:
            await ended(service)
            code: int | None = service.exit_code
            return code

    assert asyncio.run(main()) == -9


async def _never(service: Any) -> bool:
    return False


async def _asked(service: Any) -> bool:
    reader, writer = await service.connect()
    writer.write(b"GET / HTTP/1.0\r\n\r\n")
    answer = await reader.read()
    writer.close()
    return answer.startswith((b"HTTP/1.0 200", b"HTTP/1.1 200"))


@pytest.mark.parametrize(
    "ready", [["sh", "-c", "test -e count || touch count"], _asked], ids=["command", "coroutine"]
)
def test_readiness_can_be_asked_for(ready: Any, sandbox: Any) -> None:
    async def ready_later(service: Any) -> bool:
        try:
            return bool(await _asked(service))
        except ConnectionError:
            return False

    async def work(service: Any, workspace: Any) -> bool:
        return bool(service.is_running)

    asked = ready_later if ready is _asked else ready
    assert together(sandbox, work, http(), port=PORT, ready=asked)


@pytest.mark.parametrize(
    ("command", "options", "message"),
    [
        (["no-such-server"], {}, "the service 'no-such-server' ended with code 127.*No such file or directory"),
        (["sh", "-c", "echo so it goes >&2; exit 4"], {"port": PORT}, "'sh' ended with code 4; it has printed, at the end: so it goes"),
        (["sleep", "99"], {"port": PORT, "ready_s": 0.4}, "'sleep' does not answer within 0.4 s; it has printed, at the end: nothing"),
        (["sleep", "99"], {"socket": "no/such", "ready_s": 0.4}, "does not answer within 0.4 s"),
        (http(), {"port": PORT, "ready": _never, "ready_s": 0.6}, "does not answer within 0.6 s; .*listening 8080"),
        (http(), {"port": PORT, "ready": ["false"], "ready_s": 0.6}, "does not answer within 0.6 s"),
        (http(), {"port": PORT, "before": [["sh", "-c", "echo no; exit 2"]]}, "'python3' cannot be prepared: 'sh' ends with code 2: no"),
        (http(), {"port": PORT, "before": [["sleep", "99"]], "ready_s": 0.4}, "cannot be prepared: 'sleep' is not done in time"),
        (http(), {"port": PORT, "socket": "x"}, "has a port or a socket, not both"),
        ([], {}, "a service needs a command"),
    ],
)  # fmt: skip
def test_a_server_that_does_not_start_says_why(
    command: Any, options: Any, message: str, sandbox: Any
) -> None:
    async def main() -> None:
        with pytest.raises(SandboxError, match=f"(?s){message}"):
            async with sandbox.service(command, **options):
                pass

    asyncio.run(main())


def test_limits_hold_for_servers_and_show_in_how_they_end(sandbox: Any) -> None:
    text = "import time; time.sleep(0.3); x = [bytearray(20 << 20) for _ in range(9)]; time.sleep(99)"

    async def main() -> int | None:
        limits = ServiceLimits(memory_bytes=60 << 20)
        async with sandbox.service(
            ["sh", "-c", f"python3 -c '{text}' & python3 -c '{text}' & wait"], limits=limits
        ) as service:
            await ended(service)
            code: int | None = service.exit_code
            return code

    assert asyncio.run(main()) in {0, -9}


def test_head_and_tail_of_long_logs_are_kept(sandbox: Any) -> None:
    async def main() -> str:
        limits = ServiceLimits(log_bytes=2000)
        command = ["sh", "-c", "echo head; seq 200000; echo tail; touch done; sleep 99"]
        async with sandbox.service(command, ready=["test", "-e", "done"], limits=limits) as service:
            return str(service.logs())

    said = asyncio.run(main())
    assert said.startswith("head\n1\n")
    assert said.endswith("200000\ntail\n")
    assert "bytes left out" in said
    assert len(said) < 2100


def test_system_v_ipc_is_there_only_where_it_is_asked_for(sandbox: Any) -> None:
    text = (
        "import ctypes; c = ctypes.CDLL(None, use_errno=True); n = c.shmget(5, 4096, 0o1600); "
        "q = c.mq_open(b'/q', 0o102, 0o600, None); print(n >= 0, q >= 0)"
    )

    async def said(*, has_ipc: bool) -> str:
        async with sandbox.service(["sleep", "99"], limits=ServiceLimits(has_ipc=has_ipc)) as service:
            return str((await service.execute(["python3", "-c", text], timeout_s=20)).stdout)

    async def main() -> tuple[str, str]:
        return await said(has_ipc=True), await said(has_ipc=False)

    assert asyncio.run(main()) == ("True True\n", "False False\n")


def test_shared_memory_that_nobody_holds_counts(sandbox: Any) -> None:
    text = (
        "import ctypes\nc = ctypes.CDLL(None); c.shmat.restype = ctypes.c_void_p\n"
        "for n in range(4):\n"
        "    at = c.shmat(c.shmget(n + 1, 30 << 20, 0o1600), None, 0)\n"
        "    ctypes.memset(at, 1, 30 << 20); c.shmdt(ctypes.c_void_p(at))\n"
        "import time; time.sleep(20)"
    )

    async def main() -> str:
        limits = ServiceLimits(has_ipc=True, memory_bytes=100 << 20)
        async with sandbox.service(["sleep", "99"], limits=limits) as service:
            return str((await service.execute(["python3", "-c", text], timeout_s=20)).stderr)

    assert "hold more than 104857600 bytes" in asyncio.run(main())


def test_large_bodies_and_half_closed_lines_pass_in_both_directions(sandbox: Any) -> None:
    client = (
        "import hashlib, socket, threading\ns = socket.create_connection(('web', 8080))\ndata = bytes(range(256)) * 40000\n"
        "def send():\n    s.sendall(data); s.shutdown(socket.SHUT_WR)\nthreading.Thread(target=send).start()\n"
        "got = b''.join(iter(lambda: s.recv(65536), b''))\nprint(got == data + b'the end')"
    )

    async def work(service: Any, workspace: Any) -> str:
        return str((await workspace.execute(["python3", "-c", client], timeout_s=30)).stdout)

    assert together(sandbox, work, ["python3", "-c", ECHO, str(PORT)], port=PORT) == "True\n"
    assert together(sandbox, work, ["python3", "-c", ECHO, "/tmp/echo"], socket="/tmp/echo") == "True\n"


def test_many_lines_at_a_time_are_served_and_bounded(sandbox: Any) -> None:
    """Slow: twice as many as may be open here wait for one another."""
    client = (
        "import socket, sys\nlines = [socket.create_connection(('web', 8080)) for _ in range(60)]\n"
        "for n, s in enumerate(lines): s.sendall(b'%d ' % n)\nfor s in lines: s.shutdown(1)\n"
        "for n, s in enumerate(lines):\n"
        "    got = b''.join(iter(lambda: s.recv(999), b''))\n    if got != b'%d the end' % n: print(n, got)\n"
    )

    async def work(service: Any, workspace: Any) -> list[str]:
        sessions = [await workspace.session() for _ in range(5)]
        await workspace.write_file("client.py", client.encode())
        done = await asyncio.gather(*(each.run("python3 client.py", timeout_s=60) for each in sessions))
        return [each.stdout + each.stderr for each in done]

    assert MOST_CONNECTIONS < 300
    # The server has a thread, and so a stack, for each line.
    limits = ServiceLimits(memory_bytes=4 << 30, processes=512)
    assert together(sandbox, work, ["python3", "-c", ECHO, str(PORT)], port=PORT, limits=limits) == [""] * 5


def test_who_takes_nothing_holds_nobody_else_up(sandbox: Any) -> None:
    """What one line brings is read no faster than it is taken, and the others go on."""
    deaf = "import socket, time; s = socket.create_connection(('web', 8080)); s.settimeout(1)\ntry: s.sendall(bytes(1 << 26))\nexcept TimeoutError: print('held', flush=True)\ntime.sleep(30)"
    quick = "import socket; s = socket.create_connection(('web', 8080)); s.sendall(b'x'); print(s.recv(1))"

    async def work(service: Any, workspace: Any) -> str:
        session, heard = await workspace.session(), asyncio.Event()
        running = asyncio.create_task(
            session.run(f'python3 -c "{deaf}"', timeout_s=30, heard=lambda *_: heard.set())
        )
        await asyncio.wait_for(heard.wait(), 20)
        done = await workspace.execute(["python3", "-c", quick], timeout_s=20)
        await session.close()
        assert (await running).stdout == "held\n"
        return str(done.stdout)

    assert together(sandbox, work, ["python3", "-c", ECHO, str(PORT)], port=PORT) == "b'x'\n"


def test_a_process_of_the_environment_is_reached_by_its_socket(anywhere: Any) -> None:
    client = "import socket, sys; s = socket.create_connection(('localhost', int(sys.argv[1]))); print(s.recv(99).decode())"

    async def main() -> str:
        async def greet(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(b"hello")
            writer.close()
            await writer.wait_closed()

        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "s"
            async with await asyncio.start_unix_server(greet, path), anywhere.open([]) as workspace:
                port = free_port()
                await workspace.expose("localhost", port, path)
                return str(
                    (await workspace.execute(["python3", "-c", client, str(port)], timeout_s=20)).stdout
                )

    assert asyncio.run(main()) == "hello\n"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.parametrize(
    ("name", "port", "message"),
    [
        (
            "web",
            80,
            "port 80 cannot be exposed in a workspace: its user is not root; use one from 1024 to 65535",
        ),
        ("web", 65536, "port 65536 cannot be exposed"),
        (
            "other",
            8080,
            r"'other' cannot be exposed: the workspace was opened with the hosts \['localhost', 'web'\]",
        ),
    ],
)
def test_what_cannot_be_exposed_is_refused(name: str, port: int, message: str, sandbox: Any) -> None:
    async def main() -> None:
        async with sandbox.open([], hosts=["web"]) as workspace:
            with pytest.raises(SandboxError, match=message):
                await workspace.expose(name, port, Path("/nowhere"))

    asyncio.run(main())


def test_a_port_that_is_taken_is_refused(sandbox: Any) -> None:
    async def main() -> None:
        async with sandbox.open([], hosts=["one", "other"]) as workspace:
            await workspace.expose("one", PORT, Path("/nowhere"))
            await workspace.expose("other", PORT, Path("/nowhere"))
            with pytest.raises(
                SandboxError, match=f"one:{PORT} cannot be exposed in the workspace: Address already in use"
            ):
                await workspace.expose("one", PORT, Path("/nowhere"))

    asyncio.run(main())


@pytest.mark.parametrize("name", ["", "a b", "localhost", "sandbox", "-a", "a\n127.0.0.1 b", "ü", "a" * 300])
def test_a_name_that_is_none_is_refused(name: str, sandbox: Any) -> None:
    async def main() -> None:
        with pytest.raises(SandboxError, match="cannot be a name in a workspace"):
            async with sandbox.open([], hosts=[name]):
                pass

    asyncio.run(main())


def test_names_lead_to_addresses_of_their_own(sandbox: Any) -> None:
    async def main() -> list[str]:
        async with sandbox.open([], hosts=["db", "cache.internal"]) as workspace:
            text = "import socket; print(*[socket.gethostbyname(n) for n in ('db', 'cache.internal', 'localhost')])"
            done = await workspace.execute(["python3", "-c", text], timeout_s=20)
            return list(done.stdout.split())

    assert asyncio.run(main()) == ["127.0.1.1", "127.0.1.2", "127.0.0.1"]


def test_without_a_sandbox_no_server_runs() -> None:
    with pytest.raises(
        SandboxError,
        match="sandbox 'none' has no namespaces for the service 'python3', and no server runs on the host",
    ):
        LocalSandbox().service(http(), port=PORT)

    async def main() -> None:
        with pytest.raises(SandboxError, match="'none' has no names for servers"):
            async with LocalSandbox().open([], hosts=["web"]):
                pass

    asyncio.run(main())


def test_nothing_is_left_open_or_running(sandbox: Any) -> None:
    async def work(service: Any, workspace: Any) -> None:
        session = await workspace.session()
        await session.run("exec 5<>/dev/tcp/web/8080; echo x >&5", timeout_s=10)
        await service.restart()

    def children() -> set[str]:
        tasks = Path("/proc/self/task").iterdir()
        return {number for task in tasks for number in (task / "children").read_text().split()}

    together(sandbox, work, http(), port=PORT)
    before = len(list(Path("/proc/self/fd").iterdir())), children()
    together(sandbox, work, http(), port=PORT)
    assert (len(list(Path("/proc/self/fd").iterdir())), children()) == before


BINARIES = Path("/usr/lib/postgresql")


def postgres() -> Program:
    versions = sorted(BINARIES.glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if not versions:
        pytest.skip("there is no PostgreSQL below /usr/lib/postgresql: apt-get install postgresql")
    binaries = versions[-1].parent
    commands = {name: binaries / name for name in ("initdb", "postgres", "psql", "pg_isready")}
    folders = [binaries.parent, Path("/usr/share/postgresql") / binaries.parent.name]
    return Program(name="postgres", commands=commands, folders=folders, variables={"PGAPPNAME": "{root}"})


@pytest.mark.parametrize("way", ["port", "socket"])
def test_a_postgresql_is_a_service(way: str, sandbox: Any) -> None:
    """Slow: initdb takes two seconds."""
    program = postgres()
    place: dict[str, Any] = {"port": 5432} if way == "port" else {"socket": "/tmp/.s.PGSQL.5432"}
    listening = "127.0.0.1" if way == "port" else ""

    async def main() -> None:
        async with AsyncExitStack() as stack:
            service = await stack.enter_async_context(
                sandbox.service(
                    ["postgres", "-D", "data", "-k", "/tmp", "-c", f"listen_addresses={listening}"],
                    programs=[program],
                    before=[["initdb", "-D", "data", "-U", "admin", "-A", "trust", "--no-sync"]],
                    ready=["pg_isready", "-q", "-h", "/tmp"],
                    limits=ServiceLimits(has_ipc=True),
                    **place,
                )
            )
            workspace = await stack.enter_async_context(sandbox.open([], programs=[program], hosts=["db"]))
            await workspace.expose("db", 5432, service)
            ask = ["psql", "-h", "db", "-U", "admin", "-d", "postgres", "-Atc"]
            done = await workspace.execute(
                [*ask, "create table t as select generate_series(1, 9) n"], timeout_s=30
            )
            assert done.exit_code == 0, done.stderr
            session = await workspace.session()
            await session.run(
                "psql -h db -U admin -d postgres -Atc 'begin; insert into t values (1); select pg_sleep(99)' &",
                timeout_s=10,
            )
            await service.restart()
            assert (await workspace.execute([*ask, "select sum(n) from t"], timeout_s=30)).stdout == "45\n"
            program_of_server = (
                "copy (select 1) to program 'touch /home/user/here; ls -a / /home/user >> /home/user/here'"
            )
            done = await workspace.execute([*ask, program_of_server], timeout_s=30)
            assert done.exit_code == 0, done.stderr
            seen = (await service.read_file("here")).decode()
            assert "data" in seen
            assert "root" not in seen
            assert await workspace.list_files() == []

    asyncio.run(main())


def test_the_same_user_is_never_given_twice_by_sandboxes_of_root_not_even_by_different_ones(
    sandbox: Any,
) -> None:
    if os.geteuid() != 0 or sandbox.name != "bubblewrap":
        pytest.skip("only root's sandboxes run as users of their own, and those of bubblewrap")
    ask = ["python3", "-c", "import os; print(os.getuid())"]
    bench = choose_sandbox("bubblewrap", with_tools=False)
    assert isinstance(bench, Prepared)
    bench.prepare(no_progress)

    async def main() -> list[str]:
        async with (
            sandbox.service(["sleep", "99"]) as service,
            bench.service(["sleep", "99"]) as other,
            sandbox.open([]) as workspace,
            bench.open([]) as fresh,
        ):
            rooms = (service, other, workspace, fresh)
            return [(await room.execute(ask, timeout_s=20)).stdout for room in rooms]

    assert len(set(asyncio.run(main()))) == 4
