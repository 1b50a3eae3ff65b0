"""The run that a word on the command line means: a path, `latest`, or `latest:AGENT`."""

from collections.abc import Iterator
from pathlib import Path

from itbench.errors import ITBenchError, UsageError

LATEST = "latest"
FOLDER = Path("runs")


def run_path(word: str) -> Path:
    """Return the path of a run file; `latest` is the newest in `runs`, `latest:AGENT` the newest of that agent.

    Raises:
        UsageError: there is no such run.
    """
    name, _, agent = word.partition(":")
    if name != LATEST or Path(word).exists():
        return Path(word)
    found = next(_newest_first(agent), None)
    if found is None:
        of_agent = f" of agent {agent!r}" if agent else ""
        raise UsageError(f"no run file{of_agent} in {str(FOLDER)!r} for {word!r}; give the path of one")
    return found


def stored_path(path: str | Path) -> Path:
    """Return the path of a run file that a program names: a path, or a word as on the command line.

    Raises:
        UsageError: there is no such run.
    """
    return run_path(path) if isinstance(path, str) else path


def _newest_first(agent: str) -> Iterator[Path]:
    # What is no file, or empty, never was a run.
    found = [path for path in FOLDER.glob("*.itbench") if path.is_file() and path.stat().st_size]
    for path in sorted(found, key=_age, reverse=True):
        if not agent or _agent_of(path) == agent:
            yield path


def _age(path: Path) -> tuple[str, int]:
    # The name begins with the second in which the run was started.
    return path.name.partition("-")[0], path.stat().st_mtime_ns


def _agent_of(path: Path) -> str | None:
    from itbench.store.reader import RunFile

    try:
        with RunFile(path) as run:
            return str(run.plan()["agent"]["name"])
    except ITBenchError:
        return None  # A damaged file among the others is no run of the agent.
