"""The domain `dbops`, installed for a test, with a sandbox without packages and PostgreSQL's empty data folder made once."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

SOURCE = Path(__file__).parents[1] / "plugins" / "dbops" / "src"
SPACES = ("user", "pid", "net", "mnt", "ipc", "uts")


@pytest.fixture(autouse=True)
def source(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a test import the domain."""
    monkeypatch.syspath_prepend(str(SOURCE))


@pytest.fixture
def dbops(
    source: None,
    cache_without_packages: Path,
    distribution: Callable[..., Path],
    monkeypatch: pytest.MonkeyPatch,
) -> Path:
    """Install the domain for one test; skip it where there is no PostgreSQL."""
    from itbench_dbops.postgres import problem

    if (reason := problem()) is not None:
        pytest.skip(reason)
    monkeypatch.setenv("ITBENCH_CACHE", str(cache_without_packages))
    points = {"dbops": "itbench_dbops.domain:DOMAIN"}
    return distribution("itbench-dbops", group="itbench.domains", points=points, code={})


@pytest.fixture
def servers() -> "Callable[[int], dict[int, Server]]":
    """Return a function that finds the PostgreSQL processes below a process of this machine, as root sees them."""
    return servers_below


@pytest.fixture
def own_spaces() -> dict[str, str]:
    """Return the namespaces that the tests run in."""
    return spaces_of(Path("/proc/self"))


@dataclass(frozen=True)
class Server:
    """One PostgreSQL process.

    Attributes:
        parent: process.
        user: that it runs as.
        spaces: its namespaces by kind, such as `net:[4026532000]`.
        started: when, in ticks of the kernel: with its number, that is this process and no later one.
    """

    parent: int
    user: int
    spaces: dict[str, str]
    started: str


def spaces_of(folder: Path) -> dict[str, str]:
    """Return the namespaces of a process by its folder in `/proc`."""
    return {kind: str((folder / "ns" / kind).readlink()) for kind in SPACES}


def servers_below(root: int) -> dict[int, Server]:
    """Return those that run now, by their numbers."""
    numbers = [int(path.name) for path in Path("/proc").iterdir() if path.name.isdecimal()]
    found = {number: each for number in numbers if (each := seen(number))}
    below: set[int] = set()
    waiting = [root]
    while waiting:
        parent = waiting.pop()
        children = {number for number, each in found.items() if each[1].parent == parent} - below
        below |= children
        waiting += children
    return {number: found[number][1] for number in below if found[number][0] == "postgres"}


def seen(number: int) -> tuple[str, Server] | None:
    """Return the name of a process and what is known of it; None if it has ended."""
    folder = Path("/proc") / str(number)
    try:
        name, _, rest = (folder / "stat").read_text().partition("(")[2].rpartition(")")
        fields = rest.split()
        spaces = spaces_of(folder) if name == "postgres" else {}
        return name, Server(int(fields[1]), folder.stat().st_uid, spaces, fields[19])
    except OSError:
        return None


@pytest.fixture
def rows() -> Callable[..., list[dict[str, Any]]]:
    """Return a function that reads rows of a run file, through nothing of ours."""

    def read(path: Path | str, query: str) -> list[dict[str, Any]]:
        uri = f"{Path(path).resolve().as_uri()}?mode=ro"
        with closing(sqlite3.connect(uri, uri=True)) as connection:
            connection.row_factory = sqlite3.Row
            return [dict(row) for row in connection.execute(query)]

    return read


@pytest.fixture
def finished(itbench: Callable[..., Any]) -> Callable[..., dict[str, Any]]:
    """Return a function that runs `itbench run dbops` to its end and returns what `--json` tells."""

    def run(*words: str, code: int = 0) -> dict[str, Any]:
        # What stands behind `--` is the agent's.
        at = words.index("--") if "--" in words else len(words)
        done = itbench("run", "dbops", *words[:at], "--json", *words[at:])
        assert done.code == code, done.out + done.err
        told: dict[str, Any] = json.loads(done.out)
        return told

    return run


@pytest.fixture
def faults(source: None) -> dict[str, str]:
    """Return the id of the embedded task with each fault."""
    from itbench_dbops.suite import Repair

    suite = Repair()
    return {suite.setup(task.id)["fault"]: task.id for task in suite.tasks()}
