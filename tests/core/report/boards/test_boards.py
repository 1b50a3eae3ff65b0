"""What is said of several runs together: ranks, margins, reliability, ability, subsets and agreement of suites."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from itbench.report.boards.reliability import reliability, reliability_panel

# Slow: each test makes several runs, of some tenths of a second each.
pytestmark = pytest.mark.slow

Itbench = Callable[..., Any]
AGENTS = ("oracle", "adder:wrong=7", "adder:wrong=3", "adder:wrong=2", "null")


def run(itbench: Itbench, *arguments: str) -> str:
    return str(json.loads(itbench("run", "--json", *arguments).out)["path"])


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


@pytest.fixture
def runs(sums: Path, itbench: Itbench) -> list[str]:
    """Five runs of one suite, the best first."""
    return [run(itbench, "sums/many", "-n", "20", "-k", "3", "-a", agent) for agent in AGENTS]


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


def test_the_curves_are_charts_for_the_viewer(runs: list[str]) -> None:
    found = reliability([Path(path) for path in runs])
    panel = reliability_panel(found)
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
