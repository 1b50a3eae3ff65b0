"""What a run shows on a real terminal while it continues."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from itbench.text.harmless import width

PROGRAM = [sys.executable, "-c", "from itbench.cli.main import main; main()"]
# Colours, the cursor hidden and shown, a line up, a line or the rest of one erased: all that the display needs.
OWN_SEQUENCES = re.compile(r"\x1b\[(?:[0-9;]*m|\?25[lh]|1A|2K|K)")


Start = Callable[..., Any]


@pytest.mark.slow
def test_a_terminal_shows_each_trial_and_obeys_nothing_that_an_agent_said(
    waiting: str, terminal: Start
) -> None:
    shown = terminal("run", "waiting", "--time-limit", "5m", "--max-trials", "12", rows=10)
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
def test_a_resumed_run_shows_where_it_continues(waiting: str, terminal: Start) -> None:
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
def test_a_terminal_that_cannot_draw_gets_plain_lines(waiting: str, terminal: Start) -> None:
    shown = terminal("run", "waiting", "--time-limit", "5m", "-n", "2", TERM="dumb")
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
