"""What a site has pages of: all runs, the trials of each up to a number, and comparisons whose number stays small."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from itbench.errors import ITBenchError
from itbench.view.data.catalogue import Catalogue, RunEntry
from itbench.view.data.chosen import MOST_RUNS, suites_of
from itbench.view.site import bounds
from itbench.view.site.names import safe_names

_TRIALS = "SELECT id FROM trial ORDER BY id LIMIT 1 OFFSET ?"


@dataclass(frozen=True, slots=True, kw_only=True)
class SuiteScope:
    """The runs of a suite that its pages show.

    Attributes:
        name: `DOMAIN/SUITE`.
        file: by which its pages are named.
        keys: of the runs, the newest first.
        pairs: that have a comparison.
    """

    name: str
    file: str
    keys: tuple[str, ...]
    pairs: tuple[tuple[str, str], ...]

    @property
    def is_cut(self) -> bool:
        """Whether there are runs without a comparison of their own."""
        return len(self.keys) > bounds.PAIRED_RUNS


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What a site shows.

    Attributes:
        runs: all of them, also those that cannot be read.
        suites: those with runs that can be read.
        suite_of: the name of the suite of each such run.
        last_trial: the highest number of a trial with a page, by run; 0 where none has one.
        n_trials: how many trials each run has.
        without_truth: runs of which neither truths nor what tells of them is shown.
        held_out: runs on sealed tasks, or on tasks from a secret seed, of which no trial is shown.
    """

    runs: frozenset[str]
    suites: Sequence[SuiteScope]
    suite_of: Mapping[str, str]
    last_trial: Mapping[str, int]
    n_trials: Mapping[str, int]
    without_truth: frozenset[str]
    held_out: frozenset[str]

    def has_trial(self, run: str, number: int) -> bool:
        """Tell whether a trial has a page."""
        return 0 < number <= self.last_trial.get(run, 0)

    def suite(self, name: str) -> SuiteScope | None:
        """Return a suite by its name."""
        return next((each for each in self.suites if each.name == name), None)


def scope_of(catalogue: Catalogue, has_truth: bool | None) -> Scope:
    """Return what a site of some runs shows.

    Args:
        catalogue: of the runs, which have been read.
        has_truth: whether truths are shown; None for all but those of held-out tasks.
    """
    entries = [entry for entry in catalogue.entries() if entry.row]
    secret = frozenset(entry.key for entry in entries if _is_secret(catalogue, entry))
    held_out = frozenset() if has_truth else secret
    keys = frozenset(entry.key for entry in entries)
    last = {entry.key: 0 if entry.key in held_out else _last_trial(catalogue, entry) for entry in entries}
    return Scope(
        runs=frozenset(entry.key for entry in catalogue.entries()),
        suites=_suites(catalogue),
        suite_of={entry.key: entry.row.reference for entry in entries if entry.row},
        last_trial=last,
        n_trials={entry.key: _count(catalogue, entry) for entry in entries},
        without_truth=keys if has_truth is False else held_out,
        held_out=held_out,
    )


def _suites(catalogue: Catalogue) -> list[SuiteScope]:
    names = suites_of(catalogue)
    files = safe_names(names)
    found = []
    for name in names:
        keys = [entry.key for entry in catalogue.entries() if entry.row and entry.row.reference == name]
        pairs = tuple(combinations(keys[: bounds.PAIRED_RUNS], 2))
        found.append(SuiteScope(name=name, file=files[name], keys=tuple(keys[:MOST_RUNS]), pairs=pairs))
    return found


def _is_secret(catalogue: Catalogue, entry: RunEntry) -> bool:
    """Tell whether the tasks of a run are sealed, or were made from a seed that is no part of the plan."""
    try:
        with catalogue.open(entry.key) as run:
            plan = run.plan()
            return bool(plan.get("suite_secret") or plan.get("suite_seal"))
    except ITBenchError:
        return True


def _last_trial(catalogue: Catalogue, entry: RunEntry) -> int:
    try:
        with catalogue.open(entry.key) as run:
            found = run.connection.execute(_TRIALS, (bounds.TRIALS - 1,)).fetchone()
            if found is None:
                found = run.connection.execute("SELECT max(id) AS id FROM trial").fetchone()
            return int(found["id"] or 0)
    except ITBenchError:
        return 0


def _count(catalogue: Catalogue, entry: RunEntry) -> int:
    try:
        with catalogue.open(entry.key) as run:
            return int(run.connection.execute("SELECT count(*) AS n FROM trial").fetchone()["n"])
    except ITBenchError:
        return 0
