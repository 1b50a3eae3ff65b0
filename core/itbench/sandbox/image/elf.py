"""Asks the system's own loader which libraries a program needs. Format of ELF headers: elf(5)."""

import struct
import subprocess
from collections.abc import Iterable
from pathlib import Path

_PROGRAM_HEADER_INTERPRETER = 3
# What the GNU loader says before the name of the library.
_NOT_FOUND = "error while loading shared libraries:"


def loader_of(path: Path) -> Path | None:
    """Return the loader that a program names, or None if it is no program of 64 bits or needs none."""
    with path.open("rb") as file:
        header = file.read(64)
        if len(header) < 64 or header[:5] != b"\x7fELF\x02":
            return None
        (table,) = struct.unpack_from("<Q", header, 32)
        size, count = struct.unpack_from("<HH", header, 54)
        for number in range(count):
            file.seek(table + number * size)
            kind, _, offset, _, _, length = struct.unpack("<IIQQQQ", file.read(40))
            if kind == _PROGRAM_HEADER_INTERPRETER:
                file.seek(offset)
                return Path(file.read(length).rstrip(b"\0").decode())
    return None


def is_elf(path: Path) -> bool:
    """Tell whether a file is a program or a library."""
    with path.open("rb") as file:
        return file.read(4) == b"\x7fELF"


def libraries(loader: Path, paths: Iterable[Path], search: str = "") -> dict[str, Path]:
    """Return where all libraries that programs or libraries need lie on this machine, by their names.

    Args:
        loader: that programs of this kind name.
        paths: the programs and libraries.
        search: folders in which the loader looks first, as in LD_LIBRARY_PATH.
    """
    found: dict[str, Path] = {}
    for path in paths:
        for line in _listed(loader, path, search).stdout.splitlines():
            name, arrow, place = line.strip().partition(" => ")
            if arrow and place.startswith("/"):
                found.setdefault(Path(name).name, Path(place.rsplit(" (", 1)[0]))
    return found


def missing_library(loader: Path, program: Path, search: str = "") -> str | None:
    """Return the first library that a program needs and the loader does not find."""
    _, error, rest = _listed(loader, program, search).stderr.partition(_NOT_FOUND)
    return rest.partition(":")[0].strip() if error else None


def _listed(loader: Path, path: Path, search: str) -> "subprocess.CompletedProcess[str]":
    variables = {"LD_LIBRARY_PATH": search} if search else {}
    return subprocess.run(
        [loader, "--list", path], capture_output=True, text=True, timeout=30, check=False, env=variables
    )
