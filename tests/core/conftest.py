"""A terminal of its own for a command, as a person has it."""

import fcntl
import os
import re
import struct
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

PROGRAM = [sys.executable, "-c", "from itbench.cli.main import main; main()"]
# Colours, the cursor hidden and shown, a line up, a line or the rest of one erased: all that the display needs.
OWN_SEQUENCES = re.compile(r"\x1b\[(?:[0-9;]*m|\?25[lh]|1A|2K|K)")
AGAIN = re.compile(r"\r(?:\x1b\[(?:1A|2K))+")
_OF_TERMINALS = {"PAGER", "LESS", "NO_COLOR", "COLUMNS", "LINES"}
_LONGEST_S = 120.0


class Terminal:
    """A terminal of some size, and a command that runs on it."""

    def __init__(self, *words: str | Path, columns: int, rows: int, **variables: str) -> None:
        self._ours, theirs = os.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        kept = {name: value for name, value in os.environ.items() if name not in _OF_TERMINALS}
        fixed = {"PYTHONPATH": os.pathsep.join(sys.path), "TERM": "xterm", "PYTHONIOENCODING": "utf-8"}
        self.process = subprocess.Popen(
            [*PROGRAM, *map(str, words)],
            env=kept | fixed | variables,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
        )
        os.close(theirs)
        self._said = b""
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    @property
    def said(self) -> str:
        """All that was written so far."""
        return self._said.decode(errors="replace")

    @property
    def text(self) -> str:
        """The same, with lines that end as those of files do."""
        return self.said.replace("\r\n", "\n")

    @property
    def frames(self) -> list[list[str]]:
        """The lines of a display each time it was drawn, and what was printed with it."""
        return [
            [OWN_SEQUENCES.sub("", line) for line in part.split("\r\n")] for part in AGAIN.split(self.said)
        ]

    def shows(self, pattern: str) -> str:
        """Wait until something is shown, and return the frame."""
        deadline = time.monotonic() + _LONGEST_S
        while time.monotonic() < deadline:
            has_ended = self.process.poll() is not None
            for frame in self.frames:
                if re.search(pattern, text := "\n".join(frame)):
                    return text
            assert not has_ended, self.said
            time.sleep(0.05)
        raise AssertionError(f"{pattern!r} is not in {self.said}")

    def press(self, keys: str) -> None:
        """Send keys."""
        os.write(self._ours, keys.encode())

    def end(self) -> int:
        """Wait until the command ends, and return its exit code."""
        code = self.process.wait(_LONGEST_S)
        self._reader.join()
        return code

    def close(self) -> None:
        """End the command, if it runs."""
        self.process.kill()
        self.end()

    def _read(self) -> None:
        while True:
            try:
                data = os.read(self._ours, 65536)
            except OSError:
                break  # Nobody has the other side any more.
            if not data:
                break
            self._said += data
        os.close(self._ours)


@pytest.fixture
def terminal() -> Iterator[Callable[..., Terminal]]:
    """Return a function that runs a command on a terminal; further arguments are variables of its environment."""
    opened: list[Terminal] = []

    def run(*words: str | Path, columns: int = 80, rows: int = 24, **variables: str) -> Terminal:
        opened.append(Terminal(*words, columns=columns, rows=rows, **variables))
        return opened[-1]

    yield run
    for each in opened:
        each.close()
