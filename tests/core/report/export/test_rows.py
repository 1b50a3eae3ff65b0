"""The flat exports: one row a trial, every column documented, and nothing that is unknown called 0."""

import csv
import io
import json
import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from itbench.report.export.columns import COLUMNS, SCHEMA_VERSION
from itbench.store.seals import seal_all
from itbench.testing.model_server import Answer, Asked, ModelServer

Itbench = Callable[..., Any]
PAGE = Path(__file__).resolve().parents[4] / "docs" / "reference" / "exports.md"
TYPES = {"string": "text", "int64": "integer", "float64": "number", "bool_": "boolean"}
# What these tests are about is not the sandbox.
OPEN = ("--sandbox", "none", "--allow-unsafe")

SPENDERS = """
from dataclasses import replace
from itbench import AgentSpec, Score, Stage, StageError
from itbench_sums import DOMAIN as SUMS, Adder, SumScorer

USES = {
    "priced": [dict(input_tokens=100, cached_tokens=30, output_tokens=20, reasoning_tokens=5, cost_usd=0.25)] * 2,
    "free": [dict(input_tokens=100, output_tokens=20, cost_usd=0.0)],
    "unpriced": [dict(input_tokens=100, output_tokens=20)],
    "half": [dict(input_tokens=100, output_tokens=20, cost_usd=0.25), dict(input_tokens=1, output_tokens=1, cost_usd=None)],
    "nothing": [],
}

class Spender(Adder):
    def __init__(self, request):
        self._events, self._delay_s, self._wrong = 1, 0, 0
        self._uses, self._fails = USES[request.options["as"]], int(request.options.get("fails", "0"))
        self._tries = {}
    async def solve(self, task, workspace, trace):
        for use in self._uses:
            trace.use(**use)
        self._tries[task.id] = self._tries.get(task.id, 0) + 1
        if self._tries[task.id] <= self._fails:
            raise StageError(Stage.MODEL, "down")
        await super().solve(task, workspace, trace)

class Measured(SumScorer):
    def score(self, task, submission, truth):
        more = {"seldom": 2.0} if task.id == "sum-0001" else {}
        metrics = {"error": 0.0, "never": None, 'odd "name", with;signs': 1.5} | more
        return Score(value=1.0, metrics=metrics, reasons=("one", "two\\nlines"))

DOMAIN = replace(SUMS, name="spend", scorer=Measured(), agents=(
    AgentSpec(name="spender", summary="s", create=Spender, role="baseline", is_in_process=True),))
"""


@pytest.fixture
def spend(sums: Path, distribution: Callable[..., Path]) -> None:
    distribution(
        "spend", group="itbench.domains", points={"spend": "spend_mod:DOMAIN"}, code={"spend_mod": SPENDERS}
    )


def run(itbench: Itbench, *words: str) -> Path:
    done = itbench("run", *words, "--json")
    assert done.code == 0, done.err
    return Path(json.loads(done.out)["path"])


def rows(itbench: Itbench, path: Path) -> list[dict[str, str]]:
    done = itbench("export", path, "--to", "csv", "-o", "-")
    assert done.code == 0, done.err
    return list(csv.DictReader(io.StringIO(done.out)))


def test_every_column_is_documented_with_its_type_and_nothing_else_is() -> None:
    table = re.findall(r"^\| `([a-z_]+)` \| (\w+) \| (.+) \|$", PAGE.read_text(), re.MULTILINE)
    assert [(name, kind) for name, kind, _ in table] == [
        (name, TYPES[kind]) for name, kind in COLUMNS.items()
    ]
    assert all(len(meaning) > 10 for _, _, meaning in table)
    assert f"version of this schema is {SCHEMA_VERSION}" in PAGE.read_text()


@pytest.mark.slow
def test_there_is_one_row_for_each_trial_with_all_columns_and_metrics(spend: None, itbench: Itbench) -> None:
    path = run(itbench, "spend", "-n", "3", "-k", "2", "-a", "spender:as=priced")
    found = rows(itbench, path)
    assert list(found[0]) == [
        *COLUMNS,
        "metric.error",
        "metric.never",
        'metric.odd "name", with;signs',
        "metric.seldom",
    ]
    assert [(row["task"], row["repeat"]) for row in found] == [
        (f"sum-{task:04}", str(repeat)) for task in range(3) for repeat in range(2)
    ]
    row = found[2]
    plan = json.loads(itbench("show", path, "--json").out)
    expected = {
        "schema_version": "2",
        "run": plan["run"],
        "domain": "spend",
        "domain_origin": "spend 1.0",
        "suite": "easy",
        "suite_hash": plan["suite_hash"],
        "agent": "spender",
        "agent_role": "baseline",
        "agent_origin": "spend 1.0",
        "agent_options": '{"as": "priced"}',
        "agent_arguments": "[]",
        "model": "",
        "sandbox": "in-process",
        "attempt": "0",
        "status": "scored",
        "value": "1.0",
        "fault": "",
        "handed_in": "true",
        "reasons": '["one", "two\\nlines"]',
        "turns": "1",
        "input_tokens": "200",
        "cached_tokens": "60",
        "output_tokens": "40",
        "reasoning_tokens": "10",
        "tokens": "240",
        "cost_usd": "0.5",
        "all_attempts_cost_usd": "0.5",
        "scored_by": "spend 1.0",
        "truths": "",
        "metric.error": "0.0",
        "metric.never": "",
        'metric.odd "name", with;signs': "1.5",
        "metric.seldom": "2.0",
    }
    assert {name: row[name] for name in expected} == expected
    assert found[0]["metric.seldom"] == ""
    assert all(
        re.match(r"20\d\d-\d\d-\d\dT", row[name]) for name in ("created_at", "started_at", "scored_at")
    )
    assert row["task_hash"].startswith("sha256:")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "tokens", "cost"),
    [
        ("priced", "200", "0.5"),
        ("free", "100", "0.0"),
        ("unpriced", "100", ""),
        ("half", "101", ""),
        ("nothing", "", ""),
    ],
)
def test_a_cost_that_is_not_known_is_empty_and_never_0(
    kind: str, tokens: str, cost: str, spend: None, itbench: Itbench
) -> None:
    path = run(itbench, "spend", "-n", "1", "-a", f"spender:as={kind}")
    (row,) = rows(itbench, path)
    assert (row["input_tokens"], row["cost_usd"], row["all_attempts_cost_usd"]) == (tokens, cost, cost)
    assert row["turns"] == "1"
    (record,) = map(json.loads, itbench("export", path, "-o", "-").out.splitlines())
    assert record["cost_usd"] == (float(cost) if cost else None)
    assert record["input_tokens"] == (int(tokens) if tokens else None)


@pytest.mark.slow
def test_what_failed_attempts_cost_is_told_and_they_are_no_rows(spend: None, itbench: Itbench) -> None:
    path = run(itbench, "spend", "-n", "2", "-a", "spender:as=priced,fails=1")
    found = rows(itbench, path)
    assert [(row["attempt"], row["cost_usd"], row["all_attempts_cost_usd"]) for row in found] == [
        ("1", "0.5", "1.0"),
        ("1", "0.5", "1.0"),
    ]
    with closing(sqlite3.connect(path)) as connection:
        # As a provider that told no price in the first attempt would have left it.
        connection.execute("UPDATE trial SET cost_usd = NULL WHERE task = 'sum-0000' AND attempt = 0")
        seal_all(connection)
        connection.commit()
    assert [row["all_attempts_cost_usd"] for row in rows(itbench, path)] == ["", "1.0"]
    assert [row["cost_usd"] for row in rows(itbench, path)] == ["0.5", "0.5"]


@pytest.mark.slow
def test_the_parquet_file_has_the_types_nulls_and_version_of_the_schema(
    spend: None, itbench: Itbench
) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    path = run(itbench, "spend", "-n", "2", "-a", "spender:as=unpriced")
    assert itbench("export", path, "--to", "parquet", "-o", "x.parquet").code == 0
    table = parquet.read_table("x.parquet")
    types = {field.name: str(field.type) for field in table.schema}
    assert types == {
        name: {"bool_": "bool", "float64": "double"}.get(kind, kind) for name, kind in COLUMNS.items()
    } | {name: "double" for name in types if name.startswith("metric.")}
    assert table.schema.metadata[b"itbench.schema_version"] == b"2"
    columns = table.to_pydict()
    assert (columns["cost_usd"], columns["input_tokens"], columns["metric.never"]) == (
        [None, None],
        [100, 100],
        [None, None],
    )
    assert (columns["handed_in"], columns["metric.seldom"]) == ([True, True], [None, 2.0])


@pytest.mark.slow
def test_runs_without_scores_or_trials_have_rows_without_values(spend: None, itbench: Itbench) -> None:
    path = run(itbench, "spend", "-n", "1", "-a", "spender:as=nothing", "--no-score")
    (row,) = rows(itbench, path)
    assert (row["status"], row["value"], row["scored_at"], row["reasons"]) == ("unscored", "", "", "[]")
    assert not [name for name in row if name.startswith("metric.")]
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript("DELETE FROM submission; DELETE FROM event; DELETE FROM trial;")
        seal_all(connection)
        connection.commit()
    assert rows(itbench, path) == []


def adder(asked: Asked) -> Answer:
    one, other = map(int, re.findall(r"Add (\d+) and (\d+)", asked.texts[0])[0])
    write = ("execute", {"command": f"""echo '{{"sum": {one + other}}}' > answer.json"""})
    tells = "Add 7 and" not in asked.texts[0]
    return Answer(calls=[("finish", {}) if asked.turn else write], input_tokens=1000, tells_use=tells)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("price", "cost"), [({"price": "2/8"}, True), ({}, False)], ids=["priced", "no price"]
)
def test_a_model_is_named_and_what_its_provider_does_not_tell_is_empty(
    price: dict[str, str], cost: bool, sums: Path, itbench: Itbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOME_KEY", "sk-0123456789abcdef")
    with ModelServer(adder) as server:
        options = {
            "model": "openai/nobody-knows-it",
            "base_url": server.openai_url,
            "key_env": "SOME_KEY",
        } | price
        text = ",".join(f"{key}={value}" for key, value in options.items())
        path = run(itbench, "sums", "-n", "2", "-a", f"react:{text}", *OPEN)
    told, untold = rows(itbench, path)
    assert {told["model"], untold["model"]} == {"openai/nobody-knows-it"}
    assert (told["input_tokens"], told["cost_usd"] != "") == ("2000", cost)
    assert (untold["input_tokens"], untold["cost_usd"], untold["value"]) == ("", "", "1.0")
