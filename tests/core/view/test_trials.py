"""Trials chosen from the copy of a large run are those that the run itself gives."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from itbench import Trace
from itbench.store.reader import RunFile
from itbench.view.data.copies import TrialCopies
from itbench.view.data.trial_columns import COLUMNS
from itbench.view.data.trials import trial_page
from itbench.view.data.wanted import Wanted

Write = Callable[..., Path]
ERRORS = (1.0, 0.5, 3.0, 0.5, 2.0, 1.0, 0.0, 9.0, 1.0, 4.0, 2.5, 0.25)
NAME = "20260102T030405Z-sums-easy-someone-aaaaaaaa"
FILTERS = (
    "",
    "sum-0003",
    "-sum-0003",
    "turns>2",
    "turns<=2 score=0.5",
    "limit=-",
    "status!=scored",
    "OFF",
    "metric.error>1",
)


def traces(count: int) -> list[Trace]:
    """Return traces with 0 to 4 turns."""
    found = []
    for at in range(count):
        trace = Trace()
        for _ in range(at * 3 % 5):
            trace.turn()
        found.append(trace)
    return found


def numbers(run: RunFile, wanted: Wanted, copies: TrialCopies | None) -> tuple[list[int], int, int]:
    """Return what a page shows: its trials, how many match, and how many there are."""
    page = trial_page(run, wanted, copies)
    return [row.trial for row in page.rows], page.matching, page.total


def copy_whole(copies: TrialCopies, run: RunFile) -> None:
    """Wait until a run is copied."""
    copying = copies.begin(run)
    assert copying is not None
    assert copying.result() is not None


@pytest.mark.parametrize("text", FILTERS)
def test_a_copy_gives_the_same_trials_in_the_same_order(write_run: Write, text: str) -> None:
    with closing(TrialCopies(least=1)) as copies, RunFile(write_run(NAME, traces(12), errors=ERRORS)) as run:
        copy_whole(copies, run)
        for sort in ("", *COLUMNS, "metric.error", "no such column"):
            for is_descending in (False, True):
                for page in (1, 2):
                    wanted = Wanted(text=text, sort=sort, is_descending=is_descending, page=page, size=5)
                    assert numbers(run, wanted, copies) == numbers(run, wanted, None), wanted
        assert copies.of(run) is not None


def test_a_run_that_has_changed_is_not_chosen_from_its_copy(write_run: Write) -> None:
    path, wanted = write_run(NAME, traces(3)), Wanted(text="repeat>0")
    with closing(TrialCopies(least=1)) as copies:
        with RunFile(path) as run:
            copy_whole(copies, run)
            assert numbers(run, wanted, copies) == ([], 0, 3)
            row = run.find_trial("sum-0001")
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.execute("UPDATE trial SET repeat = 1 WHERE id = ?", (row["id"],))
        with RunFile(path, is_known=True) as run:
            assert numbers(run, wanted, copies) == ([row["id"]], 1, 3)
