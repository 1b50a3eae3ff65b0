"""`itbench export`: where it writes to."""

import csv
import io
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Itbench = Callable[..., Any]
FORMATS = ("jsonl", "csv", "parquet", "html")


@pytest.fixture
def run_path(sums: Path, itbench: Itbench) -> Path:
    return Path(json.loads(itbench("run", "sums", "-n", "3", "--json").out)["path"])


def program(*arguments: str | Path) -> list[str | Path]:
    return [sys.executable, "-c", "from itbench.cli.main import main; main()", *arguments]


@pytest.mark.slow
@pytest.mark.parametrize("kind", FORMATS)
def test_a_dash_is_standard_output_and_has_the_bytes_of_the_file(kind: str, run_path: Path) -> None:
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    words = ("export", run_path, "--to", kind)
    subprocess.run(program(*words, "-o", "file"), env=environment, check=True, capture_output=True)
    done = subprocess.run(program(*words, "-o", "-"), env=environment, check=True, capture_output=True)
    assert done.stdout == Path("file").read_bytes() != b""
    assert done.stderr == b"3 trials written to -\n"
    assert not Path("-").exists()


@pytest.mark.slow
@pytest.mark.parametrize("kind", FORMATS)
def test_a_named_pipe_gets_the_bytes_of_the_file(kind: str, run_path: Path, itbench: Itbench) -> None:
    os.mkfifo("pipe")
    heard: list[bytes] = []
    reader = threading.Thread(target=lambda: heard.append(Path("pipe").read_bytes()))
    reader.start()
    assert itbench("export", run_path, "--to", kind, "-o", "pipe").code == 0
    reader.join(20)
    itbench("export", run_path, "--to", kind, "-o", "file")
    assert heard == [Path("file").read_bytes()]
    assert Path("pipe").is_fifo()


@pytest.mark.slow
def test_a_reader_that_has_enough_is_no_traceback(run_path: Path) -> None:
    command = " ".join(f"'{word}'" for word in program("export", run_path, "-o", "-"))
    done = subprocess.run(
        ["bash", "-c", f"({command}; echo ended {'$?'} >&2) | true"],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert "Traceback" not in done.stderr
    assert "Exception" not in done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("ending", ["", "-wal"])
def test_a_run_is_never_written_over_by_its_own_export(ending: str, run_path: Path, itbench: Itbench) -> None:
    victim = run_path.with_name(run_path.name + ending)
    victim.touch()
    before = victim.read_bytes()
    Path("link").symlink_to(victim)
    Path("hard").hardlink_to(victim)
    for target in (victim, "link", "hard"):
        done = itbench("export", run_path, "-o", target)
        assert (done.code, done.err) == (
            2,
            f"error: '{target}' is the run file itself; name another file with --output\n",
        )
    assert victim.read_bytes() == before


@pytest.mark.slow
def test_a_run_named_like_its_export_is_not_written_over(run_path: Path, itbench: Itbench) -> None:
    named = run_path.with_name("run.csv")
    run_path.rename(named)
    done = itbench("export", named, "--to", "csv")
    assert (done.code, "is the run file itself" in done.err) == (2, True)
    assert itbench("show", named).code == 0


@pytest.mark.slow
def test_csv_on_standard_output_is_text_that_a_reader_takes(run_path: Path, itbench: Itbench) -> None:
    rows = list(csv.DictReader(io.StringIO(itbench("export", run_path, "--to", "csv", "-o", "-").out)))
    assert [row["task"] for row in rows] == ["sum-0000", "sum-0001", "sum-0002"]
