"""Whole runs of a domain that acts: models in roles, worlds that are opened ahead, a budget that ends in between."""

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from itbench.testing.model_server import Answer, ModelServer, Status

DOMAIN = """
import asyncio
from contextlib import asynccontextmanager
from itbench import (AgentSpec, Domain, Environment, HandIn, Limits, Observation, Score, Suite, Task, Tool)
from itbench.models import Conversation, UserMessage

LOG = []

class Desk(Suite):
    name, version, summary = "desk", "1", "Ask the customer."
    def tasks(self):
        return [Task(id=f"desk-{n}", title="T", instructions="I", hand_in=HandIn(answer=None), limits=Limits(tool_s=20))
                for n in range(OPEN_COUNT)]
    def truth(self, task_id):
        return {"canary": f"canary-desk-0123456789-{task_id}", "wanted": "the green one"}

class World(Environment):
    def __init__(self, setup):
        self.setup, self.said = setup, []
    @asynccontextmanager
    async def open(self):
        LOG.append(("open", self.setup.task.id))
        await asyncio.sleep(OPEN_S)
        async with self.setup.sandbox.open(()) as workspace:
            workspace.tools = [Tool(name="ask", description="Ask the customer.", parameters={"type": "object"}, call=self.ask)]
            LOG.append(("opened", self.setup.task.id))
            yield workspace
    async def ask(self, text):
        customer = self.setup.model("customer")
        reply = await customer.reply(Conversation(system="You are a customer.", messages=(UserMessage(text=text),)))
        self.said.append(reply.message.text)
        return reply.message.text
    async def observe(self, files):
        return Observation(state={"said": self.said})

class Right:
    def score(self, task, submission, truth):
        return Score(value=float(truth["wanted"] in submission.observed["said"]))

class Asking:
    async def solve(self, task, workspace, trace):
        trace.turn()
        LOG.append(("work", task.id))
        if ASKS:
            await workspace.tools[0].call(text="Which one?")
        else:
            await asyncio.sleep(OPEN_S)
        LOG.append(("done", task.id))

DOMAIN = Domain(name="desk", summary="s", suites=(Desk(),), scorer=Right(), solution=lambda task, truth: {},
    environment=World, agents=(AgentSpec(name="asking", summary="s", role="baseline", is_in_process=True, create=lambda request: Asking()),))
"""


@pytest.fixture
def desk(distribution: Callable[..., Path]) -> Callable[..., Any]:
    """Install the domain, with so many tasks, worlds that open so slowly, and an agent that asks or does not."""

    def install(*, tasks: int = 2, open_s: float = 0.0, asks: bool = True) -> Any:
        head = f"OPEN_COUNT, OPEN_S, ASKS = {tasks}, {open_s}, {asks}\n"
        points = {"desk": "desk_domain:DOMAIN"}
        distribution("desk", group="itbench.domains", points=points, code={"desk_domain": head + DOMAIN})
        import desk_domain  # type: ignore[import-not-found]

        return desk_domain

    return install


@pytest.fixture
def customer(
    monkeypatch: pytest.MonkeyPatch, distribution: Callable[..., Path]
) -> Callable[[ModelServer], str]:
    """Return a function that returns the option that names a model at a scripted server."""
    from itbench.models.find import model_host

    pytest.importorskip("openai", reason="openai is not installed; it comes with itbench[models]")
    monkeypatch.setenv("PLANTED_KEY", "sk-planted-0123456789abcdef")
    if "openai" not in model_host().names():
        points = {"openai": "itbench.models.providers:OPENAI"}
        distribution("itbench-models", group="itbench.models", points=points, code={})

    def option(server: ModelServer, price: str = ",price=1/2") -> str:
        own = f"base_url={server.openai_url},api=chat,key_env=PLANTED_KEY,retry_s=0.001,cache=no"
        return f"customer=openai/gpt-5:{own}{price}"

    return option


def events(path: Path, kind: str) -> list[Any]:
    with sqlite3.connect(path) as connection:
        rows = connection.execute("SELECT data FROM event WHERE kind = ? ORDER BY trial, position", (kind,))
        return [json.loads(row[0]) for row in rows]


def test_a_model_in_a_role_is_metered_apart_from_the_agent(
    desk: Callable[..., Any], customer: Callable[..., str], itbench: Any
) -> None:
    desk()
    with ModelServer(
        lambda _asked: Answer(text="the green one", input_tokens=1000, output_tokens=100)
    ) as server:
        done = itbench("run", "desk", "--role-model", customer(server))
    assert done.code == 0, done.err
    assert "score: 1.000" in done.out
    line = "role customer: 2 replies, 2200 tokens, $0.0024; not part of what the agent took"
    assert line in done.out
    (path,) = Path("runs").glob("*.itbench")
    with sqlite3.connect(path) as connection:
        assert connection.execute(
            "SELECT DISTINCT replies, input_tokens, cost_usd FROM trial"
        ).fetchall() == [(0, None, None)]
    assert [each["role"] for each in events(path, "usage")] == ["customer"] * 2
    assert [each["text"] for each in events(path, "reply")] == ["the green one"] * 2
    assert "sk-planted" not in path.read_bytes().decode("latin-1")
    assert itbench("check", path).code == 0


def test_without_a_model_for_a_role_no_zero_is_given_and_the_option_is_named(
    desk: Callable[..., Any], itbench: Any
) -> None:
    desk(tasks=1)
    done = itbench("run", "desk")
    assert "--role-model customer=PROVIDER/NAME" in done.out
    assert "0.000" not in done.out.partition("score: ")[2].splitlines()[0]
    assert done.code == 1


def test_a_role_whose_provider_fails_gives_no_score(
    desk: Callable[..., Any], customer: Callable[..., str], itbench: Any
) -> None:
    desk(tasks=1)
    with ModelServer(lambda _asked: Status(code=500, body={})) as server:
        done = itbench("run", "desk", "--role-model", f"{customer(server)},attempts=1", "--attempts", "1")
    assert done.code == 1
    assert "1 without a score (model)" in done.out


def test_runs_with_other_models_in_roles_are_not_compared_in_silence(
    desk: Callable[..., Any], customer: Callable[..., str], itbench: Any
) -> None:
    desk()
    with ModelServer(lambda _asked: Answer(text="the green one")) as server:
        option = customer(server)
        itbench("run", "desk", "--role-model", option, "--out", "one")
        itbench("run", "desk", "--role-model", option.replace("gpt-5", "gpt-6"), "--out", "two")
        itbench("run", "desk", "--role-model", option, "--out", "three")
    runs = [next(Path(name).glob("*.itbench")) for name in ("one", "two", "three")]
    warning = "other models played the roles in the environments"
    assert warning in itbench("compare", runs[0], runs[1]).out
    assert warning not in itbench("compare", runs[0], runs[2]).out


def test_a_role_model_that_cannot_be_asked_is_told_before_the_run_begins(
    desk: Callable[..., Any], customer: Callable[..., str], itbench: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk()
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    done = itbench("run", "desk", "--role-model", "customer=openai/gpt-5")
    assert done.code == 2
    assert "role 'customer'" in done.err
    assert itbench("run", "desk", "--role-model", "customer").code == 2
    assert itbench("run", "desk", "--role-model", "customer=openai/gpt-5", "--dry-run").code == 0


def test_worlds_that_are_slow_to_open_are_opened_ahead_and_agents_still_work_in_turn(
    desk: Callable[..., Any], itbench: Any
) -> None:
    module = desk(tasks=4, open_s=0.6, asks=False)
    done = itbench("run", "desk", "--max-trials", "1")
    assert "4 of 4 trials" in done.out or "over 4 trials" in done.out, done.out
    log, working, most, overlapped = module.LOG, 0, 0, 0
    for what, _ in log:
        working += (what == "work") - (what == "done")
        most = max(most, working)
        overlapped += what == "open" and working == 1
    assert most == 1
    assert overlapped >= 1


def test_a_trial_whose_world_was_opened_when_the_budget_was_spent_is_not_recorded_and_can_be_resumed(
    desk: Callable[..., Any], customer: Callable[..., str], itbench: Any
) -> None:
    desk(tasks=4, open_s=0.6)
    with ModelServer(lambda _asked: Answer(text="the green one", input_tokens=1_000_000)) as server:
        option = customer(server)
        done = itbench("run", "desk", "--max-trials", "1", "--max-cost", "1.5", "--role-model", option)
        assert "is spent" in done.out + done.err
        (path,) = Path("runs").glob("*.itbench")
        with sqlite3.connect(path) as connection:
            assert connection.execute("SELECT count(*), count(fault) FROM trial").fetchone() == (2, 0)
        done = itbench("resume", path, "--max-cost", "100")
    assert done.code == 0, done.err
    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT count(*), count(fault) FROM trial").fetchone() == (4, 0)


@pytest.mark.parametrize(
    ("code", "body"),
    [
        (400, {"error": {"code": "context_length_exceeded", "message": "too long"}}),
        (400, {"error": {"code": "content_filter", "message": "filtered"}}),
        (500, {"error": {"message": "internal"}}),
    ],
    ids=["too long", "filtered", "broken by it"],
)
def test_an_agent_that_makes_a_role_s_provider_refuse_is_told_so_and_scored(
    desk: Callable[..., Any], customer: Callable[..., str], itbench: Any, code: int, body: Any
) -> None:
    """The provider refuses only what the agent says, and answers the question of itbench's own."""
    desk(tasks=1)

    def answer(asked: Any) -> Answer | Status:
        said = json.dumps(asked.body) if hasattr(asked, "body") else str(asked)
        return Status(code=code, body=body) if "Which one?" in said else Answer(text="yes")

    with ModelServer(answer) as server:
        done = itbench("run", "desk", "--role-model", f"{customer(server)},attempts=1", "--attempts", "1")
    assert "score: 0.000" in done.out
    assert "without a score" not in done.out
    (path,) = Path("runs").glob("*.itbench")
    assert [each["failure"] for each in events(path, "model_check")] == [None]
    with sqlite3.connect(path) as connection:
        ((message,),) = connection.execute("SELECT fault FROM trial").fetchall()
    assert "refuses what it was told" in message
