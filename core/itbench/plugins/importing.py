"""The import of a plugin, which is foreign code: it may take long, wait forever, or end the program."""

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from types import FrameType

from itbench.text.harmless import one_line

SLOW_S = 5.0
# A program that ends while a thread holds error output is aborted by Python.
_LONGEST_WRITE_S = 1.0


@dataclass(slots=True)
class Import:
    """One import under way.

    Attributes:
        interrupts: one entry for each time that the user pressed Ctrl-C meanwhile.
    """

    interrupts: list[int] = field(default_factory=list)


@contextmanager
def importing(what: str, advice: str) -> Iterator[Import]:
    """Name a plugin on error output while its import takes long, and tell a user's interrupt from the plugin's own."""
    state = Import()
    with _named_if_slow(what, advice), _watched(state):
        yield state


@contextmanager
def _named_if_slow(what: str, advice: str) -> Iterator[None]:
    def name() -> None:
        with suppress(OSError, ValueError):
            sys.stderr.write(f"{one_line(what)} has not been imported after {SLOW_S:g} s; {advice}\n")
            sys.stderr.flush()

    timer = threading.Timer(SLOW_S, name)
    timer.daemon = True
    with suppress(RuntimeError):  # Where no thread can be started, nobody is told.
        timer.start()
    try:
        yield
    finally:
        timer.cancel()
        if timer.is_alive():
            timer.join(_LONGEST_WRITE_S)


@contextmanager
def _watched(state: Import) -> Iterator[None]:
    is_ours = (
        threading.current_thread() is threading.main_thread()
        and signal.getsignal(signal.SIGINT) is signal.default_int_handler
    )
    if not is_ours:
        yield
        return

    def interrupt(number: int, frame: FrameType | None) -> None:
        state.interrupts.append(number)
        signal.default_int_handler(number, frame)

    signal.signal(signal.SIGINT, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
