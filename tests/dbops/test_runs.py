"""Whole runs of `dbops`: who scores what, and what is left after a kill."""

import json
import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from itbench.testing import Answer, ModelServer

# Slow: each trial starts two servers, which takes about a second of processor time.
pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("dbops")]
FINISH = ("finish", {})


@pytest.mark.soak
def test_validate_finds_nothing(itbench: Callable[..., Any]) -> None:
    done = itbench("validate", "dbops", "--json")
    assert done.code == 0, done.out + done.err
    report = json.loads(done.out)
    assert (report["tasks"], report["findings"]) == (4, [])


# The whole table is in `test_every_agent_has_its_value_on_a_suite_that_nobody_has_seen`; these are where a cheat gets most.
@pytest.mark.parametrize(
    ("agent", "fault", "value", "why"),
    [
        ("symptoms", "twice", 0.75, "the cause is still there"),
        ("wipes", "twice", 0.0, "still wrong"),
        ("grants-all", "unreadable", 0.5, "rights before the run"),
        ("indexes-all", "unindexed", 0.75, "the cause is still there"),
        ("stops-server", "balances", 0.0, "the agent broke its world: the server was stopped"),
    ],
)
def test_who_repairs_in_part_or_not_at_all_has_part_of_the_score_or_none(
    agent: str, fault: str, value: float, why: str, faults: Any, finished: Any, rows: Any
) -> None:
    told = finished("--agent", agent, "--task", faults[fault])
    assert (told["score"], told["trials_scored"]) == (value, 1)
    (trial,) = rows(
        told["path"], "SELECT outcome.*, score.reasons FROM outcome LEFT JOIN score USING (trial)"
    )
    assert why in f"{trial['fault']} {trial['reasons']}"


@pytest.mark.soak
@pytest.mark.parametrize(
    ("agent", "value"),
    [
        ("oracle", 1.0),
        ("null", 0.0),
        ("symptoms", 0.75),
        ("wipes", 0.0),
        ("grants-all", 0.125),
        ("indexes-all", 0.1875),
        ("stops-server", 0.0),
    ],
)
def test_every_agent_has_its_value_on_a_suite_that_nobody_has_seen(
    agent: str, value: float, finished: Any
) -> None:
    told = finished("--agent", agent, "-S", "seed=71", "-S", "count=8")
    assert (told["score"], told["trials_scored"]) == (value, 8)


def psql(sql: str) -> tuple[str, dict[str, str]]:
    """Return a command of a model that runs SQL."""
    return "execute", {"command": f"psql -h db -U oncall records <<'END'\n{sql}\nEND"}


@pytest.mark.parametrize(("is_thorough", "value"), [(True, 1.0), (False, 0.75)])
def test_a_model_repairs_by_questions_and_psql(
    is_thorough: bool, value: float, faults: Any, finished: Any, rows: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It asks one question too many, and finds the names of what it repairs in its task."""
    pytest.importorskip("openai", reason="openai is not installed; it comes with itbench[models]")
    from itbench_dbops.acting import names_in

    def react(asked: Any) -> Answer:
        names = names_in(next(text for text in asked.texts if "The complaint:" in text))
        owner = f"SET ROLE {names['owner']};"
        table = "{schema}.{report}_20310305".format(**names)
        symptom = f"{owner} GRANT SELECT ON {table} TO {names['reporter']};"
        cure = f"{owner} ALTER DEFAULT PRIVILEGES IN SCHEMA {names['schema']} GRANT SELECT ON TABLES TO {names['reporter']};"
        questions = [
            ("ask_colleague", {"question": text}) for text in ("What changed?", "Which rights?", "?", "More?")
        ]
        turns = [
            questions,
            [psql("\\df+ *.*")],
            [psql(symptom)],
            [psql(cure) if is_thorough else psql("\\dp")],
            [FINISH],
        ]
        return Answer(calls=turns[asked.turn])

    monkeypatch.setenv("PLANTED_KEY", "sk-planted-0123456789abcdef")
    with ModelServer(react) as server:
        options = (
            f"model=openai/m,base_url={server.openai_url},api=chat,key_env=PLANTED_KEY,price=1/1,cache=no"
        )
        told = finished("--agent", f"react:{options}", "--task", faults["unreadable"])
        said = "\n".join(server.requests[-1].results)
    assert told["score"] == value, said
    assert "took statements about rights out of the nightly run" in said
    assert said.count("questions_left") == 3
    assert "answers no more questions" in said
    assert "GRANT" in said
    (row,) = rows(told["path"], "SELECT observed FROM submission")
    assert json.loads(row["observed"])["questions"] == 3


@pytest.fixture
def background(
    background: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Any]:
    """Return a function that starts `itbench` in a process of its own, whose temporary folder is the test's."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "temporary").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    monkeypatch.setattr("tempfile.tempdir", None)
    return background


def wait_for(condition: Callable[[], Any], limit_s: float = 120) -> Any:
    """Return what a condition gives once that is true."""
    deadline = time.monotonic() + limit_s
    while not (found := condition()):
        assert time.monotonic() < deadline, "it did not come to that"
        time.sleep(0.02)
    return found


def test_a_run_that_is_killed_leaves_nothing_and_loses_nothing(
    background: Callable[..., Any],
    itbench: Callable[..., Any],
    servers: Callable[[int], dict[int, Any]],
    rows: Callable[..., list[dict[str, Any]]],
) -> None:
    run = background("run", "dbops", "--agent", "oracle", "--max-trials", "1")
    path = wait_for(lambda: next(iter(Path("runs").glob("*.itbench")), None))
    trials = "SELECT task, repeat, attempt FROM trial ORDER BY task"
    wait_for(lambda: len(rows(path, trials)) >= 1)
    # The next trial is under way, and its server runs.
    killed = wait_for(lambda: servers(run.pid))
    run.send_signal(signal.SIGKILL)
    run.wait()
    before = rows(path, trials)
    assert 1 <= len(before) < 4
    wait_for(lambda: not still_there(killed, servers), 20)
    itbench("doctor", "--sweep")
    assert list(Path("temporary").iterdir()) == []
    done = itbench("resume", path, "--json")
    assert (done.code, json.loads(done.out)["score"]) == (0, 1.0), done.err
    after = rows(path, trials)
    assert [each["attempt"] for each in after] == [0] * 4
    assert len({each["task"] for each in after}) == 4
    values = "SELECT task, value FROM outcome ORDER BY task"
    first = rows(path, values)
    assert itbench("score", path).code == 0
    assert rows(path, values) == first
    shown = itbench("show", path, after[0]["task"]).out
    assert '"tonight": {' in shown
    assert '"run": "done"' in shown
    assert "ask_colleague" in shown
    assert servers(os.getpid()) == {}
    assert list(Path("temporary").iterdir()) == []


def still_there(killed: dict[int, Any], servers: Callable[[int], dict[int, Any]]) -> list[int]:
    """Return those of some processes that still run."""
    now = servers(1)
    return [
        number for number, each in killed.items() if number in now and now[number].started == each.started
    ]


MARK = """
mark=mark_$(tr -d - < /proc/sys/kernel/random/uuid)
q() { psql -h db -U oncall records -Atc "$1"; }
q "create table public.$mark ()" >&2
q "copy (select 1) to program 'echo x > /tmp/$mark'" >&2
sleep 3
q "select count(*) from pg_class where relname like 'mark_%'"
q "create table public.files (line text)" >&2
q "copy public.files from program 'ls /tmp /home/user | grep -c ^mark_'" >&2
q "select line from public.files"
q "select count(distinct usename) from pg_stat_activity where usename <> 'postgres'"
"""


def test_trials_side_by_side_run_servers_in_namespaces_of_their_own_and_see_one_server_each(
    finished: Any, servers: Any, own_spaces: dict[str, str], rows: Any
) -> None:
    """What root sees on this machine while four trials run: no server in any of the namespaces of the machine itself."""
    found: dict[int, Any] = {}
    is_over = threading.Event()

    def look() -> None:
        while not is_over.wait(0.05):
            found.update(servers(os.getpid()))

    looking = threading.Thread(target=look)
    looking.start()
    try:
        told = finished("--max-trials", "4", "--agent", "command", "--", "sh", "-c", MARK)
    finally:
        is_over.set()
        looking.join()
    events = rows(told["path"], "SELECT data FROM event WHERE kind = 'tool'")
    outputs = [json.loads(each["data"])["output"]["stdout"] for each in events]
    assert outputs == ["1\n1\n1\n"] * 4
    for server in found.values():
        assert not set(server.spaces.items()) & set(own_spaces.items())
    # Each trial has had two: the one with the fault, and the one to which its database was moved.
    apart = [kind for kind in own_spaces if kind != "user"]
    assert [len({server.spaces[kind] for server in found.values()}) for kind in apart] == [8] * 5
    if os.geteuid() == 0:  # Then sandboxes share a user namespace, in which each is another user.
        users = {server.user for server in found.values()}
        assert 0 not in users
        assert len(users) == 8
    assert servers(os.getpid()) == {}
