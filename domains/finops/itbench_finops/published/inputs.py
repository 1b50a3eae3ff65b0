"""Which files of a published task an agent may read: all but the truth."""

import re
from pathlib import Path

from itbench.errors import DataError
from itbench.interfaces.workspace import Input

_NOT_A_LETTER = re.compile(r"[^a-z]")
_NEEDED = ("anomaly.json", "data.csv")


def public_inputs(directory: Path, *, blobs: Path | None = None) -> list[Input]:
    """Return the files below a task's directory that an agent may read, sorted by path.

    `blobs` is the one place outside to which symbolic links may point: where the hub's client keeps content.

    Raises:
        DataError: a file that every task has is absent, or a symbolic link leads out of the directory or to a truth.
    """
    files = [path for path in sorted(directory.rglob("*")) if path.is_symlink() or path.is_file()]
    secret = {_target(path, directory, blobs) for path in files if _tells_the_truth(path)}
    allowed: list[Input] = []
    for path in files:
        inside = path.relative_to(directory)
        if any(part.startswith(".") or _tells_the_truth(Path(part)) for part in inside.parts):
            continue
        if _target(path, directory, blobs) in secret:
            raise DataError(f"{path}: another name of a truth; remove it")
        allowed.append(Input(inside.as_posix(), path))
    for name in _NEEDED:
        if name not in {entry.path for entry in allowed}:
            raise DataError(f"{directory / name}: no such file; fetch the dataset again")
    return allowed


def _target(path: Path, directory: Path, blobs: Path | None) -> Path:
    """Return the file itself; links are followed only inside the directory and to the blobs of the hub's cache."""
    homes = [directory.resolve(), *([blobs.resolve()] if blobs is not None else [])]
    try:
        target = path.resolve(strict=True)
    except (OSError, RuntimeError) as error:
        raise DataError(f"{path}: a symbolic link to nothing; fetch the dataset again") from error
    if target.is_dir() or not any(target.is_relative_to(home) for home in homes):
        raise DataError(f"{path}: a symbolic link out of the task's directory; replace it by the file itself")
    return target


def _tells_the_truth(path: Path) -> bool:
    return "groundtruth" in _NOT_A_LETTER.sub("", path.name.lower())
