"""What is said of several runs together: ranks, margins, reliability, ability, subsets and agreement of suites."""

import csv
import io
import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from itbench.report.boards.panels import board_panels
from itbench.report.boards.reliability import reliability, reliability_panel
from itbench.report.leaderboard import boards
from itbench.store.seals import seal_all
from itbench.view.charts.marks import no_link
from itbench.view.data.catalogue import Catalogue
from itbench.view.pages.page import Asked
from itbench.view.pages.panels import run_panels_page

# Slow: each test makes several runs, of some tenths of a second each.
pytestmark = pytest.mark.slow

Itbench = Callable[..., Any]
AGENTS = ("oracle", "adder:wrong=7", "adder:wrong=3", "adder:wrong=2", "null")


def run(itbench: Itbench, *arguments: str) -> str:
    return str(json.loads(itbench("run", "--json", *arguments).out)["path"])


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


@pytest.fixture(scope="module")
def made() -> dict[str, bytes]:
    """Run files that a test made, by name, for those after it."""
    return {}


@pytest.fixture
def runs(sums: Path, itbench: Itbench, made: dict[str, bytes], tmp_path: Path) -> list[str]:
    """Five runs of one suite, the best first."""
    if not made:
        for agent in AGENTS:
            path = Path(run(itbench, "sums/many", "-n", "20", "-k", "3", "-a", agent))
            made[path.name] = path.read_bytes()
    for name, content in made.items():
        (tmp_path / name).write_bytes(content)
    return [str(tmp_path / name) for name in made]


def test_a_leaderboard_tells_which_ranks_can_be_told_apart(runs: list[str], itbench: Itbench) -> None:
    done = itbench("leaderboard", *runs, "--pairwise")
    section = done.out.partition("which ranks can be told apart\n")[2].splitlines()
    assert section[0].split("  ")[0] == "ranks it may have"
    found = json.loads(itbench("leaderboard", *runs, "--pairwise", "--json").out)[0]
    pairwise = found["pairwise"]
    assert (pairwise["alpha"], pairwise["correction"], len(pairwise["pairs"])) == (0.05, "holm", 10)
    assert [each["run"] for each in pairwise["runs"]] == [each["run"] for each in found["runs"]]
    # null is 20 tasks behind each of the others: 2 / 2^20
    last = pairwise["pairs"][3]
    assert last["p_value"] == pytest.approx(2**-19)
    assert last["corrected_p_value"] == pytest.approx(10 * 2**-19)
    assert (pairwise["runs"][-1]["rank_best"], pairwise["runs"][-1]["rank_worst"]) == (5, 5)
    assert section[-2].startswith("5 ") or section[6].startswith("5 ")
    told = sum(each["corrected_p_value"] < 0.05 for each in pairwise["pairs"])
    assert f"{told} of 10 pairs can be told apart" in done.out
    by_csv = rows_of(itbench("leaderboard", *runs, "--pairwise", "--to", "csv").out)
    assert [row["kind"] for row in by_csv].count("pair") == 10
    assert [row["rank_best"] for row in by_csv if row["kind"] == "run"] == [
        str(each["rank_best"]) for each in pairwise["runs"]
    ]
    assert (
        "## which ranks can be told apart"
        in itbench("leaderboard", *runs, "--pairwise", "--to", "markdown").out
    )


def test_one_run_and_too_few_tasks_are_said_to_tell_nothing(sums: Path, itbench: Itbench) -> None:
    one, other = (run(itbench, "sums", "-n", "3", "-a", agent) for agent in ("oracle", "null"))
    assert "one run has no other to be told apart from" in itbench("leaderboard", one, "--pairwise").out
    text = " ".join(itbench("leaderboard", one, other, "--pairwise").out.split())
    assert "0 of 1 pair can be told apart" in text
    assert (
        "too few tasks to tell runs apart: some have 3 in common, and with 1 pair at least 6 must differ"
        in text
    )


def test_a_leaderboard_has_abilities_and_difficulties_on_request(runs: list[str], itbench: Itbench) -> None:
    text = itbench("leaderboard", *runs, "--irt").out
    assert "ability (95 % interval)" in text
    assert "difficulty (95 % interval)" in text
    assert "in logits, Rasch model (IRT, 1-PL)" in text
    (found,) = json.loads(itbench("leaderboard", *runs, "--irt", "--json").out)
    irt = found["irt"]
    values = [each["ability"] for each in irt["abilities"]]
    assert [each["run"] for each in irt["abilities"]] == [each["run"] for each in found["runs"]]
    assert values == sorted(values, reverse=True)
    assert [each["is_at_end"] for each in irt["abilities"]] == [True, False, False, False, True]
    assert len(irt["difficulties"]) == 20
    assert irt["dispersion"] < 1
    for each in irt["difficulties"]:
        assert each["interval"][0] < each["difficulty"] < each["interval"][1]
    by_csv = rows_of(itbench("leaderboard", *runs, "--irt", "--to", "csv").out)
    tasks = [row for row in by_csv if row["kind"] == "task"]
    assert [float(row["difficulty"]) for row in tasks] == [each["difficulty"] for each in irt["difficulties"]]
    assert [float(row["ability"]) for row in by_csv if row["kind"] == "run"] == values


def test_a_fit_that_cannot_be_is_refused_or_said_where_another_board_has_one(
    runs: list[str], itbench: Itbench
) -> None:
    alone = run(itbench, "sums", "-a", "adder")
    refused = itbench("leaderboard", alone, "--irt")
    assert refused.code == 2
    assert "at least 2 runs, and a score in each; 1 of 1 have one" in refused.err
    found = json.loads(itbench("leaderboard", alone, *runs, "--irt", "--json").out)
    assert [set(board["irt"]) >= {"abilities"} for board in found] == [False, True]
    assert "at least 2 runs" in found[0]["irt"]["problem"]


def test_runs_that_were_scored_by_other_rules_are_not_tested_against_each_other(
    runs: list[str], itbench: Itbench
) -> None:
    assert "rules of version" not in itbench("compare", *runs[:2]).out
    with sqlite3.connect(runs[0]) as connection:
        connection.execute("UPDATE scoring SET scoring_version = scoring_version + 1")
        seal_all(connection)
    connection.close()
    for command in (
        ("leaderboard", *runs, "--pairwise"),
        ("leaderboard", *runs, "--irt"),
        ("subset", *runs),
        ("rank-correlation", *runs, run(itbench, "sums")),
        ("compare", *runs[:2], "--no-worse-by", "0.1"),
        ("compare", *runs[:2], "--equal-within", "0.1"),
    ):
        refused = itbench(*command)
        assert refused.code == 2, command
        assert "were scored by rules of versions 1 and 2" in refused.err, command
    compared = itbench("compare", *runs[:2])
    assert compared.code == 0
    assert "1 was scored by rules of version 2, 2 by version 1" in " ".join(compared.out.split())
    # Alone, and beside runs by the same rules, nothing is wrong with it.
    assert itbench("reliability", runs[0]).code == 0
    assert itbench("leaderboard", *runs[1:], "--pairwise", "--irt").code == 0


def test_what_one_board_cannot_tell_stands_beside_what_others_can(runs: list[str], itbench: Itbench) -> None:
    alone = run(itbench, "sums", "-a", "adder")
    both = itbench("leaderboard", alone, *runs, "--pairwise", "--irt")
    text = " ".join(both.out.split())
    assert "one run has no other to be told apart from" in text
    assert "a fit of difficulty and ability needs at least 2 runs" in text
    assert "of 10 pairs can be told apart" in text


def test_compare_tells_whether_a_run_is_no_worse_and_whether_both_are_equal(
    runs: list[str], itbench: Itbench
) -> None:
    options = ("--no-worse-by", "0.2", "--equal-within", "0.2")
    same = itbench("compare", runs[0], runs[0], *options)
    # If a share of 0.2 of the tasks were lost, 20 would not show it with a chance of 0.8^20 = 0.0115.
    assert "1 is no worse than 2 by 0.2: shown, p = 0.012; the difference is -0.139 or more" in same.out
    assert "1 and 2 differ by less than 0.2: shown, p = 0.012 (two one-sided tests)" in same.out
    better = itbench("compare", runs[0], runs[-1], *options)
    assert "1 is no worse than 2 by 0.2: shown" in better.out
    assert "1 and 2 differ by less than 0.2: not shown, p = 1.000" in better.out
    found = json.loads(itbench("compare", runs[-1], runs[0], "--no-worse-by", "0.05", "--json").out)
    assert set(found) >= {"difference", "no_worse_by"}
    assert "equal_within" not in found
    assert (found["no_worse_by"]["margin"], found["no_worse_by"]["is_shown"]) == (0.05, False)
    row = rows_of(itbench("compare", runs[0], runs[0], "--no-worse-by", "0.2", "--to", "csv").out)[-1]
    assert (row["over"], row["margin"], row["is_shown"]) == ("no_worse_by", "0.2", "True")


@pytest.mark.parametrize("margin", ["0", "1", "-0.1"])
def test_a_margin_that_says_nothing_is_refused(margin: str, sums: Path, itbench: Itbench) -> None:
    path = run(itbench, "sums", "-n", "1")
    done = itbench("compare", path, path, f"--no-worse-by={margin}")
    assert done.code == 2
    assert "give one above 0 and below 1" in done.err


def test_reliability_has_the_same_numbers_in_every_format(runs: list[str], itbench: Itbench) -> None:
    (found,) = json.loads(itbench("reliability", runs[2], "--json").out)
    curve = found["curve"]
    assert [at["k"] for at in curve] == [1, 2, 3]
    assert curve[0]["pass_at_k"] == curve[0]["pass_hat_k"]
    assert curve[0]["pass_at_k"] < curve[2]["pass_at_k"]
    assert curve[0]["pass_hat_k"] > curve[2]["pass_hat_k"]
    summary = json.loads(itbench("show", runs[2], "--json").out)
    assert summary["passes"] == {
        "pass@1": curve[0]["pass_at_k"],
        "pass@3": curve[2]["pass_at_k"],
        "pass^3": curve[2]["pass_hat_k"],
    }
    text = itbench("reliability", runs[2]).out
    assert f"{curve[2]['pass_hat_k']:.3f} (" in text
    by_csv = rows_of(itbench("reliability", *runs, "--to", "csv").out)
    assert len(by_csv) == 15
    assert [float(row["pass_hat_k"]) for row in by_csv[6:9]] == [at["pass_hat_k"] for at in curve]
    (half,) = json.loads(itbench("reliability", runs[2], "--threshold", "0.5", "--json").out)
    assert [at["pass_hat_k"] for at in half["curve"]] == [1, 1, 1]


def test_the_page_of_a_leaderboard_has_ranks_abilities_and_reliability(
    runs: list[str], itbench: Itbench, tmp_path: Path
) -> None:
    catalogue = Catalogue([Path(path) for path in runs])
    catalogue.refresh(lambda: False)
    keys = {Path(path): Path(path).stem for path in runs}
    asked = Asked({"run": [entry.key for entry in catalogue.entries()]})
    panels = "".join(run_panels_page(catalogue, asked, leads=no_link).context["panels"])
    for title in ("Which ranks can be told apart", "Ability", "Reliability"):
        assert f">{title}<" in panels
    assert "cannot be told from" in panels
    board = boards([Path(path) for path in runs])[0]
    ranks, ability, curves = board_panels(board, keys)
    (found,) = json.loads(itbench("leaderboard", *runs, "--pairwise", "--irt", "--json").out)
    assert [row[1] for row in ranks.parts[0].rows] == [
        str(each["rank_best"])
        if each["rank_best"] == each["rank_worst"]
        else f"{each['rank_best']} to {each['rank_worst']}"
        for each in found["pairwise"]["runs"]
    ]
    assert [row[0] for row in ranks.parts[0].rows] == [AGENTS[0], *AGENTS[1:4], AGENTS[4]]
    # null is behind all others
    assert ranks.parts[0].rows[-1][2] == "none"
    tied = [name for row in ranks.parts[0].rows for name in row[2].split(", ") if name != "none"]
    told = [pair["corrected_p_value"] < 0.05 for pair in found["pairwise"]["pairs"]]
    assert len(tied) == 2 * told.count(False) > 0
    assert [(bar.value, bar.low, bar.high) for bar in ability.parts[0].bars] == [
        (each["ability"], *each["interval"]) for each in found["irt"]["abilities"]
    ]
    assert [bar.trial for bar in ability.parts[0].bars] == [
        keys[standing.path] for standing in board.standings
    ]
    assert len({bar.label for bar in ability.parts[0].bars}) == 5
    assert [len(line.points) for line in curves.parts[0].lines] == [3] * 5
    assert [line.label for line in curves.parts[0].lines] == [bar.label for bar in ability.parts[0].bars]


def test_one_run_without_repeats_has_no_such_panel_and_few_tasks_are_said(
    sums: Path, itbench: Itbench
) -> None:
    paths = [Path(run(itbench, "sums", "-n", "3", "-a", agent)) for agent in ("adder", "adder")]
    assert list(board_panels(boards(paths[:1])[0], {})) == []
    ranks, ability = board_panels(boards(paths)[0], {})
    assert [row[0] for row in ranks.parts[0].rows] == ["adder, run 1", "adder, run 2"]
    assert [row[2] for row in ranks.parts[0].rows] == ["adder, run 2", "adder, run 1"]
    assert "needs at least 6 tasks with a score; there are 3" in ability.parts[0].text


def test_the_curves_are_charts(runs: list[str]) -> None:
    found = reliability([Path(path) for path in runs])
    panel = reliability_panel({each.plan["id"]: each for each in found})
    always, once = panel.parts
    assert [line.note for line in always.lines] == [each.plan["id"] for each in found]
    assert [x for x, _ in once.lines[2].points] == [1, 2, 3]
    assert [y for _, y in always.lines[2].points] == [at.all_of_them.mean for at in found[2].curve]


def test_without_repeats_there_is_nothing_to_say_of_reliability(sums: Path, itbench: Itbench) -> None:
    once, twice = run(itbench, "sums", "-n", "2"), run(itbench, "sums", "-n", "2", "-k", "2")
    refused = itbench("reliability", once)
    assert refused.code == 2
    assert "no task has more than one score" in refused.err
    assert "run with --repeats 3 or more" in refused.err
    both = itbench("reliability", once, twice)
    assert both.code == 0
    assert "one repeat only" in both.out
    assert itbench("reliability", twice, "--threshold", "0").code == 2
    assert "no trial has a score" in itbench("reliability", run(itbench, "sums", "--no-score")).err


def test_a_subset_is_chosen_told_and_run(runs: list[str], itbench: Itbench, tmp_path: Path) -> None:
    done = itbench("subset", *runs, "--size", "7", "--out", "tasks.txt", "--json")
    assert "7 tasks written to tasks.txt" in done.err
    found = json.loads(done.out)
    assert found["tasks"] == (tmp_path / "tasks.txt").read_text().splitlines()
    assert (len(set(found["tasks"])), found["tasks_of_suite"], found["asked"]) == (7, 20, None)
    assert [at["tasks"] for at in found["curve"]] == list(range(1, 21))
    assert found["curve"][-1]["kendall_held_out"] == 1
    assert found["curve"][6]["kendall_held_out"] == found["kendall_held_out"]
    rerun = json.loads(itbench("run", "sums/many", "--task-file", "tasks.txt", "--json").out)
    assert rerun["tasks_planned"] == 7
    text = " ".join(itbench("subset", *runs).out.split())
    assert "over 20 comparisons with a run that had no part in the choice (5 folds)" in text
    assert "random subsets of this size: tau-b" in text
    assert "few runs (5)" in text
    assert "2 of the runs are of cheats, or of agents that were shown the solutions" in text
    by_csv = rows_of(itbench("subset", *runs, "--size", "7", "--to", "csv").out)
    assert [row["task"] for row in by_csv] == found["tasks"]


def test_what_cannot_be_chosen_is_refused_in_plain_words(runs: list[str], itbench: Itbench) -> None:
    few = itbench("subset", *runs[:3])
    assert (few.code, "at least 4 runs" in few.err) == (2, True)
    other = itbench("subset", *runs, run(itbench, "sums"))
    assert (other.code, "these runs are of 2 sets of tasks; name runs of one: " in other.err) == (2, True)
    large = itbench("subset", *runs, "--size", "21")
    assert (large.code, "a subset of 21 tasks cannot be; the runs have scores for 20" in large.err) == (
        2,
        True,
    )


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "cannot be read: No such file or directory"),
        (b"\n \n", "names no task"),
        (b"\xff\xfe", "is not text in UTF-8"),
        (b"sum-9999\n", "no task matches 'sum-9999'"),
    ],
    ids=["missing", "empty", "no text", "another suite's"],
)
def test_a_task_file_that_cannot_be_used_is_refused(
    content: bytes | None, message: str, sums: Path, itbench: Itbench, tmp_path: Path
) -> None:
    if content is not None:
        (tmp_path / "tasks.txt").write_bytes(content)
    done = itbench("run", "sums", "--task-file", "tasks.txt")
    assert done.code == 2
    assert message in done.err


def test_a_task_file_adds_to_the_globs(sums: Path, itbench: Itbench, tmp_path: Path) -> None:
    (tmp_path / "tasks.txt").write_text("sum-0003\n\nsum-000[45]  \n")
    path = run(itbench, "sums", "--task", "sum-0001", "--task-file", "tasks.txt")
    shown = json.loads(itbench("show", path, "--json").out)["trials"]
    assert [each["task"] for each in shown] == ["sum-0001", "sum-0003", "sum-0004", "sum-0005"]


def test_suites_that_rank_alike_are_told(runs: list[str], itbench: Itbench) -> None:
    easy = [run(itbench, "sums", "-k", "2", "-a", agent) for agent in AGENTS]
    done = itbench("rank-correlation", *runs, *easy)
    assert done.code == 0
    assert "Kendall's tau-b" in done.out
    (found,) = json.loads(itbench("rank-correlation", *runs, *easy, "--json").out)
    assert len(found["agents"]) == 5
    assert found["kendall"] > 0.5
    assert found["kendall_low"] <= found["kendall"] <= found["kendall_high"] <= 1
    assert 0.3 < found["first_reliability"] <= 1
    (row,) = rows_of(itbench("rank-correlation", *runs, *easy, "--to", "csv").out)
    assert (float(row["kendall"]), row["agents"]) == (found["kendall"], "5")


def test_suites_without_enough_agents_in_common_are_refused(runs: list[str], itbench: Itbench) -> None:
    alone = itbench("rank-correlation", *runs)
    assert alone.code == 2
    assert "all these runs are of the same tasks (sums/many 1, 20 tasks" in alone.err
    others = [run(itbench, "sums", "-a", agent) for agent in ("oracle", "null")]
    two = itbench("rank-correlation", *runs, *others)
    assert two.code == 2
    assert "no two of these suites have more than 2 agents in common; at least 3 are needed" in two.err
    three = itbench("rank-correlation", *runs, *others, run(itbench, "sums", "-a", "adder:wrong=2"))
    assert three.code == 0
    assert "no interval for fewer than 5 agents" in three.out
