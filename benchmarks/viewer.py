"""Measures `itbench view` over a real socket: many runs, a run of many trials, a trial of 100 MB, and the server's memory."""

import http.client
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

BENCHMARKS = Path(__file__).resolve().parent
ITBENCH = [sys.executable, "-c", "from itbench.cli.main import main; main()"]
RUNS = 1000
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
# Sorted, filtered, far down, and by what stands in JSON.
QUERIES = (
    "sort=score&order=desc",
    "sort=cost",
    "sort=tokens",
    "q=score%3C0.5+turns%3E3",
    "q=because",
    "page=900",
    "sort=metric.error",
)
PAINT = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0"


def viewer(folder: Path, large: Path, variables: Mapping[str, str]) -> Iterator[Sequence[str]]:
    """Yield rows of what was measured; `large` is a run of 100,000 trials. What is made in the folder is removed again."""
    runs = folder / "viewed"
    runs.mkdir()
    try:
        make = [sys.executable, str(BENCHMARKS / "make_viewed_runs.py"), "view", str(runs), str(RUNS)]
        subprocess.run(make, env=variables, check=True)
        (runs / "20270101T000000Z-large.itbench").symlink_to(large)
        yield from _measured(runs, variables)
    finally:
        shutil.rmtree(runs)


def _measured(runs: Path, variables: Mapping[str, str]) -> Iterator[Sequence[str]]:
    started = time.perf_counter()
    with _viewing(runs, variables) as view:
        yield "itbench view starts, until it prints its link", f"{time.perf_counter() - started:.2f} s", ""
        yield f"first page of {RUNS:,} runs, at once", f"{view.took('/'):.2f} s", "promised: 0.5 s"
        while b"not read yet" in view.read("/?q=problem:read"):
            time.sleep(0.2)
        yield "all runs are read", f"{time.perf_counter() - started:.1f} s", "in the background"
        yield f"first page of {RUNS:,} runs, all read", f"{view.took('/', 5):.2f} s", "promised: 0.5 s"
        large = "/run/20270101T000000Z-large"
        yield "page of a run of 100,000 trials", f"{view.took(large):.2f} s", "promised: 0.3 s"
        first = view.took(f"{large}?sort=score")
        yield (
            "the same by score, while it is being copied",
            f"{first:.2f} s",
            "promised: 0.3 s",
        )
        for query in ("", *QUERIES):
            yield f"the same with ?{query}", f"{view.took(f'{large}?{query}', 5):.2f} s", "promised: 0.3 s"
        trial = "/run/20270101T000001Z-long/trial/1"
        yield (
            "trial of 1,000 turns and 100 MB, the first time",
            f"{view.took(trial):.2f} s",
            "promised: 0.5 s",
        )
        yield "the same again, median of five", f"{view.took(trial, 5):.2f} s", "promised: 0.5 s"
        yield "the same, first paint in a browser", *_painted(view, trial)
        own, helpers = view.peak_mb()
        yield "peak memory of the server", f"{own:.0f} MB", "promised: 150"
        yield (
            "peak memory of what it started to read large files",
            f"{helpers:.0f} MB",
            "ends with the reading",
        )


class _View:
    """A viewer that is let in."""

    def __init__(self, process: subprocess.Popen[str], address: str) -> None:
        self.process = process
        self.address = address
        parts = urlsplit(address)
        self._port = parts.port or 0
        answer = self._ask(f"/?{parts.query}", "")
        self._cookie = (answer.getheader("set-cookie") or "").partition(";")[0]

    def read(self, path: str) -> bytes:
        """Return a page."""
        answer = self._ask(path, self._cookie)
        if answer.status != http.client.OK:
            raise SystemExit(f"{path} gave status {answer.status}")
        return answer.read()

    def took(self, path: str, times: int = 1) -> float:
        """Return the median seconds of so many times until all of a page is there."""
        took = []
        for _ in range(times):
            started = time.perf_counter()
            self.read(path)
            took.append(time.perf_counter() - started)
        return statistics.median(took)

    def peak_mb(self) -> tuple[float, float]:
        """Return the peak memory of the server, and of the largest of those that it waited for."""
        own = _status_kb(self.process.pid, "VmHWM") / 1024
        self.process.terminate()
        _, _, used = os.wait4(self.process.pid, 0)
        self.process.returncode = 0
        return own, used.ru_maxrss / 1024

    def _ask(self, path: str, cookie: str) -> http.client.HTTPResponse:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=120)
        connection.request("GET", path, headers={"Cookie": cookie})
        return connection.getresponse()


@contextmanager
def _viewing(runs: Path, variables: Mapping[str, str]) -> Iterator[_View]:
    words = [*ITBENCH, "view", str(runs), "--no-open"]
    with subprocess.Popen(words, env=variables, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stderr is not None
            yield _View(process, process.stderr.readline().split()[-1])
        finally:
            if process.returncode is None:
                process.terminate()


def _painted(view: _View, path: str) -> tuple[str, str]:
    """Return the seconds until something is shown, or why that is not measured."""
    program = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if program is None:
        return "not measured", "no chromium here"
    from playwright.sync_api import sync_playwright

    with sync_playwright() as started:
        page = started.chromium.launch(executable_path=program, args=["--no-sandbox"]).new_page()
        page.goto(view.address)
        page.goto(view.address.partition("/?")[0] + path)
        page.wait_for_function(f"({PAINT}) > 0")
        return f"{float(page.evaluate(PAINT)) / 1000:.2f} s", "promised: 0.5 s"


def _status_kb(pid: int, name: str) -> int:
    text = Path(f"/proc/{pid}/status").read_text()
    return int(next(line.split()[1] for line in text.splitlines() if line.startswith(f"{name}:")))
