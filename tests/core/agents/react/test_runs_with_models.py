"""Whole runs on the command line with a scripted model: scores, caches, resuming after a kill, and secrets."""

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from itbench.testing.model_server import Answer, Asked, ModelServer, Status

Itbench = Callable[..., Any]
KEY = "sk-planted-0123456789abcdef"
FINISH = ("finish", {})
# What most of these tests are about is not the sandbox.
OPEN = ("--sandbox", "none", "--allow-unsafe")


def adder(asked: Asked) -> Answer:
    """Add as the task says in the first turn, finish in the second; tokens depend on the task."""
    one, other = map(int, re.findall(r"Add (\d+) and (\d+)", asked.texts[0])[0])
    write = ("execute", {"command": f"""echo '{{"sum": {one + other}}}' > answer.json"""})
    return Answer(calls=[FINISH if asked.turn else write], input_tokens=1000 + one, output_tokens=10 + other)


def agent(server: ModelServer, **options: str) -> str:
    usual = {"model": "openai/m", "base_url": server.openai_url, "key_env": "PLANTED_KEY", "price": "2/8"}
    return "react:" + ",".join(f"{key}={value}" for key, value in (usual | options).items())


def tokens(count: int) -> tuple[int, int]:
    """Return the input and output tokens that the first tasks of `sums` take."""
    return (
        sum(2 * (1000 + number * 7 % 100) for number in range(count)),
        sum(2 * (10 + number * 13 % 100) for number in range(count)),
    )


def used(path: str) -> tuple[int, int, float]:
    with sqlite3.connect(path) as run:
        row = run.execute("SELECT sum(input_tokens), sum(output_tokens), sum(cost_usd) FROM trial").fetchone()
    run.close()
    return row[0], row[1], row[2]


@pytest.mark.slow
@pytest.mark.usefixtures("sums", "react")
def test_a_run_scores_and_counts_to_the_token(itbench: Itbench) -> None:
    with ModelServer(adder) as server:
        done = itbench("run", "sums/easy", "--agent", agent(server), "--max-trials", "6", "--json", *OPEN)
    told = json.loads(done.out)
    assert (done.code, told["score"]["value"] if isinstance(told["score"], dict) else told["score"]) == (
        0,
        1.0,
    )
    inputs, outputs = tokens(12)
    assert used(told["path"]) == (inputs, outputs, pytest.approx((inputs * 2 + outputs * 8) / 1e6, abs=1e-12))
    assert len(server.requests) == 24


@pytest.mark.slow
@pytest.mark.usefixtures("sums", "react")
def test_a_provider_that_fails_leaves_no_zero(itbench: Itbench) -> None:
    def react(asked: Asked) -> Answer | Status:
        return Status(code=503) if "Add 7 and 13" in asked.texts[0] else adder(asked)

    with ModelServer(react) as server:
        options = agent(server, attempts="2", retry_s="0.001")
        done = itbench("run", "sums/easy", "--agent", options, "--attempts", "1", "--json", *OPEN)
    assert done.code == 1
    told = json.loads(done.out)
    assert told["trials_scored"] == 11
    with sqlite3.connect(told["path"]) as run:
        rows = run.execute("SELECT fault_stage, fault FROM trial WHERE fault IS NOT NULL").fetchall()
    run.close()
    assert [row[0] for row in rows] == ["model"]
    assert "openai/m failed 2 times, at last: status 503" in rows[0][1]


@pytest.mark.slow
@pytest.mark.usefixtures("sums", "react")
def test_a_run_goes_on_after_kill_9_with_the_same_result(itbench: Itbench) -> None:
    def slowly(asked: Asked) -> Answer:
        if asked.number >= 10 and not is_resumed:
            killed_at.append(asked.number)
            process.kill()
        return adder(asked)

    is_resumed, killed_at = False, []
    with ModelServer(slowly) as server:
        words = ["run", "sums/easy", "--agent", agent(server), "--max-trials", "2", *OPEN]
        code = "from itbench.cli.main import main; main()"
        process = subprocess.Popen(
            [sys.executable, "-c", code, *words],
            env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        process.communicate(timeout=60)
        assert process.returncode == -signal.SIGKILL
        is_resumed = True
        (path,) = Path("runs").glob("*.itbench")
        done = itbench("resume", path, "--json")
    assert (done.code, json.loads(done.out)["trials_scored"]) == (0, 12)
    assert used(str(path))[:2] == tokens(12)
    assert killed_at


@pytest.mark.slow
@pytest.mark.usefixtures("sums", "react")
def test_a_key_planted_everywhere_is_found_nowhere(
    itbench: Itbench, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The provider echoes it in errors, the model says it, thinks it, calls with it, and has a command print it."""
    monkeypatch.setenv("OTHER_API_KEY", f"{KEY}-other")
    caplog.set_level("DEBUG")

    def react(asked: Asked) -> Answer | Status:
        if "Add 0 and 0" in asked.texts[0]:
            return Status(code=401, body={"error": {"message": f"bad key {KEY}"}})
        if asked.number % 5 == 0:
            return Status(code=500, body={"error": {"message": f"busy with {KEY}-other"}})
        if asked.turn == 0:
            half = len(KEY) // 2
            printing = f"printf '%s%s\\n' '{KEY[:half]}' '{KEY[half:]}'; printf '%s%s' '{KEY[:half]}' '{KEY[half:]}' | base64"
            calls = [
                ("execute", {"command": printing}),
                ("execute", {"command": f"ls {KEY}"}),
                (KEY, {"a": KEY}),
            ]
            return Answer(
                text=f"I say {KEY}", thinking=f"I think {KEY}", calls=[*calls, ("finish", f"{KEY}")]
            )
        return Answer(calls=adder_call(asked))

    def adder_call(asked: Asked) -> Any:
        one, other = map(int, re.findall(r"Add (\d+) and (\d+)", asked.texts[0])[0])
        return [("execute", {"command": f"""echo '{{"sum": {one + other}}}' > answer.json"""}), FINISH]

    with ModelServer(react) as server:
        options = agent(server, retry_s="0.001")
        done = itbench("run", "sums/easy", "--agent", options, "--attempts", "1", "--json", *OPEN)
        sent = json.dumps([asked.body for asked in server.requests])
    told = json.loads(done.out)
    assert told["trials_scored"] == 11
    texts = [done.out, done.err, caplog.text, sent, itbench("show", told["path"]).out]
    texts += [itbench("show", told["path"], f"sum-{number:04}:0").out for number in (0, 1, 2)]
    for kind in ("jsonl", "csv", "html"):
        assert itbench("export", told["path"], "--to", kind, "-o", f"exported-{kind}").code == 0
    files = [path for path in Path.cwd().rglob("*") if path.is_file()]
    assert any(path.suffix == ".itbench" for path in files)
    with sqlite3.connect(told["path"]) as run:
        texts += [str(row) for row in run.execute("SELECT data FROM event")]
        texts += [str(row) for row in run.execute("SELECT * FROM trial")]
    run.close()
    assert any("[secret]" in text for text in texts)
    planted = (KEY.encode(), b"c2stcGxhbnRlZC0wMTIzNDU2Nzg5")
    assert not [text[:200] for text in texts if any(form.decode() in text for form in planted)]
    assert not [path.name for path in files if any(form in path.read_bytes() for form in planted)]


@pytest.mark.soak
@pytest.mark.slow
@pytest.mark.usefixtures("sums", "react")
def test_many_trials_at_once_share_connections_and_stay_apart(itbench: Itbench) -> None:
    """Slow: 60 trials at once with 20 turns each."""

    def react(asked: Asked) -> Answer:
        if asked.turn < 18:
            return Answer(calls=[("unknown", {})], delay_s=0.005)
        one, other = map(int, re.findall(r"Add (\d+) and (\d+)", asked.texts[0])[0])
        write = ("execute", {"command": f"""echo '{{"sum": {one + other}}}' > answer.json"""})
        return Answer(calls=[FINISH if asked.turn > 18 else write])

    with ModelServer(react) as server:
        words = [
            "run",
            "sums/many",
            "-S",
            "count=60",
            "--agent",
            agent(server),
            "--max-trials",
            "60",
            # However busy this machine is: a trial that its clock ends asks less often.
            "--time-limit",
            "3600",
            "--json",
            *OPEN,
        ]
        done = itbench(*words)
    told = json.loads(done.out)
    assert (told["trials_scored"], done.code) == (60, 0)
    assert len(server.requests) == 60 * 20
