"""Only one process at a time may write a run, and it needs to clean up nothing when it ends."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from itbench import RunFileError, StorageError
from itbench.store.claim import Claim, is_claimed

HOLD = """
import sys, time
from pathlib import Path
from itbench.store.claim import Claim
claim = Claim(Path(sys.argv[1]))
print("held", flush=True)
time.sleep(120)
"""
ASK_ALWAYS = """
import sys
from pathlib import Path
from itbench.store.claim import is_claimed
print("asking", flush=True)
while True:
    is_claimed(Path(sys.argv[1]))
"""
TAKE_TURNS = """
import sys, time
from pathlib import Path
from itbench.errors import RunFileError
from itbench.store.claim import Claim
path, inside = Path(sys.argv[1]), Path(sys.argv[2])
turns = 0
while turns < 40:
    try:
        with Claim(path):
            inside.mkdir()  # Fails if another process is in here too.
            inside.rmdir()
            turns += 1
    except RunFileError:
        pass
"""


@pytest.fixture
def holder(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, tmp_path / "x.itbench"], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.communicate()


@pytest.mark.slow
def test_a_second_claim_is_refused_and_names_the_process_that_holds_the_run(
    tmp_path: Path, holder: subprocess.Popen[str]
) -> None:
    for _ in range(2):
        with pytest.raises(
            RunFileError,
            match=rf"x\.itbench' is in use: process {holder.pid} on .+ has worked on it since 20",
        ):
            Claim(tmp_path / "x.itbench")


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_whatever_ends_its_holder_frees_the_run(
    tmp_path: Path, holder: subprocess.Popen[str], number: signal.Signals
) -> None:
    holder.send_signal(number)
    holder.wait(20)
    with Claim(tmp_path / "x.itbench"):
        (lock,) = tmp_path.iterdir()
        assert json.loads(lock.read_text())["process"] == os.getpid()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_a_run_is_claimed_under_any_name(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("x.itbench")
    (tmp_path / "x.itbench").touch()
    with Claim(tmp_path / "link"):
        for other in (tmp_path / "x.itbench", tmp_path / ".." / tmp_path.name / "link"):
            with pytest.raises(RunFileError, match="is in use"):
                Claim(other)
    with Claim(tmp_path / "y.itbench"), Claim(tmp_path / "x.itbench"):
        pass


@pytest.mark.slow
def test_released_twice_is_released_once(tmp_path: Path) -> None:
    first = Claim(tmp_path / "x.itbench")
    first.release()
    with Claim(tmp_path / "x.itbench"):
        first.release()
        with pytest.raises(RunFileError, match="is in use"):
            Claim(tmp_path / "x.itbench")


@pytest.mark.parametrize("text", ["", "{", "[]", '{"process": 1}', "\x00\xff"])
def test_a_lock_that_nobody_holds_is_taken_whatever_it_says(tmp_path: Path, text: str) -> None:
    (tmp_path / "x.itbench.lock").write_text(text)
    with Claim(tmp_path / "x.itbench"):
        pass
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("text", ["precious", None], ids=["a file", "nothing"])
def test_a_link_in_the_place_of_the_lock_is_refused_and_nothing_is_written_through_it(
    tmp_path: Path, text: str | None
) -> None:
    target = tmp_path / "other"
    if text is not None:
        target.write_text(text)
    (tmp_path / "x.itbench.lock").symlink_to(target)
    with pytest.raises(StorageError, match="cannot write the run file"):
        Claim(tmp_path / "x.itbench")
    assert target.exists() == (text is not None)
    assert text is None or target.read_text() == text


def test_a_program_that_the_holder_starts_does_not_keep_the_run(tmp_path: Path) -> None:
    code = (
        "import subprocess, sys\nfrom pathlib import Path\nfrom itbench.store.claim import Claim\n"
        "claim = Claim(Path(sys.argv[1]))\n"
        "print(subprocess.Popen(['sleep', '60'], close_fds=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).pid)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, tmp_path / "x.itbench"], capture_output=True, text=True, timeout=60
    )
    try:
        with Claim(tmp_path / "x.itbench"):
            assert is_claimed(tmp_path / "x.itbench")
    finally:
        os.kill(int(done.stdout), signal.SIGKILL)


def test_a_folder_without_room_for_a_lock_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match=r"cannot write the run file '.*': (Not a directory|File exists)"):
        Claim(tmp_path / "file" / "x.itbench")


@pytest.mark.slow
def test_asking_whether_a_run_is_claimed_never_keeps_anybody_from_it(tmp_path: Path) -> None:
    path = tmp_path / "x.itbench"
    assert not is_claimed(path)
    asking = [
        subprocess.Popen([sys.executable, "-c", ASK_ALWAYS, path], stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    try:
        for process in asking:
            assert process.stdout is not None
            process.stdout.readline()
        for _ in range(200):
            with Claim(path):
                assert is_claimed(path)
    finally:
        for process in asking:
            process.kill()
            process.communicate()
    assert not is_claimed(path)


@pytest.mark.slow
def test_never_two_processes_at_once(tmp_path: Path) -> None:
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", TAKE_TURNS, tmp_path / "x.itbench", tmp_path / "inside"],
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    for process in processes:
        _, err = process.communicate(timeout=120)
        assert (process.returncode, err) == (0, "")
    assert list(tmp_path.iterdir()) == []
