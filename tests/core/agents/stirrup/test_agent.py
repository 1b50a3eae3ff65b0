"""Stirrup works on a real task in a real workspace with a scripted model behind real HTTP."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from itbench import HandIn, Limits
from itbench.agents.stirrup.installed import problem_with
from itbench.interfaces.workspace import Tool
from itbench.models import ModelError
from itbench.testing.model_server import Answer, Asked, Status

if problem := problem_with("stirrup", (sys.version_info[0], sys.version_info[1])):
    pytest.skip(problem, allow_module_level=True)

WRITE = ("run_shell", {"cmd": """echo '{"sum": 5}' > answer.json"""})
LOOK = ("run_shell", {"cmd": "true"})
FINISH = ("finish", {"reason": "added", "paths": ["answer.json"]})
APIS = pytest.mark.parametrize("api", ["chat", "responses", "messages"])


def turns(*answers: Any) -> Callable[[Asked], Any]:
    return lambda asked: answers[min(asked.turn, len(answers) - 1)]


def results(done: Any, request: int) -> list[str]:
    return done.requests[request].results


@APIS
def test_a_model_writes_its_answer_and_finishes(work: Any, api: str) -> None:
    done = work(turns(Answer(text="I add.", calls=[WRITE]), Answer(calls=[FINISH])), api)
    assert (done.error, done.limit, json.loads(done.answer)) == (None, None, {"sum": 5})
    assert done.events("end") == [{"by": "finish"}]
    assert [event["number"] for event in done.events("turn")] == [1, 2]
    assert [event["name"] for event in done.events("tool")] == ["execute", "finish"]
    assert (done.trace.usage.tool_calls, done.trace.usage.failed_tool_calls) == (2, 0)


@APIS
def test_prompts_and_tools_are_those_of_stirrup_with_our_task(work: Any, api: str) -> None:
    from stirrup.prompts import BASE_SYSTEM_PROMPT_TEMPLATE
    from stirrup.tools.code_backends.base import CodeExecutionParams
    from stirrup.tools.finish import FinishParams

    done = work(turns(Answer(calls=[WRITE]), Answer(calls=[FINISH])), api)
    body = done.requests[0].body
    system = json.dumps(body)
    for text in (
        BASE_SYSTEM_PROMPT_TEMPLATE.format(max_turns=30),
        "Add 2 and 3. Braces {stay} as they are.",
        f"{done.where}/answer.json",
        "additionalProperties",
    ):
        assert json.dumps(text)[1:-1] in system
    tools = [tool.get("function", tool) for tool in body["tools"]]
    schemas = [tool.get("parameters") or tool.get("input_schema") for tool in tools]
    assert [tool["name"] for tool in tools] == ["finish", "run_shell"]
    assert schemas == [FinishParams.model_json_schema(), CodeExecutionParams.model_json_schema()]


def test_output_of_a_command_is_shown_as_stirrup_shows_it(work: Any) -> None:
    failing = ("run_shell", {"cmd": "echo out; echo err >&2; exit 3"})
    done = work(turns(Answer(calls=[failing]), Answer(calls=[WRITE]), Answer(calls=[FINISH])))
    assert results(done, 1) == [
        "<shell_results>\n<exit_code>3</exit_code>\n<stdout>out\n</stdout>\n<stderr>err\n</stderr>\n</shell_results>"
    ]
    assert done.events("request")[1]["messages"][1]["text"] == results(done, 1)[0]


def test_a_command_that_takes_too_long_is_ended_and_the_work_goes_on(work: Any, a_task: Any) -> None:
    slow = ("run_shell", {"cmd": "echo started; exec tail -f /dev/null"})
    answers = turns(Answer(calls=[slow]), Answer(calls=[WRITE]), Answer(calls=[FINISH]))
    done = work(answers, task=a_task(Limits(turns=30, command_s=0.2)))
    assert "<error_kind>timeout</error_kind>" in results(done, 1)[0]
    assert "after 0.2 seconds" in results(done, 1)[0]
    assert done.answer is not None


@APIS
@pytest.mark.parametrize(
    ("call", "told"),
    [
        (("run_shell", '{"cmd": "ls'), "Tool arguments are not valid"),
        (("run_shell", {}), "Tool arguments are not valid"),
        (("run_shell", {"cmd": "ls\0"}), "NUL"),
        (("run_shell", {"cmd": f"echo {'x' * 200_000}"}), "too long for a shell"),
        (("execute", {"command": "ls"}), "execute is not a valid tool"),
        (("finish", {"reason": "done", "paths": ["other.json"]}), "Files do not exist: ['other.json']"),
        (("finish", {"reason": "done", "paths": []}), "ERROR: not finished: there is no file answer.json."),
        (("finish", {"reason": "done", "paths": ["/etc/passwd"]}), "Files do not exist: ['/etc/passwd']"),
    ],
    ids=["cut", "missing", "nul", "long", "unknown tool", "other file", "no file", "outside"],
)
def test_a_call_that_cannot_be_carried_out_is_answered(work: Any, api: str, call: Any, told: str) -> None:
    first = Answer(calls=[call], piece=100_000)
    done = work(turns(first, Answer(calls=[WRITE]), Answer(calls=[FINISH])), api)
    assert told in results(done, 1)[0]
    assert json.loads(done.answer) == {"sum": 5}
    assert (done.trace.usage.tool_calls, len(done.events("tool"))) == (3, 3)
    assert told in json.dumps(done.events("tool")[0]["output"])


def test_the_answer_may_be_named_as_the_task_names_it(work: Any) -> None:
    def react(asked: Asked) -> Answer:
        words = asked.texts[0].split()
        path = next(word.rstrip(".") for word in words if word.rstrip(".").endswith("/answer.json"))
        return Answer(calls=[("finish", {"reason": "added", "paths": [path]}) if asked.turn else WRITE])

    done = work(react)
    assert (done.events("end"), len(done.requests)) == ([{"by": "finish"}], 2)


def test_finish_waits_for_all_files_that_the_task_asks_for(work: Any, a_task: Any) -> None:
    task = a_task(hand_in=HandIn(answer=None, files=("fetch.sh", "made/policy.rego")))
    make = ("run_shell", {"cmd": "mkdir made; touch made/policy.rego"})
    finish = ("finish", {"reason": "done", "paths": ["fetch.sh"]})
    first = ("run_shell", {"cmd": "touch fetch.sh"})
    done = work(turns(Answer(calls=[first, finish]), Answer(calls=[make, finish])), task=task)
    assert "there is no file made/policy.rego" in results(done, 1)[1]
    assert done.events("end") == [{"by": "finish"}]


def test_a_text_answer_is_asked_to_go_on(work: Any) -> None:
    said = Answer(text="It is five.")
    done = work(turns(said, Answer(calls=[WRITE]), Answer(calls=[FINISH])), turns="40")
    assert done.requests[1].texts[-1] == "Please continue the task"
    assert done.events("reply")[0]["text"] == "It is five."
    assert done.events("end") == [{"by": "finish"}]


@APIS
def test_text_alone_ends_at_the_limit_of_turns_and_what_is_there_is_scored(work: Any, api: str) -> None:
    done = work(turns(Answer(calls=[WRITE]), Answer(text="It is five.")), api, turns="4")
    assert (done.limit, done.error, len(done.requests)) == ("turns", None, 4)
    assert json.loads(done.answer) == {"sum": 5}


@APIS
def test_an_empty_reply_is_never_handed_back(work: Any, api: str) -> None:
    done = work(lambda asked: [Answer(), Answer(calls=[WRITE]), Answer(calls=[FINISH])][asked.number], api)
    assert (done.events("end"), done.requests[1].turn) == ([{"by": "finish"}], 0)
    assert done.trace.usage.turns == 3


def test_the_model_is_told_how_many_turns_are_left(work: Any, a_task: Any) -> None:
    done = work(turns(Answer(calls=[LOOK])), task=a_task(Limits(turns=23)))
    told = [[text for text in asked.texts[1:] if "turn" in text] for asked in done.requests]
    assert [len(texts) for texts in told] == [0, 0, 0, *range(1, 21)]
    assert told[3][0].startswith("You have 20 turns remaining")
    assert told[-1][-1].startswith("This is the last turn")
    assert (done.limit, done.trace.usage.turns, len(done.requests)) == ("turns", 23, 23)


@APIS
def test_reasoning_is_handed_back_as_it_came(work: Any, api: str) -> None:
    first = Answer(thinking="two and three are five", text="So.", calls=[WRITE])
    body = json.dumps(work(turns(first, Answer(calls=[FINISH])), api).requests[1].body)
    sealed = {"chat": '"reasoning_content": "', "responses": '"sealed:', "messages": '"signed:'}[api]
    assert f"{sealed}two and three are five" in body


@APIS
def test_usage_and_dollars_are_right_to_the_token(work: Any, api: str) -> None:
    answers = [
        Answer(calls=[WRITE], input_tokens=1000, cached_tokens=300, output_tokens=70, reasoning_tokens=30),
        Answer(
            calls=[FINISH], input_tokens=2000, cached_tokens=1000, cache_write_tokens=500, output_tokens=11
        ),
    ]
    usage = work(turns(*answers), api, price="2/10/0.5/4").trace.usage
    assert (usage.total("input_tokens"), usage.total("cached_tokens")) == (3000, 1300)
    assert (usage.total("output_tokens"), usage.total("reasoning_tokens")) == (81, 30)
    assert usage.total("cost_usd") == pytest.approx(
        (1200 * 2 + 1300 * 0.5 + 500 * 4 + 81 * 10) / 1e6, abs=1e-12
    )


@pytest.mark.parametrize(
    ("limits", "limit"), [(Limits(cost_usd=2.5), "cost"), (Limits(tokens=2_500_000), "tokens")]
)
def test_limits_of_cost_and_tokens_stop_the_work(work: Any, a_task: Any, limits: Limits, limit: str) -> None:
    done = work(
        turns(Answer(calls=[LOOK], input_tokens=1_000_000)),
        task=a_task(limits),
        price="1/1",
        window="9000000",
    )
    assert (done.limit, done.trace.usage.turns) == (limit, 3)


@pytest.mark.parametrize(
    ("answer", "options", "limits", "message"),
    [
        (
            Answer(),
            {},
            Limits(cost_usd=1),
            "price of openai/gpt-5 is unknown; give it with the option price=",
        ),
        (Answer(tells_use=False), {"price": "1/1"}, Limits(cost_usd=1), "does not tell its tokens"),
    ],
)
def test_a_limit_that_cannot_be_kept_is_not_ignored(
    work: Any, a_task: Any, answer: Answer, options: dict[str, str], limits: Limits, message: str
) -> None:
    done = work(turns(answer), task=a_task(limits), **options)
    assert done.error.stage == "model"
    assert message in str(done.error)


def summarising(asked: Asked) -> Answer:
    last = asked.texts[-1]
    if "context window is approaching its limit" in last:
        return Answer(text="NOTES: the sum is 5", input_tokens=800)
    if any("NOTES: the sum is 5" in text for text in asked.texts):
        return Answer(calls=[WRITE] if asked.turn == 0 else [FINISH])
    return Answer(calls=[LOOK], input_tokens=690 + 10 * asked.turn)


@APIS
def test_stirrup_sums_up_at_70_percent_of_the_window_in_no_turn_of_its_own(work: Any, api: str) -> None:
    done = work(summarising, api, window="1000", turns="40")
    # 690 + 10 tokens are 70 % of the window.
    assert [asked.turn for asked in done.requests] == [0, 1, 0, 1]
    assert "Add 2 and 3" in done.requests[2].texts[0]
    assert results(done, 2) == []
    assert [event["number"] for event in done.events("turn")] == [1, 2, 3]
    assert done.events("summarised") == [{"characters": 19}]
    assert json.loads(done.answer) == {"sum": 5}


def test_turns_before_a_summary_count_for_the_limit(work: Any, a_task: Any) -> None:
    def react(asked: Asked) -> Answer:
        if "context window is approaching its limit" in asked.texts[-1]:
            return Answer(text="NOTES", input_tokens=800)
        return Answer(calls=[LOOK], input_tokens=690)

    done = work(react, task=a_task(Limits(turns=6)), window="1000")
    assert (done.limit, done.trace.usage.turns) == ("turns", 6)
    # After each turn but the last there is a summary.
    assert (len(done.requests), len(done.events("summarised"))) == (11, 5)


TOO_LONG = Status(code=400, body={"error": {"message": "prompt is too long: 9 tokens > 8 maximum"}})


@APIS
def test_a_conversation_that_turns_out_too_long_is_cut_and_summed_up(work: Any, api: str) -> None:
    def react(asked: Asked) -> Answer | Status:
        if asked.number == 2:
            return TOO_LONG
        if "context window is approaching its limit" in asked.texts[-1]:
            return Answer(text="NOTES")
        return Answer(calls=[WRITE, FINISH] if asked.number > 2 else [LOOK])

    done = work(react, api)
    assert (done.error, len(done.events("too_long"))) == (None, 1)
    # The second turn is dropped and done again: Stirrup does not count it.
    assert [event["number"] for event in done.events("turn")] == [1, 2, 3]
    assert json.loads(done.answer) == {"sum": 5}


def test_a_task_too_long_for_the_window_is_no_doing_of_the_agent(work: Any) -> None:
    done = work(lambda _: TOO_LONG)
    assert done.limit is None
    assert isinstance(done.error, ModelError)


@APIS
def test_a_reply_cut_at_its_length_ends_the_work_and_what_is_there_is_scored(work: Any, api: str) -> None:
    done = work(turns(Answer(calls=[WRITE]), Answer(text="I thi", stop="length")), api)
    assert (done.limit, done.error) == ("output", None)
    assert json.loads(done.answer) == {"sum": 5}
    assert done.events("cut")


@APIS
def test_a_provider_that_is_down_is_a_fault_of_the_model(work: Any, api: str) -> None:
    done = work(lambda _: Status(code=503), api, attempts="3")
    assert (done.error.stage, len(done.requests)) == ("model", 3)
    assert "failed 3 times, at last: status 503: scripted error" in str(done.error)


@APIS
def test_tools_of_the_domain_are_offered_and_their_failures_told(work: Any, api: str) -> None:
    async def restart(service: str) -> Any:
        if service != "cart":
            raise LookupError(f"no service {service!r}")
        return {"restarted": service}

    schema = {"type": "object", "properties": {"service": {"type": "string"}}, "required": ["service"]}
    tool = Tool(name="restart", description="Restart a service.", parameters=schema, call=restart)
    calls = [("restart", {"service": "cart"}), ("restart", {"service": "card"}), ("restart", {})]
    done = work(turns(Answer(calls=calls), Answer(calls=[WRITE, FINISH])), api, tools=[tool])
    assert json.dumps(schema) in json.dumps(done.requests[0].body["tools"])
    assert results(done, 1)[:2] == ['{"restarted":"cart"}', "LookupError: no service 'card'"]
    assert "no key 'service'" in results(done, 1)[2]
    assert [event["ok"] for event in done.events("tool")[:3]] == [True, False, False]
    assert len(done.events("tool")) == 5


def test_a_tool_of_the_domain_cannot_take_the_place_of_the_shell(work: Any) -> None:
    async def nothing() -> None: ...

    tool = Tool(name="run_shell", description="Mine.", parameters={"type": "object"}, call=nothing)
    assert work(turns(Answer()), tools=[tool]).error.stage == "environment"


def test_a_trial_can_be_read_again_from_its_trace(work: Any) -> None:
    done = work(turns(Answer(text="I add.", calls=[WRITE]), Answer(text="Done.", calls=[FINISH])))
    (agent,) = done.events("agent")
    assert (agent["agent"], agent["model"]["name"], agent["stirrup"].split(".")[0]) == (
        "stirrup",
        "openai/gpt-5",
        "0",
    )
    requests, replies = done.events("request"), done.events("reply")
    assert [request["from"] for request in requests] == [0, 1]
    assert "AI agent" in requests[0]["system"]
    assert [reply["text"] for reply in replies] == ["I add.", "Done."]
    assert done.events("tool")[1]["arguments"] == json.dumps(FINISH[1])


def test_stirrup_leaves_nothing_in_the_users_home_and_prints_nothing(
    work: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("stirrup.core.cache.DEFAULT_CACHE_DIR", tmp_path / "stirrup-cache")
    work(turns(Answer(calls=[WRITE]), Answer(calls=[FINISH])))
    work(turns(Answer(calls=[LOOK])), turns="2")
    assert not (tmp_path / "stirrup-cache").exists()
    assert capfd.readouterr() == ("", "")


@APIS
def test_a_trial_goes_through_in_the_default_sandbox(work: Any, api: str, plain_sandbox: Any) -> None:
    look = ("run_shell", {"cmd": "pwd; env; echo {a,b}"})
    finish = ("finish", {"reason": "added", "paths": ["/home/user/answer.json"]})
    done = work(turns(Answer(calls=[look, WRITE, finish])), api, sandbox=plain_sandbox)
    assert (done.error, json.loads(done.answer), done.where) == (None, {"sum": 5}, "/home/user")
    shown = done.events("tool")[0]["output"]["stdout"]
    assert shown.startswith("/home/user\n")
    assert shown.endswith("a b\n")
    assert "PLANTED" not in shown
