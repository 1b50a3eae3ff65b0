"""The hash of what was made."""

import hashlib
from pathlib import Path

import pytest

from itbench.kit.generated.digests import digest_of

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
