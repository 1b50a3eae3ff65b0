"""A bar for what takes longer than a moment before a run begins."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from itbench.host.terminal import can_be_redrawn
from itbench.interfaces.progress import Progress
from itbench.text.harmless import one_line

_QUIET_S = 0.5


@contextmanager
def waiting() -> Iterator[Progress]:
    """Yield a progress callback; on a terminal it draws a bar, elsewhere it says what begins."""
    state = _Waiting()
    try:
        yield state
    finally:
        state.close()


class _Waiting:
    def __init__(self) -> None:
        self._started = time.monotonic()
        self._said = False
        self._is_drawn = False

    def __call__(self, text: str, done: int, total: int) -> None:
        if time.monotonic() - self._started < _QUIET_S:
            return
        if can_be_redrawn():
            share = done / total if total else 0.0
            bar = "━" * round(30 * share)
            sys.stderr.write(f"\r\x1b[K{one_line(text)} {bar:<30} {done}/{total}")
            sys.stderr.flush()
            self._is_drawn = True
        elif not self._said:
            sys.stderr.write(f"{one_line(text)} ({total} in all)\n")
            self._said = True

    def close(self) -> None:
        if self._is_drawn:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
