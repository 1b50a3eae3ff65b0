"""A home that cannot be written is no traceback: what needs the cache says so in one line, the rest works."""

import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from itbench import StorageError
from itbench.host.cache import cache_dir, require_cache, writing_cache

ReadOnly = Callable[[Path], AbstractContextManager[None]]
MAIN = "from itbench.cli.main import main; main()"


def itbench(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run `itbench` in a process of its own, for a user with this home and no other settings."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("ITBENCH", "XDG", "HF_", "HUGGING"))
    }
    return subprocess.run(
        [sys.executable, "-c", MAIN, *words],
        env=kept | {"HOME": str(home), "PYTHONPATH": os.pathsep.join(sys.path), "SOME_KEY": "sk-0123456789"},
        capture_output=True,
        text=True,
        timeout=120,
    )


REACT = "react:model=openai/m,base_url=http://127.0.0.1:9,key_env=SOME_KEY,price=1/1"
OPEN = ("--sandbox", "none", "--allow-unsafe")
WORKS = [
    ("list-domains",),
    ("list-tasks", "sums"),
    ("run", "sums", "-n", "2"),
    ("validate", "sums"),
    ("runs",),
    ("run", "sums", "-n", "1", "-a", f"{REACT},cache=no", "--dry-run", *OPEN),
]
NEEDS_THE_CACHE = [
    ("list-tasks", "finops/anomalies"),
    ("run", "sre", "--limit", "1"),
    ("sandbox", "build"),
    ("run", "sums", "-n", "1", "-a", "command", "--", "true"),
    ("run", "sums", "-n", "1", "-a", REACT, *OPEN),
]


@pytest.fixture
def home(tmp_path: Path, sums: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "home").mkdir()
    return tmp_path / "home"


@pytest.mark.slow
@pytest.mark.parametrize("words", WORKS, ids=" ".join)
def test_what_needs_no_cache_works(words: tuple[str, ...], home: Path, read_only: ReadOnly) -> None:
    if "-a" in words:
        pytest.importorskip("openai")
    Path("runs").mkdir()
    with read_only(home):
        done = itbench(home, *words)
    assert (done.returncode, "Traceback" in done.stderr) == (0, False), done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("words", NEEDS_THE_CACHE, ids=" ".join)
def test_what_needs_the_cache_says_so_in_one_line(
    words: tuple[str, ...], home: Path, read_only: ReadOnly
) -> None:
    with read_only(home):
        done = itbench(home, *words)
    assert done.returncode == 4, done.stderr
    # A slow machine tells before how far it is.
    (line,) = [each for each in done.stderr.splitlines() if each.startswith("error: ")]
    assert "Traceback" not in done.stderr
    assert line.startswith(f"error: cannot write the cache '{home / '.cache' / 'itbench'}': ")
    assert line.endswith("; make room there, or set ITBENCH_CACHE to a folder that can be written")
    assert not Path("runs").exists()


@pytest.mark.slow
def test_the_doctor_says_that_the_cache_cannot_be_written(home: Path, read_only: ReadOnly) -> None:
    with read_only(home):
        done = itbench(home, "doctor")
    assert "BROKEN" in done.stdout
    assert "cannot be written; set another with ITBENCH_CACHE or --out" in done.stdout


def test_a_file_in_the_place_of_the_cache_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    for place in (tmp_path / "file", tmp_path / "file" / "below"):
        monkeypatch.setenv("ITBENCH_CACHE", str(place))
        with pytest.raises(StorageError, match="cannot write the cache"):
            require_cache()


def test_what_is_not_the_disks_doing_is_no_such_line() -> None:
    with pytest.raises(FileNotFoundError), writing_cache():
        Path("/nowhere/at/all").read_bytes()


@pytest.mark.slow
@pytest.mark.skipif(os.geteuid() != 0, reason="becoming somebody else needs root")
def test_a_user_without_a_home_is_told_what_to_set() -> None:
    code = (
        "import os, pwd, sys\nfrom itbench.host.cache import cache_dir\nfrom itbench.errors import ITBenchError\n"
        "from itbench.kit.published.locate import hub_cache_directory\n"
        "os.environ.pop('HOME', None); os.setgid(54321); os.setuid(54321)\n"
        "print(hub_cache_directory({}))\n"
        "try:\n    cache_dir()\nexcept ITBenchError as error:\n    print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env={"PATH": os.environ["PATH"]},
        timeout=60,
    )
    assert done.stdout.splitlines() == [
        "~/.cache/huggingface/hub",
        "this user has no home folder for the cache; set ITBENCH_CACHE to a folder that can be written",
    ], done.stderr


def test_the_cache_is_made_where_it_is_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ITBENCH_CACHE", str(tmp_path / "a" / "b"))
    assert require_cache() == cache_dir() == tmp_path / "a" / "b"
    assert list(cache_dir().iterdir()) == []
