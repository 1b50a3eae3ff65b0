"""Which runs a page is about: those that an address names, or the newest of one suite."""

from collections.abc import Sequence

from itbench.errors import UsageError
from itbench.view.data.catalogue import Catalogue, RunEntry

MOST_RUNS = 40


def suites_of(catalogue: Catalogue) -> list[str]:
    """Return the suites that have runs, those with the newest first."""
    return list(dict.fromkeys(entry.row.reference for entry in catalogue.entries() if entry.row))


def chosen_runs(catalogue: Catalogue, keys: Sequence[str], suite: str) -> list[RunEntry]:
    """Return the runs of some keys, else the newest runs of a suite, else those of the suite with the newest run.

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
