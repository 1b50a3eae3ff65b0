"""What was made for all sandboxes is looked at before it is used, and made again where it was changed."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from itbench.sandbox.image import store
from itbench.sandbox.image.content import change_of, write_listing
from itbench.sandbox.image.store import make_stored, stored


def build(folder: Path) -> None:
    (folder / "bin").mkdir()
    (folder / "bin" / "tool").write_text("#!/bin/sh\necho right\n")
    (folder / "bin" / "tool").chmod(0o755)
    (folder / "library.so").write_bytes(bytes(range(256)) * 100)
    (folder / "lib").symlink_to("bin")


CHANGES: dict[str, Callable[[Path], object]] = {
    "one byte": lambda folder: (folder / "library.so").write_bytes(bytes(25599) + b"x"),
    "cut off": lambda folder: (folder / "library.so").write_bytes(b"\0"),
    "empty": lambda folder: (folder / "library.so").write_bytes(b""),
    "another program": lambda folder: (folder / "bin/tool").write_text("#!/bin/sh\necho wrong\n"),
    "no program": lambda folder: (folder / "bin/tool").unlink(),
    "not to be run": lambda folder: (folder / "bin/tool").chmod(0o644),
    "for all to write": lambda folder: (folder / "bin/tool").chmod(0o777),
    "one more": lambda folder: (folder / "bin/more").touch(),
    "one more folder": lambda folder: (folder / "empty").mkdir(),
    "another link": lambda folder: ((folder / "lib").unlink(), (folder / "lib").symlink_to("/usr/lib")),
    "a link to the same": lambda folder: (
        (folder / "library.so").rename(folder.parent / "moved"),
        (folder / "library.so").symlink_to(folder.parent / "moved"),
    ),
    "a listing that is no JSON": lambda folder: (folder.parent / "ready").write_text("{"),
    "a listing of nothing": lambda folder: (folder.parent / "ready").write_text("{}"),
    "a listing of numbers": lambda folder: (folder.parent / "ready").write_text("[1]"),
    "a listing of another shape": lambda folder: (folder.parent / "ready").write_text(
        '{"bin": 1, "bin/tool": [], "library.so": null, "lib": "x"}'
    ),
}


@pytest.fixture(autouse=True)
def as_in_a_new_process() -> None:
    store._looked_at.clear()


@pytest.mark.parametrize("name", CHANGES)
def test_what_was_changed_is_made_again(name: str) -> None:
    made = make_stored("thing", build)
    assert stored("thing") == made
    CHANGES[name](made)
    store._looked_at.clear()
    assert stored("thing") is None
    assert make_stored("thing", build) == made == stored("thing")
    assert (made / "bin" / "tool").read_text() == "#!/bin/sh\necho right\n"
    assert sorted(path.name for path in made.rglob("*")) == ["bin", "lib", "library.so", "tool"]


def test_what_is_as_it_was_is_not_made_again_nor_read_again(tmp_path: Path) -> None:
    build(tmp_path)
    for path in (tmp_path / "library.so", tmp_path / "bin" / "tool"):
        os.utime(path, (0, 0))
    listing = tmp_path.with_name("listing")
    write_listing(tmp_path, listing)
    assert change_of(tmp_path, listing) is None
    # Rewritten in the same tick as it was listed, it has the size and the times of before, and is read again.
    (tmp_path / "library.so").write_bytes(bytes(25600))
    os.utime(tmp_path / "library.so", (0, 0))
    assert change_of(tmp_path, listing) == "library.so"


def test_what_was_made_before_there_were_listings_is_listed() -> None:
    made = make_stored("thing", build)
    (made.parent / "ready").write_text("")
    assert stored("thing") == made
    assert (made.parent / "ready").stat().st_size > 100
