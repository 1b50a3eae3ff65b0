"""A viewer in a process of its own, asked over real sockets, and a real browser where there is one."""

import asyncio
import http.client
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
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

    def start() -> Viewer:
        process = background("view", tmp_path / "runs", "--no-open")
        line = process.stderr.readline()
        assert "http://127.0.0.1:" in line, line + process.stderr.read()
        return Viewer(line.split()[-1], process=process)

    return start


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
    secret: dict[str, str] | None = None,
) -> Path:
    """Write a run into a folder."""
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
    write_plan(path, _plan(name[-8:].rjust(8, "0").lower(), agent, suite, tasks, secret or {}), tasks)
    if is_ended:
        records = [
            _record(task, trace, files or {}, error)
            for task, trace, error in zip(tasks, traces, errors or [1.0] * len(tasks), strict=True)
        ]
        asyncio.run(_write(path, records))
    return path


def _plan(name: str, agent: str, suite: str, tasks: Sequence[Task], secret: dict[str, str]) -> Plan:
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
        suite_secret=secret,
        agent=PlannedAgent(name=agent),
        tasks=tuple(PlannedTask(id=task.id, content_hash=HASH) for task in tasks),
        repeats=1,
        seed=0,
        attempts=1,
        max_trials=1,
        sandbox="none",
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


@pytest.fixture
def open_page(chromium: str) -> Iterator[Callable[..., Watched]]:
    """Return a function that opens a viewer, or an address, in the browser; at the end nothing went wrong and nothing left this machine.

    The browser is started with the first page: once it is, no other event loop can run in this thread.
    """
    from playwright.sync_api import sync_playwright

    opened: list[Watched] = []
    with ExitStack() as stack:
        browser: Any = None

        def open_it(shown: Viewer | str, *, width: int = 1400) -> Watched:
            nonlocal browser
            if browser is None:
                started = stack.enter_context(sync_playwright())
                browser = started.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
                stack.callback(browser.close)
            page = browser.new_context(viewport={"width": width, "height": 900}).new_page()
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
        assert found.problems == []
        assert found.asked
        assert {urlsplit(each).hostname or urlsplit(each).scheme for each in found.asked} <= {
            "127.0.0.1",
            "file",
        }
