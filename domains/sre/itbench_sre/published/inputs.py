"""Which files of a scenario an agent may read: all but the truth and what points to it."""

import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path

from itbench.errors import DataError
from itbench.interfaces.workspace import Input

# Bookkeeping of the recorder: tells when the fault was injected. The publisher leaves it in some scenarios.
_BOOKKEEPING = frozenset({"status.json", "assertion.json"})
_NOT_A_LETTER = re.compile(r"[^a-z]")


def public_inputs(directory: Path, *, as_published: bool, blobs: Path | None = None) -> list[Input]:
    """Return the files below a scenario's directory that an agent may read, sorted by path.

    `blobs` is the one place outside to which symbolic links may point: where the hub's client keeps content.

    Raises:
        DataError: the directory is absent, or a symbolic link leads out of it or to a truth.
    """
    if not directory.is_dir():
        raise DataError(f"{directory}: no such directory; bring it with `itbench fetch`")
    files = sorted(_regular_files(directory, blobs))
    secret = {_identity(path) for path in [*files, *_files_around(directory)] if _tells_the_truth(path)}
    allowed: list[Input] = []
    for path in files:
        inside = path.relative_to(directory)
        if _is_hidden(inside) or (not as_published and path.name.lower() in _BOOKKEEPING):
            continue
        if _identity(path) in secret:
            raise DataError(f"{path}: another name of a truth; remove it")
        allowed.append(Input(inside.as_posix(), path))
    return allowed


def _regular_files(directory: Path, blobs: Path | None) -> Iterator[Path]:
    homes = [directory.resolve(), *([blobs.resolve()] if blobs is not None else [])]
    for folder, folders, names in os.walk(directory):
        for name in [*folders, *names]:
            path = Path(folder, name)
            if path.is_symlink():
                _check_link(path, homes)
            if stat.S_ISREG(path.stat().st_mode):
                yield path


def _files_around(directory: Path) -> list[Path]:
    """Return the files beside all scenarios and right in each of them, where the other truths lie."""
    root = directory.parent
    return [path for pattern in ("*", "Scenario-*/*") for path in root.glob(pattern) if path.is_file()]


def _check_link(path: Path, homes: list[Path]) -> None:
    try:
        target = path.resolve(strict=True)
    except (OSError, RuntimeError) as error:
        raise DataError(f"{path}: a symbolic link to nothing; fetch the dataset again") from error
    if target.is_dir() or not any(target.is_relative_to(home) for home in homes):
        raise DataError(
            f"{path}: a symbolic link out of the scenario's directory; replace it by the file itself"
        )


def _identity(path: Path) -> tuple[int, int]:
    status = path.stat()
    return status.st_dev, status.st_ino


def _is_hidden(inside: Path) -> bool:
    is_inside_truth = any(_tells_the_truth(Path(part)) for part in inside.parts)
    return is_inside_truth or any(part.startswith(".") for part in inside.parts)


def _tells_the_truth(path: Path) -> bool:
    name = path.name.lower()
    return name == "data.jsonl" or "groundtruth" in _NOT_A_LETTER.sub("", name)
