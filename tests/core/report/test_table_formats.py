"""Leaderboards, comparisons and lists of runs as Markdown, CSV and JSON: the same numbers as the text."""

import csv
import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from markdown_it import MarkdownIt

Itbench = Callable[..., Any]
READER = MarkdownIt("commonmark").enable("table")


def tables(markdown: str) -> list[list[list[str]]]:
    """Return the cells of each table, head included, as a reader sees them."""
    found: list[list[list[str]]] = []
    for token in READER.parse(markdown):
        if token.type == "table_open":
            found.append([])
        elif token.type == "tr_open":
            found[-1].append([])
        elif token.type == "inline" and token.level > 3:
            found[-1][-1].append("".join(child.content for child in token.children or ()))
    return found


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


@pytest.fixture
def runs(sums: Path, itbench: Itbench) -> list[str]:
    """Three runs of one suite."""
    agents = ("oracle", "adder:wrong=2", "null")
    return [
        json.loads(itbench("run", "sums", "-k", "2", "--json", "-a", each).out)["path"] for each in agents
    ]


@pytest.mark.slow
def test_a_leaderboard_has_the_same_numbers_in_every_format(runs: list[str], itbench: Itbench) -> None:
    text = itbench("leaderboard", *runs).out
    markdown = itbench("leaderboard", *runs, "--to", "markdown").out
    by_csv = rows_of(itbench("leaderboard", *runs, "--to", "csv").out)
    by_json = json.loads(itbench("leaderboard", *runs, "--json").out)[0]["runs"]
    ((head, *shown),) = tables(markdown)
    assert head[:4] == ["", "agent", "score (95 % interval)", "scored"]
    assert [row[1] for row in shown] == ["oracle", "adder:wrong=2", "null"]
    for row in shown:
        assert re.search(r" +".join(map(re.escape, filter(None, row))), text), row
    ranked = [row for row in by_csv if row["kind"] == "run"]
    assert [float(row["score"]) for row in ranked] == [row["score"] for row in by_json]
    assert [f"{float(row['score']):.3f}" for row in ranked] == [row[2][:5] for row in shown]
    assert [f"{row['trials_scored']}/{row['trials_planned']}" for row in ranked] == [row[3] for row in shown]
    (title,) = re.findall("^## (.*)$", markdown, re.MULTILINE)
    assert title == text.splitlines()[0]
    notes = re.findall("^- (.*)$", markdown, re.MULTILINE)
    assert notes
    assert all(note in text for note in notes)
    (floor,) = [row for row in by_csv if row["kind"] == "floor"]
    assert f"floor: {float(floor['score']):.3f} ({floor['agent']})" in text


@pytest.mark.slow
def test_a_comparison_has_the_same_numbers_in_every_format(runs: list[str], itbench: Itbench) -> None:
    words = ("compare", runs[0], runs[1])
    text, markdown = itbench(*words).out, itbench(*words, "--to", "markdown").out
    by_csv, by_json = rows_of(itbench(*words, "--to", "csv").out), json.loads(itbench(*words, "--json").out)
    ((head, *shown),) = tables(markdown)
    assert head == ["task", "1: oracle", "2: adder", "difference"]
    assert shown
    for row in shown:
        assert re.search(r" +".join(map(re.escape, row)), text), row
    overall, *by_task = by_csv
    assert overall["over"] == "all"
    assert float(overall["difference"]) == by_json["difference"]
    assert [float(overall["interval_low"]), float(overall["interval_high"])] == by_json["interval"]
    assert float(overall["sign_flip_p_value"]) == by_json["sign_flip_p_value"]
    assert f"difference: {float(overall['difference']):+.3f}" in text
    assert [(row["task"], float(row["first"]), float(row["second"])) for row in by_task] == [
        (row["task"], row["first"], row["second"]) for row in by_json["by_task"]
    ]
    differing = [row for row in by_task if row["first"] != row["second"]]
    assert [[row["task"], f"{float(row['difference']):+.3f}"] for row in differing] == [
        [row[0], row[3]] for row in shown
    ]


@pytest.mark.slow
def test_a_list_of_runs_has_the_same_numbers_in_every_format(runs: list[str], itbench: Itbench) -> None:
    Path("runs/broken.itbench").write_text("hello " * 1000)
    ((head, *shown),) = tables(itbench("runs", "--to", "markdown").out)
    by_csv, by_json = rows_of(itbench("runs", "--to", "csv").out), json.loads(itbench("runs", "--json").out)
    assert head == ["run", "suite", "agent", "score", "beside it", "scored", "started"]
    assert [list(row.values()) for row in by_json] == shown
    assert [row["path"] for row in by_csv] == [row[0] for row in shown]
    numbers = [f"{float(row['score']):.3f}" if row["score"] else "-" for row in by_csv]
    assert numbers == [row[3] for row in shown]
    (broken,) = [row for row in by_csv if row["problem"]]
    assert broken["path"] == "runs/broken.itbench"


@pytest.mark.parametrize("command", [["leaderboard"], ["compare", "latest"], ["runs"]])
def test_two_formats_at_once_are_refused(sums: Path, itbench: Itbench, command: list[str]) -> None:
    itbench("run", "sums", "-n", "1")
    where = [] if command == ["runs"] else ["latest"]
    done = itbench(*command, *where, "--json", "--to", "csv")
    assert (done.code, done.out) == (2, "")
    assert done.err == "error: --json and --to csv are two formats; leave one out\n"
