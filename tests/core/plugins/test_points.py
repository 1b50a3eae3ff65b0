"""What is installed is read once, and again as soon as something else is."""

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from itbench.plugins.points import installed_points

Distribution = Callable[..., Path]
GROUP = "itbench.domains"


def found() -> dict[str, str]:
    return {point.name: point.value for point in installed_points(GROUP) if point.name.startswith("late-")}


def test_what_is_installed_or_removed_later_is_seen(distribution: Distribution) -> None:
    before = installed_points(GROUP)
    assert found() == {}
    site = distribution("late", group=GROUP, points={"late-a": "late_mod:A"}, code={})
    assert found() == {"late-a": "late_mod:A"}
    (info,) = site.glob("*.dist-info")
    more = site / "later-1.0.dist-info"
    shutil.copytree(info, more)
    (more / "METADATA").write_text("Metadata-Version: 2.1\nName: later\nVersion: 1.0\n")
    (more / "entry_points.txt").write_text(f"[{GROUP}]\nlate-b = late_mod:B\n")
    assert found() == {"late-a": "late_mod:A", "late-b": "late_mod:B"}
    shutil.rmtree(more)
    assert found() == {"late-a": "late_mod:A"}
    shutil.rmtree(site)
    assert found() == {}
    assert installed_points(GROUP) == before


def test_a_relative_place_is_that_of_the_current_folder(
    distribution: Distribution, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = distribution("late", group=GROUP, points={"late-a": "late_mod:A"}, code={})
    monkeypatch.setattr(sys, "path", ["", *(place for place in sys.path if place != str(site))])
    assert found() == {}
    monkeypatch.chdir(site)
    assert found() == {"late-a": "late_mod:A"}


def test_nothing_is_read_again_while_nothing_changes() -> None:
    first, again = installed_points(GROUP), installed_points(GROUP)
    assert len(first) >= 3
    assert all(one is other for one, other in zip(first, again, strict=True))
