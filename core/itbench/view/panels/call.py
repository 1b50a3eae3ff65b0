"""Asks a domain for its panels: whatever its code does, the page stands, and says which panel failed and why.

The code runs in a thread of its own for a limited time. A thread cannot be ended from outside, so what a domain reads of a
trial stops coming when the time is over; while a call that does not end goes on regardless, the domain is not asked again.
"""

import threading
import time
import traceback
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import PurePath
from queue import Empty, SimpleQueue
from typing import Final, TypeVar

from markupsafe import Markup
from pydantic import ValidationError

from itbench.interfaces.domain import Domain
from itbench.interfaces.panel import Panel, PanelText
from itbench.interfaces.shown import ShownTrial
from itbench.view.charts.marks import Link, no_link
from itbench.view.panels.render import failed_html, panel_html

TRIAL_LIMIT_S: Final = 10.0
RUN_LIMIT_S: Final = 60.0
# Of the time, so much for reading trials; the rest is for making panels of them.
_READING_PART: Final = 0.7
_MOST_PANELS: Final = 20
_MOST_CHARACTERS: Final = 4_000_000
_LONGEST_REASON: Final = 500
_lost: dict[tuple[str, str], threading.Thread] = {}

Item = TypeVar("Item")


def trial_panels(
    domain: Domain, trial: ShownTrial, link: Link = no_link, *, limit_s: float = TRIAL_LIMIT_S
) -> list[Markup]:
    """Return what a domain shows of a trial, in order; the trial is read in another thread."""
    make = domain.trial_panels
    if make is None:
        return []
    end = time.monotonic() + limit_s
    limited = _limited(trial, end)
    return _Call((domain.name, "trial"), lambda: make(limited), link, limit_s, end).outcome()


def run_panels(
    domain: Domain, trials: Iterable[ShownTrial], link: Link = no_link, *, limit_s: float = RUN_LIMIT_S
) -> list[Markup]:
    """Return what a domain shows of trials, in order; these are read in another thread."""
    make = domain.run_panels
    if make is None:
        return []
    start = time.monotonic()
    end = start + limit_s
    reading = _Reading(trials, start + limit_s * _READING_PART, end)
    found = _Call((domain.name, "run"), lambda: make(iter(reading)), link, limit_s, end).outcome()
    return [_cut_note(reading.count), *found] if reading.is_cut else found


class _Reading:
    """Trials as long as there is time to read more, so that panels of many trials tell of the first ones.

    Attributes:
        count: of trials that were read.
        is_cut: whether there are more.
    """

    def __init__(self, trials: Iterable[ShownTrial], until: float, end: float) -> None:
        self._trials = trials
        self._until = until
        self._end = end
        self.count = 0
        self.is_cut = False

    def __iter__(self) -> Iterator[ShownTrial]:
        for trial in self._trials:
            if time.monotonic() > self._until:
                self.is_cut = True
                return
            self.count += 1
            yield _limited(trial, self._end)


def _cut_note(count: int) -> Markup:
    text = f"Made of the first {count} trials: reading all of them takes too long."
    return panel_html(Panel(title="Not all trials", parts=(PanelText(text=text),)))


def _limited(trial: ShownTrial, end: float) -> ShownTrial:
    return replace(trial, events=lambda: _until(trial.events(), end))


def _until(items: Iterable[Item], end: float) -> Iterator[Item]:
    """Yield items as long as there is time.

    Raises:
        TimeoutError: there is none left.
    """
    for item in items:
        if time.monotonic() > end:
            raise TimeoutError("it took too long")
        yield item


class _Call:
    """One call of a domain's code."""

    def __init__(
        self,
        key: tuple[str, str],
        make: Callable[[], Iterable[object]],
        link: Link,
        limit_s: float,
        end: float,
    ) -> None:
        self._key = key
        self._make = make
        self._link = link
        self._limit_s = limit_s
        self._end = end
        self._found: SimpleQueue[Markup | None] = SimpleQueue()

    def outcome(self) -> list[Markup]:
        """Return the panels as HTML; after the first that failed there are no more."""
        title = f"Panels of the domain {self._key[0]}"
        before = _lost.get(self._key)
        if before is not None and before.is_alive():
            return [
                failed_html(
                    title, "an earlier call has not returned; restart the viewer to ask the domain again"
                )
            ]
        # A daemon: one that is left behind must not keep the program from ending.
        thread = threading.Thread(target=self._run, name="itbench-panels", daemon=True)
        thread.start()
        panels: list[Markup] = []
        try:
            while (panel := self._found.get(timeout=max(0.0, self._end - time.monotonic()))) is not None:
                panels.append(panel)
        except Empty:
            _lost[self._key] = thread
            panels.append(failed_html(title, f"it took longer than {self._limit_s:g} s"))
        return panels

    def _run(self) -> None:
        title = f"Panels of the domain {self._key[0]}"
        try:
            for number, panel in enumerate(self._make()):
                title = panel.title if isinstance(panel, Panel) else title
                self._found.put(_checked(panel, number, self._link))
        except BaseException as error:  # noqa: BLE001 - foreign code; SystemExit must not end its thread
            self._found.put(failed_html(title, _reason(error)))
        self._found.put(None)


def _checked(panel: object, number: int, link: Link) -> Markup:
    """Return a panel as HTML.

    Raises:
        TypeError: it is not a panel.
        ValueError: it is too large, or one too many.
    """
    if number >= _MOST_PANELS:
        raise ValueError(f"there are more than {_MOST_PANELS} panels")
    if not isinstance(panel, Panel):
        raise TypeError(f"a {type(panel).__name__} is given, which is not an itbench.Panel")
    html = panel_html(panel, link)
    if len(html) > _MOST_CHARACTERS:
        raise ValueError(f"it has {len(html)} characters as HTML, more than {_MOST_CHARACTERS}")
    return html


def _reason(error: BaseException) -> str:
    """Return in one line what went wrong, and where."""
    if isinstance(error, ValidationError):
        first = error.errors(include_url=False, include_input=False)[0]
        said = f"{error.title}.{'.'.join(map(str, first['loc']))}: {first['msg']}"
    else:
        said = f"{type(error).__name__}: {str(error)[:_LONGEST_REASON]}".removesuffix(": ")
    frames = traceback.extract_tb(error.__traceback__)
    place = f" ({PurePath(frames[-1].filename).name}, line {frames[-1].lineno})" if frames else ""
    return f"{said[:_LONGEST_REASON]}{place}"
