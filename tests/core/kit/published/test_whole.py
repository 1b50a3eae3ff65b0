"""A download that was killed anywhere, and a dataset that was damaged, are known as such, and the same command repairs them."""

import json
import os
import random
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from itbench.errors import DataError
from itbench.kit.published.locate import locate
from itbench.kit.published.marker import MarkedFile, Marker, write_marker
from itbench.kit.published.whole import changed_files

HERE = Path(__file__).parent
DATASET = "orchard/Fruit-Set"
PATHS = [f"fruit/apple-{number}/{name}" for number in (1, 2) for name in ("seed", "skin")]
FILES = {path: f"content of {path}" for path in PATHS}
COMPLETE = "complete it with `itbench fetch fruit/fruit-set`"


def damaged(tmp_path: Path, *words: str) -> dict[str, Any]:
    pytest.importorskip("huggingface_hub", reason="the extra `hub` is not installed")
    serve = runpy.run_path(str(HERE / "hub_server.py"), run_name="hub_server")["serve"]
    with serve(DATASET, {path: text.encode() for path, text in FILES.items()}) as hub:
        done = subprocess.run(
            [sys.executable, str(HERE / "damage_program.py"), json.dumps(FILES), *words],
            env={
                "PATH": os.environ.get("PATH", ""),
                "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
                "HOME": str(tmp_path),
                "HF_HUB_CACHE": str(tmp_path / "hub"),
                "ITBENCH_CACHE": str(tmp_path / "cache"),
                "HF_ENDPOINT": hub.url,
                "HF_HUB_DISABLE_XET": "1",
                "HF_HUB_DISABLE_TELEMETRY": "1",
                "HF_HUB_DISABLE_PROGRESS_BARS": "1",
            },
            capture_output=True,
            text=True,
            timeout=1500,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def check_kills(found: dict[str, Any], at_least: int) -> None:
    results = found["results"]
    assert len(results) >= at_least
    for event, code, before, again, after in results:
        assert code == -9, event
        assert before.startswith("error: ") or before == "whole", (event, before)
        assert "itbench fetch fruit/fruit-set" in before or before == "whole", (event, before)
        assert (again, after) == (0, "whole"), (event, before)
    assert any("is not complete there" in before for _, _, before, _, _ in results)


@pytest.mark.slow
def test_a_download_that_is_killed_anywhere_is_never_taken_for_whole(tmp_path: Path) -> None:
    """Slow: it downloads a small dataset twice for each kill."""
    check_kills(damaged(tmp_path, "kills", "4"), 4)


@pytest.mark.soak
def test_a_download_that_is_killed_at_each_of_its_events_is_never_taken_for_whole(tmp_path: Path) -> None:
    check_kills(damaged(tmp_path, "kills", "100000"), 100)


FEW = ["a file cut off", "another content of the same size", "one more file", "an empty list of the client"]


@pytest.mark.slow
@pytest.mark.parametrize("names", [FEW, pytest.param([], marks=pytest.mark.soak)], ids=["some", "all"])
def test_a_damaged_dataset_is_told_and_repaired(tmp_path: Path, names: list[str]) -> None:
    """Slow: it downloads a small dataset twice for each damage."""
    results = damaged(tmp_path, "damages", *names)
    assert len(results) >= len(FEW)
    for name, (before, again, after) in results.items():
        kind = "whole" if "list of the client" in name else "error"
        kind = "changed" if name in {"another content of the same size", "a link to another file"} else kind
        assert before.startswith(kind), (name, before)
        assert kind == "whole" or "itbench fetch fruit/fruit-set" in before, (name, before)
        assert (again, after) == (0, "whole"), (name, before)


@pytest.fixture
def marked(apples: Any, planted: Any, tmp_path: Path) -> Path:
    """A copy of a dataset, with the marker that was fetched with it."""
    import hashlib

    root = planted(tmp_path / "copy", numbers=(1, 2))
    files = {
        path.relative_to(root).as_posix(): MarkedFile(
            size=path.stat().st_size, sha256=hashlib.sha256(path.read_bytes()).hexdigest()
        )
        for path in root.rglob("*.txt")
    }
    write_marker(apples, root, Marker(repository=DATASET, revision="abc", files=files))
    return root


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda root: (root / "fruit/apple-1/weight.txt").unlink(), "1 of 2 files missing, such as"),
        (
            lambda root: (root / "fruit/apple-1/weight.txt").write_text("1"),
            "1 cut off or of another size, such as 'fruit/apple-1/weight.txt'",
        ),
        (
            lambda root: (root / "fruit/apple-1/more.txt").touch(),
            "1 additional, such as 'fruit/apple-1/more.txt'",
        ),
        (
            lambda root: (root / ".itbench-fruit-fruit-set.json").write_text("["),
            "is damaged; run `itbench fetch",
        ),
    ],
    ids=["a file less", "a file cut off", "a file more", "a damaged marker"],
)
def test_a_copy_with_a_marker_must_be_whole(apples: Any, marked: Path, change: Any, told: str) -> None:
    assert locate(apples, marked, environment={}).directory == marked / "fruit"
    change(marked)
    with pytest.raises(DataError) as raised:
        locate(apples, marked, environment={})
    assert told in str(raised.value)
    assert "itbench fetch fruit/fruit-set" in str(raised.value)


def test_a_copy_without_a_marker_stays_usable(apples: Any, marked: Path) -> None:
    (marked / ".itbench-fruit-fruit-set.json").unlink()
    (marked / "fruit/apple-1/weight.txt").write_text("other")
    assert locate(apples, marked, environment={}).directory == marked / "fruit"
    assert changed_files(apples, marked / "fruit/apple-1") == []


def test_the_content_of_a_chosen_task_is_told(apples: Any, marked: Path) -> None:
    (marked / "fruit/apple-1/weight.txt").write_text("7\n")
    (line,) = changed_files(apples, marked / "fruit/apple-1")
    assert line.endswith("not the content that was fetched; run `itbench fetch fruit/fruit-set`")
    assert changed_files(apples, marked / "fruit/apple-2") == []


def test_of_a_part_that_was_asked_for_the_command_names_the_tasks(
    apples: Any, planted: Any, tmp_path: Path
) -> None:
    root = planted(tmp_path / "part", numbers=(1,))
    files = {f"fruit/apple-{number}/weight.txt": MarkedFile(size=2) for number in (1, 2)}
    marker = Marker(repository=DATASET, revision="abc", tasks=("apple-1", "apple-2"), files=files)
    write_marker(apples, root, marker)
    with pytest.raises(DataError) as raised:
        locate(apples, root, environment={})
    assert "1 of 2 files missing, 1 not verified" in str(raised.value)
    assert str(raised.value).endswith("`itbench fetch fruit/fruit-set --task apple-1 --task apple-2`")


def unseen(dataset: Any, root: Path, count: int) -> list[str]:
    """Change a dataset at random many times, and return what was changed without being seen."""
    chance, missed = random.Random(10), []
    files = sorted(path for path in root.rglob("*") if path.is_file())
    for each in range(count):
        path = chance.choice(files)
        data = path.read_bytes()
        at = chance.randrange(len(data))
        changed = chance.choice(
            [
                data[:at],
                data[:at] + bytes([data[at] ^ 1 << chance.randrange(8)]) + data[at + 1 :],
                data + b"\n",
                b"",
            ]
        )
        path.write_bytes(changed)
        try:
            directory = locate(dataset, root, environment={}).directory
            lines = [
                line for number in (1, 2) for line in changed_files(dataset, directory / f"apple-{number}")
            ]
        except DataError as error:
            lines = [str(error)]
        # Of the marker, what is not of a file may be changed: the name of the revision.
        if not lines and path.name == "weight.txt":
            missed.append(f"{each}: {path} at {at}")
        assert all("\n" not in line and "itbench fetch" in line for line in lines)
        path.write_bytes(data)
    return missed


def test_no_change_of_a_dataset_is_unseen(apples: Any, marked: Path) -> None:
    assert unseen(apples, marked, 50) == []


@pytest.mark.soak
def test_no_change_of_very_many_of_a_dataset_is_unseen(apples: Any, marked: Path) -> None:
    assert unseen(apples, marked, 1000) == []
