"""Whether a made task still lies in the cache as it was made: nothing there is believed without its hash.

What must be the same on every machine is pinned in the package. What was drawn from a seed of the user's own has no pin;
its hash is noted beside it when it is made, which shows damage, though not a forgery of both.
"""

import hashlib
import json
import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

from pydantic import Field, ValidationError

from itbench.errors import DataError
from itbench.host.output_file import write_output
from itbench.interfaces.model import Frozen
from itbench.kit.generated.digests import digest_of
from itbench.kit.generated.jobs import Job, canary, hidden_dir, inputs_dir, truths_dir

_FILE_MODE, _FOLDER_MODE = 0o644, 0o755


class Record(Frozen):
    """What is noted of a task when it is made."""

    task: str = Field(
        pattern=r"^[0-9a-f]{64}$", description="Hash of files and truth, as `digest_of` makes it."
    )
    truth: str = Field(pattern=r"^[0-9a-f]{64}$", description="SHA-256 of the file of the truth.")


def read_record(root: Path, task_id: str) -> Record | None:
    """Return the record of a task; None where there is none that can be read."""
    try:
        return Record.model_validate_json(_record_path(root, task_id).read_bytes())
    except (OSError, ValidationError):
        return None


def write_record(root: Path, job: Job, pinned: str | None) -> None:
    """Give the files of a task that was just made their permissions, and note its hashes.

    Raises:
        DataError: it is not as pinned.
    """
    for path in _below(root, job.id):
        if not path.is_symlink():
            path.chmod(_FOLDER_MODE if path.is_dir() else _FILE_MODE)
    truth_path = _truth_path(root, job.id)
    digest = _digest(root, job)
    if pinned is not None and digest != pinned:
        raise DataError(f"task {job.id} in {root} is not the pinned one; remove that folder to make it again")
    truth = hashlib.sha256(truth_path.read_bytes()).hexdigest()
    path = _record_path(root, job.id)
    path.parent.mkdir(exist_ok=True)
    write_output(path, Record(task=digest, truth=truth).model_dump_json() + "\n")


def is_there(root: Path, task_id: str) -> bool:
    """Tell whether all parts of a task and its record are there, whatever is in them."""
    paths = (_truth_path(root, task_id), _record_path(root, task_id))
    return inputs_dir(root, task_id).is_dir() and all(path.is_file() for path in paths)


def change_of(root: Path, job: Job, pinned: str | None) -> str | None:
    """Return what is not as it was made, in one clause; None if all is.

    Args:
        root: of the suite in the cache.
        job: that made the task.
        pinned: the hash that it must have; None for a task that is not pinned.
    """
    record = read_record(root, job.id)
    if record is None:
        return "there is no record of its hash"
    try:
        strange = next(_strange(root, job.id), None)
        if strange is not None:
            return strange
        if {_digest(root, job)} != {record.task, pinned or record.task}:
            return "its files or its truth have another content"
        if record.truth != hashlib.sha256(_truth_path(root, job.id).read_bytes()).hexdigest():
            return "its truth has another content"
    except (OSError, ValueError, RecursionError, DataError) as error:
        return f"it cannot be read: {error}"
    return None


def truth_bytes(root: Path, task_id: str) -> bytes:
    """Return the file of a truth, which must be the one that was made.

    Raises:
        DataError: it is another, or not there.
    """
    path = _truth_path(root, task_id)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise DataError(f"no truth of task {task_id!r} at {str(path)!r}: {error.strerror}") from error
    record = read_record(root, task_id)
    if record is None or record.truth != hashlib.sha256(data).hexdigest():
        raise DataError(
            f"{path}: the truth of task {task_id!r} is not known to be as it was made; "
            "`itbench validate` with the suite and the options of the run makes it again"
        )
    return data


def discard(root: Path, task_id: str) -> None:
    """Remove a task, so that it is made again.

    Raises:
        OSError: it cannot be removed.
    """
    for path in (
        inputs_dir(root, task_id),
        hidden_dir(root, task_id),
        _truth_path(root, task_id),
        _record_path(root, task_id),
    ):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def _digest(root: Path, job: Job) -> str:
    """Return the hash of a task as it lies there.

    Raises:
        DataError: its truth is none, or that of another task.
    """
    truth: object = json.loads(_truth_path(root, job.id).read_bytes())
    if not isinstance(truth, dict) or truth.pop("canary", None) != canary(job):
        raise DataError("its truth is that of another task, or none")
    return digest_of(inputs_dir(root, job.id), truth, hidden_dir(root, job.id))


def _strange(root: Path, task_id: str) -> Iterator[str]:
    """Yield what is no plain file or folder with the permissions that it was given."""
    for path in [*_below(root, task_id), _truth_path(root, task_id)]:
        mode = path.lstat().st_mode
        if stat.S_ISLNK(mode) or not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
            yield f"{path} is no plain file"
        elif path.parent != truths_dir(root):
            wanted = _FOLDER_MODE if stat.S_ISDIR(mode) else _FILE_MODE
            if stat.S_IMODE(mode) != wanted:
                yield f"{path} has the permissions {stat.S_IMODE(mode):o}, not {wanted:o}"


def _below(root: Path, task_id: str) -> Iterator[Path]:
    """Yield the folders of a task's files and all that is in them; links are not followed."""
    for top in (inputs_dir(root, task_id), hidden_dir(root, task_id)):
        if not os.path.lexists(top):
            continue
        yield top
        for folder, folders, names in os.walk(top):
            yield from (Path(folder, name) for name in [*folders, *names])


def _truth_path(root: Path, task_id: str) -> Path:
    return truths_dir(root) / f"{task_id}.json"


def _record_path(root: Path, task_id: str) -> Path:
    return root / "records" / f"{task_id}.json"
