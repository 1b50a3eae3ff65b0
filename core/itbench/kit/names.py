"""How tasks are named: numbers in their ids, and the names of the directories that others published."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from itbench.errors import DataError

_LAST_NUMBER = re.compile(r"[0-9]+(?=[^0-9]*$)")
_NUMBER = "(?P<number>0|[1-9][0-9]{0,5})"
_NAME = "[A-Za-z0-9][A-Za-z0-9._-]{0,99}"


def task_number(task_id: str) -> int:
    """Return the last number in a task's id: 42 for `disk-0042`.

    Raises:
        ValueError: there is none.
    """
    found = _LAST_NUMBER.search(task_id)
    if found is None:
        raise ValueError(f"task id {task_id!r} has no number")
    return int(found[0])


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskNames:
    """How the directories of a dataset's tasks are called, and the tasks in them.

    Attributes:
        directory_prefix: what each directory's name begins with.
        task_prefix: what stands in the task's id in its place.
        rest: pattern of all that follows, the same in both; its group `number`, such as `5.1.10`, orders the tasks.
        rest_form: what it looks like, for messages.
    """

    directory_prefix: str = ""
    task_prefix: str = ""
    rest: str = _NAME
    rest_form: str = "<name>"

    @property
    def directory_form(self) -> str:
        """What a directory's name looks like, for messages."""
        return f"{self.directory_prefix}{self.rest_form}"

    @property
    def task_form(self) -> str:
        """What a task's id looks like, for messages."""
        return f"{self.task_prefix}{self.rest_form}"

    def task_id(self, directory_name: str) -> str | None:
        """Return the id of the task in a directory of that name; None if that is no directory of a task."""
        return _renamed(directory_name, self.directory_prefix, self.task_prefix, self.rest)

    def directory_name(self, task_id: str) -> str | None:
        """Return the name of a task's directory; None if no task can have that id."""
        return _renamed(task_id, self.task_prefix, self.directory_prefix, self.rest)

    def number(self, task_id: str) -> str:
        """Return the group `number` of an id, such as `5.1.10`; empty where there is none."""
        found = re.fullmatch(self.rest, task_id.removeprefix(self.task_prefix))
        return (found.groupdict().get("number") or "") if found else ""

    def directories(self, root: Path) -> dict[str, Path]:
        """Return the directories of tasks below a root by the ids of these, in the order of their numbers.

        Raises:
            DataError: there are none, or one has the prefix and no name of a task.
        """
        try:
            folders = [path for path in sorted(root.iterdir()) if path.is_dir()]
        except OSError as error:
            raise DataError(f"{root}: cannot be read: {error.strerror}; fetch the dataset again") from error
        found: dict[str, Path] = {}
        for path in folders:
            task_id = self.task_id(path.name)
            if task_id is not None:
                found[task_id] = path
            elif self.directory_prefix and path.name.startswith(self.directory_prefix):
                raise DataError(f"{path}: not the name of a task, expected {self.directory_form}; remove it")
        if not found:
            raise DataError(f"{root}: no tasks there any longer; fetch the dataset again")
        return {task_id: found[task_id] for task_id in sorted(found, key=self._place)}

    def sorted(self, directory_names: Iterable[str]) -> list[str]:
        """Return names of directories in the order of their numbers."""
        return sorted(directory_names, key=lambda name: self._place(self.task_id(name) or name))

    def _place(self, task_id: str) -> tuple[Sequence[int], str]:
        return [int(part) for part in re.findall("[0-9]+", self.number(task_id))], task_id


def numbered(directory_prefix: str, task_prefix: str) -> TaskNames:
    """Return the names of directories that end in a number, such as `Scenario-7` for the task `itbench-lite-7`."""
    return TaskNames(
        directory_prefix=directory_prefix, task_prefix=task_prefix, rest=_NUMBER, rest_form="<number>"
    )


def _renamed(name: str, prefix: str, other: str, rest: str) -> str | None:
    tail = name.removeprefix(prefix)
    return other + tail if name.startswith(prefix) and re.fullmatch(rest, tail) else None
