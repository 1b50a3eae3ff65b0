"""A sealed suite, read from its public bundle or its private one."""

from pathlib import Path

from itbench.errors import DataError
from itbench.host.digests import FileDigests
from itbench.interfaces.json import JsonObject
from itbench.interfaces.progress import Progress, no_progress
from itbench.interfaces.task import Task
from itbench.kit.directory import DirectorySuite
from itbench.sealed.bundle import KEY, OPENING, read_bundle
from itbench.suites.load import FaultyTasksError


class SealedSuite(DirectorySuite):
    """Reads a bundle that has just the files that were sealed.

    Args:
        root: the bundle.

    Attributes:
        bundle: with the seal.
    """

    def __init__(self, root: Path) -> None:
        self.bundle = read_bundle(root)
        seal = self.bundle.seal.document
        super().__init__(root, name=seal.suite, version=seal.suite_version, summary=seal.summary)
        self.domain, self.options = seal.domain, seal.options

    @property
    def is_public(self) -> bool:
        """Whether there are no truths in it."""
        return self.bundle.opening is None

    def prepare(self, progress: Progress = no_progress) -> None:
        """Look whether all is as it was sealed.

        Raises:
            DataError: names what is not.
        """
        progress("checking the seal", 0, 1)
        self.bundle.require_sound(FileDigests().digest)

    def tasks(self) -> list[Task]:
        """Return the tasks in the order of the seal.

        Raises:
            FaultyTasksError: with every fault of every file.
        """
        found = {task.id: task for task in super().tasks()}
        sealed = [task.id for task in self.bundle.seal.document.tasks]
        if sorted(found) != sorted(sealed):
            raise FaultyTasksError(self.name, [f"{self.root}: its tasks are not those of its seal"])
        return [found[task_id] for task_id in sealed]

    def settings(self) -> JsonObject:
        """Return that the tasks are sealed, and with which options they were made."""
        return {"tasks": "sealed", **({"options": dict(self.options)} if self.options else {})}

    def data_warning(self) -> str:
        """Return that these are not the tasks that the suite has otherwise."""
        return f"these tasks were sealed and are not those of {self.domain}/{self.name}"

    def truth_files(self) -> list[Path]:
        """Return every file from which a truth can be told, salts and hidden data among them."""
        private = [path for path in (self.root / OPENING, self.root / KEY) if path.exists()]
        return [*super().truth_files(), *sorted((self.root / "hidden").rglob("*")), *private]

    def truth(self, task_id: str) -> JsonObject:
        """Return the truth, where this is the private bundle.

        Raises:
            DataError: it is the public one.
        """
        if self.is_public:
            raise DataError(
                f"the truth of task {task_id!r} is sealed: who has the private bundle scores what `itbench submit` writes"
            )
        return super().truth(task_id)
