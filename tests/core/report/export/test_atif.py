"""`itbench export --to atif`: Harbor's own models take every trajectory, and it tells what the trace tells."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from itbench.interfaces.trace import TraceEvent
from itbench.testing.model_server import Answer, Asked, ModelServer

Itbench = Callable[..., Any]
Make = Callable[..., list[Any]]
OPEN = ("--sandbox", "none", "--allow-unsafe")
READ = """
import json, sys
from harbor.utils.trajectory_validator import TrajectoryValidator
validator = TrajectoryValidator()
for path in sys.argv[1:]:
    assert validator.validate(path), (path, validator.errors)
print(len(sys.argv) - 1)
"""

# The environment takes ten seconds to make, and each check starts another Python.
pytestmark = pytest.mark.slow


def event(at_s: float, kind: str, **data: Any) -> TraceEvent:
    return TraceEvent(at_s, kind, json.dumps(data))


def exported(itbench: Itbench, peer: Callable[..., str], *runs: Any) -> list[Any]:
    """Export runs, let Harbor read every file, and return the trajectories."""
    done = itbench("export", *runs, "--to", "atif", "-o", "out")
    assert done.code == 0, done.err
    paths = sorted(Path("out").rglob("trajectory.json"), key=str)
    assert paths
    assert peer(READ, *map(Path.absolute, paths)) == f"{len(paths)}\n"
    return [json.loads(path.read_bytes()) for path in paths]


def run(itbench: Itbench, *words: str | Path) -> Path:
    done = itbench("run", "--json", *words)
    return Path(json.loads(done.out)["path"])


@pytest.mark.usefixtures("sums")
def test_a_baseline_without_a_model_has_the_task_and_what_it_did(itbench: Itbench, peer: Any) -> None:
    path = run(itbench, "sums", "-n", "2", "--repeats", "2", "--agent", "adder:events=3,wrong=2")
    found = exported(itbench, peer, path)
    assert [each["extra"]["task"] for each in found] == ["sum-0000"] * 2 + ["sum-0001"] * 2
    assert [step["source"] for step in found[0]["steps"]] == ["user", "agent", "agent"]
    assert found[0]["steps"][0]["message"].startswith("Add 0 and 0;")
    metrics = found[0]["final_metrics"]
    # No model was asked: tokens and cost are not 0 but not there.
    assert set(metrics) == {"total_steps", "extra"}
    assert metrics["total_steps"] == 3
    assert "model_name" not in found[0]["agent"]
    assert {each["extra"]["value"] for each in found} <= {0.5, 1.0}


@pytest.mark.usefixtures("sums")
def test_a_program_is_a_call_with_what_it_printed(itbench: Itbench, peer: Any) -> None:
    code = "echo so; echo sad >&2; printf '\\033[31m\\200'; exit 3"
    path = run(itbench, "sums", "-n", "1", "--agent", "command", *OPEN, "--", "sh", "-c", code)
    (found,) = exported(itbench, peer, path)
    asked, called = found["steps"]
    assert asked["source"] == "user"
    assert called["llm_call_count"] == 0
    (result,) = called["observation"]["results"]
    assert "so" in result["content"]
    assert "sad" in result["content"]
    assert result["extra"]["is_ok"] is False
    assert found["extra"]["fault_stage"] == "agent"


def adder(asked: Asked) -> Answer:
    one, other = map(int, re.findall(r"Add (\d+) and (\d+)", asked.texts[0])[0])
    write = ("execute", {"command": f"""echo '{{"sum": {one + other}}}' > answer.json; echo \ud800 $HOME"""})
    calls = [("finish", {}) if asked.turn else write]
    return Answer(text=f"turn {asked.turn} \ud83d \x00\x1b[2J", calls=calls, input_tokens=90, output_tokens=7)


@pytest.mark.usefixtures("sums")
@pytest.mark.parametrize("price", ["2/8", None])
def test_a_model_with_a_shell_has_prompts_calls_results_tokens_and_cost(
    price: str | None, itbench: Itbench, peer: Any
) -> None:
    pytest.importorskip("openai")
    with ModelServer(adder) as server:
        told = f"react:model=openai/m-unknown,base_url={server.openai_url},key_env=HOME,cache=no"
        agent = told if price is None else f"{told},price={price}"
        path = run(itbench, "sums", "-n", "1", "--agent", agent, *OPEN)
    (found,) = exported(itbench, peer, path)
    assert found["agent"]["model_name"] == "openai/m-unknown"
    sources = [step["source"] for step in found["steps"]]
    assert sources == ["system", "user", "agent", "agent"]
    first, second = found["steps"][2:]
    (call,) = first["tool_calls"]
    (result,) = first["observation"]["results"]
    assert call["function_name"] == "execute"
    assert result["source_call_id"] == call["tool_call_id"]
    assert second["tool_calls"][0]["function_name"] == "finish"
    cost = None if price is None else pytest.approx((90 * 2 + 7 * 8) / 1e6)
    assert first["metrics"]["prompt_tokens"] == 90
    assert first["metrics"].get("cost_usd") == cost
    final = found["final_metrics"]
    assert (final["total_prompt_tokens"], final["total_completion_tokens"]) == (180, 14)
    assert ("total_cost_usd" in final) == (price is not None)


def test_results_go_to_the_reply_that_asked_for_them_also_where_conversations_interleave(
    atif_steps: Make,
) -> None:
    made = atif_steps(
        [
            event(0.0, "request", number=1, after=None, **{"from": 0}, system="S", messages=[user("main")]),
            event(1.0, "reply", request=1, model="m", text="a", calls=[call("c1", "sub"), call("c2", "ls")]),
            event(1.1, "request", number=2, after=None, **{"from": 0}, messages=[user("sub")]),
            event(2.0, "reply", request=2, model="n", text="b", calls=[call("c3", "cat")], use=None),
            event(
                3.0,
                "request",
                number=3,
                model="n",
                after=2,
                **{"from": 1},
                messages=[
                    {"role": "assistant", "reply": 2},
                    {"role": "tool", "id": "c3", "text": "meow", "ok": False},
                ],
            ),
            event(4.0, "failed", request=3, model="n", status=500, message="no"),
        ]
    )
    agents = [step for step in made if step["source"] == "agent"]
    assert [step["model_name"] for step in agents] == ["m", "n"]
    (meow,) = agents[1]["observation"]["results"]
    assert (meow["content"], meow["extra"]["is_ok"]) == ("meow", False)
    assert [each["source_call_id"] for each in agents[0]["observation"]["results"]] == ["c1", "c2"]
    assert made[-1]["message"] == "the request to n failed: no"
    assert [step["step_id"] for step in made] == list(range(1, len(made) + 1))


def test_what_a_program_tells_its_model_to_have_said_is_copied_context(atif_steps: Make) -> None:
    messages = [
        user("go on"),
        {"role": "assistant", "text": "I looked", "calls": [call("old", "ls")]},
        {"role": "tool", "id": "old", "text": "a b", "ok": True},
    ]
    made = atif_steps(
        [
            event(0.5, "request", number=1, after=None, **{"from": 0}, messages=messages, left_out=4),
            event(1.0, "reply", request=1, model="m", text="done", calls=[], use={"input_tokens": 5}),
        ]
    )
    assert [step["source"] for step in made] == ["user", "agent", "system", "agent"]
    assert made[1]["is_copied_context"] is True
    assert made[1]["observation"]["results"][0]["content"] == "a b"
    assert made[3]["metrics"] == {"prompt_tokens": 5}


def test_an_agent_that_notes_its_messages_itself_has_their_tokens(atif_steps: Make) -> None:
    """As agents in Python do, and as the gateway did in run files of earlier versions."""
    made = atif_steps(
        [
            event(0.1, "message", role="user", content="hello"),
            event(0.2, "message", role="assistant", content={"text": "hi", "calls": [call("c", "ls")]}),
            event(0.3, "usage", input_tokens=3, output_tokens=None, cost_usd=0.5),
            event(0.4, "tool", name="ls", arguments={}, output="x", ok=True, duration_s=0.1),
            event(0.5, "usage", input_tokens=4, output_tokens=1, cost_usd=None),
            event(0.6, "note", about="rules", found=2),
            event(0.7, "my-own-kind", anything=[1]),
        ]
    )
    assert [step["source"] for step in made] == ["user", "agent", "agent", "agent", "agent", "system"]
    assert made[1]["metrics"] == {"prompt_tokens": 3, "cost_usd": 0.5}
    assert made[3]["metrics"] == {"prompt_tokens": 4, "completion_tokens": 1}
    assert made[4]["extra"] == {"kind": "note", "data": {"found": 2}}


@pytest.mark.parametrize("kind", ["request", "reply", "failed", "tool", "usage", "message", "output", "note"])
def test_whatever_an_agent_writes_into_its_trace_stays_valid(kind: str, atif_steps: Make) -> None:
    odd: list[Any] = [
        None,
        3,
        -1.5,
        1e300,
        10**30,
        "\ud800\x00",
        [],
        [3, None, [{}]],
        {},
        {"role": "tool", "id": 3},
    ]
    deep: Any = "x"
    for _ in range(200):
        deep = {"a": [deep]}
    odd += [deep, [{"role": "assistant", "text": 3, "calls": [{"id": None}, {"arguments": deep}]}]]
    names = [
        "number",
        "after",
        "messages",
        "system",
        "request",
        "model",
        "text",
        "calls",
        "use",
        "cost_usd",
        "name",
        "arguments",
        "output",
        "role",
    ]
    events = [TraceEvent(0.0, kind, text) for text in ("null", "[]", "3", '"\\ud800"', "{}", "[" * 9000)]
    events += [event(1.0, kind, **{name: value}) for name in names if name != "role" for value in odd]
    events += [
        event(2.0, kind, request=1, name="ls", **dict.fromkeys(("text", "content"), value)) for value in odd
    ]
    assert len(atif_steps(events)) > 0


def test_texts_of_ten_megabytes_are_whole(atif_steps: Make) -> None:
    text = "\ud83d\x1b\x00é" * 2_500_000
    made = atif_steps([event(0.0, "tool", name="cat", arguments={"path": text}, output=text, ok=True)])
    assert made[-1]["observation"]["results"][0]["content"] == text.replace("\ud83d", "\\ud83d")


def user(text: str) -> dict[str, Any]:
    return {"role": "user", "text": text}


def call(call_id: str, name: str, **arguments: Any) -> dict[str, Any]:
    return {"id": call_id, "name": name, "arguments": json.dumps(arguments)}
