"""Collects what the task asks for from the workspace, when the agent has stopped."""

from dataclasses import dataclass, field

from itbench.interfaces.task import Task
from itbench.interfaces.workspace import Workspace


@dataclass(slots=True)
class Collected:
    """The files that were there, and what was wrong with the others."""

    files: dict[str, bytes] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)


async def collect(task: Task, workspace: Workspace) -> Collected:
    """Read each file that the task asks for; links and special files are never followed."""
    collected = Collected()
    for path in task.hand_in.collected:
        try:
            collected.files[path] = await workspace.read_file(path, max_bytes=task.hand_in.max_bytes)
        except FileNotFoundError:
            collected.problems[path] = f"{path!r} was not handed in"
        except ValueError as error:
            collected.problems[path] = str(error)
    return collected
