"""Whether the world of a suite is nothing but files, so that it can be opened and judged elsewhere."""

from collections.abc import Iterable

from itbench.interfaces.domain import Domain
from itbench.interfaces.suite import Suite
from itbench.interfaces.task import Task


def is_judged_by_files(domain: Domain) -> bool:
    """Tell whether scores depend on nothing of a world but the files that are handed in."""
    return domain.environment is None or domain.observes_files_only


def set_up_task(suite: Suite, tasks: Iterable[Task]) -> str | None:
    """Return the id of the first task whose world is set up with what no agent may know; None for none."""
    return next((task.id for task in tasks if suite.setup(task.id)), None)
