"""Makes tasks into the cache, each one whole or not at all."""

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp

from itbench.cache import cache_dir
from itbench.errors import DataError
from itbench.interfaces.json import JsonObject
from itbench.interfaces.suite import Progress, no_progress
from itbench_finops.made.digests import digest, read_manifest
from itbench_finops.made.options import Draw


@dataclass(frozen=True, slots=True)
class Job:
    """One task to make: `make` writes its files into a directory and returns its truth."""

    id: str
    seed: int
    make: Callable[[Path], JsonObject]


def cache_root(suite: str, version: str, drawn: Draw | None) -> Path:
    """Return where the tasks of one suite are kept; the seed itself does not show.

    What another version of a simulator made is never taken for this one's: the pinned hashes are part of the name.
    """
    pinned = json.dumps(read_manifest(), sort_keys=True)
    name = hashlib.sha256(f"{pinned} {drawn}".encode()).hexdigest()[:16]
    return cache_dir() / "finops" / f"{suite}-{version}-{name}"


def inputs_dir(root: Path, task_id: str) -> Path:
    """Return where the files of one task lie that an agent may read."""
    return root / "inputs" / task_id


def truths_dir(root: Path) -> Path:
    """Return where the truths lie: apart from everything that an agent is shown."""
    return root / "truths"


def make_missing(
    jobs: Sequence[Job], root: Path, *, is_pinned: bool, progress: Progress = no_progress
) -> None:
    """Make the tasks that are not there yet.

    Raises:
        DataError: a pinned task came out differently.
    """
    missing = [job for job in jobs if not _is_made(root, job.id)]
    pinned = read_manifest() if is_pinned and missing else {}
    for done, job in enumerate(missing, start=len(jobs) - len(missing)):
        progress("making tasks", done, len(jobs))
        make_one(job, root, pinned.get(job.id))
    if missing:
        progress("making tasks", len(jobs), len(jobs))


def make_one(job: Job, root: Path, pinned: str | None) -> None:
    """Make one task beside its place and move it there when it is whole.

    Raises:
        DataError: it does not have the pinned hash.
    """
    inputs, truth_path = inputs_dir(root, job.id), truths_dir(root) / f"{job.id}.json"
    inputs.parent.mkdir(parents=True, exist_ok=True)
    truth_path.parent.mkdir(parents=True, exist_ok=True)
    making = Path(mkdtemp(prefix=".making-", dir=root))
    try:
        truth = job.make(making / "inputs")
        _forget_times(making / "inputs")
        if pinned is not None:
            _check(job, digest(making / "inputs", truth), pinned)
        part = making / "truth.json"
        part.write_text(json.dumps(truth | {"canary": canary(job)}, indent=1, sort_keys=True), "utf-8")
        part.replace(truth_path)
        _move(making / "inputs", inputs)
    finally:
        shutil.rmtree(making, ignore_errors=True)


def canary(job: Job) -> str:
    """Return a text that only the truth of this task holds."""
    return "itbench-canary-" + hashlib.sha256(f"canary/{job.id}/{job.seed}".encode()).hexdigest()


def _forget_times(directory: Path) -> None:
    """Give all files one time, which tells neither when they were made nor, by chance, a number of a truth."""
    for path in directory.rglob("*"):
        os.utime(path, (0, 0))


def _check(job: Job, found: str, pinned: str) -> None:
    if found != pinned:
        raise DataError(
            f"task {job.id} came out with hash {found[:12]}, pinned is {pinned[:12]}: scores would not be "
            "comparable; install a released itbench again, or report this machine"
        )


def _is_made(root: Path, task_id: str) -> bool:
    return inputs_dir(root, task_id).is_dir() and (truths_dir(root) / f"{task_id}.json").is_file()


def _move(source: Path, target: Path) -> None:
    try:
        source.rename(target)
    except OSError:
        if not target.is_dir():  # Another process may have made the same bytes meanwhile.
            raise
