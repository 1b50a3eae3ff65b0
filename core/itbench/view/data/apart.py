"""Work on large files in a process of its own, whose memory is free again when it has ended."""

import signal
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from itbench.errors import RunFileError
from itbench.report.summary import RunSummary, summarise
from itbench.store.reader import RunFile

LARGE_FILE = 32 << 20
"""A run file of more bytes is summed up in a process of its own."""
_Given = ParamSpec("_Given")
_Found = TypeVar("_Found")


def summary_of(path: Path, *, is_known: bool) -> RunSummary:
    """Return the summary of a run.

    Raises:
        RunFileError: it cannot be read.
    """
    is_large = path.is_file() and path.stat().st_size > LARGE_FILE
    return apart(_summary, path, is_known) if is_large else _summary(path, is_known)


def require_trial(path: Path, trial: int) -> None:
    """Look, in a process of its own, whether the record of a trial is what was written.

    Raises:
        RunFileError: it is not.
    """
    apart(_require_trial, path, trial)


def apart(
    function: Callable[Concatenate[Path, _Given], _Found],
    path: Path,
    *given: _Given.args,
    **named: _Given.kwargs,
) -> _Found:
    """Call a function of a module, which reads a run file, in a process of its own, and return what it returns.

    Raises:
        RunFileError: that process was killed, as one is that takes more memory than there is.
    """
    # Forked, it would share the locks of threads that are not in it.
    with ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=_uninterrupted) as pool:
        try:
            return pool.submit(function, path, *given, **named).result()
        except BrokenProcessPool as error:
            raise RunFileError(
                f"{str(path)!r} could not be read: the process that read it was killed; is there enough memory?"
            ) from error


def _summary(path: Path, is_known: bool) -> RunSummary:
    with RunFile(path, is_known=is_known) as run:
        return summarise(run)


def _require_trial(path: Path, trial: int) -> None:
    with RunFile(path, is_known=True) as run:
        run.require_whole_trial(trial)


def _uninterrupted() -> None:
    """Leave Ctrl-C to the server, which ends this process too."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
