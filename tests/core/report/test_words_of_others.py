"""Whatever an agent, a plugin or the name of a file says, a terminal only shows it."""

import csv
import io
import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from itbench.store.seals import seal_all

Itbench = Callable[..., Any]
# Clears the screen, writes a link, goes back in the line, reverses it, and in one byte what `ESC [` is in two.
EVIL = "=evil\x1b[2J\x1b]8;;http://x\x1b\\\r\x07\x9b1m‮\ngone\x00"
PATH = Path("evil\x1b[2Jrun\r.itbench")


def evil_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False).replace("\\u0000", "").replace("\x00", "")


@pytest.fixture
def evil(sums: Path, itbench: Itbench) -> Path:
    """A run in which whatever an agent or a domain writes is hostile."""
    assert itbench("run", "sums", "-n", "3", "-k", "2", "-a", "adder:events=2").code == 0
    (path,) = Path("runs").glob("*.itbench")
    text = EVIL.replace("\x00", "")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(
            "UPDATE trial SET fault_stage = 'agent', fault = ?, fault_traceback = ? WHERE id = 1",
            (text, text),
        )
        connection.execute("UPDATE trial SET limit_hit = ? WHERE id = 2", (text,))
        connection.execute("UPDATE score SET reasons = ? WHERE trial > 1", (evil_json([text, text]),))
        connection.execute("UPDATE score SET metrics = ? WHERE trial > 1", (evil_json({text: 0.5}),))
        connection.execute(
            "UPDATE submission SET answer = ?, notes = ?", (evil_json({text: text}), evil_json([text]))
        )
        connection.execute("UPDATE event SET kind = ?, data = ?", (text, evil_json({"said": text})))
        connection.execute("INSERT INTO file VALUES (3, ?, ?)", (text, EVIL.encode()))
        plan = json.loads(connection.execute("SELECT document FROM plan").fetchone()[0])
        plan["agent"]["name"] = plan["agent"]["options"]["events"] = text
        plan["agent"]["arguments"] = [text]
        plan["data_warning"] = plan["sandbox_warning"] = text
        plan["shown_metrics"] = {text: text}
        plan["floor"] = {"agent": text, "value": 0.5}
        connection.execute("UPDATE plan SET document = ?", (json.dumps(plan),))
        seal_all(connection)
        connection.commit()
    path.rename(PATH)
    return PATH


COMMANDS = {
    "show": ["show", PATH],
    "show --json": ["show", PATH, "--json"],
    "show a fault": ["show", PATH, "1"],
    "show a limit": ["show", PATH, "2"],
    "show a file": ["show", PATH, "3"],
    "show TRIAL --json": ["show", PATH, "3", "--json"],
    "leaderboard": ["leaderboard", PATH, "copy.itbench"],
    "leaderboard --json": ["leaderboard", PATH, "--json"],
    "leaderboard --pairwise": ["leaderboard", PATH, "copy.itbench", "--pairwise"],
    "rank-correlation": ["rank-correlation", PATH],
    "reliability": ["reliability", PATH],
    "subset": ["subset", PATH],
    "compare": ["compare", PATH, "copy.itbench"],
    "compare --to csv": ["compare", PATH, "copy.itbench", "--to", "csv"],
    "compare --to markdown": ["compare", PATH, "copy.itbench", "--to", "markdown"],
    "leaderboard --to csv": ["leaderboard", PATH, "--to", "csv"],
    "leaderboard --to markdown": ["leaderboard", PATH, "--to", "markdown"],
    "runs": ["runs", "."],
    "runs --to csv": ["runs", ".", "--to", "csv"],
    "runs --to markdown": ["runs", ".", "--to", "markdown"],
    "check": ["check", PATH],
    "csv": ["export", PATH, "--to", "csv", "-o", "-"],
    "jsonl": ["export", PATH, "--to", "jsonl", "-o", "-"],
    "html": ["export", PATH, "--to", "html", "-o", "-"],
    "score": ["score", PATH],
    "resume": ["resume", PATH],
    "what is not there": ["show", "no\x1b[2J‮run"],
    "an unknown trial": ["show", PATH, "no\x1b[2J"],
    "an unknown domain": ["run", "no\x1b[2J"],
}


@pytest.mark.slow
def test_no_command_lets_a_terminal_obey_what_others_wrote(evil: Path, itbench: Itbench) -> None:
    """Slow: one command after the other."""
    shutil.copy(evil, "copy.itbench")
    shown = {}
    for name, words in COMMANDS.items():
        done = itbench(*words)
        shown[name] = done.out
        for text in (done.out, done.err):
            assert text.replace("\n", "").isprintable(), (
                name,
                [each for each in text if not each.isprintable()],
            )
            # The lines of a file that was handed in stand in a column of their own.
            assert name == "show a file" or "\ngone" not in text, name
    assert "\\x1b[2J" in shown["show"]
    assert "\\x1b]8;;http://x\\x1b\\\\x0d\\x07\\x9b1m\\u202e gone" in shown["show a fault"]
    assert json.loads(shown["show TRIAL --json"])["answer"] == {EVIL[:-1]: EVIL[:-1]}
    exact = json.loads(shown["jsonl"].splitlines()[0])
    assert exact["fault"] == EVIL[:-1]
    (row, *_) = csv.DictReader(io.StringIO(shown["csv"]))
    assert row["fault"].startswith("'=evil\\x1b[2J")
    assert row["agent"].startswith("'=evil")
    assert len(shown["csv"].splitlines()) == 7
    (ranked, *_) = csv.DictReader(io.StringIO(shown["leaderboard --to csv"]))
    assert ranked["agent"].startswith("'=evil")
    assert ranked["marks"].startswith("baseline")


@pytest.mark.slow
def test_tables_keep_their_shape(evil: Path, itbench: Itbench) -> None:
    lines = itbench("show", evil).out.splitlines()
    (head,) = [at for at, line in enumerate(lines) if line.startswith("task ")]
    assert all(line.startswith("sum-000") for line in lines[head + 2 : head + 8])
    assert lines[head + 8] == ""


@pytest.fixture
def folder(sums: Path, itbench: Itbench) -> Path:
    """Files of all kinds that a pattern may name, among them two runs."""
    for _ in range(2):
        assert itbench("run", "sums", "-n", "2").code == 0
    folder = Path("runs")
    whole = min(folder.glob("*.itbench"))
    (folder / "empty.itbench").touch()
    (folder / "folder.itbench").mkdir()
    (folder / "text.itbench").write_text("hello " * 1000)
    (folder / "nothing.itbench").symlink_to("nowhere")
    (folder / "half.itbench").write_bytes(whole.read_bytes()[:5000])
    shutil.copy(whole, folder / "20990101T000000Z-sums-easy-adder-aaaaaaaa.itbench.part")
    with closing(sqlite3.connect(folder / "other.itbench")) as connection:
        connection.execute("CREATE TABLE plan (document TEXT)")
    return folder


BROKEN = [
    "empty.itbench",
    "folder.itbench",
    "text.itbench",
    "nothing.itbench",
    "half.itbench",
    "other.itbench",
]


@pytest.mark.slow
def test_what_is_no_run_is_skipped_with_a_word_and_the_rest_is_shown(folder: Path, itbench: Itbench) -> None:
    done = itbench("leaderboard", *sorted(folder.iterdir()))
    assert (done.code, done.out.count("2/2")) == (0, 2)
    skipped = [line for line in done.err.splitlines() if line.startswith("skipped: ")]
    assert len(skipped) == len(BROKEN) + 1
    for name in [*BROKEN, ".itbench.part"]:
        assert sum(name in line for line in skipped) == 1, name
    assert len(json.loads(itbench("leaderboard", *folder.iterdir(), "--json").out)[0]["runs"]) == 2
    listed = itbench("runs")
    assert (listed.code, listed.out.count("2/2")) == (0, 2)
    assert all(name in listed.out for name in BROKEN)


@pytest.mark.slow
def test_where_nothing_can_be_read_the_exit_code_is_3(folder: Path, itbench: Itbench) -> None:
    for path in folder.glob("*-adder-*"):
        path.unlink()
    for words in (
        ["leaderboard", *folder.iterdir()],
        ["runs"],
        ["check", *folder.iterdir()],
        ["show", "latest"],
    ):
        done = itbench(*words)
        assert done.code == 3, words
        assert (done.out + done.err).count("\n") == (len(BROKEN) if words[0] == "check" else 1), words
    assert itbench("runs", ".").code == 0


@pytest.mark.slow
def test_the_latest_run_is_none_that_is_empty_or_a_folder(folder: Path, itbench: Itbench) -> None:
    (folder / "20990101T000000Z-sums-easy-adder-aaaaaaaa.itbench").touch()
    (folder / "20990101T000001Z-sums-easy-adder-bbbbbbbb.itbench").mkdir()
    for name in BROKEN[2:]:
        (folder / name).unlink()
    assert itbench("show", "latest").code == 0
    assert itbench("show", "latest:adder").code == 0
