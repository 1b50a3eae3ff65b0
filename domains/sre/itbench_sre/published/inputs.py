"""Which files of a scenario an agent may read: all but the truth and what points to it."""

from pathlib import Path

from itbench import Input
from itbench.kit import is_public, plain_files

# Bookkeeping of the recorder: tells when the fault was injected. The publisher leaves it in some scenarios.
_BOOKKEEPING = frozenset({"status.json", "assertion.json"})


def public_inputs(directory: Path, *, as_published: bool, blobs: Path | None = None) -> list[Input]:
    """Return the files below a scenario's directory that an agent may read, sorted by path.

    `blobs` is the one place outside to which symbolic links may point: where the hub's client keeps content.

    Raises:
        DataError: the directory is absent, or a symbolic link leads out of it.
    """
    return [
        Input(path.relative_to(directory).as_posix(), path)
        for path in plain_files(directory, blobs=blobs)
        if is_public(path.relative_to(directory)) and (as_published or path.name.lower() not in _BOOKKEEPING)
    ]
