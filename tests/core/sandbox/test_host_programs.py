"""Programs of this machine are made ready with the libraries that they need, or it is said which one is missing."""

import asyncio
import shutil
from pathlib import Path
from typing import Any

import pytest

from itbench import Program
from itbench.sandbox.errors import SandboxError
from itbench.sandbox.image import elf
from itbench.sandbox.image.host_programs import store_program

TRUE = Path("/bin/true").resolve()


@pytest.fixture
def strange(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program that needs a library which no machine has."""
    monkeypatch.setenv("ITBENCH_CACHE", str(tmp_path / "cache"))
    data = TRUE.read_bytes()
    if elf.loader_of(TRUE) is None or data.count(b"libc.so.6\0") != 1:
        pytest.skip("the program `true` of this machine is not linked with the GNU C library")
    path = tmp_path / "strange"
    path.write_bytes(data.replace(b"libc.so.6\0", b"libq.so.6\0"))
    path.chmod(0o755)
    return path


def test_a_library_that_is_missing_is_named_before_anything_starts(strange: Path) -> None:
    with pytest.raises(SandboxError, match=r"'strange'.*library 'libq\.so\.6'.*'folders'.*LD_LIBRARY_PATH"):
        store_program(Program(name="strange", commands={"strange": strange}))


def test_a_library_is_found_in_the_folder_that_its_author_names(strange: Path, tmp_path: Path) -> None:
    folder = tmp_path / "own"
    folder.mkdir()
    loader = elf.loader_of(TRUE)
    assert loader is not None
    shutil.copy(elf.libraries(loader, [TRUE])["libc.so.6"], folder / "libq.so.6")
    made = store_program(
        Program(
            name="strange",
            commands={"strange": strange},
            folders=[folder],
            variables={"LD_LIBRARY_PATH": f"{{root}}{folder}"},
        )
    )
    script = (made.content / "bin" / "strange").read_text()
    assert f"export LD_LIBRARY_PATH=/opt/strange{folder}:/opt/strange/lib\n" in script
    assert (made.content / "lib" / "libq.so.6").is_file()


def test_a_program_keeps_the_name_by_which_it_is_called(tmp_path: Path, sandbox: Any) -> None:
    """A program of many names, as busybox and redis-server are, does what its name says."""
    tool, link = tmp_path / "tool-of-many-names", tmp_path / "greet"
    tool.write_text('#!/bin/sh\necho "$(basename "$0") $1"\n')
    tool.chmod(0o755)
    link.symlink_to(tool.name)
    program = Program(name="many", commands={"hello": link, "tool": tool})

    async def main() -> list[str]:
        async with sandbox.open([], programs=[program]) as workspace:
            return [
                (await workspace.execute([name, "you"], timeout_s=20)).stdout for name in ("hello", "tool")
            ]

    assert asyncio.run(main()) == ["greet you\n", "tool-of-many-names you\n"]
