"""Standard output and error output as a shell leaves them: closed, full, or with a reader that has ended."""

import io
import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

from itbench.text.harmless import one_line

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

_STDIN, _STDOUT, _STDERR = 0, 1, 2
_LONGEST = 2000


class _Output(io.FileIO):
    """The descriptor of standard output, which remembers why it could not be written.

    Attributes:
        problem: the first error.
    """

    problem: OSError | None = None

    def write(self, data: "ReadableBuffer", /) -> int:
        """Write as any file does."""
        try:
            return super().write(data)
        except OSError as error:
            self.problem = self.problem or error
            raise


def watch_streams() -> None:
    """Have standard output remember its errors, and put something in the place of streams that were closed.

    What is opened next would take the number of a closed one. What replaces a closed standard output cannot be written to, so
    that output is not lost without a word.
    """
    for number in (_STDIN, _STDOUT, _STDERR):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_WRONLY if number == _STDERR else os.O_RDONLY)
    if sys.stderr is None:
        sys.stderr = os.fdopen(_STDERR, "w", encoding="utf-8", errors="backslashreplace", closefd=False)
    if sys.stdout is None or sys.stdout is sys.__stdout__:
        sys.stdout = _watched(sys.stdout)


def _watched(stream: io.TextIOWrapper | None) -> io.TextIOWrapper:
    return io.TextIOWrapper(
        io.BufferedWriter(_Output(_STDOUT, "w", closefd=False)),
        encoding=stream.encoding if stream is not None else "utf-8",
        errors=stream.errors if stream is not None else "backslashreplace",
        line_buffering=stream.line_buffering if stream is not None else False,
    )


def output_problem() -> OSError | None:
    """Print what is still held back, and return why standard output cannot be written, if so; then nothing more is tried."""
    try:
        sys.stdout.flush()
    except OSError as error:
        _give_up()
        return error
    raw = getattr(getattr(sys.stdout, "buffer", None), "raw", None)
    return raw.problem if isinstance(raw, _Output) else None


def _give_up() -> None:
    """Lead standard output nowhere: at its end Python would try once more, and complain in its own way."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


def tell(message: str) -> None:
    """Print one line on error output, whatever the message holds and wherever that goes."""
    with suppress(OSError):
        sys.stderr.write(f"error: {short_line(message)}\n")
        sys.stderr.flush()


def short_line(text: str) -> str:
    """Return a text of any length as a line that a terminal shows and does not obey."""
    # A long text is cut before it is looked at: there may be megabytes of it.
    shown = one_line(" ".join(text[: 4 * _LONGEST].split()))
    is_cut = len(shown) > _LONGEST or len(text) > 4 * _LONGEST
    return f"{shown[:_LONGEST]}…" if is_cut else shown
