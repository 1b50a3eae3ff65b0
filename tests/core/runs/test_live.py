"""What can be read of trials while they run, and what is left of it when a run ends in whatever way."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from itbench.errors import RunFileError
from itbench.store.claim import Claim
from itbench.store.live.file import live_path
from itbench.store.reader import RunFile
from itbench.view.data.live import LiveEvent, UnderWay, events_of, under_way

Itbench = Callable[..., Any]
Background = Callable[..., subprocess.Popen[str]]

WARNING = "warning: trials in flight cannot be looked at, the run goes on: "


def until(process: subprocess.Popen[str], condition: Callable[[], Any]) -> Any:
    """Return what a condition comes to once that is something."""
    deadline = time.monotonic() + 100
    while time.monotonic() < deadline and process.poll() is None:
        if found := condition():
            return found
        time.sleep(0.02)
    process.kill()
    out, err = process.communicate()
    raise AssertionError(f"it did not come: {out}{err}")


def in_flight(process: subprocess.Popen[str], count: int) -> tuple[Path, list[UnderWay]]:
    """Wait until a run has so many trials in flight whose agents wait."""

    def found() -> tuple[Path, list[UnderWay]] | None:
        for path in Path("runs").glob("*.itbench"):
            trials = under_way(path)
            if len(trials) == count and all(trial.waits_for == "tool" for trial in trials):
                return path, trials
        return None

    result: tuple[Path, list[UnderWay]] = until(process, found)
    return result


def names() -> set[str]:
    return {entry.name for entry in Path("runs").iterdir()}


@pytest.mark.slow
def test_what_trials_do_is_read_while_they_run_and_gone_when_they_are_committed(
    waiting: str, background: Background
) -> None:
    process = background("run", "waiting", "--time-limit", "5m", "-n", "3", "--max-trials", "2")
    path, (one, two) = in_flight(process, 2)
    assert (one.task, one.repeat, one.attempt, one.turn, one.replies) == ("sum-0000", 0, 0, 1, 1)
    assert (one.input_tokens, one.output_tokens, one.cost_usd, two.cost_usd) == (1000, 20, 0.5, None)
    assert (one.last_tool, one.detail) == ("cat \x1b[2J [secret]", "cat \x1b[2J [secret]")
    assert one.started <= one.last_event <= one.waits_since <= time.time()
    events = events_of(path, "sum-0000", 0)
    assert [event.kind for event in events] == ["turn", "request", "usage", "reply", "usage"]
    assert one.events == len(events)
    assert events_of(path, "sum-0099", 0) == []
    with RunFile(path) as run:  # Nothing that counts has any of it.
        assert run.values() == {f"sum-000{number}": [None] for number in range(3)}
    live = live_path(path).read_bytes()
    assert (b"[secret]" in live, waiting.encode() in live, json.dumps(waiting)[1:-1].encode() in live) == (
        True,
        False,
        False,
    )
    Path("go").touch()
    assert process.wait(60) == 0, process.communicate()
    assert names() == {path.name}
    with RunFile(path) as run:
        (trial,) = run.trials_of("sum-0000")
        stored = [(row["position"], row["kind"], row["data"]) for row in run.events(trial["id"])]
    assert [(event.position, event.kind, event.data) for event in events] == stored[:5]
    assert (under_way(path), events_of(path, "sum-0000", 0)) == ([], [])


@pytest.mark.slow
def test_after_a_kill_nobody_is_under_way_and_resume_or_a_sweep_cleans_up(
    waiting: str, background: Background, itbench: Itbench
) -> None:
    process = background("run", "waiting", "--time-limit", "5m", "-n", "2")
    path, _ = in_flight(process, 2)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    live = live_path(path)
    left = live.read_bytes()
    assert under_way(path) == []
    assert "skipped" not in itbench("leaderboard", path, live).err
    assert itbench("export", path, "--to", "csv", "-o", live).code == 2
    swept = itbench("doctor", "--sweep")
    assert str(Path("runs") / live.name) in swept.out.replace("\n", "")
    assert not live.exists()
    live.write_bytes(left)
    with Claim(path):  # As a process that scores it has.
        assert under_way(path) == []
    live.write_bytes(left)
    Path("go").touch()
    assert itbench("resume", path).code == 0
    assert names() == {path.name}


@pytest.mark.slow
def test_a_sweep_leaves_a_run_alone_that_is_worked_on(
    waiting: str, background: Background, itbench: Itbench
) -> None:
    process = background("run", "waiting", "--time-limit", "5m", "-n", "1")
    path, before = in_flight(process, 1)
    assert live_path(path).name not in itbench("doctor", "--sweep").out
    assert under_way(path) == before
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    assert names() == {path.name}


@pytest.mark.slow
def test_of_a_trial_that_says_much_the_latest_is_kept_and_a_long_event_is_cut(
    waiting: str, background: Background
) -> None:
    process = background("run", "waiting", "--time-limit", "5m", "-n", "1", "-a", "waiter:retold=yes")

    def last() -> list[LiveEvent]:
        paths = [path for path in Path("runs").glob("*.itbench") if under_way(path)]
        found = events_of(paths[0], "sum-0000", 0) if paths else []
        return found if found and found[-1].position == 65 else []

    events: list[LiveEvent] = until(process, last)
    (path,) = Path("runs").glob("*.itbench")
    size = sum(len(event.data) for event in events)
    assert 1_900_000 < size < 4_100_000
    assert events[0].position > 5
    assert [event.position for event in events] == list(range(events[0].position, 66))
    assert all(event.is_whole for event in events)
    assert live_path(path).stat().st_size < 10_000_000


@pytest.mark.slow
def test_two_hundred_trials_are_told_at_once(waiting: str, background: Background) -> None:
    process = background(
        "run", "waiting/many", "--time-limit", "5m", "--max-trials", "200", "-S", "count=220"
    )
    path, trials = in_flight(process, 200)
    assert len({trial.task for trial in trials}) == 200
    assert [len(events_of(path, trial.task, 0)) for trial in trials] == [5] * 200
    Path("go").touch()
    assert process.wait(100) == 0, process.communicate()
    assert names() == {path.name}
    with RunFile(path) as run:
        assert [value for (value,) in run.values().values()] == [1.0] * 220


@pytest.mark.slow
def test_a_reader_that_keeps_the_file_locked_holds_up_no_trial(waiting: str, background: Background) -> None:
    process = background("run", "waiting", "--time-limit", "5m", "-n", "6", "--max-trials", "2")
    path, _ = in_flight(process, 2)
    with closing(sqlite3.connect(live_path(path))) as connection:
        connection.execute("BEGIN")
        connection.execute("SELECT count(*) FROM trial").fetchone()
        Path("go").touch()
        assert process.wait(60) == 0, process.communicate()
    assert names() == {path.name}


@pytest.mark.soak
@pytest.mark.slow
def test_a_reader_that_never_lets_go_ends_the_live_view_with_one_word_and_not_the_run(
    waiting: str, background: Background, run_with_trials: Callable[..., Path]
) -> None:
    """Slow: the writer waits for 20 seconds."""
    process = background("run", "waiting", "--time-limit", "5m", "--max-trials", "1")
    path, _ = in_flight(process, 1)
    with closing(sqlite3.connect(live_path(path))) as connection:
        connection.execute("BEGIN")
        connection.execute("SELECT count(*) FROM trial").fetchone()
        Path("go").touch()
        run_with_trials(process, 1)
        Path("go").unlink()
        assert process.stderr is not None
        line = next(line for line in process.stderr if line.startswith(WARNING))
        assert line == f"{WARNING}another process has kept the file locked for 20 s\n"
        Path("go").touch()
        assert process.wait(60) == 0, process.communicate()
    assert names() == {path.name}


# A process that may write no file larger than so many bytes.
LIMITED = """
import resource
resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))
from itbench.cli.main import main
main()
"""


SEEKER = """
sleep 4
find / -name '*.itbench*' -not -path '/proc/*' 2>/dev/null
cat %(live)s
ls %(folder)s
echo '{"sum": 1}' > answer.json
"""


@pytest.mark.slow
def test_an_agent_in_its_sandbox_finds_nothing_of_it(
    sums: Path,
    background: Background,
    cache_without_packages: Path,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.setenv("ITBENCH_CACHE", str(cache_without_packages))
    out = tmp_path / "out"
    words = SEEKER % {"live": f"{out}/*.live", "folder": out}
    process = background("run", "sums", "-n", "1", "-o", out, "-a", "command", "--", "bash", "-c", words)

    def seen() -> list[UnderWay]:
        return [trial for path in out.glob("*.itbench") for trial in under_way(path) if trial.turn]

    (trial,) = until(process, seen)
    assert trial.waits_for == "agent"
    assert process.wait(100) in (0, 1), process.communicate()
    (path,) = out.iterdir()
    with RunFile(path) as run:
        (row,) = run.trials_of("sum-0000")
        (tool,) = [json.loads(event["data"]) for event in run.events(row["id"]) if event["kind"] == "tool"]
    assert tool["output"]["stdout"] == ""
    assert tool["output"]["stderr"].count("No such file") == 2


@pytest.mark.slow
def test_a_full_disk_ends_the_live_view_with_one_word_and_not_the_run(waiting: str, tmp_path: Path) -> None:
    """The live file is the larger one here: that of the run is only written at the end of a trial."""
    process = subprocess.Popen(
        [
            sys.executable,
            "-c",
            LIMITED,
            "run",
            "waiting",
            "--time-limit",
            "5m",
            "-n",
            "2",
            "-a",
            "waiter:retold=yes",
        ],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    assert any(WARNING in line for line in process.stderr)
    assert [path for path in Path("runs").iterdir() if path.name.endswith(".live")] == []
    # What follows fits on the disk.
    Path("small").touch()
    Path("go").touch()
    _, err = process.communicate(timeout=60)
    assert (process.returncode, err.count("warning")) == (0, 0)


@pytest.mark.slow
def test_where_there_can_be_no_live_file_the_run_goes_on(
    waiting: str, background: Background, trials: Callable[[Path], int]
) -> None:
    process = background("run", "waiting", "--time-limit", "5m", "-n", "2", "--max-trials", "1")

    def blocked() -> bool:
        for path in Path("runs").glob("*.itbench"):
            live_path(path).mkdir()
            return True
        return False

    until(process, blocked)
    assert process.stderr is not None
    assert any(WARNING in line for line in process.stderr)
    Path("go").touch()
    _, err = process.communicate(timeout=60)
    assert (process.returncode, err.count("warning")) == (0, 0)
    (path,) = Path("runs").glob("*.itbench")
    assert trials(path) == 2
    assert under_way(path) == []


def test_what_is_no_live_file_tells_of_nobody_or_why_it_cannot_be_read(tmp_path: Path) -> None:
    path = tmp_path / "a.itbench"
    path.touch()
    with Claim(path):
        assert under_way(path) == []
        live_path(path).touch()
        assert under_way(path) == []
        live_path(path).unlink()
        live_path(path).symlink_to(path)
        assert under_way(path) == []
        live_path(path).unlink()
        live_path(path).write_bytes(b"no database" * 1000)
        with pytest.raises(RunFileError, match="cannot be read: file is not a database"):
            under_way(path)
