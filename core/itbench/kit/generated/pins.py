"""Pinned hashes of tasks that are made from seeds: every machine must make the same bytes."""

import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from itbench.errors import DataError, UsageError
from itbench.host.output_file import write_output
from itbench.interfaces.progress import Progress, no_progress
from itbench.interfaces.suite import Suite
from itbench.kit.generated.jobs import Job, made_digest
from itbench.kit.generated.manifest import read_manifest
from itbench.kit.generated.suite import GeneratedSuite
from itbench.kit.generated.workers import Workers

_MOST_PROCESSES = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class PinnedSuite:
    """What `pin_suites` did for one suite.

    Attributes:
        name: of the suite, as `domain/suite`.
        manifest: where its hashes stand.
        tasks: how many tasks are pinned.
        changed: ids of tasks that had another hash before; the suite's version must then be raised.
        added: ids of tasks that had none.
    """

    name: str
    manifest: Path
    tasks: int
    changed: tuple[str, ...]
    added: tuple[str, ...]


def pin_suites(suites: Iterable[Suite], progress: Progress = no_progress) -> list[PinnedSuite]:
    """Make all embedded tasks of the suites that have a manifest, and write the hashes of tasks and truths there.

    Suites with the same manifest share it; what else stood in it is removed.

    Raises:
        UsageError: no suite has a manifest.
        StorageError: a manifest cannot be written.
    """
    pinned = [suite for suite in suites if isinstance(suite, GeneratedSuite) and suite.manifest is not None]
    if not pinned:
        raise UsageError("there is nothing to pin: no suite is a GeneratedSuite with a manifest")
    digests = made_digests(pinned, progress)
    before = {path: _known(path) for path in {suite.manifest for suite in pinned} if path is not None}
    for path in before:
        ids = [job.id for suite in pinned if suite.manifest == path for job in suite.jobs()]
        write_output(path, json.dumps({task_id: digests[task_id] for task_id in ids}, indent=1) + "\n")
    return [_outcome(suite, before, digests) for suite in pinned]


def made_digests(suites: Sequence[GeneratedSuite], progress: Progress = no_progress) -> dict[str, str]:
    """Make all tasks of these suites, throw them away, and return their hashes (`digest_of`) by id.

    Raises:
        DataError: a process that made tasks was ended from outside.
    """
    # A task of several suites is made once.
    jobs = list({job.id: job for suite in suites for job in suite.jobs()}.values())
    with TemporaryDirectory(prefix="itbench-pins-") as name:
        work = [(job, Path(name) / job.id) for job in jobs]
        with Workers(_write_digest, min(len(jobs), os.cpu_count() or 1, _MOST_PROCESSES)) as workers:
            for done, _ in enumerate(workers.carry_out(work), start=1):
                progress("making tasks", done, len(jobs))
        return {job.id: path.read_text("utf-8") for job, path in work}


def _write_digest(job: Job, path: Path) -> None:
    path.write_text(made_digest(job), "utf-8")


def _known(path: Path) -> dict[str, str]:
    try:
        return read_manifest(path)
    except DataError:
        return {}  # There is none yet, or a damaged one, which is what is repaired here.


def _outcome(
    suite: GeneratedSuite, before: dict[Path, dict[str, str]], digests: dict[str, str]
) -> PinnedSuite:
    assert suite.manifest is not None
    old, ids = before[suite.manifest], [job.id for job in suite.jobs()]
    return PinnedSuite(
        name=f"{suite.domain}/{suite.name}",
        manifest=suite.manifest,
        tasks=len(ids),
        changed=tuple(each for each in ids if each in old and old[each] != digests[each]),
        added=tuple(each for each in ids if each not in old),
    )
