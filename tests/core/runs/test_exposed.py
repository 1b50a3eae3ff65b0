"""Folders with which a program could make or read the truth are not mounted, unless a user insists, and then all reports say so."""

import shutil
import sys
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import itbench
from itbench.errors import UsageError
from itbench.interfaces.sandbox import Mount
from itbench.interfaces.suite import Suite
from itbench.runs.plan.exposed import refuse_exposed
from itbench.store.connect import making

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
    elif kind == "what a killed run has left":
        (agent / "old.itbench.live").touch()
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
        ("what a killed run has left", "it holds the run file 'old.itbench.live'"),
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


def copied(source: Path, place: Path) -> str | None:
    """Return why a file is refused, or None."""
    suite, out = Kept(place / "kept/data"), place / "kept/runs"
    try:
        assert refuse_exposed([], suite, out, copied=[source], is_unsafe_allowed=False) is None
    except UsageError as error:
        return str(error)
    return None


def zipped(path: Path, *names: str) -> Path:
    with zipfile.ZipFile(path, "w") as made:
        for name in names:
            made.writestr(name, "x")
    return path


def packed(path: Path, *names: str) -> Path:
    with tarfile.open(path, "w:gz") as made:
        for name in names:
            made.addfile(tarfile.TarInfo(name))
    return path


def file_of(place: Path, kind: str) -> Path:
    """Make a file of a kind, and return what a user would copy."""
    truth, agent = place / "kept/data/truth.json", place / "agent"
    truth.write_text('{"cause": "a"}')
    other = agent / "notes.txt"
    if kind == "a file of the package":
        return PACKAGE / "version.py"
    if kind == "a truth":
        return truth
    if kind == "a file of the cache":
        (place / "kept/cache/sre/data.csv").write_text("x")
        return place / "kept/cache/sre/data.csv"
    if kind == "a relative path to a truth":
        return agent / ".." / "kept/data/truth.json"
    if kind == "a symbolic link to a truth":
        other.symlink_to(truth)
    elif kind == "a link to a folder above it":
        (agent / "link").symlink_to(place / "kept")
        return agent / "link/data/truth.json"
    elif kind == "a hard link to a truth":
        other.hardlink_to(truth)
    elif kind == "a hard link to the cache":
        (place / "kept/cache/sre/data.csv").write_text("x")
        other.hardlink_to(place / "kept/cache/sre/data.csv")
    elif kind == "a hard link to a run file":
        (place / "kept/runs/one.itbench").write_text("x")
        other.hardlink_to(place / "kept/runs/one.itbench")
    elif kind == "a copy of a truth":
        shutil.copyfile(truth, other)
    elif kind == "a run file by its name":
        return shutil.copyfile(truth, agent / "x.itbench")
    elif kind == "a run file by its content":
        with making(place / "made.itbench"):
            pass
        shutil.copyfile(place / "made.itbench", other)
    elif kind == "a wheel":
        return shutil.copyfile(truth, agent / "itbench-0.1.0-py3-none-any.whl")
    elif kind == "a program in a zip":
        return zipped(agent / "agent.pyz", "__main__.py", "lib/itbench/__init__.py")
    elif kind == "a packed environment":
        return packed(agent / "env.tgz", "./lib/python3.11/site-packages/itbench_sre/__init__.py")
    elif kind == "packed run files":
        return packed(agent / "all.tar.gz", "runs/old.itbench")
    elif kind == "a packed editable install":
        return zipped(agent / "site.zip", "__editable__.itbench-0.1.0.pth")
    return other


@pytest.mark.parametrize(
    ("kind", "why"),
    [
        ("a file of the package", "it holds the package 'itbench'"),
        ("a truth", "it holds truths of the suite"),
        ("a file of the cache", "it holds the cache of itbench"),
        ("a relative path to a truth", "it holds truths of the suite"),
        ("a symbolic link to a truth", "it holds truths of the suite"),
        ("a link to a folder above it", "it holds truths of the suite"),
        ("a hard link to a truth", "it is a hard link"),
        ("a hard link to the cache", "it is a hard link"),
        ("a hard link to a run file", "it is a hard link"),
        ("a copy of a truth", "it is a copy of a truth"),
        ("a run file by its name", "it is a run file"),
        ("a run file by its content", "it is a run file"),
        ("a wheel", "it brings a package"),
        ("a program in a zip", "it holds a copy of the package 'itbench'"),
        ("a packed environment", "it holds a copy of the package 'itbench_sre'"),
        ("packed run files", "it holds the run file 'runs/old.itbench'"),
        ("a packed editable install", "it holds '__editable__.itbench-0.1.0.pth'"),
    ],
)
def test_a_file_with_what_makes_or_holds_truths_is_not_copied(kind: str, why: str, place: Path) -> None:
    source = file_of(place, kind)
    said = copied(source, place)
    assert said is not None
    assert why in said
    assert "\n" not in said
    assert "cannot be copied into the sandbox" in said
    suite = Kept(place / "kept/data")
    warning = refuse_exposed([], suite, None, copied=[source], is_unsafe_allowed=True)
    # Without the folder of the run files, a hard link into it cannot be told.
    assert (warning is not None and why in warning) or kind == "a hard link to a run file"


def test_an_ordinary_file_is_copied(place: Path) -> None:
    (place / "kept/data/truth.json").write_text('{"cause": "a"}')
    (place / "agent/one.py").write_text("import itbench")
    (place / "agent/two.py").hardlink_to(place / "agent/one.py")
    (place / "kept/runs/agent.sh").write_text("true")  # Such as where `--out .` is given.
    (place / "agent/broken.zip").write_bytes(b"PK\x05\x06" + b"\0" * 30)
    files = [
        place / "agent/one.py", place / "agent/two.py", place / "agent/main.py", place / "kept/runs/agent.sh",
        place / "agent/broken.zip", zipped(place / "agent/fine.zip", "agent.py", "itbench_notes/__init__.py", "itbench/notes.md"),
    ]  # fmt: skip
    assert [copied(path, place) for path in files] == [None] * 6


@pytest.mark.parametrize(
    "target", ["kept/data/truth.json", "kept/cache/sre/deep.csv", "kept/runs/one.itbench"]
)
def test_a_hard_link_deep_in_a_mounted_folder_is_found(target: str, place: Path) -> None:
    (place / target).write_text("x")
    (place / "agent/a/b").mkdir(parents=True)
    (place / "agent/a/b/notes.txt").hardlink_to(place / target)
    said = refused(place / "agent", place)
    assert said is not None
    assert "'notes.txt' in it is a hard link" in said


def test_a_truth_is_not_copied_into_a_run_of_the_command_line(
    sums: Path, itbench: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("ITBENCH_CACHE", str(tmp_path / "kept/cache"))
    (tmp_path / "kept/cache").mkdir(parents=True)
    (tmp_path / "kept/cache/truth.json").write_text("x")
    (tmp_path / "notes.txt").hardlink_to(tmp_path / "kept/cache/truth.json")
    done = itbench(
        "run", "sums", "-n", "1", "--agent", f"command:copy={tmp_path / 'notes.txt'}", "--", "true"
    )
    assert done.code == 2
    assert "cannot be copied into the sandbox: it is a hard link" in done.err


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


def test_what_opens_a_sealed_suite_is_shown_to_nobody_whatever_suite_is_run(place: Path) -> None:
    private = place / "held/private"
    (private / "truths").mkdir(parents=True)
    for name in ("seal.json", "opening.json", "truths/t-1.json"):
        (private / name).write_text(name)
    (place / "held/public").mkdir()
    (place / "held/public/seal.json").touch()
    told = "it holds what opens a sealed suite"
    for folder in (place / "held", private, private / "truths"):
        assert told in str(refused(folder, place)), folder
    assert refused(place / "held/public", place) is None
    suite = Kept(place / "kept/data")
    with pytest.raises(UsageError, match="it lies in a sealed suite's bundle, which holds truths"):
        refuse_exposed([], suite, None, copied=[private / "truths/t-1.json"], is_unsafe_allowed=False)


def test_the_key_that_signs_submissions_is_shown_to_nobody(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(place / "settings"))
    key = place / "settings/itbench/key.pem"
    key.parent.mkdir(parents=True)
    assert refused(place / "settings", place) is None, "there is no key yet"
    key.touch()
    assert "it holds your private key" in str(refused(place / "settings", place))
    (place / "agent/other name").hardlink_to(key)
    assert "is a hard link to a file of itbench" in str(refused(place / "agent", place))
    suite = Kept(place / "kept/data")
    with pytest.raises(UsageError, match="it holds your private key"):
        refuse_exposed([], suite, None, copied=[key], is_unsafe_allowed=False)
