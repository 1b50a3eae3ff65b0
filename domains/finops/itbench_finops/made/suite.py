"""A suite whose tasks are made from seeds, the embedded ones or as many fresh ones as asked for."""

from abc import abstractmethod
from pathlib import Path
from typing import TYPE_CHECKING, Self

from itbench.interfaces.json import JsonObject
from itbench.interfaces.suite import Floor, Progress, Suite, SuiteOptions, no_progress

if TYPE_CHECKING:
    from collections.abc import Sequence

    from itbench.interfaces.task import Task
    from itbench.interfaces.workspace import Input
    from itbench_finops.made.make import Job
    from itbench_finops.made.options import Draw


class MadeSuite(Suite):
    """Makes its tasks on first use into the cache.

    Attributes:
        embedded: how many tasks there are without a seed.
    """

    embedded: int

    def __init__(self, drawn: "Draw | None" = None, floor: Floor | None = None) -> None:
        self._drawn = drawn
        # What cheats score was measured on the embedded tasks only.
        self.floor = floor if drawn is None else None

    @abstractmethod
    def jobs(self) -> "list[Job]":
        """Return what is to be made, in the order of the tasks."""

    @abstractmethod
    def make_task(self, task_id: str) -> "Task":
        """Return the public task of that id."""

    def configured(self, options: SuiteOptions) -> Self:
        """Take `seed` and `count`: another set of tasks, never published, made from a secret number.

        Raises:
            UsageError: another option, or one that is no number.
        """
        from itbench_finops.made.options import read_draw

        drawn, left = read_draw(self.name, self.embedded, options)
        super().configured(left)
        return self if drawn is None else type(self)(drawn)

    def settings(self) -> JsonObject:
        """Return whether these are the embedded tasks."""
        return {"tasks": "embedded" if self._drawn is None else "drawn from a seed"}

    def prepare(self, progress: Progress = no_progress) -> None:
        """Make what is not in the cache yet.

        Raises:
            DataError: an embedded task does not come out as pinned.
        """
        from itbench_finops.made.make import make_missing

        make_missing(self.jobs(), self._root, is_pinned=self._drawn is None, progress=progress)

    def tasks(self) -> "list[Task]":
        """Return all tasks."""
        return [self.make_task(job.id) for job in self.jobs()]

    def inputs(self, task_id: str) -> "Sequence[Input]":
        """Return the files of a task."""
        from itbench.interfaces.workspace import Input
        from itbench_finops.made.make import inputs_dir

        root = inputs_dir(self._root, task_id)
        return [
            Input(str(path.relative_to(root)), path) for path in sorted(root.rglob("*")) if path.is_file()
        ]

    def truth(self, task_id: str) -> JsonObject:
        """Return what the simulator knows."""
        from itbench_finops.made.make import truths_dir

        return self.truth_from(task_id, truths_dir(self._root))

    @property
    def _root(self) -> Path:
        from itbench_finops.made.make import cache_root

        return cache_root(self.name, self.version, self._drawn)
