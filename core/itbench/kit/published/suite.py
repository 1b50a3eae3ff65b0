"""A suite that reads a dataset of the Hugging Face Hub, where it lies and as it is."""

from pathlib import Path
from typing import TYPE_CHECKING

from itbench.errors import UsageError
from itbench.interfaces.progress import Progress, no_progress
from itbench.kit.published.dataset_suite import DatasetSuite

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from itbench.kit.published.dataset import HubDataset
    from itbench.kit.published.locate import Location


class PublishedSuite(DatasetSuite):
    """Finds, fetches and checks a dataset, and shows agents all of a task's files but its truth.

    It takes `--data`, `--as-published`, the option `revision`, and those in `choices`. Its name is that of `dataset.suite`.

    Attributes:
        dataset: where it lies on the hub, and how its directories are called.
    """

    dataset: "HubDataset"

    def list_directories(self, root: Path) -> "Mapping[str, Path]":
        """Return the directories of the tasks below a root by their ids, in the order of the tasks.

        A directory that an index of the dataset lists and that was not fetched may be among them.

        Raises:
            DataError: there are none, or one is not called as it must be.
        """
        return self.dataset.names.directories(root)

    def locate(self) -> "Location":
        """Return where the dataset lies.

        Raises:
            DataError: it lies nowhere, or not as a whole.
        """
        from itbench.kit.published.locate import locate

        return locate(self.dataset, self.options.data, self.revision)

    def fetch(self, tasks: "Sequence[str]" = (), progress: Progress = no_progress) -> Path:
        """Download the dataset, or only some of its tasks, and return where it lies.

        Raises:
            UsageError: the hub's client is not installed, or there is no such task.
            DataError: the download did not succeed.
        """
        from itbench.kit.published.download import download

        names = [self.directory_name(task_id) for task_id in tasks]
        return download(self.dataset, names, revision=self.revision, progress=progress)

    def directory_name(self, task_id: str) -> str:
        """Return the name of a task's directory.

        Raises:
            UsageError: no task can have that id.
        """
        name = self.dataset.names.directory_name(task_id)
        if name is None:
            raise UsageError(
                f"suite {self.name!r} has no task {task_id!r}; its ids are {self.dataset.names.task_form}"
            )
        return name
