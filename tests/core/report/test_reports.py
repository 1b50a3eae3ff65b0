"""Tables, leaderboards, comparisons and exports, as a person and as a machine read them."""

import csv
import io
import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from itbench.report.floor import floor_line
from itbench.report.table import dollars, number, seconds, table
from itbench.store.seals import seal_all

Itbench = Callable[..., Any]
# What these tests are about is not the sandbox.
OPEN = ("--sandbox", "none", "--allow-unsafe")


def run(itbench: Itbench, *arguments: str) -> Path:
    return Path(json.loads(itbench("run", "--json", *arguments).out)["path"])


def test_columns_are_aligned_and_numbers_stand_right() -> None:
    assert table(["name", "n"], [["a", "1"], ["long name", "100"]], numbers=["n"]) == (
        "name         n\n---------  ---\na            1\nlong name  100"
    )


def test_an_agent_s_control_characters_do_not_reach_the_terminal() -> None:
    assert "\x1b" not in table(["why"], [["\x1b[31mred\x07\nnext"]])


@pytest.mark.parametrize("columns", [40, 60, 100])
def test_a_table_fits_the_terminal(columns: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdout", _Terminal())
    monkeypatch.setenv("COLUMNS", str(columns))
    rows = [["sre-0001", "scored", "a long sentence that says why " * 5, "1.000"]]
    text = table(["task", "status", "why", "score"], rows)
    assert max(map(len, text.splitlines())) <= columns
    assert text.replace("\n", " ").count("sentence") == 5


def test_a_name_that_does_not_fit_breaks_at_its_hyphens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdout", _Terminal())
    monkeypatch.setenv("COLUMNS", "14")
    assert table(["agent"], [["loudest-warning"]]).splitlines()[2:] == ["loudest-", "warning"]


@pytest.mark.parametrize(
    ("columns", "left_out"),
    [(30, []), (22, ["time"]), (16, ["time", "turns"]), (5, ["time", "turns"])],
)
def test_a_narrow_terminal_goes_without_optional_columns(
    columns: int, left_out: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdout", _Terminal())
    monkeypatch.setenv("COLUMNS", str(columns))
    text = table(["agent", "turns", "time", "score"], [["a", "5", "7", "1"]], optional=["time", "turns"])
    shown = [title for title in ("turns", "time") if title in text.splitlines()[0]]
    assert set(shown) == {"turns", "time"} - set(left_out)
    assert text.endswith(f"(left out, as the terminal is narrow: {', '.join(left_out)})") == bool(left_out)


def test_nothing_is_left_out_where_there_is_no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "5")
    assert "time" in table(["agent", "time"], [["a", "7"]], optional=["time"])


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("value", "text"), [(None, "-"), (0.1234, "0.12 s"), (42.0, "42 s"), (600.0, "10 min")]
)
def test_durations_read_well(value: float | None, text: str) -> None:
    assert seconds(value) == text


def test_missing_numbers_are_dashes() -> None:
    assert (number(None), dollars(None), dollars(0.0), dollars(1.5)) == ("-", "-", "$0.00", "$1.50")


@pytest.mark.slow
def test_the_leaderboard_ranks_runs_of_the_same_tasks_and_marks_them(sums: Path, itbench: Itbench) -> None:
    paths = [run(itbench, "sums", "-a", agent) for agent in ("null", "adder:wrong=2", "oracle", "echo")]
    done = itbench("leaderboard", *paths)
    assert done.code == 0
    lines = done.out.splitlines()
    names = [line.split()[1] for line in lines[3:7]]
    assert names == ["oracle", "adder:wrong=2", "echo", "null"]
    assert "privileged" in lines[3]
    assert "cheat" in lines[6]
    assert "0.000 (0.00 to 0.27)" in lines[6]
    (floor,) = [line for line in lines if line.startswith("floor: ")]
    assert "(echo), the best of the agents that know nothing" in floor


def test_a_run_and_its_copies_stand_once_on_a_leaderboard(sums: Path, itbench: Itbench) -> None:
    path = run(itbench, "sums", "-n", "2")
    copy = Path("copy.itbench")
    shutil.copy(path, copy)
    done = itbench("leaderboard", path, copy, path)
    assert [line.split()[0] for line in done.out.splitlines() if " 2/2 " in line] == ["1"]
    notes = " ".join((done.out + done.err).split())
    assert f"{copy}: the same run as {path}" in notes


@pytest.mark.parametrize(
    ("floor", "line"),
    [
        ({"agent": "x", "value": 0.1}, "floor: 0.100 (x), the best of the agents that know nothing"),
        (
            {"agent": "x", "value": 0.1, "role": "cheat"},
            "floor: 0.100 (x), the best of the agents that know nothing",
        ),
        (
            {"agent": "y", "value": 1.0, "role": "adversary"},
            (
                "floor: 1.000 (y), reached by rules or a trained model that know how these tasks are made: "
                "until the suite is redesigned, only the part of a score above it shows skill"
            ),
        ),
    ],
    ids=["of an older run", "a cheat", "an adversary"],
)
def test_a_floor_says_what_it_means(floor, line: str) -> None:
    assert floor_line(floor) == line


@pytest.mark.slow
def test_runs_of_other_tasks_stand_on_a_board_of_their_own(sums: Path, itbench: Itbench) -> None:
    paths = [run(itbench, "sums"), run(itbench, "sums", "-n", "3"), run(itbench, "sums/many", "-n", "3")]
    found = json.loads(itbench("leaderboard", *paths, "--json").out)
    assert [(board["suite"], len(board["runs"])) for board in found] == [
        ("sums/easy 1", 1),
        ("sums/easy 1", 1),
        ("sums/many 1", 1),
    ]


@pytest.mark.slow
def test_runs_of_the_same_score_share_a_rank(sums: Path, itbench: Itbench) -> None:
    paths = [
        run(itbench, "sums", "-n", "6", "-a", agent)
        for agent in ("adder", "oracle", "null", "adder:events=1")
    ]
    lines = itbench("leaderboard", *paths).out.splitlines()
    assert [line.split()[0] for line in lines[3:7]] == ["1", "1", "1", "4"]


@pytest.mark.slow
def test_the_title_of_a_board_says_how_it_differs_from_others_of_the_suite(
    sums: Path, itbench: Itbench
) -> None:
    paths = [run(itbench, "sums"), run(itbench, "sums", "-n", "1"), run(itbench, "sums/many", "-n", "2")]
    text = itbench("leaderboard", *paths).out
    assert "sums/easy 1, 12 tasks  (tasks sum-0000, sum-0001, ..., sum-0011; sha256:" in text
    assert "sums/easy 1, 1 task  (tasks sum-0000; sha256:" in text
    assert "sums/many 1, 2 tasks  (sha256:" in text


@pytest.mark.slow
def test_a_board_says_where_no_results_are_published(sums: Path, itbench: Itbench) -> None:
    path = run(itbench, "sums")
    assert "no published results are known for this suite" in itbench("leaderboard", path, "--published").out
    assert "published" not in itbench("leaderboard", path).out


PUBLISHED = """
from dataclasses import replace

from itbench import PublishedResult
from itbench_sums import DOMAIN as SUMS
from itbench_sums import Sums


class Known(Sums):
    def published(self):
        return [PublishedResult(name="somebody", value=0.5, tasks=59, source="a page")]


DOMAIN = replace(SUMS, name="known", suites=[Known("easy", 12)])
"""


@pytest.mark.slow
def test_published_results_say_over_how_many_tasks_they_are(
    sums: Path, distribution: Callable[..., Path], itbench: Itbench
) -> None:
    distribution(
        "itbench-known",
        group="itbench.domains",
        points={"known": "known_domain:DOMAIN"},
        code={"known_domain": PUBLISHED},
    )
    lines = itbench("leaderboard", run(itbench, "known", "-n", "1"), "--published").out.splitlines()
    (row,) = [line.split() for line in lines if line.startswith("somebody")]
    assert row == ["somebody", "0.500", "59", "-", "-"]
    assert "warning: published over 59 tasks, the runs above over 1: not comparable" in lines


@pytest.mark.slow
def test_a_comparison_pairs_tasks_and_says_how_sure_it_is(sums: Path, itbench: Itbench) -> None:
    good, bad = run(itbench, "sums"), run(itbench, "sums", "-a", "adder:wrong=2")
    found = json.loads(itbench("compare", good, bad, "--json").out)
    wrong = sum(row["second"] == 0.5 for row in found["by_task"])
    assert found["difference"] == pytest.approx(wrong * 0.5 / 12)
    assert (found["wins"], found["ties"], found["losses"]) == (wrong, 12 - wrong, 0)
    text = itbench("compare", good, bad).out
    assert f"better on {wrong}, equal on {12 - wrong}, worse on 0 tasks" in text
    assert "paired by task), p = " in text


@pytest.mark.slow
def test_repeats_show_how_often_a_task_is_solved_at_least_once_and_always(
    sums: Path, itbench: Itbench
) -> None:
    done = itbench("run", "sums", "-a", "adder:wrong=2", "-k", "3")
    found = json.loads(itbench("show", "--json", next(Path("runs").iterdir())).out)["passes"]
    by_task: dict[str, list[float]] = {}
    for row in json.loads(itbench("show", "--json", next(Path("runs").iterdir())).out)["trials"]:
        by_task.setdefault(row["task"], []).append(row["value"])
    solved = [sum(value == 1.0 for value in values) for values in by_task.values()]
    assert found["pass@1"] == pytest.approx(sum(solved) / 36)
    assert found["pass@3"] == pytest.approx(sum(count > 0 for count in solved) / 12)
    assert found["pass^3"] == pytest.approx(sum(count == 3 for count in solved) / 12)
    assert f"solved (score 1): pass@1 {found['pass@1']:.3f} (" in done.out
    assert f"), pass@3 {found['pass@3']:.3f} (" in done.out


@pytest.mark.slow
def test_a_run_compared_with_itself_differs_by_nothing(sums: Path, itbench: Itbench) -> None:
    path = run(itbench, "sums", "-a", "adder:wrong=2")
    found = json.loads(itbench("compare", path, path, "--json").out)
    assert (found["difference"], found["wins"], found["losses"]) == (0.0, 0, 0)


@pytest.mark.slow
def test_runs_of_two_suites_are_not_compared(sums: Path, itbench: Itbench) -> None:
    done = itbench("compare", run(itbench, "sums"), run(itbench, "sums/many", "-n", "2"))
    assert done.code == 2
    assert "compare runs of one suite" in done.err


@pytest.mark.slow
def test_a_suspicious_run_says_so_at_its_end(sums: Path, itbench: Itbench) -> None:
    same = itbench(
        "run", "sums", "-a", "command", *OPEN, "--", "sh", "-c", "echo '{\"sum\": 1}' > answer.json"
    ).out
    assert "warning: all answers are the same over 12 tasks" in same
    none = itbench("run", "sums", "-a", "null").out
    assert "warning: none of 12 trials handed in an answer" in none
    failed = itbench("run", "sums", "-a", "command", *OPEN, "--", "false").out
    assert "warning: all 12 trials have a fault of the agent" in failed
    assert "tool calls failed" not in failed
    long = "exit 3 # " + "x" * 5000
    assert (
        "ended with exit code 3"
        in itbench("run", "sums", "-n", "1", "-a", "command", *OPEN, "--", "sh", "-c", long).out
    )
    turns = itbench("run", "sums", "-n", "3", "-a", "adder").out
    assert "warning" not in turns


@pytest.mark.slow
def test_a_run_in_which_the_agent_failed_in_every_trial_is_an_error(sums: Path, itbench: Itbench) -> None:
    failed = itbench(
        "run", "sums", "-n", "3", "-a", "command", *OPEN, "--", "sh", "-c", "echo no >&2; exit 3"
    )
    assert failed.code == 1
    assert (
        "error: the agent failed in all 3 trials, for example with \"RuntimeError: 'sh' ended with exit"
        in failed.err
    )
    once = "grep -q 'Add 0 ' task.json && exit 3; echo '{\"sum\": 1}' > answer.json"
    some = itbench("run", "sums", "-n", "3", "-a", "command", *OPEN, "--", "sh", "-c", once)
    assert (some.code, "error" in some.err) == (0, False)
    nothing = itbench("run", "sums", "-n", "3", "-a", "null")
    assert (nothing.code, nothing.err) == (0, "")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "options", "said"),
    [
        (["./agent.py"], "", "'./agent.py' is not in the sandbox; --agent command:copy=./agent.py copies it"),
        (["sh", "agent.py"], "", "'agent.py' is not in the sandbox; --agent command:copy=agent.py copies it"),
        (["nonsuch"], "", "'nonsuch' is not in the sandbox; --agent command:copy=FILE copies a file"),
        (["./task.json"], "", "'./task.json' is in the sandbox but is not an executable program"),
        (["./agent.py"], ":copy=agent.py", "ended with exit code 7: it printed no error"),
    ],
    ids=["a program", "a script of a program", "no such program", "not a program", "its own failure"],
)
def test_a_program_that_is_not_in_the_sandbox_is_told_with_the_option_that_brings_it(
    sums: Path, itbench: Itbench, words: list[str], options: str, said: str
) -> None:
    Path("agent.py").write_text("#!/bin/sh\nexit 7\n")
    done = itbench("run", "sums", "-n", "1", "-a", f"command{options}", *OPEN, "--", *words)
    assert done.code == 1
    assert said in done.err


@pytest.mark.slow
def test_show_of_one_trial_has_its_trace_and_its_submission_beside_the_truth(
    sums: Path, itbench: Itbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    path = run(itbench, "sums", "-a", "adder:events=3", "-n", "2")
    text = itbench("show", path, "sum-0001").out
    assert "\nscore 1.000\n" in text
    assert "\n1 turn, 0 tool calls" in text
    assert "thinking about step 1 of this sum" in text
    assert any(
        '"sum": 20' in line.split("|")[0] and "canary-of-sum-0001" in line.split("|")[1]
        for line in text.splitlines()
        if "|" in line
    )
    assert max(map(len, text.splitlines())) <= 100
    found = json.loads(itbench("show", path, "sum-0001", "--json").out)
    assert (found["answer"], found["truth"]["sum"], len(found["events"])) == ({"sum": 20}, 20, 3)


@pytest.mark.slow
def test_show_works_where_the_domain_is_not_installed(
    sums: Path, itbench: Itbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = run(itbench, "sums", "-n", "1")
    monkeypatch.setenv("COLUMNS", "300")
    monkeypatch.setenv("ITBENCH_DISABLE_PLUGINS", "sums")
    done = itbench("show", path, "sum-0000")
    assert done.code == 0
    assert "not available here: domain 'sums' of itbench-sums 1.0 is disabled" in done.out
    assert itbench("show", path).code == 0


@pytest.mark.slow
def test_runs_are_listed_and_a_bad_file_among_them_is_no_harm(sums: Path, itbench: Itbench) -> None:
    run(itbench, "sums", "-n", "1")
    Path("runs/broken.itbench").write_text("hello " * 100)
    rows = json.loads(itbench("runs", "--json").out)
    assert {row["agent"] for row in rows} == {"adder", "-"}
    assert itbench("runs", "nowhere").code == 2


@pytest.mark.slow
def test_every_export_has_every_trial(sums: Path, itbench: Itbench) -> None:
    path = run(itbench, "sums", "-a", "adder:wrong=2,events=3", "-k", "2")
    for kind in ("jsonl", "csv", "parquet", "html"):
        done = itbench("export", path, "--to", kind)
        assert done.err == f"24 trials written to {path.with_suffix('.' + kind)}\n"
    records = [json.loads(line) for line in path.with_suffix(".jsonl").read_text().splitlines()]
    rows = list(csv.DictReader(io.StringIO(path.with_suffix(".csv").read_text())))
    shown = json.loads(itbench("show", path, "--json").out)
    assert [record["value"] for record in records] == [float(row["value"]) for row in rows]
    assert [record["value"] for record in records] == [row["value"] for row in shown["trials"]]
    assert records[0]["submission"]["answer"] == {"sum": 0 if records[0]["value"] == 1.0 else 1}
    assert len(records[0]["events"]) == 3


@pytest.mark.slow
def test_the_parquet_export_has_the_same_rows_and_true_types(sums: Path, itbench: Itbench) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    path = run(itbench, "sums", "-a", "adder:wrong=2")
    itbench("export", path, "--to", "parquet", "-o", "out/run.parquet")
    columns = parquet.read_table("out/run.parquet").to_pydict()
    shown = json.loads(itbench("show", path, "--json").out)
    assert columns["value"] == [row["value"] for row in shown["trials"]]
    assert columns["fault"] == [None] * 12


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [name for name, _ in attrs]


@pytest.mark.slow
def test_the_page_has_no_script_and_nothing_from_elsewhere(sums: Path, itbench: Itbench) -> None:
    script = "<script>alert(1)</script>"
    path = run(
        itbench, "sums", "-n", "2", "-a", "command", *OPEN, "--", "sh", "-c", f"echo '{script}' >&2; exit 1"
    )
    itbench("export", path, "--to", "html")
    text = path.with_suffix(".html").read_text()
    page = _Page()
    page.feed(text)
    assert "script" not in page.tags
    assert not {"src", "href"} & set(page.attributes)
    assert "&lt;script&gt;" in text


@pytest.mark.slow
def test_an_export_that_cannot_be_written_leaves_nothing_behind(sums: Path, itbench: Itbench) -> None:
    path = run(itbench, "sums", "-n", "1")
    Path("file").write_text("in the way")
    done = itbench("export", path, "-o", "file/run.jsonl")
    assert done.code == 4
    assert done.err.startswith("error: cannot write 'file/run.jsonl'")


SHOWING = """
from dataclasses import replace

from itbench_sums import DOMAIN as SUMS
from itbench import Score


class Scorer:
    def score(self, task, submission, truth):
        found = SUMS.scorer.score(task, submission, truth)
        exact = None if task.id == "sum-0003" else float(found.value == 1)
        return Score(value=found.value, metrics={"exactly_right": exact}, reasons=found.reasons)


DOMAIN = replace(SUMS, name="showing", scorer=Scorer(), shown_metrics={"exact": "exactly_right"})
"""


@pytest.fixture
def showing(sums: Path, distribution: Callable[..., Path]) -> None:
    """A domain like `sums` that shows a second measure."""
    distribution(
        "itbench-showing",
        group="itbench.domains",
        points={"showing": "showing_domain:DOMAIN"},
        code={"showing_domain": SHOWING},
    )


@pytest.mark.slow
def test_a_measure_that_a_domain_shows_stands_beside_the_headline_everywhere(
    showing: None, itbench: Itbench
) -> None:
    done = itbench("run", "showing", "-a", "adder:wrong=2", "-n", "6")
    (path,) = Path("runs").iterdir()
    found = json.loads(itbench("show", path, "--json").out)
    values = {row["task"]: row["value"] for row in found["trials"]}
    exact = [float(value == 1.0) for task, value in values.items() if task != "sum-0003"]
    mean = sum(exact) / len(exact)
    assert 0 < mean < 1
    assert found["shown_metrics"]["exactly_right"]["mean"] == pytest.approx(mean)
    for text in (done.out, itbench("show", path).out):
        lines = text.splitlines()
        at = next(place for place, line in enumerate(lines) if line.startswith("task "))
        head, _, *rows = lines[at : at + 8]
        at = head.index("exact")
        cells = {row.split()[0]: row[at - 2 : at + 5].split()[-1] for row in rows[:6]}
        assert cells == {
            task: "-" if task == "sum-0003" else f"{value == 1.0:.3f}" for task, value in values.items()
        }
        assert f"exact: {mean:.3f} (0." in text
    board = itbench("leaderboard", path).out.splitlines()
    assert board[1].split()[5:7] == ["exact", "scored"]
    assert f"{mean:.3f} (0." in board[3].partition(" to ")[2]
    assert "exact: exactly_right" in board
    assert f"exact {mean:.3f}" in itbench("runs").out
    itbench("export", path, "--to", "html", "-o", "page.html")
    assert "<th>exact" in Path("page.html").read_text()


@pytest.mark.slow
def test_where_the_agent_failed_the_measure_beside_the_headline_is_zero_too(
    showing: None, itbench: Itbench
) -> None:
    program = """grep -q 'Add 0 ' "$ITBENCH_TASK" && echo '{"sum": 0}' > answer.json"""
    found = run(itbench, "showing", "-n", "2", "-a", "command", *OPEN, "--", "sh", "-c", program)
    shown = json.loads(itbench("show", found, "--json").out)
    assert [row["status"] for row in shown["trials"]] == ["scored", "agent fault"]
    assert (shown["score"], shown["shown_metrics"]["exactly_right"]["mean"]) == (0.5, 0.5)


@pytest.mark.slow
def test_a_run_from_before_the_measure_was_shown_shows_it_as_installed(
    showing: None, itbench: Itbench
) -> None:
    path = run(itbench, "showing", "-n", "2")
    with closing(sqlite3.connect(path)) as connection:
        (document,) = connection.execute("SELECT document FROM plan").fetchone()
        plan = json.loads(document)
        del plan["shown_metrics"]
        connection.execute("UPDATE plan SET document = ?", (json.dumps(plan),))
        seal_all(connection)
        connection.commit()
    assert "exact: 1.000" in itbench("show", path).out


def test_the_cost_of_a_run_of_which_nothing_is_known_is_unknown(sums: Path, itbench: Itbench) -> None:
    path = run(itbench, "sums", "--limit", "2")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE trial SET replies = 1, cost_usd = NULL")
        seal_all(connection)
        connection.commit()
    shown = itbench("show", path).out
    assert "cost of the run: unknown" in shown
    assert "$0.00" not in shown
