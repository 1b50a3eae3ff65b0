"""What `itbench fetch` removes is of the dataset: no link in it leads to anything of the user's own."""

from pathlib import Path
from typing import Any

import pytest

from itbench.errors import DataError
from itbench.kit.published.files import is_public, names_a_truth
from itbench.kit.published.verify import remove_additional, remove_faulty


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A folder of the user's own."""
    path = tmp_path / "home" / "apple-1" / "weight.txt"
    path.parent.mkdir(parents=True)
    path.write_text("precious")
    return path


@pytest.mark.parametrize("linked", ["snapshots", "snapshots/fruit", "snapshots/fruit/a"])
def test_a_folder_that_is_a_link_is_not_emptied(apples: Any, tmp_path: Path, own: Path, linked: str) -> None:
    root = tmp_path / "cache" / "root"
    link = root / linked
    link.parent.mkdir(parents=True)
    link.symlink_to(tmp_path / "home")
    path = f"{linked}/apple-1/weight.txt"
    with pytest.raises(DataError, match="leads out of the dataset; remove it"):
        remove_faulty(root, [path], blobs=root / "blobs")
    if linked != "snapshots/fruit/a":
        with pytest.raises(DataError, match="leads out of the dataset"):
            remove_additional(apples, root, {})
    else:
        assert remove_additional(apples, root, {}) == [linked]
    assert own.read_text() == "precious"


@pytest.mark.parametrize("blobs", [None, "blobs"])
def test_a_file_that_is_a_link_is_removed_and_only_the_client_s_content_with_it(
    tmp_path: Path, own: Path, blobs: str | None
) -> None:
    root, kept = tmp_path / "cache" / "root", tmp_path / "cache" / "blobs" / "abc"
    kept.parent.mkdir(parents=True)
    kept.write_text("content")
    root.mkdir()
    (root / "one.txt").symlink_to(own)
    (root / "two.txt").symlink_to(kept)
    (root / "three.txt").symlink_to(root / "three.txt")
    names = ["one.txt", "two.txt", "three.txt", "four.txt"]
    remove_faulty(root, names, blobs=tmp_path / "cache" / blobs if blobs else None)
    assert list(root.iterdir()) == []
    assert own.read_text() == "precious"
    assert kept.exists() == (blobs is None)


@pytest.mark.parametrize(
    "name",
    ["GROUND_TRUTH.yaml", "Ground-Truth.JSON", "ground truth.yml", "ground_truth.yaml.gz", "DATA.JSONL", "data.jsonl.zst",
     "\uff47round_truth.yaml", "\uff47\uff52\uff4f\uff55\uff4e\uff44\uff3f\uff54\uff52\uff55\uff54\uff48\uff0e\uff59\uff41\uff4d\uff4c", "ground\u200btruth.yaml", "ground\u00adtruth.yaml", "\U0001d420\U0001d42b\U0001d428\U0001d42e\U0001d427\U0001d41dtruth.json"],
)  # fmt: skip
def test_a_truth_is_known_by_its_name_in_whatever_letters(name: str) -> None:
    assert names_a_truth(Path("a", name))
    assert not is_public(Path(name, "shown.txt"))
