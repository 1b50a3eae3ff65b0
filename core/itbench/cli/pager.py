"""Shows lines through a pager where they are more than a terminal holds, as git and man do.

`PAGER` names the program, `less` without it; an empty one or `cat` is none. `LESS` has its options.
"""

import os
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from itertools import chain

from itbench.cli.output import encodable, print_note
from itbench.text.colour import Line, painted, shows_colour
from itbench.text.harmless import width

# Ends by itself if all fits, shows colours, and leaves the text on the screen.
_LESS = "FRX"
_USUAL = ("less", "more")


def show_lines(lines: Iterable[Line], *, may_page: bool) -> None:
    """Print lines for people, the first at once; where standard output is a terminal that they overflow, through a pager."""
    command = _pager() if may_page and sys.stdout.isatty() else None
    has_colour = shows_colour(sys.stdout) and (command is None or _takes_colour(command))
    texts = (painted(line, has_colour=has_colour) for line in lines)
    if command is None:
        _write(texts)
        return
    begun, is_all = _first_screen(texts)
    if is_all:
        _write(begun)
    else:
        _page(command, chain(begun, texts))


def _pager() -> str | None:
    """Return the command of the pager; None where there is none."""
    if os.environ.get("TERM") == "dumb":
        return None
    wanted = os.environ.get("PAGER")
    if wanted is None:
        return next(filter(shutil.which, _USUAL), None)
    if wanted.strip() in {"", "cat"}:
        return None
    with suppress(ValueError):
        words = shlex.split(wanted)
        if words and shutil.which(words[0]) is None and "=" not in words[0]:
            print_note(f"note: there is no program {words[0]!r}, which PAGER names; all is printed")
            return None
    return wanted


def _takes_colour(command: str) -> bool:
    """Tell whether the pager shows colours: `less` shows their characters instead if the user's options are without `R`."""
    options = os.environ.get("LESS", _LESS)
    return "less" not in command or "r" in (options + command.partition("less")[2]).lower()


def _first_screen(texts: Iterator[str]) -> tuple[list[str], bool]:
    """Return the lines that fill a screen, and whether these are all."""
    columns, rows = shutil.get_terminal_size()
    begun, taken = [], 0
    for text in texts:
        begun.append(text)
        taken += max(1, -(-width(text) // max(columns, 1)))
        # The shell's next prompt takes a row.
        if taken >= rows:
            return begun, False
    return begun, True


def _write(texts: Iterable[str]) -> None:
    for at, text in enumerate(texts):
        sys.stdout.write(f"{encodable(text)}\n")
        if at == 0:
            sys.stdout.flush()


def _page(command: str, texts: Iterable[str]) -> None:
    sys.stdout.flush()
    variables = {"LESS": _LESS, "LV": "-c"} | os.environ
    pager = subprocess.Popen(["/bin/sh", "-c", command], stdin=subprocess.PIPE, env=variables)
    encoding = sys.stdout.encoding or "utf-8"
    with _pager_is_interrupted():
        try:
            if pager.stdin is not None:
                # The reader may have seen enough.
                with suppress(BrokenPipeError), pager.stdin as pipe:
                    for text in texts:
                        pipe.write(f"{encodable(text)}\n".encode(encoding))
        finally:
            pager.wait()


@contextmanager
def _pager_is_interrupted() -> Iterator[None]:
    """Leave Ctrl-C to the pager, which a terminal sends to both."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
