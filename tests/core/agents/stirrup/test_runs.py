"""Whole runs on the command line with a scripted model: the default suite, failing providers, and secrets."""

import json
import re
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from itbench.agents.stirrup.installed import problem_with
from itbench.report.stored_parts import stored_events
from itbench.sandbox.bubblewrap.support import available
from itbench.store.reader import RunFile
from itbench.testing.model_server import Answer, Asked, ModelServer, Status

if problem := problem_with("stirrup", (sys.version_info[0], sys.version_info[1])):
    pytest.skip(problem, allow_module_level=True)

Itbench = Callable[..., Any]
# What most of these tests are about is not the sandbox.
OPEN = ("--sandbox", "none", "--allow-unsafe")


def shell(command: str) -> tuple[str, dict[str, str]]:
    return ("run_shell", {"cmd": command})


def finish(path: str) -> tuple[str, Any]:
    return ("finish", {"reason": "done", "paths": [path]})


def adder(asked: Asked) -> Answer:
    """Add as the task says in the first turn, finish in the second; tokens depend on the task."""
    one, other = map(int, re.findall(r"Add (\d+) and (\d+)", asked.texts[0])[0])
    write = shell(f"""echo '{{"sum": {one + other}}}' > answer.json""")
    calls = [finish("answer.json") if asked.turn else write]
    return Answer(calls=calls, input_tokens=1000 + one, output_tokens=10 + other)


def agent(server: ModelServer, **options: str) -> str:
    usual = {"base_url": server.openai_url, "key_env": "PLANTED_KEY", "price": "2/8"}
    return "stirrup:" + ",".join(f"{key}={value}" for key, value in (usual | options).items())


def used(path: str) -> tuple[int, int, float]:
    with sqlite3.connect(path) as run:
        row = run.execute("SELECT sum(input_tokens), sum(output_tokens), sum(cost_usd) FROM trial").fetchone()
    run.close()
    return row[0], row[1], row[2]


@pytest.mark.usefixtures("sums", "stirrup")
def test_a_run_scores_and_counts_to_the_token(itbench: Itbench, atif_steps: Callable[..., Any]) -> None:
    with ModelServer(adder) as server:
        words = ("--model", "openai/m", "--max-trials", "6", "--json")
        done = itbench("run", "sums/easy", "--agent", agent(server), *words, *OPEN)
    told = json.loads(done.out)
    inputs = sum(2 * (1000 + number * 7 % 100) for number in range(12))
    outputs = sum(2 * (10 + number * 13 % 100) for number in range(12))
    assert (done.code, told["score"], len(server.requests)) == (0, 1.0, 24)
    assert used(told["path"]) == (inputs, outputs, pytest.approx((inputs * 2 + outputs * 8) / 1e6, abs=1e-12))
    with RunFile(Path(told["path"])) as run:
        made = atif_steps(list(stored_events(run, run.find_trial("sum-0000")["id"])))
    replies = [step for step in made if step.get("llm_call_count") == 1]
    assert [step["metrics"]["prompt_tokens"] for step in replies] == [1000, 1000]
    assert [step["tool_calls"][0]["function_name"] for step in replies] == ["run_shell", "finish"]
    assert all(len(step["observation"]["results"]) == 1 for step in replies)


@pytest.mark.usefixtures("sums", "stirrup")
def test_a_provider_that_fails_leaves_no_zero(itbench: Itbench) -> None:
    def react(asked: Asked) -> Answer | Status:
        return Status(code=503) if "Add 7 and 13" in asked.texts[0] else adder(asked)

    with ModelServer(react) as server:
        options = agent(server, model="openai/m", attempts="2", retry_s="0.001")
        done = itbench("run", "sums/easy", "--agent", options, "--attempts", "1", "--json", *OPEN)
    told = json.loads(done.out)
    assert (done.code, told["trials_scored"]) == (1, 11)
    with sqlite3.connect(told["path"]) as run:
        rows = run.execute("SELECT fault_stage, fault FROM trial WHERE fault IS NOT NULL").fetchall()
    run.close()
    assert [row[0] for row in rows] == ["model"]
    assert "openai/m failed 2 times, at last: status 503" in rows[0][1]


@pytest.mark.usefixtures("sums", "stirrup")
def test_a_key_planted_everywhere_is_found_nowhere(
    itbench: Itbench, planted_key: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The provider echoes it in errors, the model says it, thinks it, calls with it, and has a command print it."""
    monkeypatch.setenv("OTHER_API_KEY", f"{planted_key}-other")
    caplog.set_level("DEBUG")

    def react(asked: Asked) -> Answer | Status:
        if "Add 0 and 0" in asked.texts[0]:
            return Status(code=401, body={"error": {"message": f"bad key {planted_key}"}})
        if asked.number % 5 == 0:
            return Status(code=500, body={"error": {"message": f"busy with {planted_key}-other"}})
        if asked.turn > 0:
            return adder(asked)
        head, tail = planted_key[:9], planted_key[9:]
        halves = f"printf '%s%s' '{head}' '{tail}'"
        calls = [
            shell(f"{halves} | tee /dev/stderr; {halves} | base64"),
            shell(f"ls {planted_key}"),
            (planted_key, {"a": planted_key}),
            ("run_shell", planted_key),
            finish(planted_key),
            *adder(asked).calls,
        ]
        return Answer(text=f"I say {planted_key}", thinking=f"I think {planted_key}", calls=calls)

    with ModelServer(react) as server:
        options = agent(server, model="openai/m", retry_s="0.001")
        done = itbench("run", "sums/easy", "--agent", options, "--attempts", "1", "--json", *OPEN)
        sent = json.dumps([asked.body for asked in server.requests])
    told = json.loads(done.out)
    assert told["trials_scored"] == 11
    texts = [done.out, done.err, caplog.text, sent]
    texts += [itbench("show", told["path"], f"sum-{number:04}:0").out for number in (0, 1, 2)]
    for kind in ("jsonl", "html"):
        assert itbench("export", told["path"], "--to", kind, "-o", f"exported-{kind}").code == 0
    files = [path for path in Path.cwd().rglob("*") if path.is_file()]
    assert any(path.suffix == ".itbench" for path in files)
    assert "[secret]" in texts[-1]
    planted = (planted_key.encode(), b"c2stcGxhbnRlZC0wMTIzNDU2Nzg5")
    assert not [text[:200] for text in texts if any(form.decode() in text for form in planted)]
    assert not [path.name for path in files if any(form in path.read_bytes() for form in planted)]


def investigator(asked: Asked) -> Answer:
    """Look at a file, write an answer that names nothing right, finish."""
    answer = {"contributing_factors": [{"name": "shop/Deployment/none", "reasoning": "I guess."}]}
    write = f"""cat > agent_output.json <<'END'\n{json.dumps(answer)}\nEND"""
    count = """python3 -c 'import pandas; print(len(pandas.read_csv("k8s_events_raw.tsv", sep="\\t")), "events")'"""
    steps = [shell(count), shell(write), finish("/home/user/agent_output.json")]
    return Answer(text="I look.", calls=[steps[min(asked.turn, 2)]])


@pytest.mark.soak
@pytest.mark.usefixtures("stirrup")
def test_the_whole_default_suite_goes_through_in_the_sandbox(
    itbench: Itbench, incident_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Slow: it makes the incidents and the sandbox with all its packages."""
    if problem := available():
        pytest.skip(problem)
    monkeypatch.setenv("ITBENCH_CACHE", str(incident_cache))
    with ModelServer(investigator) as server:
        done = itbench("run", "sre", "--agent", agent(server, cache="no"), "--model", "openai/m", "--json")
    assert done.code == 0, done.err
    told = json.loads(done.out)
    assert (told["trials_scored"], told["score"], len(server.requests)) == (40, 0.0, 120)
    assert used(told["path"])[:2] == (120 * 100, 120 * 10)
    looks = [asked.results[0] for asked in server.requests if asked.turn == 2]
    assert len(looks) == 40
    assert all(re.search(r"<exit_code>0</exit_code>\n<stdout>\d+ events\n", look) for look in looks)
    with sqlite3.connect(told["path"]) as run:
        rows = run.execute("SELECT DISTINCT fault, limit_hit, turns, tool_calls FROM trial").fetchall()
    run.close()
    assert rows == [(None, None, 3, 3)]
