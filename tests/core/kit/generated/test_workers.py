"""Processes that share work: all is done once, errors come back, and too few processes are no reason to wait forever."""

import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from itbench.errors import DataError
from itbench.kit.generated.workers import Workers

CALLS = """
import os, signal, sys
from itbench.errors import DataError

def touch(folder, name):
    (folder / name).touch(exist_ok=False)

class UnportableError(Exception):
    def __init__(self, one, other):
        super().__init__(f"{one} and {other}")

def fail(kind):
    if kind == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    if kind == "left":
        sys.exit(5)
    if kind == "unportable":
        raise UnportableError(1, 2)
    raise DataError("as it should be")
"""


@pytest.fixture
def calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return a module with functions that other processes can import too."""
    (tmp_path / "path").mkdir()
    (tmp_path / "path/calls_of_workers.py").write_text(CALLS)
    monkeypatch.syspath_prepend(str(tmp_path / "path"))
    monkeypatch.delitem(sys.modules, "calls_of_workers", raising=False)
    return import_module("calls_of_workers")


@pytest.mark.slow
@pytest.mark.parametrize("count", [0, 1, 3])
def test_all_is_done_once_by_however_many(count: int, calls: Any, tmp_path: Path) -> None:
    """Slow: starts processes."""
    folder = tmp_path / "made"
    folder.mkdir()
    work = [(folder, f"{number:02}") for number in range(10)]
    with Workers(calls.touch, count) as workers:
        assert sorted(workers.carry_out(work)) == list(range(10))
    assert len(list(folder.iterdir())) == 10


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "error", "said"),
    [
        ("raised", DataError, "as it should be"),
        ("killed", DataError, "was ended from outside"),
        ("left", SystemExit, "5"),
        ("unportable", RuntimeError, "UnportableError: 1 and 2"),
    ],
)
def test_what_a_call_raises_comes_back(kind: str, error: type[BaseException], said: str, calls: Any) -> None:
    """Slow: starts processes."""
    with pytest.raises(error, match=said), Workers(calls.fail, 2) as workers:
        list(workers.carry_out([(kind,), (kind,), (kind,)]))


FEW = """
import os, resource, sys
from pathlib import Path
from itbench.kit.generated.workers import Workers
def touch(folder, name):
    (folder / name).touch(exist_ok=False)
if __name__ == "__main__":
    number = int(sys.argv[2])
    resource.setrlimit(resource.RLIMIT_NPROC, (number, number))
    with Workers(touch, 4) as workers:
        print(len(list(workers.carry_out([(Path(sys.argv[1]), str(n)) for n in range(8)]))))
"""


@pytest.mark.slow
@pytest.mark.skipif(os.geteuid() == 0, reason="root is held to no limit of processes")
@pytest.mark.parametrize("more", [0, 2, 3, 6])
def test_where_few_processes_may_be_started_all_is_done_all_the_same(more: int, tmp_path: Path) -> None:
    """Slow: starts processes."""
    (tmp_path / "few.py").write_text(FEW)
    (tmp_path / "made").mkdir()
    script = [sys.executable, tmp_path / "few.py", tmp_path / "made", str(_own_threads() + 1 + more)]
    done = subprocess.run(
        script, env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}, capture_output=True, text=True, timeout=60
    )  # fmt: skip
    assert done.stdout == "8\n", done.stderr


def _own_threads() -> int:
    count = 0
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if folder.stat().st_uid == os.geteuid():
                count += sum(1 for _ in (folder / "task").iterdir())
        except OSError:
            continue
    return count


@pytest.mark.slow  # It starts three interpreters.
def test_a_script_without_a_guard_is_run_once(tmp_path: Path) -> None:
    """The processes do not begin the script anew, which would wait for what the first one holds."""
    script = tmp_path / "script.py"
    script.write_text(
        "import os\n"
        "from itbench.kit.generated.workers import Workers\n"
        "print('begun', flush=True)\n"
        "with Workers(os.mkdir, 2) as workers:\n"
        "    print(sorted(workers.carry_out([('one',), ('other',)])))\n"
    )
    done = subprocess.run([sys.executable, script], cwd=tmp_path, capture_output=True, text=True, timeout=100)
    assert (done.stdout, done.stderr) == ("begun\n[0, 1]\n", "")
    assert (tmp_path / "one").is_dir()
    assert (tmp_path / "other").is_dir()
