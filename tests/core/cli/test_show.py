"""`itbench show` as a person sees it: in a real terminal, through a real pager, of real runs and of long traces."""

import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from itbench.store.seals import seal_all
from itbench.testing.model_server import Answer, Asked, ModelServer

Itbench = Callable[..., Any]
PROGRAM = [sys.executable, "-c", "from itbench.cli.main import main; main()"]
ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
COLOUR = re.compile(r"\x1b\[\d{1,2}m")
PAGED = "sed s/^/PAGED:/"
Shown = Callable[..., str]


@pytest.fixture
def shown(terminal: Callable[..., Any]) -> Shown:
    """Return a function that returns what `itbench show` writes on a terminal."""

    def show(words: Sequence[str | Path], **more: Any) -> str:
        opened = terminal("show", *words, **more)
        assert opened.end() == 0, opened.text
        return str(opened.text)

    return show


@pytest.fixture
def run(sums: Path, itbench: Itbench) -> str:
    """A run whose trials are longer than a terminal."""
    return str(json.loads(itbench("run", "sums", "-n", "2", "-a", "adder:events=30", "--json").out)["path"])


@pytest.mark.slow
def test_only_what_a_terminal_cannot_hold_is_paged(run: str, shown: Shown) -> None:
    """Slow, like all below: each starts programs."""
    paged = shown([run, "sum-0000"], PAGER=PAGED)
    assert paged.count("PAGED:") > 24
    assert "PAGED:" not in shown([run, "sum-0000"], rows=500, PAGER=PAGED)
    assert "PAGED:" not in shown([run, "sum-0000", "--no-pager"], PAGER=PAGED)
    assert "PAGED:" not in shown([run, "sum-0000"], PAGER="")
    assert "PAGED:" not in shown([run, "sum-0000"], PAGER=PAGED, TERM="dumb")
    assert shown([run], rows=5, PAGER=PAGED).count("PAGED:") > 5
    text = paged.replace("PAGED:", "")
    assert text == shown([run, "sum-0000", "--no-pager"])


@pytest.mark.slow
def test_what_is_not_a_terminal_has_neither_pager_nor_colour(run: str) -> None:
    words = [*PROGRAM, "show", run, "sum-0000"]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path), "PAGER": PAGED, "TERM": "xterm"}
    found = subprocess.run(words, env=environment, capture_output=True, text=True, check=True)
    assert "PAGED:" not in found.stdout
    assert "\x1b" not in found.stdout


@pytest.mark.slow
def test_colour_is_there_unless_it_is_refused(run: str, shown: Shown) -> None:
    coloured = shown([run, "sum-0000", "--no-pager"])
    assert "\x1b[1m" in coloured
    plain = shown([run, "sum-0000", "--no-pager"], NO_COLOR="1")
    assert "\x1b" not in plain
    assert ESCAPE.sub("", coloured) == plain
    assert "\x1b[1m" in shown([run, "sum-0000"], PAGER="cat -", LESS="S")
    # A pager that would show the characters of colours gets none.
    assert "\x1b" not in shown([run, "sum-0000"], PAGER="cat - # less", LESS="S")
    assert "\x1b[1m" in shown([run, "sum-0000"], PAGER="cat - # less -R", LESS="S")


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("less") is None, reason="there is no less on this machine")
def test_less_shows_the_beginning_at_once_and_can_be_left(run: str, terminal: Callable[..., Any]) -> None:
    for keys in ("q", "\x03q"):  # The second is Ctrl-C, which less takes and stays.
        less = terminal("show", run, "sum-0000", rows=10)
        less.shows("(?s)score 1.000.*:")
        less.press(keys)
        assert less.end() == 0, less.text
        assert "submission" not in less.text
        assert "Traceback" not in less.text


@pytest.mark.slow
def test_a_pager_that_is_not_there_is_said_and_all_is_printed(run: str, shown: Shown) -> None:
    text = shown([run, "sum-0000"], PAGER="no-such-pager -x")
    assert "note: there is no program 'no-such-pager', which PAGER names; all is printed" in text
    assert "submission" in text


@pytest.mark.slow
def test_a_trial_that_is_not_there_names_those_that_are(run: str, itbench: Itbench) -> None:
    done = itbench("show", run, "sum-0001:7")
    assert done.code == 2
    assert "no trial 'sum-0001:7'" in done.err
    assert "there are sum-0001:0:0 (TASK:REPEAT:ATTEMPT;" in done.err
    assert "there are sum-0000:0:0, sum-0001:0:0 (" in itbench("show", run, "zzz").err
    assert "there are sum-0001:0:0 (" in itbench("show", run, "sum-00001").err


def answer(asked: Asked) -> Answer:
    """Look, look at too much, fail, hand in."""
    calls = [
        [("execute", {"command": "echo look"})],
        [("execute", {"command": "seq 1 200"}), ("execute", {"command": "cat nothing"})],
        [("unknown", {"x": 1})],
        [("execute", {"command": "echo '{\"sum\": 3}' > answer.json"})],
    ]
    if asked.turn < len(calls):
        return Answer(text=f"Step {asked.turn}.", calls=calls[asked.turn])
    return Answer(text="Done.", calls=[("finish", {})])


@pytest.mark.slow
def test_a_real_trial_of_react_reads_turn_by_turn(sums: Path, itbench: Itbench) -> None:
    pytest.importorskip("openai")
    with ModelServer(answer) as server:
        agent = f"react:model=openai/any,base_url={server.openai_url},retry_s=0,price=1/2"
        assert itbench("run", "sums", "-n", "1", "--sandbox", "none", "--allow-unsafe", "-a", agent).code in {
            0,
            1,
        }
    text = itbench("show", "latest", "sum-0000").out
    turns = re.findall(r"^-- turn (\d+), ", text, re.MULTILINE)
    assert turns == ["1", "2", "3", "4", "5"]
    for words in (
        "system prompt\n",
        "openai/any: 100 tokens in, 10 out, $0.00012, ",
        "    Step 0.\n\nexecute\n    $ echo look\nexit code 0, ",
        "    $ seq 1 200\nexit code 0, ",
        " characters left out (--all shows them)\n",
        '\nunknown\n    {"x": 1}\nfailed, ',
        "    there is no tool 'unknown'",
        "the agent ended: finish",
        "5 turns, 6 tool calls (2 failed), 550 tokens, $0.00060, ",
    ):
        assert words in text, words
    # Each output stands once, though the trace has it as the end of a command and in the next request.
    assert text.count("cat: nothing: No such file") == 1
    assert "    100\n" not in text
    assert "    100\n" in itbench("show", "latest", "sum-0000", "--all").out


HOSTILE = "evil\x1b[2J\x1b]8;;http://x\x1b\\\r\x07\x9b1m\u202e"


@pytest.mark.slow
def test_in_colour_too_a_terminal_only_shows_what_an_agent_wrote(run: str, shown: Shown) -> None:
    kinds = {
        "turn": {"number": HOSTILE},
        "request": {"number": 1, "system": HOSTILE, "messages": [{"role": "user", "text": HOSTILE}]},
        "reply": {
            "model": HOSTILE,
            "text": HOSTILE,
            "calls": [{"id": HOSTILE, "name": HOSTILE, "arguments": HOSTILE}],
        },
        "tool": {"name": HOSTILE, "arguments": {HOSTILE: HOSTILE}, "output": {HOSTILE: HOSTILE}, "ok": False},
        "output": {"stream": HOSTILE, "text": HOSTILE},
        "waiting": {"failure": HOSTILE, "wait_s": 1, "attempt": HOSTILE},
        HOSTILE: {HOSTILE: HOSTILE},
    }
    with closing(sqlite3.connect(run)) as connection:
        connection.row_factory = sqlite3.Row
        connection.execute("DELETE FROM event WHERE trial = 1")
        rows = [(at, kind, json.dumps(data)) for at, (kind, data) in enumerate(kinds.items())]
        connection.executemany("INSERT INTO event VALUES (1, ?1, ?1, ?2, ?3)", rows)
        seal_all(connection)
        connection.commit()
    for pager in ("", "cat -"):
        text = shown([run, "sum-0000", "--all"], PAGER=pager)
        assert text.count("evil\\x1b[2J") > 12
        bare = COLOUR.sub("", text)
        assert bare.replace("\n", "").isprintable(), bare


METRICS = {f"wrong_{each}": 0.25 for each in ("a", "b", "c")} | {"wrong_d": 0.75, "precision": 0.5}


@pytest.mark.slow
def test_the_score_stands_first_and_families_of_metrics_take_one_line(run: str, itbench: Itbench) -> None:
    with closing(sqlite3.connect(run)) as connection:
        connection.execute("UPDATE score SET metrics = ?", (json.dumps(METRICS),))
        seal_all(connection)
        connection.commit()
    folded, whole = itbench("show", run).out, itbench("show", run, "--all").out
    assert folded.splitlines()[2].startswith("score: 1.000, 95 % interval")
    assert re.search(r"wrong_\* \(4\) +0\.250 to 0\.750 +precision +0\.500", folded)
    assert "wrong_a" not in folded
    assert re.search(r"wrong_d +0\.750", whole)
    assert "wrong_*" not in whole
    of_trial = itbench("show", run, "sum-0000").out
    assert of_trial.splitlines()[3] == "score 1.000"
    assert re.search(r"wrong_\* \(4\) +0\.250 to 0\.750\nprecision +0\.500", of_trial)
    assert re.search(r"wrong_d +0\.750", itbench("show", run, "sum-0000", "--all").out)


LINES = "2026-01-01T00:00:00Z checkout ERROR … connection refused\n" * 1000
TURNS = 500


@pytest.fixture
def long_run(run: str) -> Path:
    """A run with a trace of 500 turns and about 60 MB."""
    output = {"exit_code": 0, "stdout": LINES, "stderr": "", "bytes": len(LINES), "timed_out": False}
    asked = {"id": "c", "name": "execute", "arguments": '{"command": "logs"}'}
    reply = {"request": 1, "model": "m", "text": "I look.", "calls": [asked], "stop": "tools", "use": None}
    result = {"role": "tool", "id": "c", "text": LINES, "ok": True}
    tool = {
        "name": "execute",
        "arguments": {"command": "logs"},
        "output": output,
        "ok": True,
        "duration_s": 0.1,
    }
    with closing(sqlite3.connect(run)) as connection:
        connection.row_factory = sqlite3.Row
        connection.execute("DELETE FROM event WHERE trial = 1")
        events = (
            (4 * turn + at, kind, json.dumps(data, ensure_ascii=False))
            for turn in range(TURNS)
            for at, (kind, data) in enumerate(
                [
                    ("turn", {"number": turn + 1}),
                    (
                        "request",
                        {"number": turn + 1, "after": turn or None, "messages": [result] if turn else []},
                    ),
                    ("reply", reply),
                    ("tool", tool),
                ]
            )
        )
        connection.executemany("INSERT INTO event VALUES (1, ?1, ?1, ?2, ?3)", events)
        seal_all(connection)
        connection.commit()
    return Path(run)


def megabytes_of(process: "subprocess.Popen[Any]", file: str, name: str) -> float:
    """Return a figure of a process from /proc: kB in `status`, bytes in `io`."""
    found = re.search(rf"^{name}:\s+(\d+)", Path(f"/proc/{process.pid}/{file}").read_text(), re.MULTILINE)
    assert found is not None
    return int(found[1]) / (1_000 if file == "status" else 1_000_000)


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/io").exists(), reason="what a process reads is told by /proc alone")
def test_a_long_trace_begins_at_once_and_takes_little_memory(long_run: Path) -> None:
    assert long_run.stat().st_size > 50_000_000
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    words = [*PROGRAM, "show", str(long_run), "sum-0000"]
    with subprocess.Popen(words, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("sum-0000 repeat 0 attempt 0, ")
        # It waits for its reader, with most of the file unread.
        assert megabytes_of(process, "io", "rchar") < 40
        text = ""
        for line in process.stdout:
            text += line
            if line.startswith("-- turn 500,"):
                assert megabytes_of(process, "status", "VmHWM") < 100
    assert process.returncode == 0
    assert text.count("-- turn ") == TURNS
    assert text.count(" lines, ") == TURNS


@pytest.mark.slow
def test_damage_in_a_long_trace_is_told_once_it_has_been_read(long_run: Path, itbench: Itbench) -> None:
    with closing(sqlite3.connect(long_run)) as connection:
        connection.execute("UPDATE event SET at_s = 1999.5 WHERE trial = 1 AND position = 1999")
        connection.commit()
    done = itbench("show", long_run, "sum-0000")
    assert done.code == 3
    assert "-- turn 500," in done.out
    assert "submission" not in done.out.splitlines()[-1]
    assert "trial 1: its submission or trace is not what was written" in done.err
