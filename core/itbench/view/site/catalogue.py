"""A catalogue for one thread that writes many pages of the same runs: files stay open, and what stays the same is read once."""

import json
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from itbench.interfaces.json import JsonObject
from itbench.store.reader import RunFile
from itbench.view.data.catalogue import Catalogue
from itbench.view.data.chosen import MOST_RUNS
from itbench.view.data.truth import SuiteOfRun
from itbench.view.site.names import run_keys

# A page opens at most all runs that it shows at a time.
_MOST_OPEN: Final = MOST_RUNS + 1
# What a suite is found again by.
_OF_SUITE: Final = ("domain", "domain_origin", "suite", "suite_version", "suite_data", "suite_as_published", "suite_extra", "suite_secret", "suite_seal")  # fmt: skip


class OpenRuns(Catalogue):
    """Knows the runs of a site, and keeps their files open.

    Args:
        paths: run files, and folders with run files.
    """

    def __init__(self, paths: Sequence[Path]) -> None:
        super().__init__(paths, run_keys)
        self._open: OrderedDict[str, _OpenRun] = OrderedDict()
        self._suites: dict[str, SuiteOfRun] = {}

    @contextmanager
    def open(self, key: str) -> Iterator[RunFile]:
        """Open the run of a key for reading, or give it where it is open.

        Raises:
            UsageError: there is none.
            RunFileError: it cannot be read.
        """
        entry = self.entry(key)
        if key not in self._open:
            self._open[key] = _OpenRun(entry.path, is_known=entry.problem is None)
        self._open.move_to_end(key)
        while len(self._open) > _MOST_OPEN:
            self._open.popitem(last=False)[1].connection.close()
        yield self._open[key]

    def close(self) -> None:
        """Close all files."""
        super().close()
        while self._open:
            self._open.popitem()[1].connection.close()

    def suite(self, plan: JsonObject) -> SuiteOfRun:
        """Return the suite of a plan, the same one for all pages of all its runs."""
        key = json.dumps([plan.get(name) for name in _OF_SUITE], sort_keys=True)
        return self._suites.setdefault(key, SuiteOfRun(plan))


class _OpenRun(RunFile):
    def __init__(self, path: Path, *, is_known: bool) -> None:
        super().__init__(path, is_known=is_known)
        self._plan: JsonObject | None = None

    def plan(self) -> JsonObject:
        if self._plan is None:
            self._plan = super().plan()
        return self._plan
