"""Logs for Inspect AI: its own reader opens them, and finds what the run has."""

import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from itbench.testing.model_server import Answer, Asked, ModelServer

Itbench = Callable[..., Any]
Run = Callable[..., str]
# They make an environment with Inspect AI, and start it.
pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
OPEN = ("--sandbox", "none", "--allow-unsafe")
LONG = 10_000_000

READ = """
import glob, json, sys
from inspect_ai.log import list_eval_logs, read_eval_log, read_eval_log_sample, read_eval_log_sample_summaries
found = {}
for path in sorted(glob.glob(sys.argv[1] + "/*.eval")):
    log = read_eval_log(path)
    listed = [info.name for info in list_eval_logs(sys.argv[1])]
    assert any(name.endswith(path.rsplit("/", 1)[-1]) for name in listed), listed
    header = read_eval_log(path, header_only=True)
    assert header.samples is None and header.results == log.results
    for sample in log.samples:
        alone = read_eval_log_sample(path, sample.id, sample.epoch, resolve_attachments=True)
        assert len(alone.events) == len(sample.events) and alone.scores == sample.scores
    summaries = [each.model_dump(mode="json") for each in read_eval_log_sample_summaries(path)]
    found[log.eval.solver + "/" + log.eval.task] = json.loads(log.model_dump_json()) | {"summaries": summaries}
open("read.json", "w").write(json.dumps(found))
"""

AGENTS = r"""
import json
from dataclasses import replace
from itbench import AgentSpec, EventKind, Stage, StageError
from itbench_sums import DOMAIN as SUMS, Adder

USE = dict(input_tokens=100, cached_tokens=30, output_tokens=20, reasoning_tokens=5)
DEEP = None
for _ in range(400):
    DEEP = [DEEP]

class Hostile(Adder):
    def __init__(self, request):
        self._events, self._delay_s, self._wrong = 1, 0, 0
    async def solve(self, task, workspace, trace):
        trace.record("reply", request={}, model=[], text={"a": 1}, calls="none", use=7, cost_usd="much", stop=[])
        trace.record("tool", name=None, arguments=[1, 2], output=None, ok="no", duration_s=-1)
        trace.record("request", number=[1], after={}, messages=[{"role": "tool"}, {"role": 7}, 5])
        trace.record("odd \x1b[31m kind", text="\x00\x07\u202e\x1b]0;x\x07 and half a pair: \ud800", big=2**70, deep=DEEP)
        trace.message("assistant", "</script><script>alert(1)</script>")
        trace.tool_call("print", {"command": "\udfff"}, "x" * 10_000_000, is_ok=False, duration_s=0.1)
        await super().solve(task, workspace, trace)

class Gateway(Adder):
    # The records of a program behind the gateway, of two conversations of which one is short.
    def __init__(self, request):
        self._events, self._delay_s, self._wrong = 1, 0, 0
    async def solve(self, task, workspace, trace):
        if task.id == "sum-0001":
            raise StageError(Stage.MODEL, "the provider is down")
        if task.id == "sum-0002":
            raise ValueError("a bug of the agent")
        def ask(number, after, first, *messages, **more):
            trace.record("request", number=number, model="m", after=after, messages=list(messages), **{"from": first}, **more)
        def reply(number, text, *calls):
            told = [dict(id=i, name=n, arguments=a) for i, n, a in calls]
            trace.record("reply", request=number, model="m", text=text, calls=told, stop="tools" if calls else "end",
                native=[{"type": "thinking", "thinking": "hm"}], use=USE, cost_usd=0.25, duration_s=0.0, failures=[], from_cache=False)
            trace.use(**USE, cost_usd=0.25)
        ask(1, None, 0, dict(role="user", text="Find it."), system="You are.")
        ask(2, None, 0, dict(role="user", text="A title, please"))
        reply(1, "I look.", ("c1", "bash", '{"command": "ls"}'), ("c2", "read", "not json"))
        reply(2, "Title")
        ask(3, 1, 1, dict(role="assistant", reply=1), dict(role="tool", id="c1", text="a", ok=True), dict(role="tool", id="c2", text="no", ok=False))
        trace.record("waiting", request=3, model="m", failure="status 503", wait_s=1.0, attempt=2, attempts=3, duration_s=0.1)
        reply(3, "Done.", ("c3", "bash", '{"command": "pwd"}'))
        ask(4, 3, 4, dict(role="assistant", reply=3))
        trace.record("failed", request=4, model="m", status=400, message="bad request")
        await super().solve(task, workspace, trace)

def spec(name, create):
    return AgentSpec(name=name, summary="s", create=create, role="baseline", is_in_process=True)

DOMAIN = replace(SUMS, name="odd", agents=(spec("hostile", Hostile), spec("gateway", Gateway)))
"""


@pytest.fixture
def odd(sums: Path, distribution: Callable[..., Path]) -> None:
    distribution("odd", group="itbench.domains", points={"odd": "odd_mod:DOMAIN"}, code={"odd_mod": AGENTS})


@pytest.fixture
def read(in_inspect: Run, tmp_path: Path) -> Callable[..., Any]:
    """Return a function that reads the logs of a folder with Inspect, by solver and task."""

    def logs(folder: Path) -> Any:
        in_inspect("-c", READ, folder)
        return json.loads((tmp_path / "read.json").read_text())

    return logs


def run(itbench: Itbench, *words: str, code: int = 0) -> Path:
    done = itbench("run", "--json", *words)
    assert done.code == code, done.err
    return Path(json.loads(done.out)["path"])


def adder(asked: Asked) -> Answer:
    one, other = map(int, re.findall(r"Add (\d+) and (\d+)", asked.texts[0])[0])
    write = ("execute", {"command": f"""echo '{{"sum": {one + other}}}' > answer.json"""})
    return Answer(calls=[("finish", {}) if asked.turn else write], input_tokens=1000, output_tokens=10)


@pytest.mark.usefixtures("odd")
def test_inspect_reads_the_runs_of_every_kind_of_agent(
    itbench: Itbench, read: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLANTED_KEY", "sk-planted-0123456789abcdef")
    with ModelServer(adder) as server:
        react = f"react:model=openai/m,base_url={server.openai_url},key_env=PLANTED_KEY,price=2/8"
        paths = [run(itbench, "sums", "-n", "2", "-k", "2", "-a", react, *OPEN)]
    program = "import json; json.dump({'sum': 0}, open('answer.json', 'w')); print('summed', flush=True)"
    paths += [
        run(itbench, "sums", "-n", "2", "-a", "command", *OPEN, "--", sys.executable, "-c", program),
        run(itbench, "sums", "-n", "2", "-a", "adder"),
        run(itbench, "odd", "-n", "1", "-a", "hostile"),
        run(itbench, "odd", "-n", "3", "-a", "gateway", "--attempts", "2", code=1),
    ]
    done = itbench("export", *paths, "--to", "inspect", "-o", "logs")
    assert (done.code, done.err) == (0, "12 trials of 5 runs written to logs\n")
    logs = read(tmp_path / "logs")
    assert len(logs) == 5
    _is_of_react(logs["react/sums/easy"])
    _is_of_a_program(logs["command/sums/easy"])
    _is_of_a_baseline(logs["adder/sums/easy"])
    _is_of_hostile(logs["hostile/odd/easy"])
    _has_faults(logs["gateway/odd/easy"])


def _is_of_react(log: Any) -> None:
    assert (log["status"], log["eval"]["model"], log["eval"]["config"]["epochs"]) == (
        "success",
        "openai/m",
        2,
    )
    assert sorted((each["id"], each["epoch"]) for each in log["samples"]) == [
        (f"sum-{task:04}", epoch) for task in range(2) for epoch in (1, 2)
    ]
    score = log["results"]["scores"][0]
    assert (score["name"], score["metrics"]["mean"]["value"], score["scored_samples"]) == ("score", 1.0, 4)
    assert {each["name"]: each["metrics"]["mean"]["value"] for each in log["results"]["scores"][1:]} == {
        "error": 0.0
    }
    assert log["stats"]["model_usage"]["openai/m"] == {
        "input_tokens": 8000,
        "output_tokens": 80,
        "total_tokens": 8080,
        "input_tokens_cache_write": None,
        "input_tokens_cache_read": 0,
        "reasoning_tokens": 0,
        "total_cost": pytest.approx((8000 * 2 + 80 * 8) / 1e6),
    }
    sample = log["samples"][0]
    assert sample["scores"]["score"]["value"] == 1.0
    assert sample["scores"]["score"]["explanation"] == "the answer is off by 0"
    assert sample["scores"]["metrics"]["value"] == {"error": 0.0}
    assert json.loads(sample["scores"]["score"]["answer"]) == {"sum": sum((0, 0))}
    roles = [message["role"] for message in sample["messages"]]
    assert roles == ["system", "user", "assistant", "tool", "assistant"]
    call = sample["messages"][2]["tool_calls"][0]
    assert (call["function"], call["id"]) == ("execute", sample["messages"][3]["tool_call_id"])
    kinds = [event["event"] for event in sample["events"]]
    assert kinds.count("model") == 2
    tools = [(event["function"], event["id"]) for event in sample["events"] if event["event"] == "tool"]
    assert [name for name, _ in tools] == ["execute", "finish"]
    assert tools[0][1] == call["id"]
    model = [event for event in sample["events"] if event["event"] == "model"]
    assert [message["role"] for message in model[1]["input"]] == roles[:4]
    assert model[1]["output"]["usage"]["input_tokens"] == 1000
    assert (sample["target"], sample["turn_count"], sample["error"]) == ("", 2, None)
    assert log["summaries"][0]["scores"]["score"]["value"] == 1.0
    assert log["summaries"][0]["message_count"] == 5


def _is_of_a_program(log: Any) -> None:
    sample = log["samples"][0]
    assert (log["eval"]["model"], sample["model_usage"]) == ("none/none", {})
    assert [message["role"] for message in sample["messages"]] == ["user", "assistant", "tool"]
    assert "summed" in sample["messages"][2]["content"]
    assert json.loads(sample["output"]["completion"]) == {"sum": 0}


def _is_of_a_baseline(log: Any) -> None:
    assert log["eval"]["model"] == "none/none"
    assert log["samples"][0]["messages"][0]["content"].startswith("Add 0 and 0")
    assert log["results"]["scores"][0]["metrics"]["mean"]["value"] == 1.0


def _is_of_hostile(log: Any) -> None:
    events = log["samples"][0]["events"]
    odd = next(event for event in events if event["event"] == "info" and "odd" in event["source"])
    assert odd["data"]["text"] == "\x00\x07\u202e\x1b]0;x\x07 and half a pair: \\ud800"
    assert odd["data"]["big"] == str(2**70)
    assert "[[[" in json.dumps(odd["data"]["deep"])
    long = next(event for event in events if event["event"] == "tool" and event["function"] == "print")
    assert (long["result"] == "x" * LONG, long["arguments"]) == (True, {"command": "\\udfff"})
    assert long["error"]["message"] == "the call failed"


def _has_faults(log: Any) -> None:
    """Faults of the provider have no score, those of the agent count as 0, and both are errors."""
    samples = {each["id"]: each for each in log["samples"]}
    assert log["status"] == "success"
    assert (log["results"]["total_samples"], log["results"]["completed_samples"]) == (3, 1)
    score = log["results"]["scores"][0]
    assert (score["scored_samples"], score["unscored_samples"]) == (2, 1)
    assert score["metrics"]["mean"]["value"] == 0.5
    assert score["metrics"]["missing_as_zero"]["value"] == pytest.approx(1 / 3)
    assert score["metrics"]["missing_as_one"]["value"] == pytest.approx(2 / 3)
    down = samples["sum-0001"]
    assert (down["error"]["message"], down["scores"]) == ("model: StageError: the provider is down", None)
    assert [each["message"] for each in down["error_retries"]] == ["model: StageError: the provider is down"]
    broken = samples["sum-0002"]
    assert broken["scores"]["score"]["value"] == 0.0
    assert broken["error"]["message"] == "agent: ValueError: a bug of the agent"
    assert "a bug of the agent" in broken["error"]["traceback"]
    _has_both_conversations(samples["sum-0000"])


def _has_both_conversations(sample: Any) -> None:
    shown = [(message["role"], message["content"]) for message in sample["messages"]]
    thought = [{"type": "reasoning", "reasoning": "hm"}, {"type": "text", "text": "I look."}]
    assert shown[:2] == [("system", "You are."), ("user", "Find it.")]
    assert [
        {key: part[key] for key in each} for part, each in zip(shown[2][1], thought, strict=True)
    ] == thought
    assert [role for role, _ in shown[2:]] == ["assistant", "tool", "tool", "assistant"]
    assert sample["messages"][2]["tool_calls"][1]["arguments"] == {"arguments": "not json"}
    assert sample["messages"][4]["error"]["message"] == "the call failed"
    models = [event for event in sample["events"] if event["event"] == "model"]
    assert [len(event["input"]) for event in models] == [2, 1, 5, 6]
    assert [event["error"] for event in models] == [None, None, None, "bad request"]
    tools = [(event["id"], event["result"]) for event in sample["events"] if event["event"] == "tool"]
    assert tools == [("c1", "a"), ("c2", "no"), ("c3", "no result was recorded")]
    assert sample["model_usage"]["m"] == {
        "input_tokens": 210,
        "output_tokens": 60,
        "total_tokens": 360,
        "input_tokens_cache_write": None,
        "input_tokens_cache_read": 90,
        "reasoning_tokens": 15,
        "total_cost": 0.75,
    }
