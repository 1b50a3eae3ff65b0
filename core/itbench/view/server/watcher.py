"""Reads runs in the background as they change, so that pages show what is known already and never wait."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator
from types import TracebackType
from typing import Self

from itbench.view.data.catalogue import Catalogue

_PAUSE_S = 1.0
_PULSE_S = 15.0
_LOOK_S = 0.25
_SHORT_S = 0.02


class Watcher:
    """Keeps a catalogue up to date while it is open; use it in a `with`.

    Args:
        catalogue: that is kept.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._work, name="itbench-view", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        self._thread.join()
        self.catalogue.close()

    def first(self, most_s: float) -> None:
        """Wait until all is read, but not longer than so many seconds."""
        until = time.monotonic() + most_s
        while time.monotonic() < until and not self.catalogue.is_read:
            time.sleep(_SHORT_S)

    def stop(self) -> None:
        """End, also for those who listen to changes."""
        self._end.set()

    async def changes(self) -> AsyncIterator[str]:
        """Yield server-sent events: one for each time that something changed, and a comment now and then."""
        seen, silent_s = self.catalogue.version, 0.0
        yield ": begins\n\n"
        while not self._end.is_set():
            await asyncio.sleep(_LOOK_S)
            silent_s += _LOOK_S
            if self.catalogue.version != seen:
                seen, silent_s = self.catalogue.version, 0.0
                yield f"event: changed\ndata: {seen}\n\n"
                await asyncio.sleep(_PAUSE_S)
            elif silent_s >= _PULSE_S:
                silent_s = 0.0
                yield ": still there\n\n"

    def _work(self) -> None:
        while not self._end.is_set():
            self.catalogue.refresh(self._end.is_set)
            self._end.wait(_PAUSE_S)
