"""Measures what the design promises and prints a table: `make bench`. Measures, never asserts."""

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from checks import checks
from sandbox import sandbox
from site_pages import site
from viewer import viewer

ROOT = Path(__file__).resolve().parents[1]
SUMS = ROOT / "tests" / "plugins" / "sums" / "src"
ITBENCH = [sys.executable, "-c", "from itbench.cli.main import main; main()"]
MAIN = "import sys; sys.path.insert(0, {path!r}); from {module} import {name}; {name}({arguments})"


def main() -> None:
    """Run all benchmarks in a folder of their own."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        variables = _environment(folder)
        for rows in (
            start_up({name: value for name, value in variables.items() if name != "PYTHONPATH"}),
            throughput(folder, variables),
            large_run(folder, variables),
            viewer(folder, folder / "large.itbench", variables),
            site(folder, variables),
            large_snapshot(folder, variables),
            making(folder, variables),
            sandbox(folder),
            checks(folder, lambda words, more: _run([*ITBENCH, *words], variables | more, folder)),
        ):
            for what, measured, note in rows:
                print(f"{what:<52}  {measured:>14}  {note}", flush=True)


def start_up(variables: dict[str, str]) -> Iterator[Sequence[str]]:
    """Time what every user waits for first, against importing two of the required packages."""
    base = median_s([sys.executable, "-c", "import typer, importlib_metadata"], variables)
    yield "python -c 'import typer, importlib_metadata'", f"{base * 1000:.0f} ms", "the yardstick"
    for words in (["--version"], ["list-domains"]):
        took = median_s([_program(), *words], variables)
        yield f"itbench {' '.join(words)}", f"{took * 1000:.0f} ms", f"{took / base:.2f}x (promised: 1.6x)"


def throughput(folder: Path, variables: dict[str, str]) -> Iterator[Sequence[str]]:
    """Time 2,000 trials of a trivial agent with 20 trace events each, stored durably."""
    words = ["run", "sums/many", "-S", "count=2000", "-a", "adder:events=20", "--max-trials", "32", "--json"]
    with timed() as took:
        peak = _peak_kb(lambda: _run([*ITBENCH, *words], variables, folder))
    idle = median_s(
        [*ITBENCH, "run", "sums/many", "-S", "count=1", "-a", "adder", "--json"], variables, folder
    )
    rate = 2000 / took()
    yield "2,000 trials x 20 events, whole command", f"{rate:.0f} trials/s", "promised: 600"
    yield "the same without start-up", f"{2000 / (took() - idle):.0f} trials/s", f"start-up {idle:.2f} s"
    yield "peak memory of it", f"{peak / 1024:.0f} MB", "promised: 250"


def large_run(folder: Path, variables: dict[str, str]) -> Iterator[Sequence[str]]:
    """Time reading a run of 100,000 trials with 20 events each."""
    path = folder / "large.itbench"
    _run([sys.executable, str(ROOT / "benchmarks" / "make_large_run.py"), str(path)], variables, folder)
    size = path.stat().st_size / 1e6
    board = median_s([*ITBENCH, "leaderboard", str(path)], variables, folder, times=3)
    yield f"leaderboard over 100,000 trials ({size:.0f} MB)", f"{board:.2f} s", "promised: 2 s"
    shown = median_s([*ITBENCH, "show", str(path), "sum-0500:49"], variables, folder)
    yield "show one trial of them", f"{shown:.2f} s", "promised: 0.3 s"


def large_snapshot(folder: Path, variables: dict[str, str]) -> Iterator[Sequence[str]]:
    """Time opening and validating a snapshot of 150 MB in the real format."""
    target = folder / "large"
    make = MAIN.format(
        path=str(ROOT / "tests" / "sre" / "snapshot"),
        module="large_snapshot",
        name="write_large_snapshot",
        arguments=f"__import__('pathlib').Path({str(target)!r}), 150",
    )
    _run([sys.executable, "-c", make], variables, folder)
    check = (
        "import sys, pathlib; from itbench_sre.snapshot.validate import validate_snapshot; "
        f"sys.exit(len(validate_snapshot(pathlib.Path({str(target)!r}))))"
    )
    size = sum(path.stat().st_size for path in target.rglob("*") if path.is_file()) / 1e6
    with timed() as took:
        peak = _peak_kb(lambda: _run([sys.executable, "-c", check], variables, folder))
    yield f"validate a snapshot of {size:.0f} MB", f"{took():.2f} s", "promised: 3 s"
    yield "peak memory of it", f"{peak / 1024:.0f} MB", "promised: 1000"


def making(folder: Path, variables: dict[str, str]) -> Iterator[Sequence[str]]:
    """Time making the embedded incidents into an empty cache."""
    with timed() as took:
        _run([*ITBENCH, "list-tasks", "sre/incidents"], variables, folder)
    yield "make the 16 embedded incidents", f"{took():.1f} s", f"{os.cpu_count()} processors"


def median_s(
    words: Sequence[str], variables: dict[str, str], folder: Path | None = None, *, times: int = 9
) -> float:
    """Return the median of several wall-clock times of a command, in seconds."""
    took = []
    for _ in range(times):
        started = time.perf_counter()
        _run(words, variables, folder)
        took.append(time.perf_counter() - started)
    return statistics.median(took)


@contextmanager
def timed() -> Iterator[Callable[[], float]]:
    """Yield a function that returns how long the block took, in seconds."""
    ended: list[float] = []
    started = time.perf_counter()
    yield lambda: ended[0]
    ended.append(time.perf_counter() - started)


def _peak_kb(work: Callable[[], None]) -> int:
    """Return the peak resident size of the largest child so far; call it for ever larger children only."""
    work()
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss


def _run(words: Sequence[str], variables: dict[str, str], folder: Path | None = None) -> None:
    done = subprocess.run(words, env=variables, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"{words} ended with {done.returncode}: {done.stderr}{done.stdout}")


def _program() -> str:
    return str(Path(sys.executable).with_name("itbench"))


def _environment(folder: Path) -> dict[str, str]:
    """Return an environment in which the tiny domain `sums` is installed and the cache is empty."""
    site = folder / "site"
    info = site / "itbench_sums-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: itbench-sums\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[itbench.domains]\nsums = itbench_sums:DOMAIN\n")
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    sums = kept | {"PYTHONPATH": f"{site}{os.pathsep}{SUMS}"}
    return sums | {"ITBENCH_CACHE": str(folder / "cache")}


if __name__ == "__main__":
    main()
