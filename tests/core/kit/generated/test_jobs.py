"""Tasks that are made into a folder: what was swept away there does not come back."""

from pathlib import Path
from typing import Any

import pytest

from itbench.kit.generated.jobs import make_new


def test_nothing_is_made_where_the_folder_is_gone(tmp_path: Path, quarry: Any) -> None:
    """A worker outlives for a moment the program that started it, whose folder the next program has removed."""
    with pytest.raises(FileNotFoundError):
        make_new(quarry.Stones().jobs(), tmp_path / "swept")
    assert not list(tmp_path.iterdir())
