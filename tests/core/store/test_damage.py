"""Damaged run files: every command gives one line and exit code 3, or the very output of the file that is whole."""

import json
import random
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from itbench import RunFileError
from itbench.report.comparison import compare_runs
from itbench.report.comparison_forms import comparison_json
from itbench.report.document import document_text
from itbench.report.export.formats import export_runs
from itbench.report.leaderboard import boards
from itbench.report.leaderboard_forms import boards_sections
from itbench.report.run_text import run_text
from itbench.report.summary import summarise, summary_json
from itbench.report.trial_text import trial_lines
from itbench.store.check import check_file
from itbench.store.reader import RunFile
from itbench.store.seals import seal_all
from itbench.text.colour import painted

Itbench = Callable[..., Any]
RUN = Path("runs/20260127T120000Z-sums-easy-adder-damaged1.itbench")
COMMANDS: dict[str, list[str | Path]] = {
    "show": ["show", RUN],
    "show --json": ["show", RUN, "--json"],
    "show TRIAL": ["show", RUN, "sum-0001:1"],
    "show TRIAL --json": ["show", RUN, "sum-0002", "--json"],
    "leaderboard": ["leaderboard", RUN],
    "leaderboard --json": ["leaderboard", RUN, "--json"],
    "leaderboard --pairwise": ["leaderboard", RUN, "--pairwise"],
    "reliability": ["reliability", RUN],
    "compare": ["compare", RUN, "other.itbench", "--json"],
    "compare with": ["compare", "other.itbench", RUN],
    "export jsonl": ["export", RUN, "--to", "jsonl", "-o", "-"],
    "export csv": ["export", RUN, "--to", "csv", "-o", "-"],
    "export html": ["export", RUN, "--to", "html", "-o", "-"],
    "score": ["score", RUN],
    "resume": ["resume", RUN],
    "latest": ["show", "latest:adder"],
}
MUTATIONS = 40


@pytest.fixture
def whole(sums: Path, itbench: Itbench) -> Path:
    """A run file that is whole, outside the folder of runs, and another one to compare with."""
    assert itbench("run", "sums", "-n", "4", "-k", "2", "-a", "adder:wrong=1,events=3").code == 0
    (path,) = Path("runs").glob("*.itbench")
    path.rename("whole.itbench")
    assert itbench("run", "sums", "-n", "4", "-a", "adder").code == 0
    (path,) = Path("runs").glob("*.itbench")
    path.rename("other.itbench")
    return Path("whole.itbench")


def flipped(data: bytearray, chance: random.Random) -> bytes:
    for _ in range(chance.choice([1, 1, 2, 8, 64])):
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    return bytes(data)


def overwritten(data: bytearray, chance: random.Random) -> bytes:
    start, length = chance.randrange(len(data)), chance.choice([1, 4, 16, 512, 4096])
    filling = chance.choice([b"\0", b"\xff", bytes(range(256))])
    data[start : start + length] = (filling * length)[: len(data[start : start + length])]
    return bytes(data)


def cut_off(data: bytearray, chance: random.Random) -> bytes:
    return bytes(data[: chance.randrange(len(data))])


def with_swapped_pages(data: bytearray, chance: random.Random) -> bytes:
    size = 4096
    one, other = (size * chance.randrange(len(data) // size) for _ in range(2))
    data[one : one + size], data[other : other + size] = data[other : other + size], data[one : one + size]
    return bytes(data)


def with_a_page_of_another_run(data: bytearray, chance: random.Random) -> bytes:
    other, size = Path("other.itbench").read_bytes(), 4096
    at = size * chance.randrange(min(len(data), len(other)) // size)
    data[at : at + size] = other[at : at + size]
    return bytes(data)


def with_changed_text(data: bytearray, chance: random.Random) -> bytes:
    """Change a digit or a letter where there is text: what no structure of SQLite shows."""
    places = [at for at, byte in enumerate(data) if 48 <= byte < 58 or 97 <= byte < 123]
    data[chance.choice(places)] = chance.choice(b"0123456789abcdef")
    return bytes(data)


KINDS = [flipped, overwritten, cut_off, with_swapped_pages, with_a_page_of_another_run, with_changed_text]


def look(itbench: Itbench, words: list[str | Path]) -> tuple[int, str, str]:
    done = itbench(*words)
    return done.code, done.out, done.err


def with_damage(itbench: Itbench, whole: Path, count: int, commands: int) -> dict[str, int]:
    """Damage a run file many times, ask commands, and return how often each ending came."""
    RUN.parent.mkdir(exist_ok=True)
    data, chance = whole.read_bytes(), random.Random(20260128)
    expected = {}
    for name, words in COMMANDS.items():
        RUN.write_bytes(data)
        expected[name] = look(itbench, words)
        assert expected[name][0] == 0, (name, expected[name])
    endings = {"refused": 0, "the same": 0}
    for each in range(count):
        damaged = KINDS[each % len(KINDS)](bytearray(data), chance)
        for name in ["check", *chance.sample(sorted(COMMANDS), commands)]:
            RUN.write_bytes(damaged)
            if name == "check":
                code, out, err = look(itbench, ["check", RUN])
                assert (code, err, out.count("\n")) in {(0, "", 1), (3, "", 1)}, (each, code, out, err)
                is_sound = code == 0
                continue
            found = look(itbench, COMMANDS[name])
            if found[0] == 0:
                assert found[1] == expected[name][1], (each, name, found)
                endings["the same"] += 1
            else:
                assert not is_sound, (each, name, found)
                is_latest = name == "latest" and found[0] == 2
                assert found[0] == 3 or is_latest, (each, name, found)
                assert found[1] == "", (each, name, found)
                told = [line for line in found[2].splitlines() if not line.endswith(" in all)")]
                assert [line[:7] for line in told] == ["error: "], (each, name, found)
                endings["refused"] += 1
        for path in RUN.parent.iterdir():
            path.unlink()
    return endings


@pytest.mark.slow
def test_damage_anywhere_is_said_in_one_line_or_changes_nothing(whole: Path, itbench: Itbench) -> None:
    """Slow: some hundred commands, each of which reads a file."""
    endings = with_damage(itbench, whole, MUTATIONS, 2)
    assert min(endings.values()) > MUTATIONS // 10, endings


@pytest.mark.soak
def test_much_damage_anywhere_is_said_in_one_line_or_changes_nothing(whole: Path, itbench: Itbench) -> None:
    endings = with_damage(itbench, whole, 600, 3)
    assert min(endings.values()) > 60, endings


def shown_by(path: Path) -> list[str]:
    """Return what the parts of reports and exports say of a run."""
    found = []
    with RunFile(path) as run:
        found += [run_text(run), json.dumps(summary_json(summarise(run)))]
        for reference in ("sum-0001:1", "sum-0002"):
            lines = trial_lines(run, run.find_trial(reference)["id"], lambda: "truth")
            found.append("\n".join(painted(line, has_colour=False) for line in lines))
    for kind in ("jsonl", "csv", "html"):
        export_runs([path], kind, "exported")
        found.append(Path("exported").read_text())
    found.append(document_text(boards_sections(boards([path]))))
    return [*found, json.dumps(comparison_json(compare_runs(path, Path("other.itbench"))))]


def damaged_below_the_command_line(whole: Path, count: int) -> dict[str, int]:
    RUN.parent.mkdir(exist_ok=True)
    shutil.copy(whole, RUN)
    data, chance = whole.read_bytes(), random.Random(20260129)
    expected, endings = shown_by(RUN), {"refused": 0, "the same": 0}
    for each in range(count):
        RUN.write_bytes(KINDS[each % len(KINDS)](bytearray(data), chance))
        is_sound = not check_file(RUN).faults
        try:
            found = shown_by(RUN)
        except RunFileError:
            found = []
        assert found == expected or not (found or is_sound), each
        endings["the same" if found else "refused"] += 1
    return endings


@pytest.mark.slow
def test_no_part_of_a_report_says_anything_else_of_a_damaged_run(whole: Path) -> None:
    endings = damaged_below_the_command_line(whole, 60)
    assert min(endings.values()) > 5, endings


@pytest.mark.soak
def test_no_part_of_a_report_says_anything_else_of_very_many_damaged_runs(whole: Path) -> None:
    endings = damaged_below_the_command_line(whole, 4000)
    print(endings)
    assert min(endings.values()) > 400, endings


# Each is valid SQLite; the seals of the second kind are made anew, so that only the values can tell.
CHANGES = {
    "a score above 1": "UPDATE score SET value = 1.5 WHERE trial = 1",
    "a score below 0": "UPDATE score SET value = -0.1 WHERE trial = 1",
    "an infinite score": "UPDATE score SET value = 9e999 WHERE trial = 1",
    "a score in words": "UPDATE score SET value = 'much' WHERE trial = 1",
    "a score of bytes": "UPDATE score SET value = x'3f' WHERE trial = 1",
    "no score and no fault": "UPDATE score SET value = NULL WHERE trial = 2",
    "a score and a fault": "UPDATE score SET fault_stage = 'scorer', fault = 'f' WHERE trial = 2",
    "a fault of nobody": "UPDATE trial SET fault_stage = 'weather', fault = 'rain' WHERE id = 2",
    "a fault without a stage": "UPDATE trial SET fault = 'rain' WHERE id = 2",
    "a leak of 7": "UPDATE score SET is_leak = 7 WHERE trial = 2",
    "metrics that are a list": "UPDATE score SET metrics = '[]' WHERE trial = 2",
    "metrics of words": 'UPDATE score SET metrics = \'{"a": "b"}\' WHERE trial = 2',
    "metrics that are not finite": "UPDATE score SET metrics = '{\"a\": 1e999}' WHERE trial = 2",
    "metrics beyond all numbers": f"UPDATE score SET metrics = '{{\"a\": 1{'0' * 400}}}' WHERE trial = 2",
    "metrics that are no JSON": "UPDATE score SET metrics = '{' WHERE trial = 2",
    "metrics that nest too deep": f"UPDATE score SET metrics = '{'[' * 100_000}' WHERE trial = 2",
    "metrics of bytes": "UPDATE score SET metrics = x'7b7d' WHERE trial = 2",
    "reasons that are an object": "UPDATE score SET reasons = '{}' WHERE trial = 2",
    "reasons of numbers": "UPDATE score SET reasons = '[1]' WHERE trial = 2",
    "details that are a number": "UPDATE score SET details = '1' WHERE trial = 2",
    "a score of no trial": "UPDATE score SET trial = 99 WHERE trial = 2",
    "a score of no scoring": "UPDATE score SET scoring = 99 WHERE trial = 2",
    "a trial of another task": "UPDATE trial SET task = 'sum-0099' WHERE id = 2",
    "a repeat that is not planned": "UPDATE trial SET repeat = 2 WHERE id = 2",
    "a negative repeat": "UPDATE trial SET repeat = -1 WHERE id = 2",
    "a repeat in words": "UPDATE trial SET repeat = 'first' WHERE id = 2",
    "a negative attempt": "UPDATE trial SET attempt = -1 WHERE id = 2",
    "a negative time": "UPDATE trial SET wall_s = -1 WHERE id = 2",
    "an infinite time": "UPDATE trial SET wall_s = 9e999 WHERE id = 2",
    "negative tokens": "UPDATE trial SET input_tokens = -5 WHERE id = 2",
    "half a token": "UPDATE trial SET output_tokens = 0.5 WHERE id = 2",
    "a negative cost": "UPDATE trial SET cost_usd = -1 WHERE id = 2",
    "turns of bytes": "UPDATE trial SET turns = x'00' WHERE id = 2",
    "half a turn": "UPDATE trial SET turns = 1.5 WHERE id = 2",
    "a beginning at no time": "UPDATE trial SET started_at = 'yesterday' WHERE id = 2",
    "an answer hash of words": "UPDATE trial SET answer_hash = 'same' WHERE id = 2",
    "something like handed in": "UPDATE trial SET handed_in = 2 WHERE id = 2",
    "a limit of bytes": "UPDATE trial SET limit_hit = x'ff' WHERE id = 2",
    "rules of no version": "UPDATE scoring SET scoring_version = 'new'",
    "a scoring at no time": "UPDATE scoring SET started_at = ''",
    "no plan": "DELETE FROM plan",
    "two plans": "INSERT INTO plan SELECT document FROM plan",
    "a plan that is a list": "UPDATE plan SET document = '[]'",
    "a plan that is no JSON": "UPDATE plan SET document = 'plan'",
    "a plan of bytes": "UPDATE plan SET document = x'ff'",
    "a plan of -1 repeats": "UPDATE plan SET document = json_set(document, '$.repeats', -1)",
    "a plan of more trials than can be": "UPDATE plan SET document = json_set(document, '$.repeats', 1000000000000)",
    "a plan of repeats in words": "UPDATE plan SET document = json_set(document, '$.repeats', 'two')",
    "a plan of other tasks": "UPDATE plan SET document = json_set(document, '$.tasks[0].id', 'sum-0099')",
    "a plan without an agent": "UPDATE plan SET document = json_remove(document, '$.agent')",
    "a plan with a floor of words": "UPDATE plan SET document = json_set(document, '$.floor', 'low')",
    "a task less": "DELETE FROM task WHERE position = 3",
    "a task of another content": "UPDATE task SET content_hash = 'sha256:0' WHERE position = 2",
    "a task with the text of another": "UPDATE task SET document = (SELECT document FROM task WHERE position = 0)",
    "a task that is no JSON": "UPDATE task SET document = '' WHERE position = 2",
}
DEEP_CHANGES = {
    "an answer that is no JSON": "UPDATE submission SET answer = '{' WHERE trial = 2",
    "what was observed is a list": "UPDATE submission SET observed = '[]' WHERE trial = 2",
    "notes that are a number": "UPDATE submission SET notes = '5' WHERE trial = 2",
    "notes of numbers": "UPDATE submission SET notes = '[5]' WHERE trial = 2",
    "an event that is no JSON": "UPDATE event SET data = 'x' WHERE trial = 2",
    "an event of bytes": "UPDATE event SET data = x'ff' WHERE trial = 2",
    "an event at no time": "UPDATE event SET at_s = 'then' WHERE trial = 2",
    "an event at an infinite time": "UPDATE event SET at_s = 9e999 WHERE trial = 2",
    "a file that is text": "INSERT INTO file VALUES (2, 'a', 'text')",
}
# No value tells that these are wrong; the seals do.
SEALED_CHANGES = {
    "another score": "UPDATE score SET value = value / 2 + 0.125 WHERE trial = 1",
    "another reason": "UPDATE score SET reasons = '[\"so it is\"]' WHERE trial = 1",
    "another metric": "UPDATE score SET metrics = '{\"exact\": 0.25}' WHERE trial = 1",
    "no leak": "UPDATE score SET is_leak = 1, value = NULL WHERE trial = 1",
    "a cost": "UPDATE trial SET cost_usd = 0.01, replies = 1 WHERE id = 2",
    "a fault less": "UPDATE trial SET turns = turns + 1",
    "a trial less": "DELETE FROM trial WHERE id = 2",
    "a trial less, with all of it": (
        "DELETE FROM score WHERE trial = 2; DELETE FROM submission WHERE trial = 2;"
        "DELETE FROM event WHERE trial = 2; DELETE FROM file WHERE trial = 2; DELETE FROM trial WHERE id = 2"
    ),
    "a score less": "DELETE FROM score WHERE trial = 2",
    "one more attempt": (
        "INSERT INTO trial SELECT 99, task, repeat, 1, fault_stage, fault, fault_traceback, limit_hit, handed_in,"
        "answer_hash, started_at, wall_s, turns, replies, uncounted, input_tokens, output_tokens, cached_tokens,"
        "reasoning_tokens, cost_usd, tool_calls, failed_tool_calls FROM trial WHERE id = 2"
    ),
    "another seed": "UPDATE plan SET document = json_set(document, '$.seed', 77)",
    "another truth": "UPDATE scoring SET truths = '/elsewhere'",
    "no seals": "DELETE FROM seal",
    "a seal less": "DELETE FROM seal WHERE part = 'score' AND number = 2",
    "a seal more": "INSERT INTO seal VALUES ('trial', 99, 0, 'x')",
    "a seal of something": "INSERT INTO seal VALUES ('something', 99, 0, 'x')",
    "a seal of bytes": "UPDATE seal SET digest = x'00' WHERE part = 'plan'",
}
DEEP_SEALED_CHANGES = {
    "another answer": "UPDATE submission SET answer = '{\"sum\": 99}' WHERE trial = 2",
    "another event": "UPDATE event SET kind = 'thing' WHERE trial = 2 AND position = 0",
    "an event less": "DELETE FROM event WHERE trial = 2 AND position = 0",
    "one more file": "INSERT INTO file VALUES (2, 'extra', x'00')",
}
STRUCTURES = {
    "another application": "PRAGMA application_id = 7",
    "a format of 0": "PRAGMA user_version = 0",
    "a negative format": "PRAGMA user_version = -2",
    "the format before": "PRAGMA user_version = 1",
    "a format to come": "PRAGMA user_version = 9",
    "no table of scores": "DROP TABLE score",
    "no seals at all": "DROP TABLE seal",
    "a column less": "DROP VIEW outcome; ALTER TABLE trial DROP COLUMN limit_hit",
    "a column more": "ALTER TABLE score ADD COLUMN better REAL",
    "another name": "DROP VIEW outcome; ALTER TABLE score RENAME TO scores",
    "a view in place of a table": (
        "DROP VIEW outcome; ALTER TABLE score RENAME TO scores; CREATE VIEW score AS SELECT scoring, trial, 1.0 AS value, is_leak, "
        "fault_stage, fault, fault_traceback, metrics, reasons, details FROM scores"
    ),
    "an index more": "CREATE INDEX more ON score (trial)",
    "an index of a function": "CREATE INDEX more ON score (abs(value))",
    "an index of a part": "CREATE UNIQUE INDEX more ON trial (task) WHERE repeat > 5",
    "two identities": "INSERT INTO identity VALUES ('another')",
    "no identity": "DELETE FROM identity",
    "a trigger": (
        "CREATE TRIGGER more AFTER INSERT ON score BEGIN UPDATE score SET value = 1.0 WHERE trial = NEW.trial; END"
    ),
}


def changed(whole: Path, script: str, *, has_new_seals: bool = False) -> None:
    RUN.parent.mkdir(exist_ok=True)
    shutil.copy(whole, RUN)
    with closing(sqlite3.connect(RUN)) as connection:
        connection.executescript(f"PRAGMA ignore_check_constraints=ON; {script};")
        if has_new_seals:
            seal_all(connection)
        connection.commit()


def refusals(itbench: Itbench, commands: list[str]) -> list[str]:
    """Return the commands that were not refused in one line; how far a command was may stand before it."""
    failed = []
    for name in commands:
        code, out, err = look(itbench, COMMANDS[name])
        told = [line for line in err.splitlines() if not line.endswith(" in all)")]
        if (code, out, len(told), err[-1:]) != (3, "", 1, "\n") or not told[0].startswith("error: "):
            failed.append(f"{name}: {code} {out} {err}")
    return failed


SHALLOW = [name for name in COMMANDS if name != "latest"]
DEEP = ["export csv", "export jsonl", "export html", "score"]


def missed(
    itbench: Itbench, whole: Path, changes: dict[str, str], commands: list[str], **more: bool
) -> dict[str, Any]:
    """Return the changes that are not found, and those of every sixth that a command does not refuse."""
    failed: dict[str, Any] = {}
    chance = random.Random(5)
    for at, (name, script) in enumerate(changes.items()):
        changed(whole, script, **more)
        if not check_file(RUN).faults:
            failed[name] = "not found"
        if commands is SHALLOW:
            with pytest.raises(RunFileError):
                RunFile(RUN)
        if at % 6 == 0 and (found := refusals(itbench, [chance.choice(commands)])):
            failed[name] = found
    return failed


@pytest.mark.slow
@pytest.mark.parametrize("has_new_seals", [False, True], ids=["old seals", "new seals"])
def test_no_value_that_cannot_be_is_read(whole: Path, itbench: Itbench, has_new_seals: bool) -> None:
    """Slow: it changes a file in many ways."""
    assert missed(itbench, whole, CHANGES, SHALLOW, has_new_seals=has_new_seals) == {}
    assert missed(itbench, whole, DEEP_CHANGES, DEEP, has_new_seals=has_new_seals) == {}


@pytest.mark.slow
def test_what_no_value_tells_the_seals_do(whole: Path, itbench: Itbench) -> None:
    """Slow: it changes a file in many ways."""
    assert missed(itbench, whole, SEALED_CHANGES, SHALLOW) == {}
    assert missed(itbench, whole, DEEP_SEALED_CHANGES, DEEP) == {}
    changed(whole, SEALED_CHANGES["another score"])
    for as_json in ([], ["--json"]):
        assert itbench("check", RUN, *as_json).code == 3
        assert itbench("check", "other.itbench", RUN, *as_json).code == 3
        assert itbench("check", "other.itbench", *as_json).code == 0


@pytest.mark.slow
def test_a_file_of_other_tables_is_refused_to_be_read_and_to_be_written(
    whole: Path, itbench: Itbench
) -> None:
    """Slow: it changes a file in many ways."""
    assert missed(itbench, whole, STRUCTURES, SHALLOW) == {}
    for name in ("a trigger", "no table of scores", "the format before"):
        changed(whole, STRUCTURES[name])
        before = RUN.read_bytes()
        assert refusals(itbench, ["score", "resume"]) == []
        assert RUN.read_bytes() == before, name


@pytest.mark.slow
def test_a_view_for_other_programs_that_was_changed_changes_nothing_here(
    whole: Path, itbench: Itbench
) -> None:
    expected = itbench("show", "other.itbench").out
    with closing(sqlite3.connect("other.itbench")) as connection:
        connection.executescript(
            "DROP VIEW outcome; CREATE VIEW outcome AS SELECT *, 1.0 AS value FROM trial"
        )
    assert itbench("show", "other.itbench").out == expected
    done = itbench("check", "other.itbench")
    assert (done.code, "view 'outcome' is not the one that itbench makes" in done.out) == (3, True)


@pytest.mark.soak
def test_every_command_refuses_every_change(whole: Path, itbench: Itbench) -> None:
    failed = {}
    for name, script in (CHANGES | SEALED_CHANGES | STRUCTURES).items():
        for command in SHALLOW:
            changed(whole, script)
            if found := refusals(itbench, [command]):
                failed[name] = found
    assert failed == {}
