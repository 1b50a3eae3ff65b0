"""`itbench export --to every-eval-ever`: its own validator takes every file, and the numbers are those of the run."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from itbench.report.export.every_eval_ever.place import place_of
from itbench.report.summary import summarise
from itbench.store.reader import RunFile
from itbench.testing.model_server import Answer, ModelServer

Itbench = Callable[..., Any]
# Another Python validates.
pytestmark = pytest.mark.slow

VALIDATE = """
import sys
from every_eval_ever.validator.cli import main
code = main([*sys.argv[1:], "--format", "json"])
sys.exit(code)
"""


def run(itbench: Itbench, *words: str | Path) -> Path:
    return Path(json.loads(itbench("run", "--json", *words).out)["path"])


def exported(itbench: Itbench, peer: Callable[..., str], *runs: Path) -> list[tuple[Any, list[Any]]]:
    """Export runs, validate all files with exit code 0 (neither errors nor warnings), and return aggregates with lines."""
    done = itbench("export", *runs, "--to", "every-eval-ever", "-o", ".")
    assert done.code == 0, done.err
    paths = sorted(path for path in Path("data").rglob("*") if path.is_file())
    assert len(paths) == 2 * len(runs)
    reports = json.loads(peer(VALIDATE, *paths))
    assert reports
    found = []
    for path in Path("data").rglob("*.json"):
        aggregate = json.loads(path.read_bytes())
        lines = Path(aggregate["detailed_evaluation_results"]["file_path"]).read_bytes().splitlines()
        found.append((aggregate, [json.loads(line) for line in lines]))
    return found


@pytest.mark.usefixtures("sums")
def test_aggregate_and_lines_have_the_numbers_of_the_run(itbench: Itbench, peer: Any) -> None:
    path = run(itbench, "sums", "--repeats", "2", "--agent", "adder:wrong=3")
    ((aggregate, lines),) = exported(itbench, peer, path)
    with RunFile(path) as file:
        summary = summarise(file)
        values = [row["value"] for row in file.outcomes()]
        costs = {row["cost_usd"] for row in file.outcomes()}
    (result,) = aggregate["evaluation_results"]
    score = result["score_details"]
    assert score["score"] == summary.score
    assert summary.interval is not None
    assert score["uncertainty"]["confidence_interval"]["lower"] == summary.interval.low
    assert score["uncertainty"]["num_samples"] == 24
    assert [line["evaluation"]["score"] for line in lines] == values
    assert {line["evaluation"]["is_correct"] for line in lines} == {True, False}
    assert {line["evaluation_result_id"] for line in lines} == {result["evaluation_result_id"]}
    # No model: nothing is known of tokens, and nothing is told of them.
    assert costs == {None}
    assert not any("token_usage" in line or "cost_usd" in line["metadata"] for line in lines)
    assert aggregate["model_info"]["id"] == "without-model/adder"


@pytest.mark.usefixtures("sums")
def test_no_truth_is_published_and_what_was_handed_in_is(itbench: Itbench, peer: Any) -> None:
    ((_, lines),) = exported(itbench, peer, run(itbench, "sums", "-n", "2", "--agent", "adder"))
    assert [line["input"]["reference"] for line in lines] == [[], []]
    assert "canary" not in json.dumps(lines)
    ((attribution,), _) = (line["answer_attribution"] for line in lines)
    assert (attribution["source"], attribution["extracted_value"]) == ("file answer.json", '{"sum": 0}')


@pytest.mark.usefixtures("sums")
def test_a_model_has_its_tokens_cost_and_messages_whatever_it_writes(itbench: Itbench, peer: Any) -> None:
    pytest.importorskip("openai")
    text = "\x00\x1b[2J \u2028 \U0001f600" + "x" * 300_000

    def react(asked: Any) -> Answer:
        write = ("execute", {"command": "echo '{\"sum\": 0}' > answer.json; printf '\\377\\0'"})
        return Answer(
            text=text, calls=[("finish", {}) if asked.turn else write], input_tokens=9, output_tokens=4
        )

    with ModelServer(react) as server:
        told = f"react:model=openai/m:1,base_url={server.openai_url},key_env=HOME,cache=no,price=2/8"
        path = run(itbench, "sums", "-n", "1", "--agent", told, "--sandbox", "none", "--allow-unsafe")
    ((aggregate, lines),) = exported(itbench, peer, path)
    assert (aggregate["model_info"]["name"], aggregate["model_info"]["id"]) == ("openai/m:1", "openai/m-1")
    for line in lines:
        assert line["token_usage"]["total_tokens"] == 26
        assert float(line["metadata"]["cost_usd"]) == pytest.approx(2 * (9 * 2 + 4 * 8) / 1e6)
        roles = [message["role"] for message in line["messages"]]
        assert roles == ["system", "user", "assistant", "tool", "assistant", "tool"]
        assert [message["turn_idx"] for message in line["messages"]] == list(range(6))
        assert text in line["messages"][2]["content"]


@pytest.mark.usefixtures("sums")
def test_faults_of_the_agent_are_0_with_the_error_and_a_run_without_scores_is_refused(
    itbench: Itbench, peer: Any
) -> None:
    nothing = run(itbench, "sums", "-n", "2", "--agent", "null")
    ((aggregate, lines),) = exported(itbench, peer, nothing)
    assert aggregate["evaluation_results"][0]["score_details"]["score"] == 0
    assert all(line["error"].startswith("agent: ") and line["answer_attribution"] == [] for line in lines)
    unscored = run(itbench, "sums", "-n", "1", "--agent", "adder", "--no-score")
    done = itbench("export", unscored, "--to", "every-eval-ever", "-o", "other")
    assert (done.code, Path("other").exists()) == (2, False)
    assert "has a score" in done.err


@pytest.mark.parametrize(
    ("model", "model_id"),
    [
        ("openai/gpt-5", "openai/gpt-5"),
        ("gpt-5", "unspecified/gpt-5"),
        ("a/b/c:d", "a/b/c-d"),
        ("../..", "-/-"),
        ("unknown/nul.x", "-unknown/-nul.x"),
        ("\\\x00 x/ data ", "-x/-data-"),
    ],
)
def test_any_name_of_a_model_is_a_path_below_the_folder(model: str, model_id: str, peer: Any) -> None:
    agent = {"name": "react", "options": {"model": model}, "description": {}}
    place = place_of({"id": "abcdef", "domain": "d", "suite": "s", "agent": agent}, None)
    assert place.model_id == model_id
    code = (
        "import sys; from every_eval_ever.helpers.io import datastore_path_components as parts;"
        "print('data/' + '/'.join(parts('itbench_d_s', sys.argv[1], None)))"
    )
    assert peer(code, place.model_id).strip() == place.folder
