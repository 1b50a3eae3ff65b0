"""The rule about truths: a right answer can win."""

from collections.abc import Iterator

from itbench.validation.case import Case
from itbench.validation.finding import Finding, Skipped


def truth_winnable(case: Case) -> Iterator[Finding | Skipped]:
    """An answer that an agent can find in the data wins, as far as the suite can tell (`Suite.unwinnable`)."""
    for task in case.tasks:
        for problem in case.suite.unwinnable(task.id):
            yield Finding(
                "truth-winnable", f"task {task.id}", problem, "correct the truth, or leave the task out"
            )
