"""The hash of a task that was made from a seed."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

from itbench.interfaces.json import JsonObject


def digest_of(directory: Path, truth: JsonObject, hidden: Path | None = None) -> str:
    """Return the SHA-256 of a truth and of all files: relative path, length, content, in order of path.

    Args:
        directory: of the files that agents may read.
        truth: of the task.
        hidden: directory of the files that only the judging may read; it need not exist.
    """
    found = hashlib.sha256(json.dumps(truth, sort_keys=True).encode())
    folders = {"": directory}
    if hidden is not None and hidden.is_dir():
        folders = {"1\0": directory, "0\0": hidden}
    for mark, folder in folders.items():
        for part in _parts(folder, mark):
            found.update(part)
    return found.hexdigest()


def _parts(directory: Path, mark: str) -> Iterator[bytes]:
    for path in sorted(directory.rglob("*"), key=lambda path: path.relative_to(directory).as_posix()):
        if path.is_file():
            data = path.read_bytes()
            yield f"{mark}{path.relative_to(directory).as_posix()}\0{len(data)}\0".encode()
            yield data
