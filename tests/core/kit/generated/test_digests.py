"""The hash of what was made, and the file in which such hashes are pinned."""

import hashlib
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest

from itbench.kit.generated.digests import digest_of
from itbench.kit.generated.jobs import Job
from itbench.kit.generated.pins import make_manifest, read_manifest, write_manifest
from itbench.kit.generated.suite import GeneratedSuite

TRUTH = {"b": 1, "a": [2]}


def write(root: Path, **files: str) -> Path:
    for name, text in files.items():
        path = root / name.replace("_", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def test_the_hash_is_of_the_truth_then_of_paths_lengths_and_contents_in_order(tmp_path: Path) -> None:
    shown = write(tmp_path / "inputs", b="two", a_c="one")
    expected = hashlib.sha256(b'{"a": [2], "b": 1}' + b"a/c\x003\x00one" + b"b\x003\x00two")
    assert digest_of(shown, TRUTH) == expected.hexdigest()


def test_files_that_are_shown_and_hidden_ones_are_told_apart(tmp_path: Path) -> None:
    shown, hidden = write(tmp_path / "inputs", a="1"), write(tmp_path / "hidden", a="2")
    expected = hashlib.sha256(b'{"a": [2], "b": 1}' + b"1\x00a\x001\x001" + b"0\x00a\x001\x002")
    assert digest_of(shown, TRUTH, hidden) == expected.hexdigest()
    assert digest_of(hidden, TRUTH, shown) != digest_of(shown, TRUTH, hidden)


def test_a_suite_with_no_hidden_files_yet_has_a_hash_too(tmp_path: Path) -> None:
    shown = write(tmp_path / "inputs", a="1")
    assert digest_of(shown, TRUTH, tmp_path / "none") == digest_of(shown, TRUTH, shown.with_name("other"))


@pytest.mark.parametrize("change", [{"a": "0"}, {"z": ""}], ids=["another content", "one more file"])
def test_any_change_of_a_file_changes_the_hash(tmp_path: Path, change: dict[str, str]) -> None:
    before = digest_of(write(tmp_path, a="1"), TRUTH)
    assert digest_of(write(tmp_path, **change), TRUTH) != before


class CountingSuite(GeneratedSuite):
    """Makes a file with a number for each task."""

    name, domain, embedded = "counting", "made-up", 2

    def jobs(self) -> list[Job]:
        return [Job(f"count-{n}", n, partial(make_number, n)) for n in (1, 2)]

    def pinned(self) -> dict[str, str]:
        return {}

    def make_task(self, task_id: str):
        return SimpleNamespace(id=task_id)


def make_number(number: int, directory: Path) -> dict[str, int]:
    write(directory, number=str(number))
    return {"number": number}


def test_a_manifest_is_made_of_all_tasks_in_order_written_and_read(tmp_path: Path) -> None:
    manifest = make_manifest([CountingSuite()])
    assert list(manifest) == ["count-1", "count-2"]
    assert manifest["count-2"] == digest_of(write(tmp_path / "inputs", number="2"), {"number": 2})
    write_manifest(tmp_path / "manifest.json", manifest)
    assert read_manifest(tmp_path / "manifest.json") == manifest
