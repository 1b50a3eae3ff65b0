"""No input may be a truth or hidden data under another name, whichever way it got that name, in any suite."""

import os
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from itbench import DataError, Input, JsonObject, Suite, Task
from itbench.kit.directory import DirectorySuite
from itbench.suites.shown import Secrets, shown_inputs


class Boxes(Suite):
    """Two tasks in a folder: what is shown, what is hidden, and truths."""

    name, version, summary = "boxes", "1", "Boxes."

    def __init__(self, root: Path) -> None:
        self.root = root
        for task in ("a", "b"):
            for kind in ("shown", "hidden", "truths"):
                (root / kind / task).mkdir(parents=True)
                (root / kind / task / "file").write_text(f"{kind} of {task}")

    def tasks(self) -> list[Task]:
        return [Task(id=name, title="T", instructions="I") for name in ("a", "b")]

    def inputs(self, task_id: str) -> Sequence[Input]:
        return self._entries("shown", task_id)

    def hidden(self, task_id: str) -> Sequence[Input]:
        return self._entries("hidden", task_id)

    def truth_files(self) -> list[Path]:
        return [path for path in (self.root / "truths").rglob("*") if not path.is_dir()]

    def truth(self, task_id: str) -> JsonObject:
        return {"canary": f"canary-of-{task_id}-0f1e2d3c"}

    def _entries(self, kind: str, task_id: str) -> list[Input]:
        return [Input(path.name, path) for path in sorted((self.root / kind / task_id).iterdir())]


@contextmanager
def hard_link(path: Path, target: Path) -> Iterator[None]:
    path.hardlink_to(target)
    yield


@contextmanager
def symbolic_link(path: Path, target: Path) -> Iterator[None]:
    path.symlink_to(os.path.relpath(target, path.parent))
    yield


@contextmanager
def chain_of_links(path: Path, target: Path) -> Iterator[None]:
    (path.parents[2] / "between").symlink_to(target)
    path.symlink_to(path.parents[2] / "between")
    yield


@contextmanager
def linked_truth(path: Path, target: Path) -> Iterator[None]:
    """The secret itself is the link."""
    target.rename(path)
    target.symlink_to(path)
    yield


@contextmanager
def bind_mount(path: Path, target: Path) -> Iterator[None]:
    path.touch()
    done = subprocess.run(["mount", "--bind", target, path], capture_output=True, text=True)
    if done.returncode != 0:
        pytest.skip(f"nothing can be mounted here: {done.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", path], check=True)


WAYS = [hard_link, symbolic_link, chain_of_links, linked_truth, bind_mount]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
@pytest.mark.parametrize(
    ("secret", "words"),
    [
        ("truths/a/file", "another name of a truth; remove it"),
        ("truths/b/file", "another name of a truth; remove it"),
        ("hidden/a/file", "another name of data that only the scoring may see; remove it"),
    ],
)
def test_another_name_of_a_secret_is_refused(
    way: Callable[[Path, Path], ExitStack], secret: str, words: str, tmp_path: Path
) -> None:
    suite = Boxes(tmp_path / "boxes")
    path = suite.root / "shown" / "a" / "notes.txt"
    with way(path, suite.root / secret):
        with pytest.raises(DataError, match=rf"shown/a/notes\.txt: {words}"):
            shown_inputs(suite, "a")
        assert [entry.path for entry in shown_inputs(suite, "b")] == ["file"]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_hidden_data_of_another_task_is_refused_where_it_is_told(
    way: Callable[[Path, Path], ExitStack], tmp_path: Path
) -> None:
    suite = Boxes(tmp_path / "boxes")
    with (
        way(suite.root / "shown" / "a" / "notes.txt", suite.root / "hidden" / "b" / "file"),
        pytest.raises(DataError, match="another name of data that only the scoring may see"),
    ):
        shown_inputs(suite, "a", Secrets(suite, suite.hidden("b")))


def test_the_same_content_in_the_store_of_the_hubs_client_is_one_file_and_no_leak(tmp_path: Path) -> None:
    suite = Boxes(tmp_path / "boxes")
    blob = tmp_path / "datasets--someone--boxes" / "blobs" / ("0" * 40)
    blob.parent.mkdir(parents=True)
    blob.write_text("the same manifest")
    for kind in ("shown", "hidden"):
        (suite.root / kind / "a" / "same").symlink_to(blob)
    assert [entry.path for entry in shown_inputs(suite, "a")] == ["file", "same"]
    (suite.root / "truths" / "a" / "same").symlink_to(blob)
    with pytest.raises(DataError, match="another name of a truth"):
        shown_inputs(suite, "a")


def test_only_plain_files_are_shown(tmp_path: Path) -> None:
    suite = Boxes(tmp_path / "boxes")
    folder = suite.root / "shown" / "a"
    os.mkfifo(folder / "pipe")
    with pytest.raises(DataError, match=r"shown/a/pipe: no plain file, so it cannot be shown"):
        shown_inputs(suite, "a")
    (folder / "pipe").unlink()
    (folder / "gone").symlink_to("nowhere")
    with pytest.raises(DataError, match=r"shown/a/gone: cannot be read: No such file or directory"):
        shown_inputs(suite, "a")


def test_a_copy_of_a_truth_is_known_by_its_bytes(tmp_path: Path) -> None:
    suite = Boxes(tmp_path / "boxes")
    (suite.root / "shown" / "a" / "copy").write_text("truths of b")
    (suite.root / "shown" / "a" / "alike").write_text("truths of c")
    (suite.root / "shown" / "a" / "empty").touch()
    (suite.root / "truths" / "a" / "empty").touch()
    secrets = Secrets(suite, ())
    copies = [entry.path for entry in suite.inputs("a") if secrets.holds_copy_of(entry.source)]
    assert copies == ["copy"]


@pytest.mark.parametrize("way", [hard_link, symbolic_link], ids=lambda way: way.__name__)
def test_a_suite_in_a_folder_says_where_its_truths_are(
    way: Callable[[Path, Path], ExitStack], tmp_path: Path
) -> None:
    suite = DirectorySuite(tmp_path, name="x", version="1", summary="x")
    for path, text in (("inputs/t/data.txt", "data"), ("truths/t.json", "{}")):
        (tmp_path / path).parent.mkdir(parents=True)
        (tmp_path / path).write_text(text)
    assert [entry.path for entry in shown_inputs(suite, "t")] == ["data.txt"]
    with way(tmp_path / "inputs" / "t" / "more.txt", tmp_path / "truths" / "t.json"):
        if way is symbolic_link:  # Such a suite shows no links at all.
            assert [entry.path for entry in shown_inputs(suite, "t")] == ["data.txt"]
            return
        with pytest.raises(DataError, match="another name of a truth"):
            shown_inputs(suite, "t")
