"""Stored runs as typed parts: each read when it is asked for, from a file that is closed in between."""

import asyncio
import gc
import json
import os
import random
import runpy
import sqlite3
import threading
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

import itbench
from itbench import Stage, TrialStatus

Itbench = Callable[..., Any]
FAILING = "patient:fails=sum-0003"


def open_files(path: Path) -> list[str]:
    links = [each for each in Path("/proc/self/fd").iterdir() if each.is_symlink()]
    return [str(each) for each in links if os.path.realpath(each) == str(path)]


def test_a_trial_has_typed_parts_and_what_is_not_known_is_none(patient: None) -> None:
    run = itbench.run("patient", limit=4, agent=FAILING, attempts=2)
    known, half, nothing, failed = run.trials()
    assert (known.key, known.status, known.value) == (
        itbench.TrialKey("sum-0000", 0, 0),
        TrialStatus.SCORED,
        1.0,
    )
    split = (known.input_tokens, known.cached_tokens, known.output_tokens, known.reasoning_tokens)
    assert (split, known.tokens, known.cost_usd, known.turns) == ((100, 30, 20, 5), 120, 0.25, 2)
    assert (half.input_tokens, half.output_tokens, half.tokens, half.cost_usd) == (107, None, None, None)
    assert (half.replies, half.uncounted) == (2, 1)
    assert (nothing.replies, nothing.tokens, nothing.cost_usd) == (0, None, None)
    assert half.metrics == {"error": 0.0, "never": None, "seldom": 2.0}
    assert half.reasons == ("all is well",)
    assert half.submission is not None
    assert half.submission.answer == {"sum": 20}
    assert half.task.title == "Add two numbers"
    assert half.truth()["sum"] == 20
    assert (failed.status, failed.value, failed.attempts, failed.key.attempt) == ("no score", None, 2, 1)
    assert failed.fault is not None
    assert (failed.fault.stage, failed.fault.message) == (
        Stage.MODEL,
        "StageError: the provider is down",
    )
    assert "StageError" in failed.fault.traceback
    assert (failed.score, failed.metrics, failed.reasons, failed.submission) == (None, {}, (), None)


def test_events_are_typed_and_read_one_by_one(patient: None) -> None:
    trial = itbench.run("patient", limit=1).trial("sum-0000")
    events = list(trial.events())
    assert [event.kind for event in events][:3] == ["turn", "usage", "note"]
    assert len(json.loads(events[2].data)["text"]) == 3_000_000
    assert all(isinstance(event, itbench.TraceEvent) for event in events)
    (first,) = islice(trial.events(), 1)
    assert first == events[0]


def test_trials_are_filtered_by_task_and_status(patient: None) -> None:
    run = itbench.run("patient", limit=4, repeats=2, agent=FAILING, attempts=1)
    assert [trial.key.repeat for trial in run.trials(tasks=["sum-0001"])] == [0, 1]
    assert len(list(run.trials(tasks=["sum-000[0-2]"]))) == 6
    assert {trial.key.task for trial in run.trials(status="no score")} == {"sum-0003"}
    assert len(list(run.trials(status=TrialStatus.SCORED, tasks=["sum-0000", "sum-0003"]))) == 2
    assert run.trial("sum-0002", 1).key == itbench.TrialKey("sum-0002", 1, 0)
    with pytest.raises(itbench.UsageError, match=r"no trial 'sum-0002:7'.*there are sum-0002:0:0"):
        run.trial("sum-0002", 7)
    with pytest.raises(itbench.UsageError, match="status is 'good'; it must be one of 'scored'"):
        run.trials(status="good")


def test_the_numbers_are_those_of_the_command_line(patient: None, itbench: Itbench) -> None:
    from itbench import open_run, run
    from itbench.report.summary import summary_json

    path = run("patient", limit=4, agent=FAILING, attempts=1).path
    shown = json.loads(itbench("show", path, "--json").out)
    del shown["trials"]
    found = open_run(path)
    assert json.loads(json.dumps(summary_json(found.summary()))) == shown
    assert found.summary().coverage == 0.75
    assert found.metric_means() == {"error": 0.0, "never": None, "seldom": 2.0}
    assert [task.id for task in found.tasks()] == [f"sum-{number:04}" for number in range(4)]


def test_the_file_is_open_only_while_it_is_read_or_in_a_with(patient: None) -> None:
    run = itbench.run("patient", limit=3)
    assert run.summary().trials == 3
    assert open_files(run.path) == []
    with run:
        assert len(open_files(run.path)) == 1
        assert [trial.metrics["error"] for trial in run.trials()] == [0.0] * 3
    assert open_files(run.path) == []
    trials = run.trials()
    next(trials)
    assert len(open_files(run.path)) == 1
    del trials
    gc.collect()
    assert open_files(run.path) == []


def test_threads_read_one_run_at_the_same_time(patient: None) -> None:
    run, found = itbench.run("patient", limit=6), []

    def read() -> None:
        found.extend(len(list(trial.events())) for trial in run.trials() for _ in range(5))

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4 * 6 * 5
    assert open_files(run.path) == []


def test_the_truth_is_only_there_where_the_suite_is(patient: None, changed: Callable[..., None]) -> None:
    run = itbench.run("patient", limit=1)
    changed(run.path, "UPDATE plan SET document = json_set(document, '$.suite_version', '0')")
    trial = run.trial("sum-0000")
    assert trial.value == 1.0
    with pytest.raises(itbench.UsageError, match=r"has suite patient/easy 0, installed is 1"):
        trial.truth()


def test_metrics_that_are_no_numbers_are_not_measured(patient: None, changed: Callable[..., None]) -> None:
    run = itbench.run("patient", limit=2)
    changed(run.path, """UPDATE score SET metrics = '{"error": NaN, "far": Infinity}' WHERE trial = 1""")
    assert run.trial("sum-0000").metrics == {"error": None, "far": None}
    assert run.metric_means()["far"] is None
    assert "not finite" in run.warnings()[0]


def test_a_run_of_format_1_is_read_like_any_other(old_run: Path) -> None:
    before = old_run.read_bytes()
    run = itbench.open_run(old_run)
    assert run.summary().trials == 7
    assert run.plan.repeats == 1
    taken = {trial.key.task: (trial.tokens, trial.cost_usd) for trial in run.trials()}
    assert taken["sum-0002"] == (240, None)
    assert taken["sum-0004"] == taken["sum-0006"] == (None, None)
    assert run.trial("sum-0003").attempts == 2
    assert all(list(trial.events()) for trial in run.trials() if trial.replies)
    assert old_run.read_bytes() == before


def test_damage_is_an_error_where_it_is_read(patient: None, changed: Callable[..., None]) -> None:
    run = itbench.run("patient", limit=2)
    changed(run.path, "UPDATE event SET data = '{}' WHERE trial = 1 AND position = 0", is_sealed=False)
    damaged = itbench.open_run(run.path)
    assert damaged.summary().score == 1.0
    first, second = damaged.trials()
    assert list(second.events())
    for read in (lambda: list(first.events()), lambda: first.submission, damaged.events_frame):
        with pytest.raises(itbench.RunFileError, match="is damaged: trial 1"):
            read()
    changed(run.path, "UPDATE trial SET turns = 99 WHERE id = 1", is_sealed=False)
    with pytest.raises(itbench.RunFileError, match="is damaged"):
        damaged.summary()


def test_any_damage_is_an_error_of_ours_or_changes_nothing(patient: None) -> None:
    path = itbench.run("patient", tasks=["sum-0001", "sum-0002"]).path
    whole, chance = path.read_bytes(), random.Random(3)
    expected, endings = said(path), set()
    for _ in range(25):
        data = bytearray(whole)
        for _ in range(chance.choice((1, 30))):
            data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        path.write_bytes(data)
        try:
            endings.add("same" if said(path) == expected else "other")
        except itbench.RunFileError:
            endings.add("refused")
    assert endings == {"same", "refused"}


def said(path: Path) -> list[Any]:
    run = itbench.open_run(path)
    trials = [[repr(trial), trial.metrics, trial.submission, list(trial.events())] for trial in run.trials()]
    return [run.summary(), *trials]


def test_what_is_no_run_file_is_refused(tmp_path: Path) -> None:
    other = tmp_path / "other.itbench"
    other.write_text("hello")
    for path in (other, tmp_path, tmp_path / "none"):
        with pytest.raises(itbench.RunFileError):
            itbench.open_run(path)
    sqlite3.connect(tmp_path / "empty.db").close()
    with pytest.raises(itbench.RunFileError):
        itbench.open_run(tmp_path / "empty.db")


def test_the_snippet_that_is_type_checked_does_what_it_says(patient: None) -> None:
    snippet = runpy.run_path(str(Path(__file__).with_name("user_snippet.py")))
    first, second = asyncio.run(snippet["several"]("patient", arguments={"limit": 2, "repeats": 2}))
    assert snippet["means_of"](first.path) == {"sum-0000": 1.0, "sum-0001": 1.0}
    assert snippet["said"](second)[:2] == ["1.0 from 0.02 to 1.00", "sum-0000 0.25 True None"]
