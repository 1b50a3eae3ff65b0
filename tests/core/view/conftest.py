"""A viewer in a process of its own, asked over real sockets, and a real browser where there is one."""

import asyncio
import http.client
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from itbench import Score, Submission, Task, Trace, Usage
from itbench.interfaces.plan import Plan, PlannedAgent, PlannedTask
from itbench.interfaces.record import ScoreRecord, TrialKey, TrialRecord
from itbench.interfaces.trace import TraceEvent
from itbench.store.writer import RunWriter, ScoringOrigin, write_plan

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
HASH = "sha256:" + "0" * 64
SUMS = Path(__file__).resolve().parents[2] / "plugins" / "sums" / "src"
_START_S = 120.0


@dataclass
class Answer:
    """What the server answered."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode()


@dataclass
class Viewer:
    """A running viewer.

    Attributes:
        address: that it printed, with the token.
        cookie: that lets in.
    """

    address: str
    cookie: str = ""
    process: Any = field(default=None, repr=False)

    @property
    def port(self) -> int:
        """On which it listens."""
        return int(urlsplit(self.address).port or 0)

    @property
    def base(self) -> str:
        """The address without path and token."""
        return f"http://127.0.0.1:{self.port}"

    def ask(self, path: str, *, method: str = "GET", **headers: str) -> Answer:
        """Send one request; underscores in the names of headers are hyphens."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, headers=sent)
        answer = connection.getresponse()
        found = Answer(
            answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
        )
        connection.close()
        return found

    def get(self, path: str) -> Answer:
        """Ask as a browser that was let in."""
        if not self.cookie:
            parts = urlsplit(self.address)
            self.cookie = self.ask(f"{parts.path}?{parts.query}").headers["set-cookie"].partition(";")[0]
        return self.ask(path, Cookie=self.cookie)


@pytest.fixture
def viewer(background: Callable[..., Any], tmp_path: Path) -> Callable[..., Viewer]:
    """Return a function that starts `itbench view` on the test's own runs."""
    return lambda: _listening(background("view", tmp_path / "runs", "--no-open"))


def _listening(process: Any) -> Viewer:
    line = process.stderr.readline()
    assert "http://127.0.0.1:" in line, line + process.stderr.read()
    return Viewer(line.split()[-1], process=process)


@pytest.fixture(scope="module")
def program(
    processes: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[..., Any]]:
    """Return a function that starts `itbench`, where the domain `sums` is installed, for all tests of a module."""
    folder = tmp_path_factory.mktemp("program")
    info = folder / "itbench_sums-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: itbench-sums\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[itbench.domains]\nsums = itbench_sums:DOMAIN\n")
    known = {
        "PYTHONPATH": os.pathsep.join([str(folder), str(SUMS), *sys.path]),
        "ITBENCH_CACHE": str(folder / "cache"),
    }
    with processes(lambda: known) as start:
        yield start


@pytest.fixture(scope="module")
def serve(program: Callable[..., Any]) -> Callable[[Path], Viewer]:
    """Return a function that starts `itbench view` on a folder, for all tests of a module."""
    return lambda folder: _listening(program("view", folder, "--no-open"))


@pytest.fixture(scope="module")
def write_in() -> Callable[..., Path]:
    """Return a function that writes a run into a folder, as `write_run` does."""
    return run_in


@pytest.fixture
def eventually() -> Callable[[Callable[[], bool]], None]:
    """Return a function that waits until something holds."""

    def wait(holds: Callable[[], bool]) -> None:
        until = time.monotonic() + _START_S
        while not holds():
            assert time.monotonic() < until, "it never came to hold"
            time.sleep(0.05)

    return wait


@pytest.fixture
def write_run(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes a run through the real store: one trial of each trace, with its metric `error`."""
    return partial(run_in, tmp_path / "runs")


def run_in(
    folder: Path,
    name: str,
    traces: Sequence[Trace],
    *,
    agent: str = "someone",
    suite: str = "easy",
    files: dict[str, bytes] | None = None,
    is_ended: bool = True,
    errors: Sequence[float] = (),
    **more: Any,
) -> Path:
    """Write a run into a folder; what more is given stands in its plan."""
    path = folder / f"{name}.itbench"
    tasks = [
        Task(
            id=f"sum-{at:04}",
            title="Add two numbers",
            instructions="Add 1 and 2; write it.",
            tags=("even",),
        )
        for at in range(len(traces))
    ]
    write_plan(path, _plan(name[-8:].rjust(8, "0").lower(), agent, suite, tasks, more), tasks)
    if is_ended:
        records = [
            _record(task, trace, files or {}, error)
            for task, trace, error in zip(tasks, traces, errors or [1.0] * len(tasks), strict=True)
        ]
        # In a thread of its own: a browser may have an event loop in this one.
        with ThreadPoolExecutor(1) as worker:
            worker.submit(asyncio.run, _write(path, records)).result()
    return path


def _plan(name: str, agent: str, suite: str, tasks: Sequence[Task], more: Mapping[str, Any]) -> Plan:
    return Plan(
        id=name,
        created_at="2026-01-02T03:04:05+00:00",
        itbench_version="0",
        python_version="3",
        domain="sums",
        domain_origin="itbench-sums 1.0",
        suite=suite,
        suite_version="0",
        suite_hash=HASH,
        agent=PlannedAgent(name=agent),
        tasks=tuple(PlannedTask(id=task.id, content_hash=HASH) for task in tasks),
        repeats=1,
        seed=0,
        attempts=1,
        max_trials=1,
        sandbox="none",
        **more,
    )


async def _write(path: Path, records: Sequence[TrialRecord]) -> None:
    writer = RunWriter(path, ScoringOrigin("0", "itbench-sums 1.0", 1))
    try:
        for record in records:
            await writer.trial_finished(record)
    finally:
        writer.close()


def _record(task: Task, trace: Trace, files: dict[str, bytes], error: float) -> TrialRecord:
    value = 0.5
    return TrialRecord(
        key=TrialKey(task.id, 0, 0),
        fault=None,
        limit=None,
        submission=Submission(answer={"sum": 3}, files=files),
        handed_in=True,
        answer_hash="0" * 16,
        started_at="2026-01-02T03:04:05.000+00:00",
        wall_s=1.5,
        usage=Usage(turns=trace.usage.turns, tool_calls=trace.usage.tool_calls),
        events=list[TraceEvent](trace.events),
        scoring=ScoreRecord(score=Score(value=value, metrics={"error": error}, reasons=("off by one",))),
        value=value,
    )


EVIL = "<img src=x onerror=alert(1)><script>alert(2)</script>\x1b[2J\u202egone"


def conversation() -> Trace:
    """Return a trace of three turns with requests, replies and calls, of which the words are hostile and one output is long."""
    found = Trace()
    for turn in range(3):
        found.turn()
        told: list[Any] = [{"role": "user", "text": "Look around."}]
        if turn:
            told = [{"role": "assistant", "reply": turn - 1}, {"role": "tool", "content": f"seen {turn}"}]
        more = {"after": turn - 1, "from": 2 * turn - 1} if turn else {}
        found.record("request", number=turn, model="m", messages=told, **more)
        found.record("reply", request=turn, text=f"I look, {turn}. {EVIL}", calls=[], use={})
        lines = "".join(f"line {at}\n" for at in range(400)) + "the-last-line"
        output = {"exit_code": 0, "stdout": lines if turn == 0 else EVIL, "stderr": ""}
        found.tool_call("execute", {"command": f"cat {turn} {EVIL}"}, output, is_ok=True, duration_s=0.1)
    return found


@pytest.fixture(scope="module")
def write_hostile() -> Callable[[Path, int], Path]:
    """Return a function that writes a run into a folder of which all words are hostile, with an output of some length."""

    def write(folder: Path, size: int) -> Path:
        found = Trace()
        found.turn()
        told = {"exit_code": 1, "stdout": EVIL, "stderr": EVIL}
        found.tool_call(EVIL, {"command": EVIL}, told, is_ok=False, duration_s=1.0)
        lines = f"{EVIL}\n" * (size // len(EVIL))
        found.tool_call("execute", {"command": "cat all"}, lines, is_ok=True, duration_s=1.0)
        files = {EVIL.replace("/", ""): EVIL.encode()}
        return run_in(folder, "20260102T030405Z-sums-easy-evil-eeeeeeee", [found], agent=EVIL, files=files)

    return write


def site_runs(folder: Path) -> Path:
    """Write the runs of the site that tests share: two that compare, one of another agent's words, and a damaged one."""
    short = Trace()
    short.turn()
    short.message("assistant", "done")
    files = {"a.png": b"\x89PNG\r\n\x1a\n" + bytes(20), "page.html": b"<script>alert(3)</script>", EVIL: b"x"}
    for at, name in enumerate(
        ("20260102T030405Z-sums-Easy-one-aaaaaaaa", "20260102T030406Z-sums-easy-two-bbbbbbbb")
    ):
        traces = [conversation(), *[short] * (6 + at)]
        run_in(
            folder,
            name,
            traces,
            agent=("someone", "another")[at],
            files=files,
            errors=[at, *[2.0] * (6 + at)],
        )
    whole = run_in(folder, "con", [short], agent=EVIL)
    whole.with_name("20260101T000000Z-cut.itbench").write_bytes(whole.read_bytes()[:9000])
    return folder


@pytest.fixture(scope="session")
def shared_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a site that all tests of a process share; beside it are the runs."""
    from itbench.view.site.build import build_site

    folder = tmp_path_factory.mktemp("site")
    build_site([site_runs(folder / "runs")], folder / "pages")
    return folder / "pages"


@pytest.fixture(scope="session")
def chromium() -> str:
    """Return the path of a browser, or skip and say why there is none."""
    pytest.importorskip("playwright", reason="playwright is not installed; it comes with itbench[test]")
    program = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if program is None:
        pytest.skip(f"no browser on this machine: none of {', '.join(CHROMIUM)} is on the PATH")
    return program


@dataclass
class Watched:
    """A page of the browser, with all that went wrong on it and all that it asked for.

    Attributes:
        page: of the browser.
        problems: errors and warnings of the console, and exceptions.
        asked: addresses of all requests.
    """

    page: Any
    problems: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def said(self, message: Any) -> None:
        """Take a line of the console."""
        if message.type in {"error", "warning"}:
            self.problems.append(message.text)


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Any]:
    """Yield the browser of a module; while it runs, no other event loop can run in this thread."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as started:
        found = started.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield found
        found.close()


@pytest.fixture
def open_page(browser: Any) -> Iterator[Callable[..., Watched]]:
    """Return a function that opens a viewer, or an address, in the browser; at the end nothing went wrong and nothing left this machine."""
    opened: list[Watched] = []

    def open_it(shown: Viewer | str) -> Watched:
        page = browser.new_context(viewport={"width": 1400, "height": 900}).new_page()
        page.set_default_timeout(120_000)
        found = Watched(page)
        page.on("console", found.said)
        page.on("pageerror", lambda error: found.problems.append(str(error)))
        page.on("dialog", lambda dialog: found.problems.append(f"dialog: {dialog.message}"))
        page.on("request", lambda request: found.asked.append(request.url))
        opened.append(found)
        page.goto(shown if isinstance(shown, str) else shown.address)
        return found

    yield open_it
    for found in opened:
        found.page.context.close()
        assert found.problems == []
        assert found.asked
        assert {urlsplit(each).hostname or urlsplit(each).scheme for each in found.asked} <= {
            "127.0.0.1",
            "file",
        }
