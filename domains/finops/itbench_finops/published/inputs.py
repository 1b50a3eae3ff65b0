"""Which files of a published task an agent may read: all but the truth."""

from pathlib import Path

from itbench import DataError, Input
from itbench.kit import is_public, plain_files

_NEEDED = ("anomaly.json", "data.csv")


def public_inputs(directory: Path, *, blobs: Path | None = None) -> list[Input]:
    """Return the files below a task's directory that an agent may read, sorted by path.

    `blobs` is the one place outside to which symbolic links may point: where the hub's client keeps content.

    Raises:
        DataError: a file that every task has is absent, or a symbolic link leads out of the directory.
    """
    allowed = [
        Input(path.relative_to(directory).as_posix(), path)
        for path in plain_files(directory, blobs=blobs)
        if is_public(path.relative_to(directory))
    ]
    for name in _NEEDED:
        if name not in {entry.path for entry in allowed}:
            raise DataError(f"{directory / name}: no such file; fetch the dataset again")
    return allowed
