"""The rule about the data of tasks, which only their suite can judge."""

from collections.abc import Iterator

from itbench.validation.finding import Case, Finding


def data_sound(case: Case) -> Iterator[Finding]:
    """The suite itself finds nothing wrong with the data of any task: no damaged line, nothing that must be guessed."""
    for task in case.tasks:
        for problem in case.suite.check(task.id):
            yield Finding("data-sound", f"task {task.id}", problem, "correct the data, or fetch it again")
