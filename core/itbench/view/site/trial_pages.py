"""The pages of one trial: its trace in pages, whole requests, long texts for scripts, and the files that were handed in."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from itbench.errors import ITBenchError
from itbench.view.data.trial import StoredFile, stored_file
from itbench.view.escaping import harmless
from itbench.view.pages.page import Asked, Page, Setting
from itbench.view.pages.parts import piece_of_part, request_page
from itbench.view.pages.trial import trial_page
from itbench.view.site import bounds
from itbench.view.site.addresses import SiteAddresses, TrialParts, request_file, trial_file, trial_stem
from itbench.view.site.catalogue import OpenRuns
from itbench.view.site.requests import whole_requests

_ENDINGS: Final = {"image/png": "png", "image/jpeg": "jpg", "image/gif": "gif", "image/webp": "webp"}

Write = Callable[[str, str, Page], None]
"""Writes a page: its file, its name, and what it shows."""
WriteRaw = Callable[[str, bytes], None]


class TrialPages:
    """Writes the pages of trials.

    Args:
        catalogue: with their runs.
        addresses: of the site.
        write: writes a page.
        write_raw: writes any other file.
    """

    def __init__(
        self, catalogue: OpenRuns, addresses: SiteAddresses, write: Write, write_raw: WriteRaw
    ) -> None:
        self._catalogue = catalogue
        self._addresses = addresses
        self._write = write
        self._write_raw = write_raw

    def trial(self, run: str, number: int, setting: Setting) -> None:
        """Write all that belongs to a trial; of one that cannot be shown, why."""
        try:
            self._trial(run, number, setting)
        except ITBenchError as error:
            self._addresses.trial = None
            page = Page(template="problem.html", title="Not shown", context={"problem": str(error)})
            self._write(f"{trial_stem(run, number)}.html", "problem", page)
        finally:
            self._addresses.trial = None

    def _trial(self, run: str, number: int, setting: Setting) -> None:
        pages, starts = self._pages(run, number, setting)
        parts = TrialParts(run=run, number=number, starts=starts)
        with self._catalogue.open(run) as file:
            parts.requests = whole_requests(file, number)
        kept = _kept(pages[0].context["files"], parts.stem)
        parts.files = {each.path: name for each, name in kept}
        self._addresses.trial = parts
        for at, page in enumerate(pages):
            self._write(trial_file(parts.stem, at), "trial", page)
        for position in list(parts.whole):
            found = request_page(self._catalogue, Asked(), run, str(number), str(position))
            self._write(request_file(parts.stem, position), "request", found)
        self._texts(parts)
        for each, name in kept:
            with self._catalogue.open(run) as file:
                self._write_raw(name, stored_file(file, number, each.path))

    def _pages(self, run: str, number: int, setting: Setting) -> tuple[list[Page], list[int]]:
        """Return the pages of a trace, and the positions at which they begin; more than some are left out."""
        pages: list[Page] = []
        starts: list[int] = []
        start: int | None = 0
        while start is not None and len(pages) < bounds.EVENT_PAGES:
            asked = Asked({"from": [str(start)]} if start else {}, setting)
            page = trial_page(self._catalogue, asked, run, str(number), suites=self._catalogue.suite)
            pages.append(page)
            starts.append(start)
            start = page.context["following"]
            # It is what was written: to look once is enough.
            setting = replace(setting, is_patient=False)
        if start is not None:
            starts.append(start)
        return pages, starts

    def _texts(self, parts: TrialParts) -> None:
        """Write the long texts of a trial as a script, which a page can load from a disk."""
        if not parts.texts:
            return
        told, left = {}, bounds.TEXT
        with self._catalogue.open(parts.run) as file:
            for (part, path), key in parts.texts.items():
                piece = piece_of_part(file, parts.number, part, path, 0) if left > 0 else None
                if piece is None:
                    continue
                kept = piece.text[:left]
                text = harmless(kept)
                left -= len(text)
                is_cut = len(kept) < len(piece.text) or piece.following is not None
                told[key] = {"text": text, "total": piece.total, "cutAt": len(kept) if is_cut else None}
        script = f"itbench.texts = {json.dumps(told, ensure_ascii=False)};\n"
        self._write_raw(f"{parts.stem}.js", script.encode("utf-8", "backslashreplace"))


def _kept(files: Sequence[tuple[StoredFile, str | None]], stem: str) -> list[tuple[StoredFile, str]]:
    """Return the files that a site has, each with its name; only pictures have an ending that a browser shows."""
    found, left = [], bounds.FILES_BYTES
    for at, (each, picture) in enumerate(files, start=1):
        if each.size <= min(bounds.FILE_BYTES, left):
            found.append((each, f"{stem}-file-{at}.{_ENDINGS.get(picture or '', 'bin')}"))
            left -= each.size
    return found
