"""A provider that refuses what an agent has said: the agent's result, if it answers others at that time, and else no result."""

import asyncio
import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from itbench import AgentRequest, Limits
from itbench.interfaces.provider import QUESTION
from itbench.interfaces.record import TrialKey, TrialRecord
from itbench.plugins.agents import agent_host
from itbench.plugins.domains import find_suite
from itbench.runs.trial.judge import Judge
from itbench.runs.trial.setup import Surroundings
from itbench.runs.trial.trial import TrialSetting, run_trial
from itbench.sandbox.plain.sandbox import LocalSandbox
from itbench.testing.model_server import Answer, Asked, ModelServer, Raw, Status

FILTERED: Any = {"error": {"code": "content_filter", "type": "invalid_request_error", "message": "filtered"}}
LONG: Any = {"error": {"code": "context_length_exceeded", "message": "maximum context length is 8"}}
FINE = Answer(text="yes")

REFUSALS: dict[str, Any] = {
    "a filter": Status(code=400, body=FILTERED),
    "a filter's own status": Status(code=403, body=FILTERED),
    "a field": Status(code=422),
    "in a body": Raw(body=json.dumps(FILTERED).encode(), content_type="application/json"),
    "in a stream": Raw(body=f"event: error\ndata: {json.dumps({'type': 'error', **FILTERED})}\n\n".encode()),
    "a server that breaks": Status(code=500),
    "a reply that is always cut": Raw(body=b""),
}
APIS = ("chat", "responses", "messages")


@pytest.fixture(params=["react", "stirrup"])
def agent_name(
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    distribution: Callable[..., Any],
    sums: Any,
) -> str:
    """Install an agent that is driven by a model."""
    name = str(request.param)
    if name == "stirrup":
        pytest.importorskip("stirrup", reason="Stirrup is not installed; it comes with itbench[stirrup]")
    monkeypatch.setenv("PLANTED_KEY", "sk-planted-0123456789abcdef")
    if name not in agent_host().names():
        points = {name: f"itbench.agents.{name}.spec:{name.upper()}"}
        distribution(f"itbench-{name}", group="itbench.agents", points=points, code={})
    return name


def trial(name: str, react: Callable[[Asked], Any], api: str = "chat", **options: str) -> TrialRecord:
    """Run one trial whose model is behind a server."""
    domain, suite = find_suite("sums/easy")
    task = next(iter(suite.tasks())).model_copy(update={"limits": Limits(turns=20, wall_s=60)})
    with ModelServer(react) as server:
        own = {"model": "openai/m", "base_url": server.openai_url, "api": api}
        if api == "messages":
            own = {"model": "anthropic/m", "base_url": server.url}
        usual = {"key_env": "PLANTED_KEY", "cache": "no", "retry_s": "0.001", "attempts": "2"}
        agent = agent_host().get(name).create(AgentRequest(name=name, options=own | usual | options))
        setting = TrialSetting(
            domain=domain,
            surroundings=Surroundings(suite=suite, sandbox=LocalSandbox(), bench=LocalSandbox()),
            agent=agent,
            judge=Judge(domain, suite),
            seed=1,
        )
        return asyncio.run(run_trial(setting, task, TrialKey(task.id, 0, 0)))


def is_question(asked: Asked) -> bool:
    return asked.texts == [QUESTION]


def shell(asked: Asked, command: str) -> Answer:
    """Use the agent's shell, whatever it calls it."""
    is_react = '"execute"' in json.dumps(asked.body["tools"])
    return Answer(calls=[("execute", {"command": command}) if is_react else ("run_shell", {"cmd": command})])


def answering(asked: Asked) -> Answer:
    """Hand in the right sum."""
    one, other = map(int, re.findall(r"Add (\d+) and (\d+)", " ".join(asked.texts))[0])
    return shell(asked, f"""echo '{{"sum": {one + other}}}' > answer.json""")


def looking(asked: Asked) -> Answer:
    """Hand in nothing."""
    return shell(asked, "true")


def checks(record: TrialRecord) -> list[Any]:
    return [json.loads(event.data)["failure"] for event in record.events if event.kind == "model_check"]


@pytest.mark.slow  # Each case is a trial; 7 refusals by 3 interfaces by 2 agents.
@pytest.mark.parametrize("api", APIS)
@pytest.mark.parametrize("refusal", REFUSALS.values(), ids=REFUSALS)
def test_a_conversation_that_the_provider_refuses_ends_the_work_with_what_it_has(
    agent_name: str, refusal: Any, api: str
) -> None:
    def react(asked: Asked) -> Any:
        return FINE if is_question(asked) else refusal if asked.turn else answering(asked)

    record = trial(agent_name, react, api)
    assert (record.value, record.fault, record.limit) == (1.0, None, "refused")
    assert checks(record) == [None]


@pytest.mark.parametrize("api", APIS)
def test_where_nothing_was_handed_in_it_is_a_zero_that_says_why(agent_name: str, api: str) -> None:
    def react(asked: Asked) -> Any:
        return FINE if is_question(asked) else REFUSALS["a filter"] if asked.turn else looking(asked)

    record = trial(agent_name, react, api)
    assert record.fault is not None
    assert (record.value, record.fault.stage, record.limit) == (0.0, "agent", "refused")
    assert re.search(
        r"'answer.json' was not handed in; its model's provider refused the conversation: .*filtered",
        record.fault.message,
    )


@pytest.mark.slow  # As above.
@pytest.mark.parametrize("api", APIS)
@pytest.mark.parametrize(
    "refusal", [*REFUSALS.values(), Status(code=400, body=LONG)], ids=[*REFUSALS, "too long"]
)
def test_a_provider_that_refuses_everything_from_then_on_is_no_result(
    agent_name: str, refusal: Any, api: str
) -> None:
    record = trial(agent_name, lambda asked: refusal if asked.number else answering(asked), api)
    assert record.fault is not None
    assert (record.value, record.fault.stage, record.limit) == (None, "model", None)
    assert len(checks(record)) == 1
    assert checks(record)[0] is not None


@pytest.mark.parametrize(
    "refusal", [*REFUSALS.values(), Status(code=400, body=LONG)], ids=[*REFUSALS, "too long"]
)
def test_a_first_request_that_is_refused_is_not_the_agent_s_doing(agent_name: str, refusal: Any) -> None:
    """It holds the task and our own words only, so nothing is asked."""
    record = trial(agent_name, lambda asked: FINE if is_question(asked) else refusal)
    assert record.fault is not None
    assert (record.value, record.fault.stage, checks(record)) == (None, "model", [])


@pytest.mark.parametrize("api", APIS)
def test_a_conversation_that_stays_too_long_is_the_agent_s(agent_name: str, api: str) -> None:
    def react(asked: Asked) -> Any:
        if is_question(asked):
            return FINE
        return Status(code=400, body=LONG) if asked.number else answering(asked)

    record = trial(agent_name, react, api)
    assert (record.value, record.limit, checks(record)) == (1.0, "context", [None])


def test_a_failure_that_has_passed_by_the_question_is_forgotten(agent_name: str) -> None:
    """Two attempts fail, the question is answered, and so is the request when it is sent once more."""

    def react(asked: Asked) -> Any:
        if asked.number in {1, 2}:
            return Status(code=500)
        if is_question(asked):
            return FINE
        finish = ("finish", {"path": "answer.json", "reason": "added", "paths": ["answer.json"]})
        return Answer(calls=[finish]) if asked.turn else answering(asked)

    record = trial(agent_name, react)
    assert (record.value, record.fault, checks(record)) == (1.0, None, [None])


def test_an_overloaded_provider_is_not_asked_as_no_request_brings_that_about(agent_name: str) -> None:
    def react(asked: Asked) -> Any:
        return FINE if is_question(asked) else Status(code=503) if asked.number else answering(asked)

    record = trial(agent_name, react)
    assert record.fault is not None
    assert (record.value, record.fault.stage, checks(record)) == (None, "model", [])


def test_the_question_is_never_answered_by_the_reply_cache(agent_name: str) -> None:
    """Else a provider that is down now would look well because it answered in an earlier run."""
    is_down = False

    def react(asked: Asked) -> Any:
        if asked.number and is_down:
            return REFUSALS["a filter"]
        return FINE if is_question(asked) else REFUSALS["a filter"] if asked.turn else answering(asked)

    assert trial(agent_name, react, cache="yes").limit == "refused"
    is_down = True
    record = trial(agent_name, react, cache="yes")
    assert record.fault is not None
    assert record.fault.stage == "model"
