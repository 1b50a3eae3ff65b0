"""`ciso/itbench-lite`: the CISO tasks that IBM published, read where they lie."""

from pathlib import Path
from typing import TYPE_CHECKING

from itbench import DataError, JsonObject
from itbench.kit import HubDataset, PublishedSuite, TaskNames
from itbench_ciso.suites.judged import JudgedSuite

if TYPE_CHECKING:
    from collections.abc import Sequence

    from itbench import Input, Task

LITE = HubDataset(
    repository="ibm-research/ITBench-Lite",
    domain="ciso",
    suite="itbench-lite",
    folder="snapshots/ciso/*",
    # A folder's name ends with the number of its control, and is the id of its task.
    names=TaskNames(
        rest=r"[A-Za-z0-9-]*cis-(?P<number>[0-9]+(?:\.[0-9]+){1,3})[A-Za-z0-9._-]{0,40}",
        rest_form="<name>-cis-<control>",
    ),
    task_file="problem.md",
    part="CISO tasks",
    count=15,
)


class LiteSuite(JudgedSuite, PublishedSuite):
    """The CISO tasks of ITBench-Lite; each has a cluster that is shown, and others that are not."""

    version = "2"
    summary = "ITBench-Lite: the CISO tasks that IBM published."
    dataset = LITE
    truth_names = ("ground-truth",)

    def make_task(self, task_id: str, directory: Path) -> "Task":
        """Return the task in its publisher's words.

        Raises:
            DataError: they cannot be read.
        """
        from itbench_ciso.published.task import make_published_task

        text = directory / self.dataset.task_file
        return make_published_task(task_id, text, self.dataset.names.number(task_id), self.choice("engine"))

    def inputs(self, task_id: str) -> "Sequence[Input]":
        """Return the manifests of the cluster that agents see.

        Raises:
            DataError: there are none, or a symbolic link leads out of their folder.
        """
        from itbench_ciso.judging.sets import SHOWN

        return self._manifests(task_id, SHOWN)

    def hidden(self, task_id: str) -> "Sequence[Input]":
        """Return the manifests of the compliant and the further violating clusters.

        Raises:
            DataError: there is no compliant one, or a symbolic link leads out of its folder.
        """
        from itbench_ciso.judging.sets import COMPLIANT
        from itbench_ciso.published.files import violation_sets

        names = violation_sets(self.directory(task_id))
        violating = [entry for name in names for entry in self.files_in(task_id, name)]
        return [*self._manifests(task_id, COMPLIANT), *violating]

    def data_problems(self, task_id: str) -> list[str]:
        """Return which manifests of any set cannot be read."""
        from itbench_ciso.published.files import unreadable_manifests

        return unreadable_manifests([*self.inputs(task_id), *self.hidden(task_id)])

    def truth_paths(self, directory: Path) -> list[Path]:
        """Return the script and the policy of the published solution."""
        from itbench_ciso.published.files import solution_files

        return solution_files(directory / self.truth_names[0])

    def truth_files(self) -> "Sequence[Path]":
        """Return the published solution of every task."""
        return [path for directory in self.directories.values() for path in self.truth_paths(directory)]

    def read_truth(self, task_id: str, path: Path) -> JsonObject:
        """Return the solution in a folder with a canary, or a truth that was stored as JSON.

        Raises:
            DataError: it cannot be read.
        """
        from itbench_ciso.published.truths import read_solution

        return read_solution(path) if path.is_dir() else super().read_truth(task_id, path)

    def _manifests(self, task_id: str, name: str) -> "list[Input]":
        found = self.files_in(task_id, name)
        if not found:
            raise DataError(f"{self.directory(task_id) / name}: no files there; fetch the dataset again")
        return found


ITBENCH_LITE = LiteSuite()
"""The published suite."""
