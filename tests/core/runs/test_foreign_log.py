"""A log that belonged to another run is found out: SQLite itself would take its pages for those of the file beside it."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Itbench = Callable[..., Any]
Background = Callable[..., Any]


@pytest.mark.slow  # Kills a run in the middle.
def test_the_log_of_another_run_mixes_no_numbers(
    sums: Path, itbench: Itbench, background: Background, run_with_trials: Callable[..., Path]
) -> None:
    whole = Path(json.loads(itbench("run", "sums/many", "--out", "whole", "--json").out)["path"])
    process = background("run", "sums/many", "-a", "adder:wrong=1,delay_ms=20", "--max-trials", "2")
    killed = run_with_trials(process, 20)
    process.kill()
    process.communicate()
    assert killed.with_name(f"{killed.name}-wal").stat().st_size > 0
    before = whole.read_bytes()
    shutil.copyfile(whole, killed)
    for command in (
        ("show", killed),
        ("leaderboard", killed, whole),
        ("export", killed, "-o", "-"),
        ("check", killed),
    ):
        done = itbench(*command)
        told = done.out + done.err
        if command[0] == "leaderboard":
            assert "1.000" in done.out
        else:
            assert done.code == 3, told
        assert "not what was written" in told or "is damaged" in told or "malformed" in told, told
    killed.with_name(f"{killed.name}-wal").unlink()
    killed.with_name(f"{killed.name}-shm").unlink(missing_ok=True)
    assert itbench("show", killed).code == 0
    assert whole.read_bytes() == before
