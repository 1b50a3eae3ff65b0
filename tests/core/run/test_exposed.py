"""Folders with which a program could make or read the truth are not mounted, unless a user insists, and then all reports say so."""

import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import itbench
from itbench.errors import UsageError
from itbench.interfaces.sandbox import Mount
from itbench.interfaces.suite import Suite
from itbench.run.plan.exposed import refuse_exposed

PACKAGE = Path(itbench.__file__).parent


class Kept(Suite):
    name, version, summary = "kept", "1", "Truths in a folder."

    def __init__(self, truths: Path) -> None:
        self._truths = truths

    def tasks(self) -> list[Any]:
        return []

    def truth(self, task_id: str) -> dict[str, Any]:
        return {}

    def truth_files(self) -> list[Path]:
        return sorted(self._truths.glob("*.json"))


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder of somebody's agents, apart from all that tests and itbench keep."""
    monkeypatch.setenv("ITBENCH_CACHE", str(tmp_path / "kept/cache"))
    for folder in ("agent", "kept/cache/sre", "kept/runs", "kept/data"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "kept/data/truth.json").touch()
    (tmp_path / "agent/main.py").touch()
    return tmp_path


def refused(source: Path, place: Path) -> str | None:
    """Return why a folder is refused, or None."""
    suite, out = Kept(place / "kept/data"), place / "kept/runs"
    try:
        assert refuse_exposed([Mount(source, "x")], suite, out, is_unsafe_allowed=False) is None
    except UsageError as error:
        return str(error)
    return None


def package(folder: Path, name: str = "itbench") -> None:
    (folder / name).mkdir(parents=True)
    (folder / name / "__init__.py").touch()


def made(place: Path, kind: str) -> Path:
    """Make a folder of a kind, and return what a user would mount."""
    agent = place / "agent"
    if kind == "a copy of the package":
        package(agent / "venv/lib/python3.11/site-packages")
    elif kind == "a copy of a domain":
        package(agent / "deep/er", "itbench_sre")
    elif kind == "compiled only":
        (agent / "itbench_schemas").mkdir()
        (agent / "itbench_schemas/__init__.pyc").touch()
    elif kind == "what pip knows of it":
        (agent / "lib/itbench-0.1.0.dist-info").mkdir(parents=True)
    elif kind == "a wheel":
        (agent / "itbench-0.1.0-py3-none-any.whl").touch()
    elif kind == "an editable install":
        (agent / "__editable__.itbench-0.1.0.pth").touch()
    elif kind == "a path file":
        (agent / "_mine.pth").write_text(f"# mine\n{PACKAGE.parent}\n")
    elif kind == "a run file":
        (agent / "old.itbench").touch()
    elif kind == "a link to the package":
        (place / "link").symlink_to(PACKAGE)
        return place / "link"
    elif kind == "a link to above it":
        (place / "link").symlink_to(PACKAGE.parents[2])
        return place / "link"
    return agent


@pytest.mark.parametrize(
    ("kind", "why"),
    [
        ("a copy of the package", "is a copy of the package 'itbench'"),
        ("a copy of a domain", "is a copy of the package 'itbench_sre'"),
        ("compiled only", "is a copy of the package 'itbench_schemas'"),
        ("what pip knows of it", "'itbench-0.1.0.dist-info'"),
        ("a wheel", "'itbench-0.1.0-py3-none-any.whl'"),
        ("an editable install", "'__editable__.itbench-0.1.0.pth'"),
        ("a path file", "its '_mine.pth' leads to a package"),
        ("a run file", "it holds the run file 'old.itbench'"),
        ("a link to the package", "it holds the package 'itbench'"),
        ("a link to above it", "it holds the package"),
    ],
)
def test_a_folder_with_what_makes_truths_is_refused(kind: str, why: str, place: Path) -> None:
    said = refused(made(place, kind), place)
    assert said is not None
    assert why in said
    assert "\n" not in said
    assert "mount only the folder that the program itself needs, or add --allow-unsafe" in said


@pytest.mark.parametrize(
    ("source", "why"),
    [
        (Path("/"), "it holds"),
        (PACKAGE, "it holds the package 'itbench'"),
        (PACKAGE / "sandbox", "it holds the package 'itbench'"),
        (PACKAGE.parent, "it holds the package"),
        (Path(sys.prefix), "it holds"),
        (Path("kept"), "it holds the cache of itbench"),
        (Path("kept/cache/sre"), "it holds the cache of itbench"),
        (Path("kept/runs"), "the run files lie there"),
        (Path("kept/data"), "it holds truths of the suite"),
        (Path(), "it holds the cache of itbench"),
    ],
)
def test_places_of_itbench_and_what_is_above_them_are_refused(source: Path, why: str, place: Path) -> None:
    said = refused(place / source, place)
    assert said is not None
    assert why in said


def test_an_ordinary_folder_of_a_program_is_mounted(place: Path) -> None:
    (place / "agent/node_modules/x").mkdir(parents=True)
    (place / "agent/my_itbench_agent").mkdir()
    (place / "agent/itbench").mkdir()  # No package: a folder of somebody's own notes.
    (place / "agent/itbench_helper-1.0.dist-info").mkdir()
    (place / "agent/lib.pth").write_text("import sys\n/no/such/folder\n")
    assert refused(place / "agent", place) is None
    assert refuse_exposed([], Kept(place), None, is_unsafe_allowed=False) is None


def test_what_a_user_insists_on_is_in_every_report(
    sums: Path, itbench: Callable[..., Any], tmp_path: Path
) -> None:
    if shutil.which("bwrap") is None and sys.platform != "linux":
        pytest.skip("needs a sandbox")
    package(tmp_path / "tool")
    words = ["run", "sums", "-n", "1", "-a", f"command:mount={tmp_path / 'tool'}", "--dry-run", "--", "true"]
    refused = itbench(*words)
    assert refused.code == 2
    assert "add --allow-unsafe" in refused.err
    allowed = itbench(*words[:-2], "--allow-unsafe", "--", "true")
    assert allowed.code == 0
    assert "the agent was shown" in allowed.out
