"""The addresses of the pages of a site: relative ones, so that it works below any path and from a disk.

Only what the scope of a site has can be linked to; what else a template asks for leads to the page that tells what is left out. What
belongs to the page of a trial, such as long texts and files, is written because it was linked to.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlencode

from itbench.view.site import bounds
from itbench.view.site.names import safe_name
from itbench.view.site.scope import Scope, SuiteScope

LEFT_OUT: Final = "left-out.html"
_FIXED: Final = {"sides": "sides.html", "compare": "compare.html"}


@dataclass(slots=True, kw_only=True)
class TrialParts:
    """What belongs to the page of one trial.

    Attributes:
        run, number: of the trial.
        starts: the positions at which the pages of its trace begin.
        requests: for each request, the position of one that holds all its messages, and how many these are.
        files: the files that are written, by their paths, as their names.
        texts: keys of the long texts that were linked to, by part and path.
        whole: positions of requests that were linked to.
    """

    run: str
    number: int
    starts: Sequence[int] = (0,)
    requests: Mapping[int, tuple[int, int]] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    texts: dict[tuple[str, str], str] = field(default_factory=dict)
    whole: dict[int, None] = field(default_factory=dict)

    @property
    def stem(self) -> str:
        """How the names of its files begin."""
        return trial_stem(self.run, self.number)


class SiteAddresses:
    """Gives the addresses of a site, as seen from one of its pages after the other.

    Args:
        scope: of the site.

    Attributes:
        here: the page from which addresses are seen.
        trial: what belongs to it where it is of a trial.
    """

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self.here = ""
        self.trial: TrialParts | None = None

    def link(self, page: str, /, **parameters: object) -> str:
        """Return the address of a page."""
        known = {name: value for name, value in parameters.items() if value is not None}
        return "../" * self.here.count("/") + self._target(page, known)

    def _target(self, page: str, known: Mapping[str, Any]) -> str:
        if page == "static":
            return f"static/{known['name']}"
        if page == "run":
            at = int(known.get("page", 1))
            is_there = known["run"] in self._scope.runs and at <= bounds.ROW_PAGES
            return run_file(known["run"], at) if is_there else LEFT_OUT
        if page == "runs":
            return runs_file(int(known.get("page", 1)))
        if page in {"leaderboard", "heat"}:
            return self._of_suite(page, known)
        if page == "compare" and "run" in known:
            return self._comparison(_listed(known["run"])) if known.get("page", 1) == 1 else LEFT_OUT
        if page in _FIXED:
            return _with_query(_FIXED[page], known if page == "sides" else {})
        if "trial" in known:
            return self._of_trial(page, known)
        return LEFT_OUT

    def _of_suite(self, page: str, known: Mapping[str, Any]) -> str:
        runs = _listed(known.get("run", ()))
        name = known.get("suite") or (self._scope.suite_of.get(runs[0]) if runs else None)
        suite = self._scope.suite(name) if name else next(iter(self._scope.suites), None)
        if suite is None:
            return LEFT_OUT if name else f"{page}.html"
        file = self.suite_file(page, suite, known.get("by", ""), known.get("group", ""))
        return _with_query(file, {"run": runs} if runs else {})

    def suite_file(self, page: str, suite: SuiteScope, by: str = "", group: str = "") -> str:
        """Return the file of a leaderboard or a heat map; only heat maps of scores have groups."""
        words = [page, *([] if suite is self._scope.suites[0] else [suite.file])]
        if by not in {"", "score"}:
            words += ["by", *map(safe_name, by.split(".", 1))]
        elif group:
            words += ["in", safe_name(group)]
        return f"{'-'.join(words)}.html"

    def _comparison(self, runs: Sequence[str]) -> str:
        name = self._scope.suite_of.get(runs[0], "")
        suite = self._scope.suite(name)
        if suite is not None:
            if tuple(runs) in suite.pairs:
                return pair_file(*runs)
            if tuple(runs) == suite.keys:
                return all_file(suite)
        return LEFT_OUT

    def _of_trial(self, page: str, known: Mapping[str, Any]) -> str:
        # Domains too name trials.
        run, trial = str(known["run"]), str(known["trial"])
        number = int(trial) if trial.isascii() and trial.isdecimal() else 0
        if not self._scope.has_trial(run, number):
            return LEFT_OUT
        own = self.trial if self.trial and (self.trial.run, self.trial.number) == (run, number) else None
        if page == "trial":
            return _events_file(
                trial_stem(run, number), own.starts if own else (0,), int(known.get("from", 0))
            )
        if own is None:
            return LEFT_OUT
        if page == "piece":
            return _text_address(own, known["part"], known.get("path", ""))
        if page == "request":
            return _request_address(own, int(known["position"]))
        if page == "file" and known["path"] in own.files:
            return own.files[known["path"]]
        return LEFT_OUT


def trial_stem(run: str, number: int) -> str:
    """Return how the names of the files of a trial begin."""
    return f"run/{run}/trial-{number}"


def runs_file(page: int = 1) -> str:
    """Return the file of a page of the list of runs."""
    return "index.html" if page == 1 else f"index-{page}.html"


def run_file(run: str, page: int = 1) -> str:
    """Return the file of a page of a run."""
    return f"run/{run}.html" if page == 1 else f"run/{run}/page-{page}.html"


def pair_file(one: str, other: str) -> str:
    """Return the file of a comparison of two runs."""
    return f"compare/{one}--{other}.html"


def all_file(suite: SuiteScope) -> str:
    """Return the file of the comparison of all runs of a suite; of two runs it is that of the pair."""
    return pair_file(*suite.keys) if suite.keys in suite.pairs else f"compare-{suite.file}.html"


def trial_file(stem: str, at: int) -> str:
    """Return the file of a page of a trace, counted from 0."""
    return f"{stem}.html" if at == 0 else f"{stem}-events-{at + 1}.html"


def request_file(stem: str, position: int) -> str:
    """Return the file of a whole request."""
    return f"{stem}-request-{position}.html"


def _events_file(stem: str, starts: Sequence[int], position: int) -> str:
    return trial_file(stem, max(0, bisect_right(starts, position) - 1))


def _text_address(trial: TrialParts, part: str, path: str) -> str:
    key = trial.texts.setdefault((part, path), f"{part}/{len(trial.texts)}")
    return f"{trial.stem}.js#{key}"


def _request_address(trial: TrialParts, position: int) -> str:
    if position not in trial.requests:
        return LEFT_OUT
    whole, count = trial.requests[position]
    if whole not in trial.whole and len(trial.whole) >= bounds.REQUESTS:
        return LEFT_OUT
    trial.whole[whole] = None
    return f"{request_file(trial.stem, whole)}#m{count}"


def _listed(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [str(each) for each in value] if isinstance(value, Iterable) else []


def _with_query(file: str, known: Mapping[str, Any]) -> str:
    return f"{file}?{urlencode(known, doseq=True)}" if known else file
