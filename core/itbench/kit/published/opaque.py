"""Tasks whose directories have telling names: their ids are made from content, so that neither id nor order tells."""

import hashlib
from pathlib import Path

from itbench.errors import DataError
from itbench.kit.published.dataset import GitDataset

_KEY_BYTES = 64 * 1024
_ID_LENGTH = 10


def opaque_directories(dataset: GitDataset, root: Path) -> dict[str, Path]:
    """Return the directories of tasks below the root of a clone by the ids of these, in the order of the ids.

    An id is the same in every copy of the dataset, whichever other tasks are there.

    Raises:
        DataError: two tasks have the same content, or a file cannot be read.
    """
    found: dict[str, Path] = {}
    for directory in sorted(root.glob(dataset.directories)):
        key = directory / dataset.key_file
        if not key.is_file():
            continue
        task_id = dataset.task_prefix + _digest(key)
        if task_id in found:
            raise DataError(
                f"{directory} and {found[task_id]} hold the same {dataset.key_file}; remove one of them"
            )
        found[task_id] = directory
    return dict(sorted(found.items()))


def holds_opaque_tasks(dataset: GitDataset, root: Path) -> bool:
    """Tell whether a directory is the root of a clone of the dataset."""
    return next(root.glob(f"{dataset.directories}/{dataset.key_file}"), None) is not None


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            begin = file.read(_KEY_BYTES)
        size = path.stat().st_size
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror}; fetch the dataset again") from error
    return hashlib.sha256(b"%d\0" % size + begin).hexdigest()[:_ID_LENGTH]
