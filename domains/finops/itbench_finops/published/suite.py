"""`finops/itbench-lite`: the FinOps tasks that IBM published, read where they lie."""

import re
from pathlib import Path
from typing import TYPE_CHECKING

from itbench import DataError, JsonObject, Progress, Suite, SuiteOptions, UsageError, no_progress

if TYPE_CHECKING:
    from collections.abc import Sequence

    from itbench import Input, Task
    from itbench.kit import Location

_DIRECTORY = re.compile(r"Scenario-(\d{1,6})")


class PublishedSuite(Suite):
    """A dataset that others published, read where it lies."""

    name = "itbench-lite"
    version = "1"
    data_options = frozenset({"revision"})
    summary = "ITBench-Lite: the FinOps tasks that IBM published."

    def __init__(self, options: SuiteOptions | None = None) -> None:
        self._options = options or SuiteOptions()
        self._location: Location | None = None
        self._truth_files: list[Path] | None = None

    def configured(self, options: SuiteOptions) -> "PublishedSuite":
        """Return this suite with the user's options; of the extra ones it knows `revision`.

        Raises:
            UsageError: an option that this suite does not have.
        """
        for key in options.extra:
            if key != "revision":
                raise UsageError(f"suite {self.name!r} has no option {key!r}; it knows: revision")
        return PublishedSuite(options)

    def prepare(self, progress: Progress = no_progress) -> None:
        """Find the dataset.

        Raises:
            DataError: it lies nowhere.
        """
        count = len(self._directories())
        progress(f"found {self.name} in {self._locate().directory}", count, count)

    def fetch(self, tasks: "Sequence[str]" = (), progress: Progress = no_progress) -> Path:
        """Download the dataset, or only some of its tasks, and return where it lies.

        Raises:
            UsageError: the hub's client is not installed, or there is no such task.
            DataError: the download did not succeed.
        """
        from itbench.kit import download
        from itbench_finops.published.dataset import DIRECTORY_PREFIX, LITE

        names = [f"{DIRECTORY_PREFIX}{self._number(task_id)}" for task_id in tasks]
        return download(LITE, names, revision=self._options.extra.get("revision"), progress=progress)

    def data_warning(self) -> str | None:
        """Return why these are not the tasks that were published."""
        from itbench.kit import departure
        from itbench_finops.published.dataset import LITE

        names = [path.name for path in self._directories().values()]
        return departure(LITE, self._locate().directory, names)

    def data_gap(self) -> str | None:
        """Return how many of the published tasks are not here."""
        from itbench.kit import gap
        from itbench_finops.published.dataset import LITE

        return gap(LITE, self._locate().directory, [path.name for path in self._directories().values()])

    def settings(self) -> JsonObject:
        """Return the revision of the data if known, and its directory's name."""
        from itbench_finops.published.dataset import LITE

        location = self._locate()
        return {
            "repository": LITE.repository,
            "revision": location.revision,
            "directory": location.directory.name,
            "view": "as-published" if self._options.as_published else "default",
        }

    def tasks(self) -> "list[Task]":
        """Return a task for each directory, by number."""
        from itbench_finops.bills.task import make_task

        return [
            make_task(
                f"{self.name}-{number}",
                title=f"Cost anomaly {number} of ITBench-Lite",
                suite=self.name,
                is_simulated=False,
            )
            for number in self._directories()
        ]

    def inputs(self, task_id: str) -> "Sequence[Input]":
        """Return the files of a task, without its truth.

        Raises:
            DataError: a file is missing, or a symbolic link leads out of the directory.
        """
        from itbench_finops.published.inputs import public_inputs

        return public_inputs(self._directory(task_id), blobs=self._locate().blobs)

    def check(self, task_id: str) -> "Sequence[str]":
        """Return what was changed since the task was fetched, or is wrong with question and table, one line each."""
        from itbench.kit import changed_files
        from itbench_finops.published.checks import data_problems
        from itbench_finops.published.dataset import LITE

        directory = self._directory(task_id)
        return changed_files(LITE, directory) or data_problems(directory)

    def truth_files(self) -> "Sequence[Path]":
        """Return whatever is named like a truth, of every task."""
        from itbench.kit import truths_below

        if self._truth_files is None:
            self._truth_files = truths_below(self._locate().directory)
        return self._truth_files

    def truth(self, task_id: str) -> JsonObject:
        """Return the truth that was published with the task, with a canary and the excess dollars.

        Raises:
            DataError: there is none, it cannot be read, or it was changed since it was fetched.
        """
        from itbench.kit import require_unchanged
        from itbench_finops.published.dataset import LITE
        from itbench_finops.published.truths import TRUTH_NAMES

        directory = self._directory(task_id)
        require_unchanged(LITE, directory, [directory / name for name in TRUTH_NAMES])
        return self.truth_from(task_id, self._locate().directory)

    def truth_from(self, task_id: str, directory: Path) -> JsonObject:
        """Return the truth as it lies in another directory, in the published layout or as `<task id>.yaml` or `.json`.

        Raises:
            DataError: there is none, or it cannot be read.
        """
        from itbench_finops.published.truths import TRUTH_NAMES, add_excess, read_truth

        number = self._number(task_id)
        names = [f"{task_id}{suffix}" for suffix in (".json", ".yaml", ".yml")]
        names += [f"Scenario-{number}/{name}" for name in TRUTH_NAMES]
        for name in names:
            if (directory / name).is_file():
                return add_excess(read_truth(directory / name), self._directory(task_id))
        raise DataError(
            f"no truth of task {task_id!r} in {str(directory)!r}; expected one of {', '.join(names)}"
        )

    def _locate(self) -> "Location":
        if self._location is None:
            from itbench.kit import locate
            from itbench_finops.published.dataset import LITE

            self._location = locate(LITE, self._options.data, self._options.extra.get("revision"))
        return self._location

    def _directories(self) -> dict[int, Path]:
        found: dict[int, Path] = {}
        for path in sorted(self._locate().directory.iterdir()):
            match = _DIRECTORY.fullmatch(path.name)
            if match is not None and path.is_dir():
                if int(match[1]) in found:
                    raise DataError(f"{path}: task {int(match[1])} stands there twice; remove one")
                found[int(match[1])] = path
        return dict(sorted(found.items()))

    def _directory(self, task_id: str) -> Path:
        directories, number = self._directories(), self._number(task_id)
        if number not in directories:
            raise UsageError(f"suite {self.name!r} has no task {task_id!r}; it has {len(directories)}")
        return directories[number]

    def _number(self, task_id: str) -> int:
        match = re.fullmatch(rf"{re.escape(self.name)}-(\d{{1,6}})", task_id)
        if match is None:
            raise UsageError(f"suite {self.name!r} has no task {task_id!r}; its ids are {self.name}-<number>")
        return int(match[1])


ITBENCH_LITE = PublishedSuite()
