"""Keeps the tasks of a made suite in the cache, and makes those again that are not as they were made."""

import fcntl
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from itbench.host.cache import require_cache, writing_cache
from itbench.interfaces.progress import Progress, no_progress
from itbench.kit.generated.jobs import Job, make_missing
from itbench.kit.generated.kept import change_of, discard, is_there, write_record


def make_in_place(
    jobs: Sequence[Job], root: Path, pinned: Mapping[str, str], progress: Progress = no_progress
) -> None:
    """Make the tasks of which a part is missing; those that are there are not looked into.

    Raises:
        DataError: a pinned task came out differently.
        StorageError: the cache cannot be written.
    """
    if any(not is_there(root, job.id) for job in jobs):
        with _alone(root):
            # Another process may have made them while this one waited.
            _make([job for job in jobs if not is_there(root, job.id)], root, pinned, progress)


def make_again(
    jobs: Sequence[Job], root: Path, pinned: Mapping[str, str], progress: Progress = no_progress
) -> None:
    """Make those tasks again that are not as they were made, or of which a part is missing.

    Raises:
        DataError: a pinned task came out differently.
        StorageError: the cache cannot be written.
    """
    changed = [job for job in jobs if change_of(root, job, pinned.get(job.id)) is not None]
    if changed:
        with _alone(root):
            _make(
                [job for job in changed if change_of(root, job, pinned.get(job.id)) is not None],
                root,
                pinned,
                progress,
            )


def _make(jobs: Sequence[Job], root: Path, pinned: Mapping[str, str], progress: Progress) -> None:
    with writing_cache():
        for job in jobs:
            discard(root, job.id)
    make_missing(jobs, root, pinned=pinned, progress=progress)
    with writing_cache():
        for job in jobs:
            write_record(root, job, pinned.get(job.id))


@contextmanager
def _alone(root: Path) -> Iterator[None]:
    """Keep other processes from making the same; the lock ends with its process."""
    require_cache()
    with writing_cache():
        root.mkdir(parents=True, exist_ok=True)
        lock = (root / ".lock").open("w")
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
