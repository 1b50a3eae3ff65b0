"""The rule about data: the domain's own check finds it sound, and nothing secret has a second name among the inputs."""

from collections.abc import Iterator

from itbench.suites.soundness import task_data_faults
from itbench.validation.case import Case
from itbench.validation.finding import Finding, Skipped


def data_sound(case: Case) -> Iterator[Finding | Skipped]:
    """The data of every task is as its domain expects it, and no input is a truth or hidden data under another name."""
    for task in case.tasks:
        for line in task_data_faults(case.suite, task.id, case.secrets):
            yield Finding("data-sound", f"task {task.id}", line, "fetch or make the data again")
