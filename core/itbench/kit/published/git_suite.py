"""A suite that reads a clone of a Git repository in which the paths of tasks may tell their truths."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

from itbench.errors import DataError, UsageError
from itbench.interfaces.json import JsonObject
from itbench.interfaces.progress import Progress, no_progress
from itbench.kit.published.dataset_suite import DatasetSuite

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from itbench.interfaces.workspace import Input
    from itbench.kit.published.dataset import GitDataset
    from itbench.kit.published.locate import Location


class GitSuite(DatasetSuite):
    """Finds, fetches and checks a clone; agents see no file of it, because the place of a file would tell too much.

    It takes `--data`, the options `url` (to fetch from) and `revision`, and those in `choices`. All files of a task but its
    truth are hidden data, for its environment to show what is meant for agents.

    Attributes:
        dataset: how its directories are.
        needed_files: paths of files that every task must have.
        hidden_files: paths of files that the environment reads; some of them may be missing.
    """

    dataset: "GitDataset"
    hidden_files: "Sequence[str]" = ()
    data_options = frozenset({"url", "revision"})

    def locate(self) -> "Location":
        """Return where a clone lies: in `--data`, else in ITBENCH_DATA, else in the cache.

        Raises:
            DataError: it lies nowhere, or not as a whole, or is not at the commit that was asked for.
        """
        from itbench.kit.published.clone import head_commit
        from itbench.kit.published.locate import Location
        from itbench.kit.published.whole import require_whole

        root = self._root()
        require_whole(self.dataset, root / self.dataset.data_folders[0])
        commit = head_commit(root)
        if self.revision is not None and commit != self.revision:
            raise DataError(f"{root}: at commit {commit}, but {self.revision!r} is asked for; leave that out")
        return Location(root, commit)

    def list_directories(self, root: Path) -> "Mapping[str, Path]":
        """Return the directories of the tasks by their ids, which are made from content.

        Raises:
            DataError: two tasks are the same.
        """
        from itbench.kit.published.opaque import opaque_directories

        return opaque_directories(self.dataset, root)

    def directory_name(self, task_id: str) -> str:
        """Return the path of a task's directory below the root of the clone.

        Raises:
            UsageError: there is no such task.
        """
        if task_id not in self.directories:
            raise self.no_task(task_id)
        return self.directories[task_id].relative_to(self.location.directory).as_posix()

    def fetch(self, tasks: "Sequence[str]" = (), progress: Progress = no_progress) -> Path:
        """Clone the repository at the address in the option `url`, and return where it lies.

        Raises:
            UsageError: no address was given, or only some tasks are asked for.
            DataError: it could not be cloned.
        """
        from itbench.kit.published.clone import clone

        url = self.options.extra.get("url")
        if not url:
            raise UsageError(f"{self.dataset.repository}: say where from: {self.dataset.fetch_command}")
        if tasks:
            raise UsageError(f"{self.dataset.repository} is fetched as a whole; leave out --task")
        return clone(self.dataset, url, revision=self.revision, progress=progress)

    def inputs(self, task_id: str) -> "Sequence[Input]":
        """Return nothing."""
        del task_id
        return ()

    def hidden(self, task_id: str) -> "Sequence[Input]":
        """Return the files that the environment reads.

        Raises:
            DataError: one that every task must have is missing, or one is a symbolic link, which may lead to a truth.
        """
        from itbench.interfaces.workspace import Input

        directory = self.directory(task_id)
        link = next((name for name in self.hidden_files if (directory / name).is_symlink()), None)
        if link is not None:
            raise DataError(f"{directory / link}: a symbolic link; put a file in its place")
        for name in self.needed_files:
            if not (directory / name).is_file():
                raise DataError(f"{directory / name}: no such file; fetch the dataset again")
        return [Input(name, directory / name) for name in self.hidden_files if (directory / name).is_file()]

    def truth_files(self) -> "Sequence[Path]":
        """Return the files with the truths of all tasks."""
        if self._truth_files is None:
            self._truth_files = [
                path
                for directory in self.directories.values()
                for path in self.truth_paths(directory)
                if path.is_file()
            ]
        return self._truth_files

    def truth_from(self, task_id: str, directory: Path) -> JsonObject:
        """Return the truth as it lies in another directory: as `<task id>.json`, or in a clone.

        Raises:
            DataError: there is none, or it cannot be read.
        """
        from itbench.kit.published.opaque import holds_opaque_tasks, opaque_directories

        if holds_opaque_tasks(self.dataset, directory):
            found = opaque_directories(self.dataset, directory).get(task_id)
            if found is not None:
                return self.read_truth(task_id, found / self.truth_names[0])
        return super().truth_from(task_id, directory)

    def _root(self) -> Path:
        from itbench.kit.published.clone import home_of
        from itbench.kit.published.locate import places_in
        from itbench.kit.published.opaque import holds_opaque_tasks

        shared = os.environ.get("ITBENCH_DATA")
        given = self.options.data or (Path(shared) if shared else None)
        places = [] if given is None else places_in(given, self.dataset)
        if self.options.data is None:
            places.append(home_of(self.dataset))
        for place in places:
            if holds_opaque_tasks(self.dataset, place):
                return place
        looked = " and ".join(repr(str(place)) for place in places)
        raise DataError(
            f"{self.dataset.repository} was not found in {looked}: no {self.dataset.directories}/"
            f"{self.dataset.key_file} there; {self.dataset.way_to_it}"
        )
