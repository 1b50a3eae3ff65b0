"""What a run shows on a real terminal while it continues."""

import fcntl
import os
import re
import signal
import struct
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from itbench.text.harmless import width

PROGRAM = [sys.executable, "-c", "from itbench.cli.main import main; main()"]
# Colours, the cursor hidden and shown, a line up, a line or the rest of one erased: all that the display needs.
OWN_SEQUENCES = re.compile(r"\x1b\[(?:[0-9;]*m|\?25[lh]|1A|2K|K)")
AGAIN = re.compile(r"\r(?:\x1b\[(?:1A|2K))+")


class Terminal:
    """A terminal of some size, and a command that runs on it."""

    def __init__(self, *words: str, columns: int = 80, rows: int = 10, kind: str = "xterm") -> None:
        self._ours, theirs = os.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        kept = {name: value for name, value in os.environ.items() if name not in {"COLUMNS", "LINES"}}
        variables = {"PYTHONPATH": os.pathsep.join(sys.path), "TERM": kind, "PYTHONIOENCODING": "utf-8"}
        self.process = subprocess.Popen(
            [*PROGRAM, *words], env=kept | variables, stdin=theirs, stdout=theirs, stderr=theirs
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
    def frames(self) -> list[list[str]]:
        """The lines of the display each time it was drawn, and what was printed with it."""
        return [
            [OWN_SEQUENCES.sub("", line) for line in part.split("\r\n")] for part in AGAIN.split(self.said)
        ]

    def shows(self, pattern: str) -> str:
        """Wait until something is shown, and return the frame."""
        deadline = time.monotonic() + 100
        while time.monotonic() < deadline:
            for frame in self.frames:
                if re.search(pattern, text := "\n".join(frame)):
                    return text
            assert self.process.poll() is None, self.said
            time.sleep(0.05)
        raise AssertionError(f"{pattern!r} is not in {self.said}")

    def end(self) -> int:
        """Wait until the command ends, and return its exit code."""
        code = self.process.wait(100)
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
    """Return a function that runs a command on a terminal."""
    opened: list[Terminal] = []

    def run(*words: str, columns: int = 80, rows: int = 10, kind: str = "xterm") -> Terminal:
        opened.append(Terminal(*words, columns=columns, rows=rows, kind=kind))
        return opened[-1]

    yield run
    for each in opened:
        each.close()


@pytest.mark.slow
def test_a_terminal_shows_each_trial_and_obeys_nothing_that_an_agent_said(
    waiting: str, terminal: Callable[..., Terminal]
) -> None:
    shown = terminal("run", "waiting", "--time-limit", "5m", "--max-trials", "12")
    frame = shown.shows("more trials under way")
    assert re.search(r"^waiting/easy  ─+  0/12$", frame, re.MULTILINE)
    assert "no score yet" in frame
    assert re.search(
        r"^sum-0000:0     1        1.0k/20  \$0\.50  tool \d+ s: cat \\x1b\[2J \[secret\]$",
        frame,
        re.MULTILINE,
    )
    assert re.search(r"^sum-0001:0     1        1.0k/20      \?  tool ", frame, re.MULTILINE)
    assert "7 more trials under way" in frame
    Path("go").touch()
    assert shown.end() == 0
    assert "over 12 of 12 trials" in shown.said
    assert waiting not in shown.said
    assert not set(OWN_SEQUENCES.sub("", shown.said)) & set("\x1b\x07\x9b")
    displays = [frame for frame in shown.frames if frame[0].startswith("waiting/easy")]
    assert max(map(len, displays[:-1])) <= 10
    assert max(width(line) for frame in displays[:-1] for line in frame) <= 80
    assert shown.said.rindex("\x1b[?25h") > shown.said.rindex("\x1b[?25l")


@pytest.mark.slow
def test_a_resumed_run_shows_where_it_continues(waiting: str, terminal: Callable[..., Terminal]) -> None:
    Path("go").touch()
    first = terminal(
        "run", "waiting/many", "--time-limit", "5m", "-S", "count=4", "--max-cost", "0.4", "--max-trials", "1"
    )
    first.end()
    (path,) = Path("runs").glob("*.itbench")
    Path("go").unlink()
    again = terminal("resume", str(path), "--max-cost", "99", rows=30)
    frame = again.shows("sum-0001:0")
    assert " 1/4" in frame
    assert "score 1.000, 95 % interval" in frame
    again.process.send_signal(signal.SIGINT)
    assert again.end() == 130
    assert "interrupted; resume with" in again.said


@pytest.mark.slow
def test_a_terminal_that_cannot_draw_gets_plain_lines(
    waiting: str, terminal: Callable[..., Terminal]
) -> None:
    shown = terminal("run", "waiting", "--time-limit", "5m", "-n", "2", kind="dumb")
    while not list(Path().glob("runs/*.live")):
        assert shown.process.poll() is None
        time.sleep(0.02)
    Path("go").touch()
    assert shown.end() == 0
    assert "\x1b" not in shown.said


@pytest.mark.slow
def test_a_run_goes_on_where_its_terminal_is_gone(waiting: str) -> None:
    ours, theirs = os.openpty()
    with Path("out").open("w") as out:
        process = subprocess.Popen(
            [*PROGRAM, "run", "waiting", "--time-limit", "5m", "-n", "3", "--max-trials", "1", "--json"],
            env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path), "TERM": "xterm"},
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=theirs,
        )
    os.close(theirs)
    said = b""
    while b"sum-0000:0" not in said:
        said += os.read(ours, 65536)
    os.close(ours)
    time.sleep(1.5)  # Until it has been drawn to nobody at least once.
    Path("go").touch()
    process.wait(100)
    assert '"trials_scored": 3' in Path("out").read_text()
