"""Which runs a page is about: those that an address names, or the newest of one suite."""

from collections import Counter
from collections.abc import Sequence

from itbench.errors import UsageError
from itbench.view.data.catalogue import Catalogue, RunEntry

MOST_RUNS = 40


def suites_of(catalogue: Catalogue) -> list[str]:
    """Return the suites that have runs: that of the most runs first; of as many, that of the most tasks, then that of the newest."""
    runs: Counter[str] = Counter()
    tasks: Counter[str] = Counter()
    for row in (entry.row for entry in catalogue.entries() if entry.row):
        runs[row.reference] += 1
        tasks[row.reference] = max(tasks[row.reference], row.tasks)
    return sorted(runs, key=lambda name: (-runs[name], -tasks[name]))


def left_out(catalogue: Catalogue, keys: Sequence[str], suite: str) -> int:
    """Return how many runs of those that are asked for are more than a page shows."""
    if keys:
        return max(0, len(keys) - MOST_RUNS)
    found = sum(entry.row is not None and entry.row.reference == suite for entry in catalogue.entries())
    return max(0, found - MOST_RUNS)


def chosen_runs(catalogue: Catalogue, keys: Sequence[str], suite: str) -> list[RunEntry]:
    """Return the runs of some keys, else the newest runs of a suite, else those of the first of all suites.

    Raises:
        UsageError: there is no run of a key, or it cannot be read.
    """
    if keys:
        found = [catalogue.entry(key) for key in keys[:MOST_RUNS]]
        for entry in found:
            if entry.problem:
                raise UsageError(entry.problem)
        return found
    suites = suites_of(catalogue)
    wanted = suite or (suites[0] if suites else "")
    return [entry for entry in catalogue.entries() if entry.row and entry.row.reference == wanted][:MOST_RUNS]
