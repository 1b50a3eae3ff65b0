"""The suite's own check of its data."""

from collections.abc import Iterator

from itbench.validation.finding import Case, Finding


def data_sound(case: Case) -> Iterator[Finding]:
    """What the suite itself checks of each task's data holds (`Suite.check`)."""
    for task in case.tasks:
        for problem in case.suite.check(task.id):
            mend = "correct the data or the truth, or leave the task out"
            yield Finding("data-sound", f"task {task.id}", problem, mend)
