"""Splits a suite into a public bundle and a private one, and promises of each task what the private one holds."""

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from itbench.errors import DataError, UsageError
from itbench.host.digests import FileDigests
from itbench.host.new_folder import making_folder, require_place, writing_folders
from itbench.interfaces.domain import Domain
from itbench.interfaces.json import JsonObject
from itbench.interfaces.progress import Progress, no_progress
from itbench.interfaces.suite import Suite, SuiteOptions
from itbench.interfaces.task import Task
from itbench.kit.directory import DirectorySuite
from itbench.kit.folder import is_suite_folder
from itbench.kit.generated.draw import secret_seed
from itbench.kit.generated.suite import GeneratedSuite
from itbench.kit.published.dataset_suite import DatasetSuite
from itbench.plugins.domains import domain_host, find_suite
from itbench.runs.trial.judge import Judge
from itbench.sealed.bundle import is_bundle
from itbench.sealed.keys import require_cryptography
from itbench.sealed.reopen import named_suite
from itbench.sealing.bundles import Drawn, write_bundles
from itbench.suites.files_only import is_judged_by_files, set_up_task
from itbench.suites.load import load_tasks
from itbench.suites.soundness import data_faults, read_data


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedFolder:
    """What `seal_suite` wrote.

    Attributes:
        suite: `DOMAIN/SUITE`.
        tasks: how many.
        public: the bundle for those who run agents.
        private: the bundle of those who score.
        seal: digest of the seal, which is to be published.
        key: the public key that signed it.
        is_drawn: whether the tasks were made from a fresh secret seed.
    """

    suite: str
    tasks: int
    public: Path
    private: Path
    seal: str
    key: str
    is_drawn: bool

    def document(self) -> JsonObject:
        """Return it for machines."""
        return {
            "suite": self.suite,
            "tasks": self.tasks,
            "public": str(self.public),
            "private": str(self.private),
            "seal": self.seal,
            "key": self.key,
            "is_drawn": self.is_drawn,
        }


def seal_suite(
    reference: str, options: SuiteOptions, count: int | None, out: Path, progress: Progress = no_progress
) -> SealedFolder:
    """Seal a suite into a new folder with the bundles `public` and `private`.

    Tasks of a suite that is made from seeds are made again, from a seed of 128 secret bits.

    Args:
        reference: `DOMAIN`, `DOMAIN/SUITE`, or a folder with tasks.
        options: of the suite.
        count: how many tasks to draw; None for as many as the suite has.
        out: a folder that is empty or not there.
        progress: is told how far it is.

    Raises:
        UsageError: the suite cannot be sealed, or the folder cannot be used.
        DataError: data of the suite is faulty.
        StorageError: the folder cannot be written.
    """
    require_cryptography()
    place = Path(os.path.realpath(out))
    with writing_folders(place, "--out"):
        require_place("--out", place)
        with making_folder(place) as folder, _source(reference, options, count, folder, progress) as found:
            domain, suite, drawn = found
            tasks = load_tasks(suite)
            _require_sealable(domain, suite, tasks)
            _require_sound(domain, suite, tasks, progress)
            signed = write_bundles(domain, suite, tasks, drawn, folder, progress)
            if drawn is not None:
                # Truths are in it: what cannot be removed must not stay unseen.
                shutil.rmtree(folder / _MADE)
            folder.rename(place)
    return SealedFolder(
        suite=f"{domain.name}/{suite.name}",
        tasks=len(tasks),
        public=out / "public",
        private=out / "private",
        seal=signed.digest,
        key=signed.document.key,
        is_drawn=drawn is not None,
    )


_MADE = "made"


@contextmanager
def _source(
    reference: str, options: SuiteOptions, count: int | None, folder: Path, progress: Progress
) -> Iterator[tuple[Domain, Suite, Drawn | None]]:
    """Yield the domain and the suite that are meant; one that is made from seeds is drawn into a folder beside the bundles."""
    if is_bundle(Path(reference)):
        raise UsageError(f"{reference!r} is sealed already")
    if not is_suite_folder(reference) and options.data is None:
        domain, suite = find_suite(reference)
        if isinstance(suite, GeneratedSuite):
            yield domain, *_draw(suite, options, count, folder / _MADE, progress)
            return
    if count is not None:
        raise UsageError(f"{reference!r} has the tasks that it has; leave out --tasks")
    domain, suite, _ = named_suite(reference, options)
    if isinstance(suite, DatasetSuite):
        raise UsageError(
            f"the truths of {domain.name}/{suite.name} are published, so there is nothing to seal"
        )
    suite.prepare(progress)
    yield domain, suite, None


def _draw(
    suite: GeneratedSuite, options: SuiteOptions, count: int | None, folder: Path, progress: Progress
) -> tuple[Suite, Drawn]:
    if {"seed", "count"} & options.extra.keys():
        raise UsageError(
            "sealing draws a secret seed by itself; leave out seed, and give the number of tasks with --tasks"
        )
    seed, count = str(secret_seed()), count or suite.embedded
    made = suite.configured(replace(options, extra={**options.extra, "seed": seed, "count": str(count)}))
    folder.mkdir(mode=0o700)
    # In the layout of a suite folder, also where the suite writes another one for other tools.
    write = GeneratedSuite.write_made if made.made_for else type(made).write_made
    write(made, folder, None, progress)
    source = DirectorySuite(folder, name=suite.name, version=suite.version, summary=suite.summary)
    chosen = {option: made.choice(option) for option in made.choices}
    return source, Drawn(seed, count, chosen)


def _require_sealable(domain: Domain, suite: Suite, tasks: Sequence[Task]) -> None:
    """Refuse a suite whose tasks cannot be worked on without what is private.

    Raises:
        UsageError: says which task, and why not.
    """
    name = f"{domain.name}/{suite.name}"
    if not is_judged_by_files(domain):
        raise UsageError(
            f"{name} cannot be sealed: what counts is how an agent leaves its world, and what is observed of that would have to be "
            "believed to those who run the agent; run its agents where the truths are"
        )
    task_id = set_up_task(suite, tasks)
    if task_id is not None:
        raise UsageError(
            f"{name} cannot be sealed: the world of task {task_id!r} is set up with what no agent may know, so nobody without "
            "it could run an agent there; run its agents where the truths are"
        )


def _require_sound(domain: Domain, suite: Suite, tasks: Sequence[Task], progress: Progress) -> None:
    """Refuse faulty data and truths: once they are sealed, they cannot be corrected.

    Raises:
        DataError: names the first fault.
    """
    judge = Judge(domain, suite)
    checker = f"{domain_host().origin(domain.name)} {domain.name}/{suite.name} {suite.version}"
    found = data_faults(suite, read_data(suite, tasks), checker, FileDigests(), progress)
    for task in tasks:
        lines = [*found.get(task.id, []), *judge.truth_faults(task.id)]
        if lines:
            raise DataError(f"task {task.id!r} cannot be sealed: {lines[0]}")
