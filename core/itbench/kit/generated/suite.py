"""A suite whose tasks are made from seeds: the embedded ones, as many fresh ones as asked for, or those in a folder."""

from abc import abstractmethod
from pathlib import Path
from typing import TYPE_CHECKING, Self

from itbench.errors import DataError, UsageError
from itbench.interfaces.json import JsonObject
from itbench.interfaces.progress import Progress, no_progress
from itbench.interfaces.suite import SuiteOptions
from itbench.kit.choices import SuiteWithChoices

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from itbench.interfaces.task import Task
    from itbench.interfaces.workspace import Input
    from itbench.kit.directory import DirectorySuite
    from itbench.kit.generated.draw import Draw
    from itbench.kit.generated.jobs import Job


class GeneratedSuite(SuiteWithChoices):
    """Makes its tasks on first use into the cache; takes the options `seed` and `count`, and those in `choices`.

    `itbench make` writes fresh ones into a folder, from which `--data` reads them.

    Attributes:
        domain: the domain's name, a folder of the cache.
        embedded: how many tasks there are without a seed.
        manifest: the file that pins the hash of each embedded task, written by `itbench pin`; suites of a domain may
            share it. None while a suite is not pinned: its tasks may then differ between machines.
        drawn: the user's own seed and number of tasks; None for the embedded tasks.
        made_for: the suite that reads what `write_made` wrote, as `domain/suite`; empty where it is this one.
        is_floor_of_draws: whether `floor` holds for tasks of any seed, because what sets it exploits the generator.
    """

    domain: str
    embedded: int
    manifest: Path | None = None
    is_floor_of_draws: bool = False
    made_for: str = ""
    data_options = frozenset({"seed", "count"})
    secret_options = frozenset({"seed"})

    _folder: "DirectorySuite | None" = None

    def __init__(self, drawn: "Draw | None" = None) -> None:
        self._draw(drawn)

    @property
    def variant(self) -> str:
        """What the chosen options change in the tasks that are made; empty for tasks as they are pinned."""
        return ""

    @abstractmethod
    def jobs(self) -> "list[Job]":
        """Return what is to be made, in the order of the tasks: the embedded ones, or those of `drawn`."""

    def pinned(self) -> "Mapping[str, str]":
        """Return the hash of each embedded task (`itbench.kit.digest_of`) by its id, those of other suites included.

        Raises:
            DataError: the manifest is missing or damaged.
        """
        from itbench.kit.generated.manifest import read_manifest

        return {} if self.manifest is None else read_manifest(self.manifest)

    def configured(self, options: SuiteOptions) -> Self:
        """Take `seed` and `count`: another set of tasks, never published, made from a secret number; or a folder of such tasks.

        Raises:
            UsageError: an option that this suite does not have, or a value that it cannot have.
            DataError: the folder holds no tasks of this suite.
        """
        from itbench.kit.generated.draw import read_draw

        super().configured(SuiteOptions(as_published=options.as_published))
        drawn = read_draw(self.name, self.embedded, options.extra)
        folder = None if options.data is None else self._opened(options.data, options.extra)
        made_with = {} if folder is None else folder.options
        found = self.with_choices({**options.extra, **made_with}, "count", "seed")
        found._draw(drawn)  # noqa: SLF001 - a copy of this one
        found._folder = folder  # noqa: SLF001 - likewise
        return found

    def settings(self) -> JsonObject:
        """Return whether these are the embedded tasks."""
        if self._folder is not None:
            return {"tasks": "read from a folder"}
        made = {"variant": self.variant} if self.variant else {}
        return {"tasks": "embedded" if self.drawn is None else "drawn from a seed", **made}

    def data_warning(self) -> str | None:
        """Return that tasks in a folder are not the embedded ones, and may be anything."""
        if self._folder is None:
            return None
        return f"these tasks were made from a seed and are not those of {self.domain}/{self.name}"

    def write_made(self, folder: Path, truths: Path | None, progress: Progress = no_progress) -> None:
        """Make the tasks into an empty folder: by default as a suite folder (`DirectorySuite`) that this suite reads again.

        Args:
            folder: is moved to its place by `itbench make` once everything is in it.
            truths: another empty folder, for all truths; then `folder` may hold nothing from which one can be read. None
                for truths beside the tasks.
            progress: is told how far it is.

        Raises:
            DataError: a process that made tasks was ended from outside.
            OSError: a folder cannot be written.
        """
        from itbench.kit.generated.made import write_made

        head: JsonObject = {
            "domain": self.domain,
            "name": self.name,
            "version": self.version,
            "options": {option: self.choice(option) for option in self.choices},
            "summary": f"Tasks of {self.domain}/{self.name}, made from a seed.",
        }
        write_made(self.jobs(), head, folder, truths, progress)

    def prepare(self, progress: Progress = no_progress) -> None:
        """Make what is not in the cache yet.

        Raises:
            DataError: an embedded task is not pinned, or does not come out as pinned.
            StorageError: the cache cannot be written.
        """
        from itbench.kit.generated.keep import make_in_place

        if self._folder is not None:
            return
        jobs = self.jobs()
        self._require_pins(jobs)
        make_in_place(jobs, self._root, self._pins, progress)

    def restore(self, task_ids: "Sequence[str]", progress: Progress = no_progress) -> None:
        """Make those of the tasks, again or for the first time, that do not lie in the cache as they were made.

        Raises:
            DataError: an embedded task is not pinned, or does not come out as pinned.
            StorageError: the cache cannot be written.
        """
        from itbench.kit.generated.keep import make_again

        if self._folder is not None:
            return
        wanted = set(task_ids)
        jobs = [job for job in self.jobs() if job.id in wanted]
        self._require_pins(jobs)
        make_again(jobs, self._root, self._pins, progress)

    def tasks(self) -> "list[Task]":
        """Return all tasks."""
        if self._folder is not None:
            return self._folder.tasks()
        return [job.task() for job in self.jobs()]

    def inputs(self, task_id: str) -> "Sequence[Input]":
        """Return the files of a task."""
        from itbench.kit.generated.jobs import inputs_dir

        if self._folder is not None:
            return self._folder.inputs(task_id)
        return _files(inputs_dir(self._root, task_id))

    def hidden(self, task_id: str) -> "Sequence[Input]":
        """Return the files of a task that only the judging may read."""
        from itbench.kit.generated.jobs import hidden_dir

        if self._folder is not None:
            return self._folder.hidden(task_id)
        return _files(hidden_dir(self._root, task_id))

    def check(self, task_id: str) -> "list[str]":
        """Return whether a task is still as it was made; what lies in the cache may have been changed."""
        from itbench.kit.generated.jobs import inputs_dir
        from itbench.kit.generated.kept import change_of

        if self._folder is not None:
            return []
        (job,) = [job for job in self.jobs() if job.id == task_id]
        change = change_of(self._root, job, self._pins.get(task_id))
        if change is None:
            return []
        inputs = inputs_dir(self._root, task_id)
        return [f"{inputs}: the task is not as it was made: {change}; remove {self._root} to make it again"]

    def truth_files(self) -> "list[Path]":
        """Return the file of each truth."""
        from itbench.kit.generated.jobs import truths_dir

        if self._folder is not None:
            return self._folder.truth_files()
        return sorted(truths_dir(self._root).glob("*"))

    def truth(self, task_id: str) -> JsonObject:
        """Return what the generator knows.

        Raises:
            DataError: the task is not in the cache, or its truth is not the one that was made.
        """
        from itbench.kit.generated.jobs import truths_dir
        from itbench.kit.generated.kept import truth_bytes

        if self._folder is not None:
            return self._truth_in(self._folder.root, task_id)
        if not truths_dir(self._root).exists():
            raise DataError(
                f"the tasks of {self.domain}/{self.name} are not in the cache; "
                "`itbench list-tasks` with the options of the run generates them"
            )
        truth_bytes(self._root, task_id)
        return self.truth_from(task_id, truths_dir(self._root))

    def underived(self, task_id: str) -> "Iterable[str]":
        """Return whether a task comes out otherwise when it is made anew."""
        from itbench.kit.generated.jobs import made_digest
        from itbench.kit.generated.kept import read_record

        if self._folder is not None:
            return ()
        (job,) = [job for job in self.jobs() if job.id == task_id]
        record = read_record(self._root, task_id)
        known = self._pins.get(task_id) or (record.task if record else None)
        if made_digest(job) == known:
            return ()
        return ["made anew, its files or its truth have another content"]

    @property
    def _pins(self) -> "Mapping[str, str]":
        """The hashes that tasks must have: none where they are drawn from the user's own seed, or are a variant."""
        return self.pinned() if self.drawn is None and not self.variant else {}

    @property
    def _root(self) -> Path:
        from itbench.kit.generated.jobs import made_root

        return made_root(self.domain, self.name, self.version, self.pinned(), self.drawn, self.variant)

    def _draw(self, drawn: "Draw | None") -> None:
        self.drawn = drawn
        if drawn is not None and not self.is_floor_of_draws:
            self.floor = None  # It was measured on the embedded tasks only.

    def _opened(self, root: Path, extra: "Mapping[str, str]") -> "DirectorySuite":
        from itbench.kit.generated.made import open_made

        if self.made_for:
            raise UsageError(
                f"suite {self.name!r} reads no folder; what `itbench make` wrote for it is run with {self.made_for} --data"
            )
        found = open_made(root, f"{self.domain}/{self.name}", self.version)
        for option, value in extra.items():
            if found.options.get(option) != value:
                made = ", ".join(f"{option}={value}" for option, value in found.options.items())
                raise UsageError(
                    f"the tasks in {str(root)!r} are made, with {made or 'no option'}; leave out {option}={value}"
                )
        return found

    def _truth_in(self, root: Path, task_id: str) -> JsonObject:
        if not (root / "truths").is_dir():
            raise DataError(
                f"truth of task {task_id!r}: there is none in {root}; run with --no-score, then use `itbench score --truths`"
            )
        return self.truth_from(task_id, root / "truths")

    def _require_pins(self, jobs: "Sequence[Job]") -> None:
        missing = [job.id for job in jobs if job.id not in self._pins]
        if missing and self.manifest is not None and self.drawn is None and not self.variant:
            raise DataError(
                f"{self.manifest}: no pinned hash of task {missing[0]!r}; run `itbench pin {self.domain}`"
            )


def _files(root: Path) -> "list[Input]":
    from itbench.interfaces.workspace import Input

    return [Input(str(path.relative_to(root)), path) for path in sorted(root.rglob("*")) if path.is_file()]
