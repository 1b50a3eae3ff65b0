"""A dataset of nobody's, and trees as it would lie on a disk."""

from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from itbench.kit.published.dataset import HubDataset


def _holds_apples(directory: Path) -> bool:
    return any(directory.glob("apple-*"))


@pytest.fixture
def apples() -> HubDataset:
    return HubDataset(
        repository="orchard/Fruit-Set",
        domain="fruit",
        suite="fruit-set",
        folder="snapshots/fruit/*",
        expected="directory of an apple",
        holds_tasks=_holds_apples,
    )


def plant(root: Path, folder: str = "fruit", numbers: Iterable[int] = (1,)) -> Path:
    """Write a file for each apple below a folder of a root, and return the root."""
    for number in numbers:
        path = root / folder / f"apple-{number}" / "weight.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{number}\n")
    return root


@pytest.fixture
def planted() -> Callable[..., Path]:
    """The builder above; test modules cannot import this one."""
    return plant
