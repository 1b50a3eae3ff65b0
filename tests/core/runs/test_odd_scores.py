"""Whatever a scorer says, the run ends, its file can be read, and what cannot be counted is nobody's zero."""

import csv
import io
import json
import math
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, strategies as st
from pydantic import ValidationError

from itbench import Score
from itbench.store.seals import seal_all

Itbench = Callable[..., Any]
DEEP: dict[str, Any] = {}
for _ in range(150):
    DEEP = {"a": DEEP}


@pytest.mark.parametrize(
    "metrics",
    [
        {"m": math.nan},
        {"m": math.inf},
        {"m": -math.inf},
        {"m": 10**400},
        {"m": "many"},
        {"m": [1]},
        {"\ud800": 1.0},
        {"a\nb": 1.0},
        {"\u202eabc": 1.0},
        {"\x00": 1.0},
        {"": 1.0},
        {"m" * 201: 1.0},
        {1: 1.0},
        {None: 1.0},
    ],
)
def test_a_metric_that_cannot_be_counted_or_named_is_refused(metrics: dict[Any, Any]) -> None:
    with pytest.raises(ValidationError):
        Score(value=1.0, metrics=metrics)


@pytest.mark.parametrize(
    ("details", "problem"),
    [
        ({"a": math.nan}, "a number is not finite"),
        ({"a": [{"b": math.inf}]}, "a number is not finite"),
        ({"a": 10**400}, "too large for a floating-point number"),
        ({"a": {1: 2}}, "key 1 is not text"),
        ({"a": {1, 2}}, "a set is not JSON"),
        ({"a": b"x"}, "a bytes is not JSON"),
        ({"a": object()}, "a object is not JSON"),
        (DEEP, "nested deeper than 100 levels"),
    ],
)
def test_details_that_are_not_json_are_refused(details: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValidationError, match=problem):
        Score(value=1.0, details=details)


@pytest.mark.parametrize("reasons", [(1,), (None,), 7, ({"a": 1},), (b"\xff",)])
def test_reasons_that_are_no_text_are_refused(reasons: Any) -> None:
    with pytest.raises(ValidationError):
        Score(value=1.0, reasons=reasons)


def test_an_agents_half_of_a_surrogate_pair_in_a_reason_does_not_make_the_scorer_fail() -> None:
    assert Score(value=0.0, reasons=("'\ud800' is wrong",)).reasons == ("'\\ud800' is wrong",)


@pytest.mark.slow  # A few hundred examples.
@given(
    metrics=st.dictionaries(st.text(max_size=5), st.floats() | st.none() | st.integers(), max_size=3),
    details=st.dictionaries(
        st.text(max_size=3),
        st.recursive(
            st.none() | st.floats() | st.text(max_size=3), lambda inner: st.lists(inner, max_size=3)
        ),
        max_size=3,
    ),
)
def test_a_score_that_can_be_made_can_be_written_as_json_and_averaged(
    metrics: dict[str, Any], details: dict[str, Any]
) -> None:
    try:
        score = Score(value=1.0, metrics=metrics, details=details)
    except ValidationError:
        return
    text = json.dumps({"metrics": score.metrics, "details": score.details}, allow_nan=False)
    assert json.loads(text)["metrics"] == score.metrics
    assert all(math.isfinite(value) for value in score.metrics.values() if value is not None)
    assert "".join(score.metrics).encode().decode() == "".join(score.metrics)


ODD = """
from dataclasses import replace
from itbench import Score
from itbench_sums import DOMAIN as SUMS


class OddScorer:
    def score(self, task, submission, truth):
        found = SUMS.scorer.score(task, submission, truth)
        if task.id == "sum-0001":
            return Score(value=1.0, metrics={"m": float("nan")})
        if task.id == "sum-0002":
            return found.model_copy(update={"metrics": {"m": float("inf")}})
        if task.id == "sum-0003":
            return Score(value=1.0, metrics={"\\ud800": 1.0})
        if task.id == "sum-0004":
            score = Score(value=1.0, metrics={"m": 1.0})
            score.details["x"] = {1, 2}
            return score
        if task.id == "sum-0005":
            raise ValueError("odd \\ud800")
        return Score(value=1.0, metrics={"m": 2.0}, reasons=("\\ud800 seen",))


DOMAIN = replace(SUMS, name="odd", scorer=OddScorer())
"""


@pytest.fixture
def odd(sums: Path, distribution: Callable[..., Path]) -> None:
    distribution("odd", group="itbench.domains", points={"odd": "odd_mod:DOMAIN"}, code={"odd_mod": ODD})


@pytest.mark.slow
def test_odd_scores_are_faults_of_the_scorer_and_the_run_goes_on_and_says_so(
    odd: None, itbench: Itbench
) -> None:
    done = itbench("run", "odd", "-a", "adder", "-n", "8")
    assert done.code == 1
    assert "Traceback" not in done.out + done.err
    (path,) = Path("runs").iterdir()
    found = json.loads(itbench("show", path, "--json").out)
    assert (found["trials_scored"], found["trials_planned"], found["score"]) == (3, 8, 1.0)
    assert found["faults"] == {"scorer": 5}
    for kind in ("jsonl", "csv", "html"):
        assert itbench("export", path, "--to", kind).code == 0
    assert "Traceback" not in itbench("score", path).err
    assert json.loads(itbench("show", path, "--json").out)["faults"] == {"scorer": 5}


def test_a_run_that_holds_odd_metrics_shows_them_as_missing_with_one_warning(
    sums: Path, itbench: Itbench
) -> None:
    assert itbench("run", "sums", "-a", "adder", "-n", "3").code == 0
    (path,) = Path("runs").iterdir()
    with closing(sqlite3.connect(path)) as connection, connection:
        values = [
            '{"error":NaN,"\\ud800":1.0}',
            '{"error":1e+200,"\\ud800":1.0}',
            '{"error":0.5,"\\ud800":1.0}',
        ]
        for trial, text in enumerate(values, 1):
            connection.execute("UPDATE score SET metrics = ? WHERE trial = ?", (text, trial))
        seal_all(connection)
    done = itbench("show", path)
    assert done.code == 0
    (warning,) = [line for line in done.out.splitlines() if "of metrics" in line]
    assert "2 values of metrics are not finite or beyond 1e100, and count as not measured: 'error'" in warning
    (row,) = [line.split() for line in done.out.splitlines() if line.startswith("error")]
    assert row[1] == "0.500"
    assert itbench("show", path, "sum-0000").code == 0
    assert itbench("export", path, "--to", "html").code == 0
    text = itbench("export", path, "--to", "csv", "-o", "-").out
    cells = [line["metric.error"] for line in csv.DictReader(io.StringIO(text))]
    assert sorted(cells) == ["", "", "0.5"]
    assert "metric.\\ud800" in text
