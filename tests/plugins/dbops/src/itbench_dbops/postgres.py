"""A PostgreSQL server of a trial's own, as a service in a sandbox."""

import hashlib
import os
import secrets
import threading
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from itbench import DataError, Execution, Input, Program, Sandbox, Service, ServiceLimits
from itbench.kit import require_cache, writing_cache

PORT = 5432
_BINARIES = Path("/usr/lib/postgresql")
_SHARE = Path("/usr/share/postgresql")
_COMMANDS = ("initdb", "pg_dump", "pg_isready", "pg_restore", "postgres", "psql")
_SERVER = [
    "postgres",
    "-D",
    "data",
    "-k",
    "/tmp",
    "-c",
    "listen_addresses=127.0.0.1",
    "-c",
    "fsync=off",
    "-c",
    "full_page_writes=off",
    "-c",
    "jit=off",
    "-c",
    "autovacuum=off",
    "-c",
    "shared_buffers=16MB",
    "-c",
    "wal_level=minimal",
    "-c",
    "max_wal_senders=0",
]
_INITDB = "initdb -D data -U postgres -A trust -E UTF8 --locale=C --no-sync --wal-segsize=1"
_LIMITS = ServiceLimits(memory_bytes=512 << 20, processes=64, disk_bytes=256 << 20, has_ipc=True)
_COMMAND_S = 30.0
_making = threading.Lock()


class SqlError(Exception):
    """A statement that failed; the message is the server's."""


def problem() -> str | None:
    """Return what is missing on this machine and what to do about it; None where PostgreSQL is installed."""
    return None if _newest() else f"no PostgreSQL below {_BINARIES}: apt-get install postgresql"


def program() -> Program:
    """Return the newest PostgreSQL of this machine.

    Raises:
        DataError: there is none.
    """
    binaries = _newest()
    if binaries is None:
        raise DataError(f"domain 'dbops': {problem()}")
    folders = [binaries.parent, _SHARE / binaries.parent.name]
    return Program(name="postgres", commands={name: binaries / name for name in _COMMANDS}, folders=folders)


@asynccontextmanager
async def server(sandbox: Sandbox) -> AsyncIterator[Service]:
    """Start a server with nothing in it but the superuser `postgres`."""
    own = program()
    data = Input("data.tar", await _empty_data(sandbox, own))
    async with sandbox.service(
        _SERVER,
        inputs=[data],
        programs=[own],
        before=[["tar", "xf", "data.tar"]],
        port=PORT,
        ready=["pg_isready", "-q", "-h", "/tmp"],
        limits=_LIMITS,
    ) as service:
        yield service


async def ask(service: Service, sql: str, *, role: str = "postgres", database: str = "template1") -> str:
    """Run SQL beside the server as a role, and return what it prints.

    Nothing that lies in the database can stand in for what the SQL names: names without a schema are those of PostgreSQL itself.

    Raises:
        SqlError: a statement failed, or took too long.
    """
    done = await _psql(service, sql, role, database)
    if done.exit_code != 0 or done.timed_out or done.gaps:
        raise SqlError(first_line(done.stderr) or f"psql ended with code {done.exit_code}")
    return done.stdout


async def ask_all(
    service: Service, statements: Sequence[str], *, role: str, database: str
) -> list[str | SqlError]:
    """Run statements one after another, and return what each prints, or how it failed."""
    # No statement knows the mark, so nothing that one prints can look like the end of another.
    mark = secrets.token_hex(16)
    lines = [f"{each};\n\\echo {mark} :SQLSTATE :LAST_ERROR_MESSAGE\n\\echo {mark}\n" for each in statements]
    done = await _psql(service, "\\set ON_ERROR_STOP 0\n" + "".join(lines), role, database)
    parts = done.stdout.split(mark)
    if len(parts) != 2 * len(statements) + 1 or done.gaps:
        return [SqlError(first_line(done.stderr) or "the server does not answer")] * len(statements)
    return [_answer(out, state) for out, state in zip(parts[::2], parts[1::2], strict=False)]


def first_line(text: str) -> str:
    """Return the first line of a message, without where it comes from, and not all of a long one."""
    lines = [line for line in text.splitlines() if line.strip()]
    return lines[0].rpartition("ERROR:  ")[2][:200] if lines else ""


async def _psql(service: Service, sql: str, role: str, database: str) -> Execution:
    words = ["psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-h", "/tmp", "-U", role, "-d", database]
    options = {"PGOPTIONS": "-c search_path=pg_catalog -c statement_timeout=10s -c lock_timeout=10s"}
    return await service.execute(words, stdin=sql.encode(), timeout_s=_COMMAND_S, env=options)


def _answer(out: str, state: str) -> str | SqlError:
    code, _, message = state.strip().partition(" ")
    return out.strip() if code == "00000" else SqlError(first_line(message))


def _newest() -> Path | None:
    found = [path.parent for path in _BINARIES.glob("*/bin/initdb") if path.parts[-3].isdecimal()]
    whole = [path for path in found if all(os.access(path / name, os.X_OK) for name in _COMMANDS)]
    return max(whole, key=lambda path: int(path.parent.name), default=None)


async def _empty_data(sandbox: Sandbox, own: Program) -> Path:
    """Return the folder that initdb makes, as an archive in the cache: it takes two seconds, and is the same for all trials."""
    key = f"{own.commands['postgres']} {own.commands['postgres'].stat().st_mtime_ns} {_INITDB}"
    path = require_cache() / "dbops" / f"data-{hashlib.sha256(key.encode()).hexdigest()[:16]}.tar"
    # Each environment has a thread of its own, which may wait here for another one.
    with _making:
        if not path.exists():
            before = [["sh", "-c", f"{_INITDB} && tar cf made.tar data"]]
            async with sandbox.service(
                ["sleep", "600"], programs=[own], before=before, limits=_LIMITS
            ) as maker:
                archive = await maker.read_file("made.tar")
            with writing_cache():
                path.parent.mkdir(parents=True, exist_ok=True)
                part = path.with_name(f"{path.name}.{os.getpid()}")
                part.write_bytes(archive)
                part.chmod(0o644)
                part.replace(path)
    return path
