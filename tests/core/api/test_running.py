"""Runs that a program starts: in a plain process, in an event loop, interrupted, cancelled and resumed."""

import asyncio
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import itbench
from itbench.store.claim import is_claimed

WAITING = "patient:waits=1"
INTERRUPTED = """
import itbench
class Started:
    @itbench.hookimpl
    def trial_finished(self, record):
        open("ended-" + record.key.task, "w").close()
itbench.run("patient", agent="patient:waits=1", limit=4, hooks=[Started()])
"""


class Heard:
    """Tells the loop of a test when a trial has ended."""

    def __init__(self) -> None:
        self.loop, self.ended = asyncio.get_running_loop(), asyncio.Event()

    @itbench.hookimpl
    def trial_finished(self, record: itbench.TrialRecord) -> None:
        self.loop.call_soon_threadsafe(self.ended.set)


def let_go() -> None:
    Path("go").touch()


def test_a_run_is_returned_and_nothing_is_printed(patient: None, capfd: pytest.CaptureFixture[str]) -> None:
    told: list[tuple[str, int, int]] = []
    run = itbench.run(
        "patient", tasks=["sum-000*"], limit=3, repeats=2, progress=lambda *words: told.append(words)
    )
    assert capfd.readouterr() == ("", "")
    assert [words for words in told if words[0] == "trials"] == [("trials", done, 6) for done in range(7)]
    found = run.summary()
    assert (found.score, found.coverage, found.is_sound) == (1.0, 1.0, True)
    assert found.interval is not None
    assert found.interval.high == 1.0
    assert (run.plan.repeats, run.notes) == (2, ())
    assert run.path.is_absolute()


def test_each_function_works_while_a_loop_runs_as_in_a_cell_of_a_notebook(patient: None) -> None:
    async def cell() -> None:
        run = itbench.run("patient", limit=2)
        twin = await itbench.run_async("patient", limit=2)
        assert run.summary().score == twin.summary().score == 1.0
        assert itbench.score(run.path).trials == (await itbench.score_async(twin.path)).trials == 2
        assert itbench.resume(run.path).path == run.path
        assert (await itbench.resume_async("latest")).summary().trials == 2

    asyncio.run(cell())


def test_a_loop_goes_on_while_it_awaits_a_run(patient: None) -> None:
    async def cell() -> itbench.StoredRun:
        heard = Heard()
        running = asyncio.create_task(itbench.run_async("patient", agent=WAITING, limit=4, hooks=[heard]))
        await heard.ended.wait()
        let_go()
        return await running

    assert asyncio.run(cell()).summary().coverage == 1.0


def test_a_task_that_is_cancelled_stops_its_run_which_can_be_resumed(patient: None) -> None:
    async def cell() -> str:
        heard = Heard()
        running = asyncio.create_task(
            itbench.run_async("patient", agent=WAITING, limit=6, max_trials=3, hooks=[heard])
        )
        await heard.ended.wait()
        running.cancel()
        with pytest.raises(asyncio.CancelledError) as cancelled:
            await running
        assert running.cancelled()
        return "".join(cancelled.value.__notes__)

    assert "resume it with itbench.resume('runs/" in asyncio.run(cell())
    resumed_once()


def test_what_is_cancelled_before_it_has_begun_writes_no_trial(patient: None) -> None:
    async def cell() -> None:
        running = asyncio.create_task(itbench.run_async("patient", limit=2))
        await asyncio.sleep(0)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running

    asyncio.run(cell())
    assert [itbench.open_run(path).summary().trials for path in Path("runs").glob("*.itbench")] in ([], [0])


@pytest.mark.slow
def test_ctrl_c_ends_a_program_cleanly_and_the_run_can_be_resumed(patient: None) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", INTERRUPTED],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        while not Path("ended-sum-0001").exists() or not Path("ended-sum-0000").exists():
            assert process.poll() is None
            threading.Event().wait(0.02)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
    finally:
        process.kill()
        process.wait()
    assert process.returncode == -signal.SIGINT
    assert "KeyboardInterrupt\nthe run was interrupted; resume it with itbench.resume('runs/" in err
    resumed_once()


def resumed_once() -> None:
    """Resume the only run, in which two trials had ended, and expect each trial once."""
    (path,) = Path("runs").glob("*.itbench")
    assert not is_claimed(path)
    stopped = itbench.open_run(path)
    before = {trial.key: trial.started_at for trial in stopped.trials()}
    assert 1 <= len(before) <= 2
    let_go()
    run = itbench.resume(path)
    after = {trial.key: trial.started_at for trial in run.trials()}
    assert before.items() <= after.items()
    assert {key.attempt for key in after} == {0}
    assert run.summary().is_sound
    # What was opened before sees what is there now.
    assert stopped.summary() == run.summary()
    assert sorted(each.name for each in path.parent.iterdir()) == [path.name]


def test_signal_handlers_of_the_program_stay_as_they_are(patient: None) -> None:
    def own(*_: object) -> None:
        raise AssertionError

    seen = []

    class Look:
        @itbench.hookimpl
        def trial_finished(self, record: itbench.TrialRecord) -> None:
            seen.append(signal.getsignal(signal.SIGTERM))

    before = signal.signal(signal.SIGTERM, own)
    try:
        itbench.run("patient", limit=1, hooks=[Look()])
        assert [*seen, signal.getsignal(signal.SIGTERM)] == [own, own]
    finally:
        signal.signal(signal.SIGTERM, before)


def test_a_hook_or_progress_that_fails_is_left_out_with_a_warning_and_changes_no_score(
    patient: None,
) -> None:
    class Broken:
        @itbench.hookimpl
        def trace_event(self, key: itbench.TrialKey, event: itbench.TraceEvent) -> None:
            raise ValueError("of the user")

    def progress(text: str, done: int, total: int) -> None:
        if text == "trials":
            raise OSError("no screen")

    with pytest.warns(RuntimeWarning) as warned:
        run = itbench.run("patient", limit=2, hooks=[Broken()], progress=progress)
    assert run.summary().score == 1.0
    assert sorted(str(each.message).split(":")[0] for each in warned) == [
        "plugin 'hooks[0]' is left out, its hook 'trace_event' failed",
        "plugin 'progress' is left out, its hook 'run_started' failed",
    ]
    assert {Path(each.filename).name for each in warned} == {Path(__file__).name}


def test_a_budget_that_is_spent_is_a_note_and_no_exception(patient: None) -> None:
    run = itbench.run("patient", limit=6, max_cost_usd=0.3, max_trials=1)
    assert run.summary().coverage < 1
    assert [note.split(":")[0] for note in run.notes] == ["stopped"]
    assert itbench.resume(run.path, max_cost_usd=100).plan.max_cost_usd == 100


def test_parts_of_a_run_are_run_and_scored_apart(patient: None, tmp_path: Path) -> None:
    half = itbench.run("patient", limit=5, shard="2/2", no_score=True)
    assert (half.summary().unscored, half.summary().score) == (2, None)
    truths = tmp_path / "truths"
    truths.mkdir()
    with pytest.raises(itbench.UsageError, match="2 of 2 truths cannot be read"):
        itbench.score(half.path, truths=truths)
    done = itbench.score(half.path)
    assert [(change.before, change.after) for change in done.changes] == [(None, 1.0)] * 2
    assert half.summary().score == 1.0


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda: itbench.run("nothing"), itbench.ITBenchError),
        (lambda: itbench.run("patient", agent="nobody"), itbench.UsageError),
        (lambda: itbench.run("patient", tasks=["none"]), itbench.UsageError),
        (lambda: itbench.run("patient", out="/proc/none"), itbench.StorageError),
        (lambda: itbench.resume("none.itbench"), itbench.RunFileError),
        (lambda: itbench.resume("latest"), itbench.UsageError),
        (lambda: itbench.score("none.itbench"), itbench.RunFileError),
        (lambda: itbench.open_run("none.itbench"), itbench.RunFileError),
        (lambda: asyncio.run(itbench.run_async("nothing")), itbench.ITBenchError),
        (lambda: asyncio.run(itbench.score_async("none.itbench")), itbench.RunFileError),
    ],
)
def test_errors_are_those_that_are_documented(
    call: Callable[[], Any], error: type[Exception], patient: None
) -> None:
    with pytest.raises(error):
        call()
    assert not list(Path().rglob("*.lock"))
