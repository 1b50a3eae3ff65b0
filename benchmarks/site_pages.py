"""Measures `itbench site`: processor time and seconds for 10 runs of 500 trials, and what is written."""

import json
import os
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

BENCHMARKS = Path(__file__).resolve().parent
ITBENCH = [sys.executable, "-c", "from itbench.cli.main import main; main()"]
RUNS = 10


def site(folder: Path, variables: Mapping[str, str]) -> Iterator[Sequence[str]]:
    """Yield rows of what was measured; what is made in the folder is removed again."""
    runs, out = folder / "site-runs", folder / "site-pages"
    runs.mkdir()
    try:
        make = [sys.executable, str(BENCHMARKS / "make_viewed_runs.py"), "site", str(runs), str(RUNS)]
        subprocess.run(make, env=variables, check=True)
        before, started = _used_s(), time.perf_counter()
        words = [*ITBENCH, "site", str(runs), "--out", str(out), "--json"]
        done = subprocess.run(words, env=variables, check=True, capture_output=True)
        took, used = time.perf_counter() - started, _used_s() - before
        told = json.loads(done.stdout)
        written = f"{told['trials']:,} trials, {told['files']:,} files, {told['bytes'] / 1e6:.0f} MB"
        yield f"itbench site of {RUNS} runs of 500 trials, processor time", f"{used:.1f} s", "promised: 20 s"
        yield "the same, until it is there", f"{took:.1f} s", f"{os.cpu_count()} processors; {written}"
    finally:
        shutil.rmtree(runs)
        shutil.rmtree(out, ignore_errors=True)


def _used_s() -> float:
    """Return the processor time of all processes that this one has waited for, in seconds."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
