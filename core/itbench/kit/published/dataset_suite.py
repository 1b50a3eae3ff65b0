"""What suites share that read a dataset which others published, where it lies and as it is."""

from abc import abstractmethod
from pathlib import Path
from typing import TYPE_CHECKING, Self

from itbench.errors import DataError, UsageError
from itbench.interfaces.json import JsonObject
from itbench.interfaces.progress import Progress, no_progress
from itbench.interfaces.suite import SuiteOptions
from itbench.kit.choices import SuiteWithChoices

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from itbench.interfaces.task import Task
    from itbench.interfaces.workspace import Input
    from itbench.kit.published.dataset import Dataset
    from itbench.kit.published.locate import Location

_STORED = (".json", ".yaml", ".yml")


class DatasetSuite(SuiteWithChoices):
    """Finds and checks a dataset, and shows agents all of a task's files but its truth.

    It takes `--data`, `--as-published`, the option `revision`, and those in `choices`. Its name is that of `dataset.suite`.

    Attributes:
        dataset: what it is called, and how its directories are.
        truth_names: of the truth in a task's directory, a file or a folder; the first that is there counts.
        needed_files: paths of files that every task must have.
        withheld_names: names, in lower case, of files that agents see only with `--as-published`.
        options: what the user said of the suite.
    """

    dataset: "Dataset"
    truth_names: "Sequence[str]" = ("ground_truth.yaml", "ground_truth.yml")
    needed_files: "Sequence[str]" = ()
    withheld_names: frozenset[str] = frozenset()
    data_options = frozenset({"revision"})

    def __init__(self) -> None:
        self.name = self.dataset.suite
        self._begin(SuiteOptions())

    def _begin(self, options: SuiteOptions) -> None:
        self.options = options
        self._location: Location | None = None
        self._directories: Mapping[str, Path] | None = None
        self._truth_files: Sequence[Path] | None = None

    @abstractmethod
    def make_task(self, task_id: str, directory: Path) -> "Task":
        """Return the public task whose files lie in a directory."""

    def read_truth(self, task_id: str, path: Path) -> JsonObject:
        """Return the truth at a path, with its canary: by default, the object in a file of JSON or YAML.

        Args:
            task_id: of the task.
            path: one of `truth_names` in the directory of the task, or a file `<task id>.json`, `.yaml` or `.yml`.

        Raises:
            DataError: it cannot be read.
        """
        from itbench.kit.canary import canary_of
        from itbench.kit.published.files import read_object, read_text

        return {"canary": canary_of(read_text(path))} | read_object(path)

    @abstractmethod
    def list_directories(self, root: Path) -> "Mapping[str, Path]":
        """Return the directories of the tasks below a root by their ids, in the order of the tasks.

        A directory that an index of the dataset lists and that was not fetched may be among them.

        Raises:
            DataError: there are none, or one is not called as it must be.
        """

    @abstractmethod
    def locate(self) -> "Location":
        """Return where the dataset lies.

        Raises:
            DataError: it lies nowhere, or not as a whole.
        """

    @abstractmethod
    def directory_name(self, task_id: str) -> str:
        """Return the path of a task's directory below the one that holds those of all tasks.

        Raises:
            UsageError: no task can have that id.
        """

    def listed_names(self) -> "Sequence[str] | None":
        """Return the names of directories in the dataset's own index, where it has one."""
        return None

    def data_problems(self, task_id: str) -> "Sequence[str]":
        """Return what is wrong with the files of a task that are as they were fetched, one line each."""
        del task_id
        return ()

    def truth_paths(self, directory: Path) -> "Sequence[Path]":
        """Return the files from which the truth of the task in a directory is read; they need not exist."""
        return [directory / name for name in self.truth_names]

    @property
    def location(self) -> "Location":
        """Where the dataset lies.

        Raises:
            DataError: it lies nowhere, or not as a whole.
        """
        if self._location is None:
            self._location = self.locate()
        return self._location

    @property
    def directories(self) -> "Mapping[str, Path]":
        """The directory of each task by its id, in the order of the tasks, as `list_directories` gives them."""
        if self._directories is None:
            self._directories = self.list_directories(self.location.directory)
        return self._directories

    def directory(self, task_id: str) -> Path:
        """Return the directory of a task.

        Raises:
            UsageError: there is no such task.
        """
        if task_id not in self.directories:
            self.directory_name(task_id)
            raise self.no_task(task_id)
        return self.directories[task_id]

    def no_task(self, task_id: str) -> UsageError:
        """Return the error for an id that no task has."""
        few = ", ".join([*self.directories][:5])
        return UsageError(
            f"suite {self.name!r} has no task {task_id!r}; it has {len(self.directories)}: {few} ..."
        )

    def files_in(self, task_id: str, folder: str = "") -> "list[Input]":
        """Return the files below a task's directory, or below one folder in it, that are neither a truth nor begin with a dot.

        Raises:
            DataError: the folder is absent, or a symbolic link leads to nothing or out of it and of the hub's cache.
        """
        from itbench.interfaces.workspace import Input
        from itbench.kit.published.files import is_public, plain_files

        directory = self.directory(task_id)
        return [
            Input(path.relative_to(directory).as_posix(), path)
            for path in plain_files(directory / folder, blobs=self.location.blobs)
            if is_public(path.relative_to(directory))
        ]

    def configured(self, options: SuiteOptions) -> Self:
        """Return this suite with the user's options.

        Raises:
            UsageError: an option that this suite does not have, or a value that it cannot have.
        """
        found = self.with_choices(options.extra, *self.data_options)
        found._begin(options)  # noqa: SLF001 - a copy of this one
        return found

    def prepare(self, progress: Progress = no_progress) -> None:
        """Find the dataset and read which tasks it has.

        Raises:
            DataError: it lies nowhere, not as a whole, or without a task.
        """
        count = len(self.directories)
        progress(f"found {self.name} in {self.location.directory}", count, count)

    def data_warning(self) -> str | None:
        """Return why these are not the tasks that were published."""
        from itbench.kit.published.genuine import departure

        present = [
            self.directory_name(task_id) for task_id, path in self.directories.items() if path.is_dir()
        ]
        return departure(self.dataset, self.location.directory, present, self.listed_names())

    def data_gap(self) -> str | None:
        """Return how many of the published tasks are neither here nor in the dataset's index."""
        from itbench.kit.published.genuine import gap

        names = [self.directory_name(task_id) for task_id in self.directories]
        return gap(self.dataset, self.location.directory, names)

    def settings(self) -> JsonObject:
        """Return the repository, the revision of the data if known, its directory's name, and the view."""
        return {
            "repository": self.dataset.repository,
            "revision": self.location.revision,
            "directory": self.location.directory.name,
            "view": "as-published" if self.options.as_published else "default",
        }

    def tasks(self) -> "list[Task]":
        """Return a task for each directory."""
        return [self.make_task(task_id, path) for task_id, path in self.directories.items()]

    def inputs(self, task_id: str) -> "Sequence[Input]":
        """Return the files of a task but its truth and, unless shown as published, what is withheld.

        Raises:
            DataError: a file is missing, or a symbolic link leads out of the directory.
        """
        withheld = frozenset() if self.options.as_published else self.withheld_names
        found = [entry for entry in self.files_in(task_id) if entry.source.name.lower() not in withheld]
        present = {entry.path for entry in found}
        for name in self.needed_files:
            if name not in present:
                raise DataError(f"{self.directory(task_id) / name}: no such file; fetch the dataset again")
        return found

    def check(self, task_id: str) -> "Sequence[str]":
        """Return what of a task was changed since it was fetched, else `data_problems`."""
        from itbench.kit.published.whole import changed_files

        return changed_files(self.dataset, self.directory(task_id)) or self.data_problems(task_id)

    def truth_files(self) -> "Sequence[Path]":
        """Return whatever is named like a truth, of every task."""
        from itbench.kit.published.files import truths_below

        if self._truth_files is None:
            self._truth_files = truths_below(self.location.directory)
        return self._truth_files

    def truth(self, task_id: str) -> JsonObject:
        """Return the truth that was published with a task, with a canary.

        Raises:
            DataError: there is none, it cannot be read, or it was changed since it was fetched.
        """
        from itbench.kit.published.whole import require_unchanged

        directory = self.directory(task_id)
        require_unchanged(self.dataset, directory, self.truth_paths(directory))
        found = self.find_truth(task_id, self.location.directory)
        if found is None:
            raise DataError(
                f"{directory}: no truth there, expected {self.truth_names[0]}; fetch the dataset again"
            )
        return found

    def truth_from(self, task_id: str, directory: Path) -> JsonObject:
        """Return the truth as it lies in another directory: as `<task id>.json`, `.yaml` or `.yml`, or as it was published.

        Raises:
            DataError: there is none, or it cannot be read.
        """
        name, domain = self.directory_name(task_id), self.dataset.domain
        stored = [f"{task_id}{suffix}" for suffix in _STORED]
        for path in (directory / each for each in stored):
            if path.is_file():
                return self.read_truth(task_id, path)
        for root in (directory, directory / domain):
            found = self.find_truth(task_id, root)
            if found is not None:
                return found
        expected = ", ".join([*stored, *(f"{name}/{each}" for each in self.truth_names)])
        raise DataError(
            f"no truth of task {task_id!r} in {str(directory)!r}; expected one of {expected}, the last also in {domain}/"
        )

    def find_truth(self, task_id: str, root: Path) -> JsonObject | None:
        """Return the truth of a task below a folder that holds the directories of tasks; None if there is none.

        Raises:
            DataError: it cannot be read.
        """
        folder = self.directory_name(task_id)
        for name in self.truth_names:
            if (root / folder / name).exists():
                return self.read_truth(task_id, root / folder / name)
        return None

    @property
    def revision(self) -> str | None:
        """The branch, tag or commit that the user asked for."""
        return self.options.extra.get("revision")
