"""Real agents over the whole default suite, in the default sandbox, with a scripted model behind real HTTP."""

import json
import os
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from itbench.sandbox.bubblewrap.support import available
from itbench.testing.model_server import Answer, Asked, ModelServer, script

# Slow: forty incidents, each in a sandbox with all its packages.
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(available() is not None, reason=f"no sandbox here: {available()}"),
]

Itbench = Callable[..., Any]
TASKS = 40
# Names whatever mechanism of chaos the events tell of, which now and then is the cause.
LOOK = r"""python3 - <<'END'
import csv, json, sys
import pandas
csv.field_size_limit(1 << 30)
named = set()
for row in csv.DictReader(open("k8s_events_raw.tsv"), delimiter="\t"):
    event = json.loads(row["Body"])["object"]
    found = event.get("involvedObject") or event.get("regarding") or {}
    if found.get("kind", "").endswith("Chaos") or found.get("kind") == "Schedule":
        named.add("/".join([found["namespace"], found["kind"], found["name"]]))
factors = [{"name": name, "reasoning": "It is chaos."} for name in sorted(named) or ["shop/Deployment/none"]]
json.dump({"contributing_factors": factors}, open("agent_output.json", "w"))
print(len(factors), "named by pandas", pandas.__version__)
END"""
PROGRAM = r"""
import json, os, subprocess, urllib.request
task = json.load(open(os.environ["ITBENCH_TASK"]))
body = {"model": "any", "messages": [{"role": "user", "content": task["instructions"]}]}
request = urllib.request.Request(os.environ["OPENAI_BASE_URL"] + "/chat/completions", json.dumps(body).encode(),
    {"content-type": "application/json", "authorization": "Bearer " + os.environ["OPENAI_API_KEY"]})
command = json.load(urllib.request.urlopen(request))["choices"][0]["message"]["content"]
print(subprocess.run(["bash", "-c", command], check=True, capture_output=True, text=True).stdout)
"""


def investigator(asked: Asked) -> Answer:
    """Look and answer in the first turn, look at the answer in the second, finish in the third; tokens tell the turn."""
    steps = [
        ("execute", {"command": LOOK}),
        ("execute", {"command": "cat agent_output.json"}),
        ("finish", {}),
    ]
    calls = [steps[min(asked.turn, 2)]]
    return Answer(
        text="I look.",
        calls=calls,
        input_tokens=1000 + 10 * asked.turn,
        cached_tokens=100 * asked.turn,
        output_tokens=7 + asked.turn,
        delay_s=0.15,
    )


def rows(path: str | Path, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(f"{Path(path).resolve().as_uri()}?mode=ro", uri=True)) as run:
        return run.execute(query).fetchall()


def results(path: str | Path) -> list[tuple[Any, ...]]:
    """Return task, value, turns, all tokens and the cost of each trial."""
    return rows(
        path,
        "SELECT o.task, o.value, t.turns, t.input_tokens, t.cached_tokens, t.output_tokens, round(t.cost_usd, 9), "
        "t.tool_calls, t.failed_tool_calls FROM outcome o JOIN trial t ON t.id = o.trial ORDER BY o.task",
    )


def killed(words: list[str], after: int) -> Path:
    """Run `itbench` in a process of its own, end it hard after some trials, and return its run file."""
    process = subprocess.Popen(
        [sys.executable, "-c", "from itbench.cli.main import main; main()", *words],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and process.poll() is None:
        for path in Path("killed").glob("*.itbench"):
            try:
                if rows(path, "SELECT count(*) FROM trial")[0][0] >= after:
                    process.kill()
                    process.communicate()
                    return path
            except sqlite3.OperationalError:
                continue
        time.sleep(0.01)
    raise AssertionError(f"it did not get to {after} trials: {process.communicate()}")


@pytest.fixture(autouse=True)
def cache(incident_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ITBENCH_CACHE", str(incident_cache))


@pytest.mark.soak
@pytest.mark.parametrize(
    ("tasks", "count"), [("sre-00[02][14]", 4), pytest.param("sre-*", TASKS, marks=pytest.mark.soak)]
)
def test_a_model_in_the_sandbox_killed_and_resumed_comes_to_the_same_result(
    tasks: str, count: int, itbench: Itbench
) -> None:
    with ModelServer(investigator) as server:
        agent = f"react:base_url={server.openai_url},price=1.25/10/0.125,window=100000,cache=no"
        words = ["run", "sre", "--agent", agent, "--model", "openai/any", "--task", tasks]
        whole = json.loads(itbench(*words, "--json", "--out", "whole").out)
        path = killed([*words, "--out", "killed"], after=count // 4)
        kept = len(results(path))
        resumed = json.loads(itbench("resume", path, "--json").out)
    assert count // 4 <= kept < count
    assert (whole["trials_scored"], resumed["trials_scored"]) == (count, count)
    assert resumed["score"] == whole["score"] > 0
    assert results(path) == results(whole["path"])
    input_tokens, cached_tokens, output_tokens = 3 * 1000 + 30, 300, 3 * 7 + 3
    cost_usd = ((input_tokens - cached_tokens) * 1.25 + cached_tokens * 0.125 + output_tokens * 10) / 1e6
    for row in results(path):
        assert row[2:] == (
            3,
            input_tokens,
            cached_tokens,
            output_tokens,
            pytest.approx(cost_usd, abs=1e-9),
            3,
            0,
        )


def test_the_trace_of_each_trial_is_complete(itbench: Itbench) -> None:
    with ModelServer(investigator) as server:
        agent = f"react:base_url={server.openai_url},price=1/1,window=100000,cache=no"
        done = itbench("run", "sre", "-a", agent, "-m", "openai/any", "--task", "sre-000[1-3]", "--json")
        told = json.loads(done.out)
        said = [json.dumps(asked.body["messages"]) for asked in server.requests]
    for (trial,) in rows(told["path"], "SELECT id FROM trial"):
        events = rows(told["path"], f"SELECT kind, data FROM event WHERE trial = {trial} ORDER BY position")
        kinds = Counter(kind for kind, _ in events)
        assert {kind: kinds[kind] for kind in ("agent", "turn", "request", "reply", "usage", "tool", "end")} == {
            "agent": 1, "turn": 3, "request": 3, "reply": 3, "usage": 3, "tool": 3, "end": 1,
        }  # fmt: skip
        everything = "\n".join(data for _, data in events)
        assert "named by pandas" in everything
        assert "I look." in everything
        assert "contributing_factors" in everything
    assert len(said) == 9


def test_an_outside_program_with_its_model_behind_the_gateway(itbench: Itbench) -> None:
    with ModelServer(script(Answer(text=LOOK, input_tokens=900, output_tokens=60))) as server:
        agent = f"command:gateway=openai,base_url={server.openai_url},price=1/10"
        words = ("run", "sre", "--agent", agent, "--task", "sre-00[02][14]", "--json")
        done = itbench(*words, "--", "python3", "-c", PROGRAM)
    told = json.loads(done.out)
    assert (told["trials_scored"], len(server.requests)) == (4, 4)
    assert told["score"] > 0
    assert {row[2:7] for row in results(told["path"])} == {(1, 900, 0, 60, 0.0015)}
