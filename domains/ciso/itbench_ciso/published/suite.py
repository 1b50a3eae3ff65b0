"""`ciso/itbench-lite`: the CISO tasks that IBM published, read where they lie."""

from pathlib import Path
from typing import TYPE_CHECKING

from itbench import DataError, JsonObject, Progress, Suite, SuiteOptions, UsageError, no_progress
from itbench_ciso.engines.packages import REGO_ENGINES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from itbench import Input, Task
    from itbench.kit import Location

_OPTIONS = ("engine", "revision")


class PublishedSuite(Suite):
    """A dataset that others published, read where it lies; the id of a task is the name of its directory."""

    name = "itbench-lite"
    version = "2"
    data_options = frozenset({"revision"})
    summary = "ITBench-Lite: the CISO tasks that IBM published."

    def __init__(self, options: SuiteOptions | None = None) -> None:
        self._options = options or SuiteOptions()
        self._engine = self._options.extra.get("engine", REGO_ENGINES[0])
        self._location: Location | None = None

    def configured(self, options: SuiteOptions) -> "PublishedSuite":
        """Return this suite with the user's options; of the extra ones it knows `engine` and `revision`.

        Raises:
            UsageError: an option that this suite does not have.
        """
        for key in options.extra:
            if key not in _OPTIONS:
                raise UsageError(
                    f"suite {self.name!r} has no option {key!r}; it knows: {', '.join(_OPTIONS)}"
                )
        engine = options.extra.get("engine", REGO_ENGINES[0])
        if engine not in REGO_ENGINES:
            raise UsageError(
                f"suite {self.name!r} has no engine {engine!r}; it knows: {', '.join(REGO_ENGINES)}"
            )
        return PublishedSuite(options)

    def prepare(self, progress: Progress = no_progress) -> None:
        """Look for the engine and the dataset.

        Raises:
            UsageError: the engine is not there.
            SandboxError: the engine cannot be installed.
            DataError: the dataset lies nowhere.
        """
        from itbench_ciso.engines.packages import find_engine

        find_engine(self._engine, progress)
        count = len(self._directories())
        progress(f"found {self.name} in {self._locate().directory}", count, count)

    def fetch(self, tasks: "Sequence[str]" = (), progress: Progress = no_progress) -> Path:
        """Download the dataset, or only some of its tasks, and return where it lies.

        Raises:
            UsageError: the hub's client is not installed, or there can be no such task.
            DataError: the download did not succeed.
        """
        from itbench.kit import download
        from itbench_ciso.published.dataset import LITE, TASK_NAME

        for task_id in tasks:
            if TASK_NAME.fullmatch(task_id) is None:
                raise self._unknown(task_id)
        return download(LITE, tasks, revision=self._options.extra.get("revision"), progress=progress)

    def data_warning(self) -> str | None:
        """Return why these are not the tasks that were published."""
        from itbench.kit import departure
        from itbench_ciso.published.dataset import LITE

        return departure(LITE, self._locate().directory, [*self._directories()])

    def data_gap(self) -> str | None:
        """Return how many of the published tasks are not here."""
        from itbench.kit import gap
        from itbench_ciso.published.dataset import LITE

        return gap(LITE, self._locate().directory, [*self._directories()])

    def settings(self) -> JsonObject:
        """Return the revision of the data if known, its directory's name, and the engine with its version."""
        from itbench_ciso.engines.packages import find_engine
        from itbench_ciso.published.dataset import LITE

        location = self._locate()
        return {
            "repository": LITE.repository,
            "revision": location.revision,
            "directory": location.directory.name,
            "engine": find_engine(self._engine).in_words,
            "view": "as-published" if self._options.as_published else "default",
        }

    def tasks(self) -> "list[Task]":
        """Return a task for each directory, by the numbers of their controls.

        Raises:
            DataError: a text cannot be read.
        """
        from itbench_ciso.published.task import make_published_task

        return [make_published_task(name, path, self._engine) for name, path in self._directories().items()]

    def inputs(self, task_id: str) -> "Sequence[Input]":
        """Return the manifests of the cluster that agents see.

        Raises:
            DataError: there are none, or a symbolic link leads out of the directory.
        """
        from itbench_ciso.published.files import shown_files

        return shown_files(self._directory(task_id), blobs=self._locate().blobs)

    def hidden(self, task_id: str) -> "Sequence[Input]":
        """Return the manifests of the compliant and the further violating clusters.

        Raises:
            DataError: there is no compliant one.
        """
        from itbench_ciso.published.files import hidden_files

        return hidden_files(self._directory(task_id), blobs=self._locate().blobs)

    def check(self, task_id: str) -> "list[str]":
        """Return what was changed since the task was fetched, or which manifests of any set cannot be read."""
        from itbench.kit import changed_files
        from itbench_ciso.published.dataset import LITE
        from itbench_ciso.published.files import unreadable_manifests

        return changed_files(LITE, self._directory(task_id)) or unreadable_manifests(
            [*self.inputs(task_id), *self.hidden(task_id)]
        )

    def truth_files(self) -> "Sequence[Path]":
        """Return the published solution of every task."""
        from itbench_ciso.published.files import solution_files

        return [path for directory in self._directories().values() for path in solution_files(directory)]

    def truth(self, task_id: str) -> JsonObject:
        """Return the solution that was published with the task, with a canary.

        Raises:
            DataError: there is none, it cannot be read, or it was changed since it was fetched.
        """
        from itbench.kit import require_unchanged
        from itbench_ciso.published.dataset import LITE
        from itbench_ciso.published.files import solution_files
        from itbench_ciso.published.truths import read_truth

        directory = self._directory(task_id)
        require_unchanged(LITE, directory, solution_files(directory))
        return read_truth(directory)

    def truth_from(self, task_id: str, directory: Path) -> JsonObject:
        """Return the truth as it lies in another directory, in the published layout or as `<task id>.json`.

        Raises:
            DataError: there is none, or it cannot be read.
        """
        from itbench_ciso.published.truths import read_truth

        if (directory / task_id).is_dir():
            return read_truth(directory / task_id)
        return super().truth_from(task_id, directory)

    def _locate(self) -> "Location":
        if self._location is None:
            from itbench.kit import locate
            from itbench_ciso.published.dataset import LITE

            self._location = locate(LITE, self._options.data, self._options.extra.get("revision"))
        return self._location

    def _directories(self) -> dict[str, Path]:
        from itbench_ciso.published.dataset import task_directories

        found = {path.name: path for path in task_directories(self._locate().directory)}
        if not found:
            raise DataError(f"{self._locate().directory}: no tasks there any longer; fetch the dataset again")
        return found

    def _directory(self, task_id: str) -> Path:
        directories = self._directories()
        if task_id not in directories:
            raise self._unknown(task_id)
        return directories[task_id]

    def _unknown(self, task_id: str) -> UsageError:
        return UsageError(
            f"suite {self.name!r} has no task {task_id!r}; its ids are names of directories, such as "
            "k8s-opa-static-cis-5.1.1"
        )


ITBENCH_LITE = PublishedSuite()
"""The published suite."""
