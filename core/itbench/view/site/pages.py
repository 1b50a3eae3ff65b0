"""Writes the pages of a site, piece of work by piece of work, in whichever process."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from typing import Any, Final, Literal

from markupsafe import Markup

from itbench.errors import ITBenchError
from itbench.view.data.catalogue import Catalogue, RunEntry
from itbench.view.data.heat import tasks_of_run
from itbench.view.pages.compare import compare_page
from itbench.view.pages.drawn import leads_by
from itbench.view.pages.heat import heat_page
from itbench.view.pages.leaderboard import leaderboard_page
from itbench.view.pages.makers import PANELS
from itbench.view.pages.page import Asked, Page, Setting
from itbench.view.pages.run import run_page
from itbench.view.pages.runs import runs_page
from itbench.view.pages.templates import Surroundings, make_environment, page_html
from itbench.view.site import bounds
from itbench.view.site.addresses import SiteAddresses, all_file, pair_file, run_file, runs_file
from itbench.view.site.catalogue import OpenRuns
from itbench.view.site.hidden import Hider
from itbench.view.site.scope import Scope, SuiteScope
from itbench.view.site.trial_pages import TrialPages

_PANELS_S: Final = 600.0
# A page from a disk has the origin of no site: there `'self'` alone may mean nothing.
_POLICY: Final = (
    "default-src 'none'; script-src 'self' file:; style-src 'self' file:; img-src 'self' file:; "
    "frame-src 'self' file:; base-uri 'none'; form-action 'none'"
)
_WITH_DATA: Final = frozenset({"runs", "leaderboard", "heat", "compare"})
Kind = Literal["run", "trials", "leaderboard", "heat", "pair", "all"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """A piece of work.

    Attributes:
        kind: of pages.
        names: of a run, of two, or of a suite.
        first, last: the numbers of trials, both included.
    """

    kind: Kind
    names: tuple[str, ...]
    first: int = 0
    last: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Making:
    """What every process that writes a site is told.

    Attributes:
        paths: of the runs.
        entries: what was read of them.
        scope: of the site.
        folder: into which it is written.
        about: lines at the end of each page.
        hidden: folders that no page names.
    """

    paths: Sequence[Path]
    entries: Sequence[RunEntry]
    scope: Scope
    folder: Path
    about: Sequence[str]
    hidden: Sequence[str]


class SitePages:
    """Writes pages of a site.

    Args:
        making: what is made.
    """

    def __init__(self, making: Making) -> None:
        self.catalogue = OpenRuns(making.paths)
        self.catalogue.take(making.entries)
        self._scope = making.scope
        self._folder = making.folder
        self._hider = Hider(making.hidden)
        self._addresses = SiteAddresses(making.scope)
        self._link = self._addresses.link
        around = Surroundings(
            link=self._link, later=self._later, source="kept.js", policy=_POLICY, about=making.about
        )
        self._templates = make_environment(around)
        self._trials = TrialPages(self.catalogue, self._addresses, self.write, self.write_raw)
        self._panels = cache(self._panels_html)
        self._tasks = cache(tasks_of_run)
        self._setting = Setting()
        self._folders: set[Path] = set()

    def close(self) -> None:
        """Close the files of the runs."""
        self.catalogue.close()

    def do(self, work: Work) -> None:
        """Do a piece of work."""
        if work.kind == "run":
            self._run(*work.names)
        elif work.kind == "trials":
            self._trials_of(work.names[0], work.first, work.last)
        elif work.kind == "leaderboard":
            self._leaderboard(self._suite(*work.names))
        elif work.kind == "heat":
            self._heat(self._suite(*work.names))
        elif work.kind == "pair":
            self._compare(pair_file(*work.names), work.names)
        else:
            suite = self._suite(*work.names)
            self._compare(all_file(suite), suite.keys)

    def write(self, file: str, name: str, page: Page) -> None:
        """Write a page."""
        if name in _WITH_DATA:
            page = replace(page, scripts=("site.js", *page.scripts))
        self._addresses.here = file
        text = self._hider.text(page_html(self._templates, name, page))
        self._write(file, text.encode("utf-8", "backslashreplace"))

    def write_raw(self, file: str, data: bytes) -> None:
        """Write a file that is no page; a script is text like a page."""
        if file.endswith(".js"):
            data = self._hider.text(data.decode()).encode()
        self._write(file, data)

    def _set(self, runs: Sequence[str]) -> Setting:
        """Return the setting of a page that shows some runs, and remember it for the panels of that page."""
        self._setting = Setting(
            rows=bounds.ROWS,
            events=bounds.EVENTS,
            has_truth=self._scope.without_truth.isdisjoint(runs),
            is_patient=True,
            is_live=False,
        )
        return self._setting

    def _write(self, file: str, data: bytes) -> None:
        path = self._folder / file
        if path.parent not in self._folders:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._folders.add(path.parent)
        path.write_bytes(data)

    def runs(self) -> None:
        """Write the list of all runs."""
        self._table("runs", (), runs_page, runs_file)

    def _run(self, key: str) -> None:
        self._table("run", (key,), partial(run_page, run=key), partial(run_file, key), most=bounds.ROW_PAGES)

    def _table(
        self,
        name: str,
        keys: Sequence[str],
        make: Callable[[Catalogue, Asked], Page],
        file: Callable[[int], str],
        most: int | None = None,
    ) -> None:
        """Write all pages of a table, or as many as there are at most."""
        pages = at = 1
        while at <= (pages if most is None else min(pages, most)):
            asked = Asked({"page": [str(at)]}, self._set(keys))
            page = self._made("Not shown", partial(make, self.catalogue, asked))
            pages = page.context["grid"].pages if "grid" in page.context else 1
            self.write(file(at), name, page)
            at += 1

    def _trials_of(self, key: str, first: int, last: int) -> None:
        with self.catalogue.open(key) as run:
            rows = run.connection.execute("SELECT id FROM trial WHERE id BETWEEN ? AND ?", (first, last))
            numbers = [row["id"] for row in rows]
        for number in numbers:
            self._trials.trial(key, number, self._set([key]))
            self._panels.cache_clear()

    def _leaderboard(self, suite: SuiteScope) -> None:
        asked = Asked({"suite": [suite.name]}, self._set(suite.keys))
        page = self._made("Leaderboard", partial(leaderboard_page, self.catalogue, asked))
        self.write(self._addresses.suite_file("leaderboard", suite), "leaderboard", page)

    def _heat(self, suite: SuiteScope) -> None:
        """Write the maps of a suite: scores, alone and in groups, outcomes, faults, and some metrics."""
        page = self._heat_page(suite, {})
        if "choices" not in page.context:
            self.write(self._addresses.suite_file("heat", suite), "heat", page)
            return
        choices, groups = page.context["choices"], page.context["groups"][: bounds.GROUPS]
        metrics = [each for each in choices if each[0].startswith("metric.")][: bounds.METRICS]
        choices = [each for each in choices if not each[0].startswith("metric.")] + metrics
        shown = {"choices": choices, "groups": groups}
        wanted: list[Mapping[str, str]] = [{"by": value} for value, _ in choices]
        wanted += [{"group": name} for name in groups]
        for each in wanted:
            page = self._heat_page(suite, each)
            page = replace(page, context={**page.context, **shown})
            self.write(self._addresses.suite_file("heat", suite, **each), "heat", page)

    def _heat_page(self, suite: SuiteScope, values: Mapping[str, str]) -> Page:
        asked = Asked(
            {"suite": [suite.name], **{name: [value] for name, value in values.items()}},
            self._set(suite.keys),
        )
        return self._made("Heat map", partial(heat_page, self.catalogue, asked, read=self._tasks))

    def _compare(self, file: str, keys: Sequence[str]) -> None:
        asked = Asked({"run": list(keys)}, replace(self._set(keys), rows=bounds.COMPARED_TASKS))
        self.write(file, "compare", self._made("Compare runs", partial(compare_page, self.catalogue, asked)))

    def _made(self, title: str, make: partial[Page]) -> Page:
        """Return a page, or one that tells why it cannot be shown."""
        try:
            return make()
        except ITBenchError as error:
            return Page(template="problem.html", title=title, context={"problem": str(error)})

    def _suite(self, name: str) -> SuiteScope:
        return next(suite for suite in self._scope.suites if suite.name == name)

    def _later(self, page: str, **parameters: Any) -> Markup:
        """Return what a domain shows, at once: nothing can be asked for later."""
        known = {
            name: tuple(value) if isinstance(value, list) else str(value)
            for name, value in parameters.items()
        }
        return self._panels(page, self._addresses.here.count("/"), self._setting, *sorted(known.items()))

    def _panels_html(self, page: str, _depth: int, setting: Setting, *known: tuple[str, Any]) -> Markup:
        """Return it; what it links to is as deep as the page, so it is kept for pages that are equally deep."""
        values = dict(known)
        maker = partial(
            PANELS[page], leads=leads_by(self._link), limit_s=_PANELS_S, suites=self.catalogue.suite
        )
        if page == "run_panels":
            runs = values["run"]
            asked = Asked({"run": [runs] if isinstance(runs, str) else list(runs)}, setting)
            found = maker(self.catalogue, asked)
        else:
            found = maker(self.catalogue, Asked({}, setting), **values)
        return Markup(page_html(self._templates, page, found)) if isinstance(found, Page) else Markup()  # noqa: S704 - made by a template that escapes
