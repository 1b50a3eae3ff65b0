"""What killed processes leave is removed by the next that makes such things, and nothing that a living one uses."""

import fcntl
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from itbench.host.guarded import run_guarded
from itbench.host.leftovers import sweep, temporary_file, temporary_folder
from itbench.host.output_file import write_output

HOLD = """
import sys, time
from contextlib import ExitStack
from pathlib import Path
from itbench.host.leftovers import temporary_file, temporary_folder
stack, parent = ExitStack(), Path(sys.argv[1])
folder = stack.enter_context(temporary_folder(parent, ".making-"))
(folder / "half").write_text("x")
(folder / "closed").mkdir(mode=0)
print(folder.name, temporary_file(parent, ".making-", ".part")[0].name, flush=True)
time.sleep(60)
"""
# All of it ends in SIGKILL, a twentieth of it in `make test`.
SOAKED = 500


def python(text: str, *words: str | Path) -> subprocess.Popen[str]:
    """Start a Python that sees what the tests have put on the path."""
    return subprocess.Popen(
        [sys.executable, "-c", text, *map(str, words)],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_only_what_nobody_holds_is_removed(tmp_path: Path) -> None:
    (tmp_path / ".makings").mkdir()
    (tmp_path / "making-kept").mkdir()
    holder = python(HOLD, tmp_path)
    try:
        assert holder.stdout is not None
        names = holder.stdout.readline().split()
        assert len(names) == 2
        sweep(tmp_path, ".making-*")
        assert {entry.name for entry in tmp_path.iterdir()} == {*names, ".makings", "making-kept"}
    finally:
        holder.kill()
        holder.communicate()
    sweep(tmp_path, ".making-*")
    assert {entry.name for entry in tmp_path.iterdir()} == {".makings", "making-kept"}


def test_what_is_held_here_stays_and_goes_at_its_end(tmp_path: Path) -> None:
    with temporary_folder(tmp_path, ".making-") as folder:
        assert folder.stat().st_mode & 0o777 == 0o700
        sweep(tmp_path, "*")
        assert folder.is_dir()
        folder.rename(tmp_path / "whole")
    assert [entry.name for entry in tmp_path.iterdir()] == ["whole"]
    path, descriptor = temporary_file(tmp_path, ".x-", ".part")
    sweep(tmp_path, ".x-*")
    assert path.is_file()
    os.close(descriptor)
    sweep(tmp_path, ".x-*")
    assert not path.exists()


def test_what_an_orphan_still_writes_into_goes_too(tmp_path: Path) -> None:
    (tmp_path / ".making-x").mkdir()
    text = "import sys, time\nfor n in range(300): open(f'{sys.argv[1]}/{n}', 'x').close(); print(n, flush=True); time.sleep(0.001)"
    writer = python(text, tmp_path / ".making-x")
    try:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "0\n"
        sweep(tmp_path, ".making-*")
    finally:
        writer.kill()
        writer.communicate()
    assert not list(tmp_path.iterdir())


def test_a_link_is_no_leftover_and_nothing_behind_it_goes(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/kept").touch()
    (tmp_path / ".making-x").symlink_to(tmp_path / "mine")
    sweep(tmp_path, ".making-*")
    assert (tmp_path / "mine/kept").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make what belongs to another user")
def test_what_belongs_to_another_user_stays(tmp_path: Path) -> None:
    (tmp_path / ".making-x").mkdir()
    os.chown(tmp_path / ".making-x", 1000, 1000)
    sweep(tmp_path, ".making-*")
    assert (tmp_path / ".making-x").is_dir()


def test_an_output_file_that_a_killed_process_left_half_is_removed_by_the_next(tmp_path: Path) -> None:
    text = "from itbench.host.output_file import open_output; import sys, time\nwith open_output(sys.argv[1]) as f: f.write(b'x'); print(1, flush=True); time.sleep(60)"
    writer = python(text, tmp_path / "out.csv")
    assert writer.stdout is not None
    writer.stdout.readline()
    (half,) = tmp_path.iterdir()
    write_output(tmp_path / "other.csv", "meanwhile")
    assert half.exists()
    writer.kill()
    writer.communicate()
    write_output(tmp_path / "out.csv", "whole")
    assert {entry.name for entry in tmp_path.iterdir()} == {"out.csv", "other.csv"}


GRANDCHILD = "sleep 61.{0} & sleep 61.{0}"
GUARDED = "from itbench.host.guarded import run_guarded\nrun_guarded(['sh', '-c', {!r}], timeout_s=100)"


def alive(mark: str) -> list[str]:
    """Return the processes whose words hold a mark, other than those of this test."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            state = (folder / "stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            continue
        if mark in words and state != "Z" and int(folder.name) != os.getpid():
            found.append(words)
    return found


def gone(mark: str, limit_s: float = 20) -> list[str]:
    """Wait until no process has a mark, and return those that still have it after so long."""
    deadline = time.monotonic() + limit_s
    while (left := alive(mark)) and time.monotonic() < deadline:
        time.sleep(0.05)
    return left


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_a_guarded_program_and_its_children_end_with_whoever_started_it(number: int) -> None:
    mark = f"{os.getpid()}{int(number)}{time.monotonic_ns()}"
    starter = python(GUARDED.format(GRANDCHILD.format(mark)))
    deadline = time.monotonic() + 30
    while len(alive(f"sleep 61.{mark}")) < 3 and time.monotonic() < deadline:
        time.sleep(0.02)
    assert len(alive(f"sleep 61.{mark}")) >= 3
    starter.send_signal(number)
    starter.communicate()
    assert gone(f"sleep 61.{mark}") == []


@pytest.mark.slow
def test_a_guarded_program_ends_at_its_time_with_its_children() -> None:
    mark = f"{os.getpid()}{time.monotonic_ns()}"
    with pytest.raises(subprocess.TimeoutExpired):
        run_guarded(["sh", "-c", GRANDCHILD.format(mark)], timeout_s=0.5)
    assert gone(f"sleep 61.{mark}") == []


@pytest.mark.slow
def test_what_a_guarded_program_says_and_returns_is_handed_on() -> None:
    done = run_guarded(["sh", "-c", "echo out; echo err >&2; exit 7"], timeout_s=30)
    assert (done.returncode, done.stdout, done.stderr) == (7, "out\n", "err\n")
    assert run_guarded(["sh", "-c", "kill -9 $$"], timeout_s=30).returncode == 137


MAKERS = """
import time
from dataclasses import replace
from functools import partial
import itbench_sums
from itbench.interfaces.task import HandIn, Task
from itbench.kit.generated.jobs import Job
from itbench.kit.generated.suite import GeneratedSuite

def make(number, directory):
    directory.mkdir()
    for part in range(4):
        (directory / f"part-{part}").write_text(str(number) * 1000)
        time.sleep(0.01)
    return {"sum": number}

class Made(GeneratedSuite):
    name, domain, embedded, version, summary = "made", "makers", 12, "1", "Numbers."
    def jobs(self):
        return [Job(f"made-{n:03}", n, partial(make, n), partial(task_of, n)) for n in range(self.embedded)]

def task_of(n):
    return Task(id=f"made-{n:03}", title="T", instructions="I", hand_in=HandIn(answer_schema={}))

DOMAIN = replace(itbench_sums.DOMAIN, name="makers", suites=(Made(),))
"""
ITBENCH = "from itbench.cli.main import main; main()"


@pytest.fixture
def makers(sums: Path, distribution: Callable[..., Path]) -> Path:
    """Install a domain whose tasks are made from seeds, in moments."""
    return distribution(
        "itbench-makers", group="itbench.domains", points={"makers": "makers:DOMAIN"}, code={"makers": MAKERS}
    )


def kill_makers(count: int, cache: Path) -> list[str]:
    """Kill the making of tasks so often, each time at another moment; check that all is made, and return what is left."""
    chance = random.Random(20260714)
    for _ in range(count):
        maker = python(ITBENCH, "list-tasks", "makers")
        time.sleep(0.2 + chance.random())
        maker.kill()
        maker.communicate()
        if chance.random() < 0.2:
            # Begin anew, so that there is always something to make.
            subprocess.run(["rm", "-rf", cache / "makers"], check=True)
    done = python(ITBENCH, "list-tasks", "makers", "--json")
    out, err = done.communicate(timeout=120)
    assert done.returncode == 0, err
    assert out.count('"id": "made-') == 12
    (root,) = (cache / "makers").iterdir()
    assert {entry.name for entry in root.iterdir()} - {".lock"} == {"inputs", "truths", "records"}
    for number in range(12):
        folder = root / "inputs" / f"made-{number:03}"
        assert [path.read_text() for path in sorted(folder.iterdir())] == [str(number) * 1000] * 4
    return gone(str(root.parent))


@pytest.mark.slow
def test_killed_makers_leave_nothing_that_the_next_does_not_remove(makers: Path, tmp_path: Path) -> None:
    """Slow: four kills of a program and its workers."""
    assert kill_makers(4, tmp_path / "cache") == []


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_many_killed_makers_leave_nothing(makers: Path, tmp_path: Path) -> None:
    assert kill_makers(SOAKED, tmp_path / "cache") == []


@pytest.mark.slow
def test_a_maker_that_is_killed_is_told_in_one_line(makers: Path, tmp_path: Path) -> None:
    """Slow: starts worker processes, and makes all tasks afterwards."""
    maker = python(ITBENCH, "list-tasks", "makers")
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        workers = [
            folder
            for folder in Path("/proc").glob("[0-9]*")
            if _parent(folder) == maker.pid and b"spawn_main" in _words(folder)
        ]
        if workers and list((tmp_path / "cache").glob("makers/*/.making-*")):
            os.kill(int(workers[0].name), signal.SIGKILL)
            break
        time.sleep(0.001)
    _, err = maker.communicate(timeout=60)
    assert maker.returncode == 3
    lines = [line for line in err.splitlines() if not line.startswith("making tasks")]
    assert len(lines) == 1
    assert lines[0].startswith("error: a process that makes tasks was ended from outside")
    again = python(ITBENCH, "list-tasks", "makers")
    _, err = again.communicate(timeout=60)
    assert (again.returncode, err.count("error")) == (0, 0)


def _parent(folder: Path) -> int:
    try:
        return int((folder / "stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


def _words(folder: Path) -> bytes:
    try:
        return (folder / "cmdline").read_bytes()
    except OSError:
        return b""


def leftovers_of_trials() -> set[Path]:
    return {path for place in (Path("/dev/shm"), Path("/tmp")) for path in place.glob("itbench-trial-*")}


def finish(process: subprocess.Popen[str]) -> int:
    """Wait for the end of a program and return its exit code."""
    process.communicate(timeout=120)
    return process.returncode


def kill_runs(count: int) -> set[Path]:
    """Kill runs, run another whole one, and return the folders of trials that are left and used by no process."""
    chance = random.Random(20260715)
    before = leftovers_of_trials()
    for _ in range(count):
        run = python(ITBENCH, "run", "sums/many", "-a", "adder:delay_ms=30", "--max-trials", "8")
        time.sleep(0.3 + chance.random())
        run.kill()
        run.communicate()
    assert finish(python(ITBENCH, "run", "sums", "-a", "adder")) == 0
    # Other tests may run trials of their own meanwhile: those are held.
    return {path for path in leftovers_of_trials() - before if not _is_used(path)}


def _is_used(path: Path) -> bool:
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except OSError:
        return True  # It has gone meanwhile.
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


@pytest.mark.slow
def test_folders_of_killed_trials_are_removed_by_the_next_run(
    sums: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Slow: three kills of a run."""
    monkeypatch.chdir(tmp_path)
    assert kill_runs(3) == set()


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_folders_of_many_killed_trials_are_removed(
    sums: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert kill_runs(SOAKED // 5) == set()


@pytest.mark.slow
def test_a_killed_building_of_the_image_is_swept_by_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Slow: copies the image twice."""
    text = "from itbench.sandbox.bubblewrap.sandbox import BubblewrapSandbox; BubblewrapSandbox(with_tools=False).prepare()"
    builder, place = python(text), tmp_path / "cache/sandbox"
    deadline = time.monotonic() + 60
    while not list(place.glob(".making-*/content/usr/bin/*")) and time.monotonic() < deadline:
        time.sleep(0.005)
    builder.kill()
    builder.communicate()
    assert len(list(place.glob(".making-*"))) == 1
    assert finish(python(text)) == 0
    assert not list(place.glob(".making-*"))
    assert len(list(place.glob("image-*/ready"))) == 1
