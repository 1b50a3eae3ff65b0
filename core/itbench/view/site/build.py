"""Makes a site of runs, with as many processes as there are processors."""

import gc
import json
import os
import signal
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing
from dataclasses import dataclass
from importlib.resources import files
from multiprocessing import get_context
from pathlib import Path
from typing import Final

from itbench.errors import ITBenchError, UsageError
from itbench.interfaces.json import JsonObject
from itbench.interfaces.progress import Progress, no_progress
from itbench.view.data.catalogue import Catalogue
from itbench.view.data.files import require_paths
from itbench.view.pages.page import Page, Trail
from itbench.view.site import bounds
from itbench.view.site.about import about_lines, left_out_lines
from itbench.view.site.addresses import LEFT_OUT, SiteAddresses, all_file, pair_file
from itbench.view.site.catalogue import OpenRuns
from itbench.view.site.hidden import folders_of
from itbench.view.site.pages import Making, SitePages, Work
from itbench.view.site.place import new_site
from itbench.view.site.scope import Scope, scope_of

_MOST_PROCESSES: Final = 8
_TRIALS_AT_ONCE: Final = 50
# Of fewer, the pages are written sooner than other processes have begun.
_FEW_TRIALS: Final = 100
_GARBAGE: Final = 50_000
_SERVER_ONLY: Final = frozenset({"served.js"})
_worker: list[SitePages] = []


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A site that was written.

    Attributes:
        out: its folder.
        runs: how many runs it shows.
        unreadable: of these, how many cannot be read.
        trials: how many trials have a page.
        files, bytes: how much was written.
        about: what it shows and leaves out, in words.
    """

    out: Path
    runs: int
    unreadable: int
    trials: int
    files: int
    bytes: int
    about: Sequence[str]

    @property
    def index(self) -> Path:
        """The page to open first."""
        return self.out / "index.html"

    def document(self) -> JsonObject:
        """Return it for machines."""
        return {
            "out": str(self.out),
            "index": str(self.index),
            "runs": self.runs,
            "unreadable": self.unreadable,
            "trials": self.trials,
            "files": self.files,
            "bytes": self.bytes,
            "about": list(self.about),
        }


def build_site(
    paths: Sequence[Path], out: Path, *, has_truth: bool | None = None, progress: Progress = no_progress
) -> Site:
    """Write the pages of runs into a folder.

    Args:
        paths: run files, and folders with run files.
        out: a folder that is new, empty, or a site that was written before.
        has_truth: whether truths are shown; None for all but those of held-out tasks.
        progress: is told how far it is.

    Raises:
        UsageError: there is no run, or something else is in the folder.
        StorageError: the folder cannot be written.
    """
    require_paths(paths)
    with new_site(out) as folder:
        with closing(OpenRuns(paths)) as catalogue:
            making = _making(catalogue, out, folder, has_truth)
        _write_static(folder, making.scope)
        work = list(_work(making.scope, [entry.key for entry in making.entries]))
        with closing(SitePages(making)) as pages:
            _write_first(pages, making)
            if _trials(making.scope) <= _FEW_TRIALS:
                for done, each in enumerate(work, start=1):
                    pages.do(each)
                    progress("writing pages", done, len(work))
                work = []
        if work:
            _write_all(making, work, progress)
        return _site(making, out)


def _making(catalogue: OpenRuns, out: Path, folder: Path, has_truth: bool | None) -> Making:
    """Read all runs, and return what is made of them.

    Raises:
        UsageError: there are none.
    """
    catalogue.refresh(lambda: False)
    entries = catalogue.entries()
    if not entries:
        raise UsageError(f"there is no run file in {', '.join(repr(str(path)) for path in catalogue.paths)}")
    scope = scope_of(catalogue, has_truth)
    return Making(
        paths=catalogue.paths,
        entries=entries,
        scope=scope,
        folder=folder,
        about=about_lines(scope, entries),
        hidden=folders_of([*(entry.path for entry in entries), out], _plans(catalogue)),
    )


def _site(making: Making, out: Path) -> Site:
    written = [path for path in making.folder.rglob("*") if path.is_file()]
    return Site(
        out=out,
        runs=len(making.entries),
        unreadable=sum(entry.row is None for entry in making.entries),
        trials=_trials(making.scope),
        files=len(written),
        bytes=sum(path.stat().st_size for path in written),
        about=making.about,
    )


def _trials(scope: Scope) -> int:
    return sum(min(scope.n_trials[key], last) for key, last in scope.last_trial.items())


def _plans(catalogue: Catalogue) -> Iterator[JsonObject]:
    for entry in catalogue.entries():
        try:
            with catalogue.open(entry.key) as run:
                yield {name: value for name, value in run.plan().items() if name != "tasks"}
        except ITBenchError:
            continue


def _work(scope: Scope, keys: Sequence[str]) -> Iterator[Work]:
    """Yield all work, what takes long first."""
    for suite in scope.suites:
        yield Work(kind="leaderboard", names=(suite.name,))
        yield Work(kind="heat", names=(suite.name,))
        if len(suite.keys) > 1 and suite.keys not in suite.pairs:
            yield Work(kind="all", names=(suite.name,))
    for key in keys:
        yield Work(kind="run", names=(key,))
    for suite in scope.suites:
        yield from (Work(kind="pair", names=pair) for pair in suite.pairs)
    for key, last in scope.last_trial.items():
        for first in range(1, last + 1, _TRIALS_AT_ONCE):
            yield Work(kind="trials", names=(key,), first=first, last=min(last, first + _TRIALS_AT_ONCE - 1))


def _write_first(pages: SitePages, making: Making) -> None:
    """Write the pages that are few."""
    scope = making.scope
    pages.runs()
    lines = list(left_out_lines(scope))
    pages.write(
        LEFT_OUT, "left", Page(template="left_out.html", title="Not on this site", context={"lines": lines})
    )
    trail: Trail = (("Runs", "runs", {}),)
    pages.write(
        "sides.html",
        "sides",
        Page(template="two_frames.html", title="Two trials", context={}, trail=trail),
    )
    names = {entry.key: f"{entry.row.agent}, {entry.row.id}" for entry in making.entries if entry.row}
    compared = [suite for suite in scope.suites if len(suite.keys) > 1]
    context = {"suites": compared, "names": names, "most": bounds.PAIRED_RUNS}
    page = Page(template="comparisons.html", title="Comparisons", context=context, trail=trail)
    pages.write("compare.html", "compare", page)
    if not scope.suites:
        for name in ("leaderboard", "heat"):
            problem = {"problem": "no run of this site can be read"}
            pages.write(
                f"{name}.html", name, Page(template="problem.html", title="Not shown", context=problem)
            )


def _write_static(folder: Path, scope: Scope) -> None:
    static = folder / "static"
    static.mkdir()
    for each in files("itbench.view").joinpath("static").iterdir():
        if each.name not in _SERVER_ONLY:
            (static / each.name).write_bytes(each.read_bytes())
    # Without it, GitHub Pages leaves out some files.
    (folder / ".nojekyll").touch()
    addresses = SiteAddresses(scope)
    suites = [
        {
            "runs": suite.keys,
            "pages": {
                "leaderboard": addresses.suite_file("leaderboard", suite),
                "heat": addresses.suite_file("heat", suite),
                **({"compare": all_file(suite)} if len(suite.keys) > 1 else {}),
            },
        }
        for suite in scope.suites
    ]
    pairs = {" ".join(pair): pair_file(*pair) for suite in scope.suites for pair in suite.pairs}
    told = json.dumps({"suites": suites, "pairs": pairs})
    (static / "site.js").write_text(f"itbench.site = {told};\n", encoding="utf-8")


def _write_all(making: Making, work: Sequence[Work], progress: Progress) -> None:
    """Do all work.

    Raises:
        ITBenchError: a process was killed.
    """
    count = min(_MOST_PROCESSES, _processors(), len(work)) or 1
    # Forked, they would share the locks of threads that are not in them.
    pool = ProcessPoolExecutor(count, mp_context=get_context("spawn"), initializer=_begin, initargs=(making,))
    with pool:
        try:
            for done, each in enumerate(as_completed([pool.submit(_do, one) for one in work]), start=1):
                each.result()
                progress("writing pages", done, len(work))
        except BrokenProcessPool as error:
            raise ITBenchError("a process that wrote pages was killed; is there enough memory?") from error
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def _begin(making: Making) -> None:
    """Leave Ctrl-C to the first process, which ends this one too."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Each page is thrown away whole; to look for circles in it often takes a tenth of the time.
    gc.freeze()
    gc.set_threshold(_GARBAGE)
    _worker[:] = [SitePages(making)]


def _do(work: Work) -> None:
    _worker[0].do(work)


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
