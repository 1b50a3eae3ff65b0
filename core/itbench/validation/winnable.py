"""The rules about truths: a right answer can win, and what was kept of them is what comes out anew."""

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


def truth_derived(case: Case) -> Iterator[Finding | Skipped]:
    """Made anew from what it follows from, a task and its truth come out as they are (`Suite.underived`; only with --deep)."""
    for task in case.tasks:
        for problem in case.suite.underived(task.id):
            yield Finding(
                "truth-derived",
                f"task {task.id}",
                problem,
                "find out what changed, and pin the suite again under a new version",
            )
