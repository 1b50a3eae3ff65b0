"""A provider that fails never makes an agent's zero: not by the clock, not through the cache, not in a whole suite."""

import asyncio
import json
import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from functools import cache
from hashlib import sha256
from typing import Any

import pytest

from itbench import AgentRequest, Limits
from itbench.agents.model_driven.options import react_options
from itbench.agents.react.agent import ReactAgent
from itbench.interfaces.progress import no_progress
from itbench.interfaces.record import TrialKey, TrialRecord
from itbench.plugins.domains import find_suite
from itbench.runs.trial.judge import Judge
from itbench.runs.trial.setup import Surroundings
from itbench.runs.trial.trial import TrialSetting, run_trial
from itbench.sandbox.plain.sandbox import LocalSandbox
from itbench.testing.model_server import Answer, Asked, Broken, ModelServer, Raw, Status
from itbench.testing.troubles import documented_troubles, failing

Itbench = Callable[..., Any]
OPEN = ("--sandbox", "none", "--allow-unsafe")
FINISH = ("finish", {})
LOOK = Answer(calls=[("execute", {"command": "true"})])
DOWN = Status(code=503)


def adder(asked: Asked) -> Answer:
    """Add as the task says in the first turn, finish in the second."""
    one, other = map(int, re.findall(r"Add (\d+) and (\d+)", asked.texts[0])[0])
    write = ("execute", {"command": f"""echo '{{"sum": {one + other}}}' > answer.json"""})
    return Answer(calls=[FINISH if asked.turn else write])


def trial(react: Callable[[Asked], Any], wall_s: float = 1.0, **options: str) -> TrialRecord:
    """Run one trial whose model is behind a server."""
    domain, suite = find_suite("sums/easy")
    task = next(iter(suite.tasks())).model_copy(update={"limits": Limits(turns=1000, wall_s=wall_s)})
    with ModelServer(react) as server:
        usual = {
            "model": "openai/m",
            "base_url": server.openai_url,
            "cache": "no",
            "retry_s": "0.01",
            "attempts": "9999",
        }
        agent = ReactAgent(*react_options(AgentRequest(name="react", options=usual | options)))
        setting = TrialSetting(
            domain=domain,
            surroundings=Surroundings(suite=suite, sandbox=LocalSandbox(), bench=LocalSandbox()),
            agent=agent,
            judge=Judge(domain, suite),
            seed=1,
        )
        return asyncio.run(run_trial(setting, task, TrialKey(task.id, 0, 0)))


@cache
def warm_up() -> None:
    """Have the client library import what it imports with its first request, which no clock shall pay for."""
    assert trial(adder, wall_s=100).value == 1.0


def first(reaction: Any, then: Any) -> Callable[[Asked], Any]:
    return lambda asked: reaction if asked.number == 0 else then


@pytest.mark.slow
@pytest.mark.usefixtures("sums", "react")
@pytest.mark.parametrize(
    ("react", "reason"),
    [
        (lambda _: Status(code=429, headers={"Retry-After": "100"}), "provider failed: status 429: scripted error"),
        (lambda _: DOWN, "provider failed: status 503"),
        (lambda _: Raw(body=b""), "provider failed: the connection was cut"),
        (lambda _: Raw(body=b'data: {"error": {"code": 502, "message": "busy"}}\n\n'), "provider failed: busy"),
        (lambda _: Broken(answer=LOOK, events=0, is_cut=False), "the model had not answered once"),
        (lambda _: Answer(text="too late", delay_s=60), "the model had not answered once"),
        (first(LOOK, DOWN), "provider failed: status 503"),
        (first(LOOK, Status(code=429, headers={"Retry-After": "100"})), "provider failed: status 429"),
        (first(Status(code=429, headers={"Retry-After": "2"}), LOOK), r"provider failed for [23] of 3 s"),
    ],
    ids=["long wait", "down", "cut", "error in a reply", "silence", "slow", "down later", "long wait later", "most of the time"],
)  # fmt: skip
def test_a_clock_that_only_the_provider_used_up_makes_no_zero(react: Any, reason: str) -> None:
    """Slow: each case waits for its clock of seconds."""
    warm_up()
    record = trial(react, wall_s=3.0 if "for" in reason else 2.0)
    assert record.fault is not None
    assert (record.fault.stage, record.limit, record.value) == ("model", "wall", None)
    assert re.search(reason, record.fault.message)


@pytest.mark.slow
@pytest.mark.usefixtures("sums", "react")
@pytest.mark.parametrize(
    "react",
    [
        lambda _: LOOK,
        first(DOWN, LOOK),
        first(LOOK, Answer(text="too late", delay_s=60)),
        lambda _: Answer(calls=[("execute", {"command": "sleep 60"})]),
    ],
    ids=["busy", "one failure", "slow at last", "a slow command"],
)
def test_a_clock_that_the_agent_used_up_is_its_limit(react: Any) -> None:
    """Slow: each case waits for its clock of seconds."""
    warm_up()
    record = trial(react)
    assert (record.limit, record.value) == ("wall", 0.0)
    assert record.fault is not None
    assert record.fault.stage == "agent"


@pytest.mark.slow
@pytest.mark.usefixtures("sums", "react")
def test_waits_are_in_the_trace() -> None:
    record = trial(lambda asked: DOWN if asked.number < 3 else adder(asked), wall_s=60)
    waits = [json.loads(event.data) for event in record.events if event.kind == "waiting"]
    assert [(wait["attempt"], wait["attempts"], wait["model"]) for wait in waits] == [(number, 9999, "openai/m") for number in (2, 3, 4)]  # fmt: skip
    assert all(wait["wait_s"] > 0 and wait["failure"] == "status 503: scripted error" for wait in waits)
    assert record.value == 1.0


def values(path: str) -> dict[str, list[Any]]:
    with closing(sqlite3.connect(path)) as run:
        rows = run.execute("SELECT task, repeat, value FROM outcome ORDER BY task, repeat").fetchall()
    found: dict[str, list[Any]] = {}
    for task, _, value in rows:
        found.setdefault(task, []).append(value)
    return found


def run(itbench: Itbench, server: ModelServer, *words: str, **options: str) -> Any:
    usual = {
        "model": "openai/m",
        "base_url": server.openai_url,
        "retry_s": "0.001",
        "idle_s": "0.4",
        "attempts": "20",
    }
    agent = "react:" + ",".join(f"{key}={value}" for key, value in (usual | options).items())
    return itbench("run", *words, "--agent", agent, "--json", *OPEN)


@pytest.mark.slow
@pytest.mark.usefixtures("sums", "react")
@pytest.mark.parametrize("api", ["chat", "responses"])
def test_a_suite_scores_the_same_through_a_provider_that_fails_one_time_in_three(
    itbench: Itbench, api: str
) -> None:
    """Slow: 12 trials through every documented way to fail."""

    def sometimes_wrong(asked: Asked) -> Answer:
        return Answer(text="I do not know.") if "Add 7 and 13" in asked.texts[0] else adder(asked)

    with ModelServer(sometimes_wrong) as server:
        honest = json.loads(run(itbench, server, "sums/easy", api=api, cache="no").out)
    with ModelServer(failing(sometimes_wrong)) as server:
        troubled = json.loads(run(itbench, server, "sums/easy", api=api, cache="no").out)
    assert values(honest["path"]) == values(troubled["path"])
    assert sum(map(sum, values(honest["path"]).values())) == 11
    assert troubled["trials_scored"] == 12
    # Two requests for each trial, and those that failed.
    assert len(server.requests) >= 2 * 12 + 10


def solutions() -> dict[str, str]:
    """Return the perfect answer of each incident, by the hash of all that the agent is shown."""
    domain, suite = find_suite("sre/incidents")
    suite.prepare(no_progress)
    judge, found = Judge(domain, suite), {}
    for task in suite.tasks():
        shown = sorted(suite.inputs(task.id), key=lambda entry: f"./{entry.path}")
        digest = sha256(b"".join(entry.source.read_bytes() for entry in shown)).hexdigest()
        found[digest] = judge.solution(task)["agent_output.json"].decode()
    return found


@pytest.mark.soak
@pytest.mark.usefixtures("react")
@pytest.mark.parametrize("api", ["chat", "responses", "messages"])
def test_the_default_suite_scores_the_same_through_a_provider_that_fails(itbench: Itbench, api: str) -> None:
    """Every other incident is answered right, the others wrong."""
    known = solutions()
    right = set(sorted(known)[::2])
    look = "find . -type f | LC_ALL=C sort | xargs cat | sha256sum"

    def answering(asked: Asked) -> Answer:
        if not asked.turn:
            return Answer(calls=[("execute", {"command": look})])
        (digest,) = re.findall(r"[0-9a-f]{64}", asked.results[0])
        answer = (
            known[digest]
            if digest in right
            else '{"contributing_factors": [{"name": "shop/Deployment/none"}]}'
        )
        return Answer(
            calls=[("execute", {"command": f"cat > agent_output.json <<'END'\n{answer}\nEND"}), FINISH]
        )

    def ask(react: Any) -> tuple[dict[str, Any], int]:
        with ModelServer(react, keeps=False) as server:
            base = server.url if api == "messages" else server.openai_url
            own = {"model": "anthropic/m", "base_url": base} if api == "messages" else {"api": api}
            told = json.loads(run(itbench, server, "sre", "--max-trials", "4", cache="no", **own).out)
            return told, server._count

    honest, asked = ask(answering)
    troubled, more = ask(failing(answering))
    assert values(honest["path"]) == values(troubled["path"])
    assert sum(map(sum, values(honest["path"]).values())) == len(right)
    assert troubled["trials_scored"] == honest["trials_scored"] == honest["trials_planned"] == len(known)
    assert more > asked * 1.3


@pytest.mark.slow
@pytest.mark.usefixtures("sums", "react")
def test_a_resumed_trial_is_not_answered_by_what_failed(itbench: Itbench) -> None:
    """Two trials in a row get a reply that is honest by its shape, and then a provider that is down."""
    is_up = False

    def react(asked: Asked) -> Any:
        if asked.turn == 0:
            return Answer(text=f"reply {asked.number}", calls=[("execute", {"command": "echo first"})])
        return adder_at_last(asked) if is_up else DOWN

    def adder_at_last(asked: Asked) -> Answer:
        one, other = map(int, re.findall(r"Add (\d+) and (\d+)", asked.texts[0])[0])
        write = ("execute", {"command": f"""echo '{{"sum": {one + other}}}' > answer.json"""})
        return Answer(calls=[write, FINISH])

    with ModelServer(react) as server:
        done = run(itbench, server, "sums/easy", "--limit", "1", "--attempts", "2", attempts="2")
        path = json.loads(done.out)["path"]
        assert done.code == 1
        is_up = True
        assert itbench("resume", path, "--json").code == 0
    first_replies = [asked.number for asked in server.requests if asked.turn == 0]
    assert len(first_replies) == 3
    assert values(path) == {"sum-0000": [1.0]}


@pytest.mark.parametrize("api", ["chat", "responses", "messages"])
def test_there_are_many_ways_to_fail(api: str) -> None:
    assert len(documented_troubles(api)) > 40


@pytest.mark.slow
@pytest.mark.usefixtures("sums", "react")
def test_the_progress_says_what_a_trial_waits_for(itbench: Itbench) -> None:
    """Slow: waits for two seconds."""

    def react(asked: Asked) -> Any:
        busy = Status(code=429, headers={"Retry-After": "3"}, body={"error": {"message": "slow down"}})
        return busy if asked.number == 0 else adder(asked)

    with ModelServer(react) as server:
        done = run(itbench, server, "sums/easy", "--limit", "1", cache="no")
    assert done.code == 0
    assert re.search(
        r"^sum-0000:0: waits [1-3] s for openai/m: status 429: slow down, attempt 2 of 20$",
        done.err,
        re.MULTILINE,
    )
    assert "slow down" not in done.out


@pytest.mark.slow
@pytest.mark.usefixtures("sums", "react")
def test_a_run_does_not_go_on_at_another_endpoint(itbench: Itbench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-any-key-0123456789")
    with ModelServer(lambda _: Status(code=401)) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.openai_url)
        words = ("run", "sums/easy", "--limit", "1", "--attempts", "1", "--json", *OPEN)
        done = itbench(*words, "--agent", "react:model=openai/m,cache=no")
        path = json.loads(done.out)["path"]
        monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
        other = itbench("resume", path)
        monkeypatch.setenv("OPENAI_BASE_URL", f"{server.openai_url}/")
        same = itbench("resume", path)
    assert (done.code, other.code, same.code) == (1, 2, 1)
    assert (
        f"asks its model at {server.openai_url}, but now it would be asked at http://127.0.0.1:9/v1"
        in other.err
    )
    assert len(server.requests) == 2
