"""Run files under other names, and what is no file at all."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from itbench.errors import RunFileError
from itbench.store.claim import Claim

Itbench = Callable[..., Any]


@pytest.mark.slow
def test_a_run_file_with_a_hard_link_is_not_written(sums: Path, itbench: Itbench) -> None:
    path = Path(json.loads(itbench("run", "sums", "-n", "2", "--json").out)["path"])
    os.link(path, "alias.itbench")
    before = path.read_bytes()
    for name in (path, "alias.itbench"):
        for command in (("resume", name), ("score", name)):
            done = itbench(*command)
            assert (done.code, "has 2 names (hard links)" in done.err) == (3, True)
        assert itbench("show", name).code == 0
    assert path.read_bytes() == before
    Path("alias.itbench").unlink()
    assert itbench("resume", path).code == 0


def test_a_run_that_is_worked_on_is_not_resumed_by_another_name(tmp_path: Path) -> None:
    path = tmp_path / "a.itbench"
    path.write_bytes(b"")
    with Claim(path):
        os.link(path, tmp_path / "b.itbench")
        with pytest.raises(RunFileError, match="has 2 names"):
            Claim(tmp_path / "b.itbench")


@pytest.mark.parametrize("command", ["show", "leaderboard", "export", "score", "resume"])
def test_a_named_pipe_is_no_run_file_and_nobody_waits_for_it(command: str, itbench: Itbench) -> None:
    os.mkfifo("pipe.itbench")
    done = itbench(command, "pipe.itbench")
    assert (done.code, "it is not even a plain file" in done.err) == (3, True)


@pytest.mark.parametrize("ending", ["-wal", "-shm", "-journal"])
@pytest.mark.parametrize("kind", ["pipe", "folder", "link"])
def test_what_is_no_plain_file_beside_a_run_is_named_and_nobody_waits_for_it_or_writes_through_it(
    sums: Path, itbench: Itbench, kind: str, ending: str
) -> None:
    path = Path(json.loads(itbench("run", "sums", "-n", "1", "--json").out)["path"])
    beside = path.with_name(path.name + ending)
    Path("own.txt").write_text("precious")
    if kind == "pipe":
        os.mkfifo(beside)
    elif kind == "folder":
        beside.mkdir()
    else:
        beside.symlink_to(Path("own.txt").absolute())
    for command in ("show", "resume", "check", "leaderboard"):
        done = itbench(command, path)
        assert (done.code, "is no plain file; remove it" in done.err + done.out) == (3, True), command
    assert Path("own.txt").read_text() == "precious"


def test_a_named_pipe_among_runs_is_told_and_the_others_are_listed(sums: Path, itbench: Itbench) -> None:
    itbench("run", "sums", "-n", "2")
    os.mkfifo("runs/pipe.itbench")
    done = itbench("runs")
    assert (done.code, "sums/easy" in done.out, "it is not even a plain file" in done.out) == (0, True, True)


@pytest.mark.slow
def test_an_export_replaces_no_other_run(sums: Path, itbench: Itbench) -> None:
    paths = [json.loads(itbench("run", "sums", "-n", "1", "--json").out)["path"] for _ in range(2)]
    before = Path(paths[1]).read_bytes()
    done = itbench("export", paths[0], "--to", "csv", "-o", paths[1])
    assert (done.code, "is a run file, which no export can replace" in done.err) == (2, True)
    assert Path(paths[1]).read_bytes() == before
