"""Selects tasks by name, tag and number."""

from collections.abc import Sequence
from fnmatch import fnmatchcase

from itbench.errors import UsageError
from itbench.interfaces.task import Task


def select(
    tasks: Sequence[Task],
    *,
    globs: Sequence[str] = (),
    tags: Sequence[str] = (),
    limit: int | None = None,
) -> list[Task]:
    """Return the tasks whose id matches any glob and that have all tags, at most `limit` of them.

    Raises:
        UsageError: a glob or tag that fits no task, or nothing is left.
    """
    for glob in globs:
        if not any(fnmatchcase(task.id, glob) for task in tasks):
            raise UsageError(f"no task matches {glob!r}; ids look like {tasks[0].id!r}")
    known = {tag for task in tasks for tag in task.tags}
    for tag in tags:
        if tag not in known:
            raise UsageError(f"no task has the tag {tag!r}; known: {', '.join(sorted(known)) or 'none'}")
    kept = [
        task
        for task in tasks
        if (not globs or any(fnmatchcase(task.id, glob) for glob in globs)) and set(tags) <= set(task.tags)
    ][:limit]
    if not kept:
        raise UsageError("no task is left after --task, --tag and --limit")
    return kept
