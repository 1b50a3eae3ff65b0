"""Makes tasks into the cache, several at a time, each one whole or not at all."""

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Protocol, TypeVar

from itbench.errors import DataError
from itbench.host.cache import cache_dir, require_cache, writing_cache
from itbench.host.leftovers import sweep, temporary_folder
from itbench.interfaces.json import JsonObject
from itbench.interfaces.progress import Progress, no_progress
from itbench.kit.canary import canary_of
from itbench.kit.generated.digests import digest_of
from itbench.kit.generated.workers import Workers

if TYPE_CHECKING:
    from itbench.interfaces.task import Task

_MOST_PROCESSES = 8
_MAKING = ".making-"


class Spec(Protocol):
    """What one task is made from: frozen data that can be pickled."""

    @property
    def id(self) -> str:
        """Of the task."""
        ...

    @property
    def seed(self) -> int:
        """Of all that is drawn for it."""
        ...


SpecT = TypeVar("SpecT", bound=Spec)


@dataclass(frozen=True, slots=True)
class Job:
    """One task to make; it can be pickled.

    Attributes:
        id: of the task.
        seed: of its canary.
        make: writes what agents may read into a directory, and what only the judging may read into the folder `hidden`
            beside it; returns the truth.
        task: returns what an agent is told.
    """

    id: str
    seed: int
    make: Callable[[Path], JsonObject]
    task: "Callable[[], Task]"

    @classmethod
    def of(
        cls, spec: SpecT, make: Callable[[SpecT, Path], JsonObject], task: "Callable[[SpecT], Task]"
    ) -> "Job":
        """Return the job of a spec with `id` and `seed`, from functions (of a module, so that they can be pickled).

        Args:
            spec: of the task.
            make: writes the files of a spec into a directory, which does not exist yet, and returns the truth.
            task: returns what an agent is told.
        """
        return cls(spec.id, spec.seed, partial(make, spec), partial(task, spec))


def made_root(
    domain: str, suite: str, version: str, pinned: Mapping[str, str], drawn: object, variant: str = ""
) -> Path:
    """Return where the tasks of one suite are kept; a seed of the user's own does not show.

    What another version of a generator made is never taken for this one's: the pinned hashes are part of the name.
    """
    text = f"{json.dumps(dict(pinned), sort_keys=True)} {drawn} {variant}".rstrip()
    return cache_dir() / domain / f"{suite}-{version}-{hashlib.sha256(text.encode()).hexdigest()[:16]}"


def inputs_dir(root: Path, task_id: str) -> Path:
    """Return where the files of one task lie that an agent may read."""
    return root / "inputs" / task_id


def hidden_dir(root: Path, task_id: str) -> Path:
    """Return where the files of one task lie that only the judging may read."""
    return root / "hidden" / task_id


def truths_dir(root: Path) -> Path:
    """Return where the truths lie: apart from everything that an agent is shown."""
    return root / "truths"


def made_digest(job: Job) -> str:
    """Make one task, throw it away, and return its hash."""
    with TemporaryDirectory(prefix="itbench-pins-") as name:
        inputs = Path(name) / "inputs"
        truth = job.make(inputs)
        return digest_of(inputs, truth, inputs.with_name("hidden"))


def make_missing(
    jobs: Sequence[Job],
    root: Path,
    *,
    pinned: Mapping[str, str],
    progress: Progress = no_progress,
) -> None:
    """Make the tasks that are not there yet, in as many processes as there are processors.

    Raises:
        DataError: a pinned task came out differently, or a process that made tasks was ended from outside.
        StorageError: the cache cannot be written.
    """
    missing = [job for job in jobs if not _is_made(root, job.id)]
    if not missing:
        return
    require_cache()
    sweep(root, f"{_MAKING}*")
    progress("making tasks", len(jobs) - len(missing), len(jobs))
    done = len(jobs) - len(missing)
    for count in _made(make_one, missing, root, pinned):
        progress("making tasks", done + count, len(jobs))


def make_new(jobs: Sequence[Job], root: Path, progress: Progress = no_progress) -> None:
    """Make tasks below a folder outside the cache that has none of them, in as many processes as there are processors.

    Raises:
        DataError: a process that made tasks was ended from outside.
        OSError: the folder cannot be written.
    """
    progress("making tasks", 0, len(jobs))
    for count in _made(_make_whole, jobs, root, {}):
        progress("making tasks", count, len(jobs))


def _made(
    make: Callable[..., None], jobs: Sequence[Job], root: Path, pinned: Mapping[str, str]
) -> Iterator[int]:
    """Make tasks in processes, or in this one where none can be started; yield how many there are as each is done."""
    work = [(job, root, pinned.get(job.id)) for job in jobs]
    with Workers(make, min(len(jobs), os.cpu_count() or 1, _MOST_PROCESSES)) as workers:
        for count, _ in enumerate(workers.carry_out(work), start=1):
            yield count


def make_one(job: Job, root: Path, pinned: str | None) -> None:
    """Make one task beside its place and move it there when it is whole.

    Raises:
        DataError: it does not have the pinned hash.
        StorageError: the cache cannot be written.
    """
    with writing_cache():
        _make_whole(job, root, pinned)


def _make_whole(job: Job, root: Path, pinned: str | None) -> None:
    inputs, truth_path = inputs_dir(root, job.id), truths_dir(root) / f"{job.id}.json"
    # Without parents: a process that outlives for a moment the one that started it never makes again what was swept.
    inputs.parent.mkdir(exist_ok=True)
    truth_path.parent.mkdir(exist_ok=True)
    with temporary_folder(root, _MAKING) as making:
        truth = job.make(making / "inputs")
        _forget_times(making)
        if pinned is not None:
            _check(job, digest_of(making / "inputs", truth, making / "hidden"), pinned)
        part = making / "truth.json"
        part.write_text(json.dumps(truth | {"canary": canary(job)}, indent=1, sort_keys=True), "utf-8")
        part.replace(truth_path)
        if (making / "hidden").is_dir():
            hidden_dir(root, job.id).parent.mkdir(exist_ok=True)
            _move(making / "hidden", hidden_dir(root, job.id))
        _move(making / "inputs", inputs)


def canary(job: Job) -> str:
    """Return a text that only the truth of this task holds."""
    return canary_of(f"canary/{job.id}/{job.seed}")


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
