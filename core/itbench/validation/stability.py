"""Rules about versions: asked twice, a suite is the same suite."""

from collections.abc import Iterator

from itbench.host.digests import FileDigests
from itbench.suites.hashing import content_hash
from itbench.suites.shown import shown_inputs
from itbench.validation.case import Case
from itbench.validation.finding import Finding, Skipped


def suite_stable(case: Case) -> Iterator[Finding | Skipped]:
    """Loading the suite again gives the same tasks, the same inputs and the same truths."""
    digests = FileDigests()
    again = {task.id: task for task in case.suite.tasks()}
    fix = "make tasks from fixed data or a fixed seed, and raise the suite's version when they change"
    if [*again] != [task.id for task in case.tasks]:
        yield Finding("suite-stable", f"suite {case.suite.name}", "asked twice, it has other tasks", fix)
        return
    for task in case.tasks:
        hashes = [
            content_hash(
                each.document(),
                [*shown_inputs(case.suite, each.id, case.secrets), *case.suite.hidden(each.id)],
                digests,
            )
            for each in (task, again[task.id])
        ]
        if hashes[0] != hashes[1]:
            yield Finding("suite-stable", f"task {task.id}", "asked twice, its content hash is another", fix)
        if case.suite.truth(task.id) != case.truths[task.id]:
            yield Finding("suite-stable", f"task {task.id}", "asked twice, its truth is another", fix)
    if not case.suite.version:
        yield Finding("suite-stable", f"suite {case.suite.name}", "it has no version", "give it one")
