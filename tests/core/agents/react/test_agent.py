"""The agent works on a real task in a real workspace with a scripted model behind real HTTP."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from itbench import Limits
from itbench.interfaces.workspace import Tool
from itbench.models import ModelError
from itbench.testing.model_server import Answer, Asked, ModelServer, Raw, Status

WRITE = ("execute", {"command": """echo '{"sum": 5}' > answer.json"""})
WRONG = ("execute", {"command": """echo '{"sum": "five"}' > answer.json"""})
FINISH = ("finish", {"path": "answer.json"})
APIS = pytest.mark.parametrize("api", ["chat", "responses", "messages"])


def turns(*answers: Any) -> Callable[[Asked], Any]:
    return lambda asked: answers[min(asked.turn, len(answers) - 1)]


@APIS
def test_a_model_writes_its_answer_and_finishes(work: Any, api: str) -> None:
    done = work(turns(Answer(text="I add.", calls=[WRITE]), Answer(calls=[FINISH])), api)
    assert (done.error, done.limit, json.loads(done.answer)) == (None, None, {"sum": 5})
    assert done.events("end") == [{"by": "finish"}]
    assert [event["number"] for event in done.events("turn")] == [1, 2]
    assert [event["name"] for event in done.events("tool")] == ["execute", "finish"]


@APIS
def test_the_model_is_told_all_that_it_must_know(work: Any, api: str) -> None:
    done = work(turns(Answer(calls=[WRITE]), Answer(calls=[FINISH])), api)
    body = json.dumps(done.requests[0].body)
    for text in (
        "Add 2 and 3. Braces {stay} as they are.",
        "answer.json",
        "20 turns",
        "additionalProperties",
    ):
        assert json.dumps(text)[1:-1] in body
    assert [tool.get("name") or tool["function"]["name"] for tool in done.requests[0].body["tools"]] == [
        "execute",
        "finish",
    ]


@APIS
def test_reasoning_is_handed_back_as_it_came(work: Any, api: str) -> None:
    first = Answer(thinking="two and three are five", text="So.", calls=[WRITE])
    body = json.dumps(work(turns(first, Answer(calls=[FINISH])), api).requests[1].body)
    sealed = {"chat": '"reasoning_content": "', "responses": '"sealed:', "messages": '"signed:'}[api]
    assert f"{sealed}two and three are five" in body


@APIS
def test_several_tool_calls_are_carried_out_in_their_order(work: Any, api: str) -> None:
    calls = [("execute", {"command": f"echo {word} >> log; cat log"}) for word in ("one", "two")]
    done = work(turns(Answer(calls=[*calls, WRITE, FINISH])), api)
    outputs = [event["output"] for event in done.events("tool")]
    assert [output["stdout"] for output in outputs[:3]] == ["one\n", "one\ntwo\n", ""]
    assert outputs[3] == "finished"
    assert len(done.requests) == 1


@APIS
def test_results_of_one_turn_go_back_together(work: Any, api: str) -> None:
    calls = [("execute", {"command": f"echo {word}"}) for word in ("one", "two")]
    done = work(turns(Answer(calls=calls), Answer(calls=[WRITE]), Answer(calls=[FINISH])), api)
    assert done.requests[1].results == ["exit code 0\none", "exit code 0\ntwo"]


def test_a_failing_command_is_told_with_its_exit_code(work: Any) -> None:
    failing = ("execute", {"command": "echo out; echo err >&2; (exit 3)"})
    done = work(turns(Answer(calls=[failing]), Answer(calls=[WRITE]), Answer(calls=[FINISH])))
    assert done.requests[1].results == ["exit code 3\nout\nstandard error:\nerr"]


@pytest.mark.slow
def test_a_command_that_takes_too_long_is_ended_and_the_work_goes_on(work: Any, a_task: Any) -> None:
    slow = ("execute", {"command": "echo started; exec tail -f /dev/null"})
    answers = turns(Answer(calls=[slow]), Answer(calls=[WRITE]), Answer(calls=[FINISH]))
    done = work(answers, task=a_task(Limits(turns=20, command_s=0.2)))
    assert done.requests[1].results == [f"ended at its limit of 0.2 s\n{RESTARTED}\nstarted"]
    assert done.answer is not None


RESTARTED = "[the shell was started again: variables, the working directory and background jobs of the old one are gone]"


def test_the_shell_lasts_from_one_command_to_the_next_and_is_replaced_where_it_ends(work: Any) -> None:
    commands = [
        "mkdir deep; cd deep; number=7; sleep 60 & echo $! > job",
        "pwd | sed 's,.*/,,'; echo $number; kill -0 $(cat job) && echo alive",
        "exit 4",
        "pwd | sed 's,.*/,,'; echo [$number]",
    ]
    answers = [Answer(calls=[("execute", {"command": command})]) for command in commands]
    done = work(turns(*answers, Answer(calls=[WRITE]), Answer(calls=[FINISH])))
    results = [request.results[-1] for request in done.requests[1:5]]
    assert results[1] == "exit code 0\ndeep\n7\nalive"
    assert results[2] == f"exit code 4\n{RESTARTED}"
    assert results[3].endswith("\n[]")
    assert "deep" not in results[3]


@pytest.mark.slow
def test_a_command_that_can_be_interrupted_leaves_the_shell_as_it_was(work: Any, a_task: Any) -> None:
    slow = ("execute", {"command": "number=7; sleep 30; echo late"})
    told = ("execute", {"command": "echo $number"})
    answers = turns(Answer(calls=[slow]), Answer(calls=[told]), Answer(calls=[WRITE]), Answer(calls=[FINISH]))
    done = work(answers, task=a_task(Limits(turns=20, command_s=0.5)))
    assert done.requests[1].results == ["ended at its limit of 0.5 s"]
    assert done.requests[2].results[-1].endswith("\n7")


def test_long_output_keeps_head_and_tail(work: Any) -> None:
    long = ("execute", {"command": "seq 1 20000"})
    answers = turns(Answer(calls=[long]), Answer(calls=[WRITE]), Answer(calls=[FINISH]))
    shown = work(answers, output_chars="1000").requests[1].results[0]
    assert shown.startswith("exit code 0\n1\n2\n3\n")
    assert shown.endswith("\n19999\n20000")
    assert "characters left out" in shown
    assert len(shown) < 1100


@pytest.mark.slow
@pytest.mark.parametrize(
    ("command", "characters"),
    [
        ("head -c 5000000 /dev/zero | tr '\\0' x", 5_000_000),
        ("yes ab | head -c 5000000; yes cd | head -c 300000 >&2", 5_300_000 + len("standard error:\n")),
        ("yes é | head -c 900000", 600_000),
        ("seq 1 9000", len("\n".join(map(str, range(1, 9001))))),
    ],
    ids=["five million", "both streams", "two bytes a character", "less than is kept"],
)
def test_what_is_left_out_is_counted_however_much_was_printed(
    work: Any, command: str, characters: int
) -> None:
    """Slow: megabytes of output."""
    answers = turns(
        Answer(calls=[("execute", {"command": command})]), Answer(calls=[WRITE]), Answer(calls=[FINISH])
    )
    done = work(answers)
    shown = done.requests[1].results[0]
    (line,) = re.findall(r"\n\[\.\.\. (\d+) characters left out \.\.\.\]\n", shown)
    kept = len(shown) - len(f"\n[... {line} characters left out ...]\n")
    whole = len("exit code 0\n") + characters
    # White space at the end of each stream is not shown, and a character may be cut in two at each end of what is kept.
    assert whole - 4 <= int(line) + kept <= whole + 4
    noted = done.events("tool")[0]["output"]["stdout"]
    assert re.search(r"\[\.\.\. \d{5,7} characters left out", noted)


@pytest.mark.slow
@APIS
@pytest.mark.parametrize(
    ("call", "told"),
    [
        (("execute", '{"command": "ls'), "the arguments are not JSON"),
        (("execute", '["ls"]'), "the arguments do not fit the tool"),
        (("execute", '{"command":' + "[" * 900 + "]" * 900 + "}"), "nested more than 64 levels deep"),
        (("execute", {}), "no key 'command'"),
        (("execute", {"command": 7}), "found 7, allowed: string"),
        (("execute", {"command": "ls", "cwd": "/"}), "the unknown key 'cwd'"),
        (("execute", {"command": "ls\0"}), "NUL"),
        (("shell", {"command": "ls"}), "there is no tool 'shell'; there are: execute, finish"),
        (("finish", {"path": "/tmp/other.json"}), "not finished: the answer belongs in"),
        (("finish", {}), "not finished: there is no file"),
    ],
    ids=[
        "cut",
        "list",
        "deep",
        "missing",
        "type",
        "unknown key",
        "nul",
        "unknown tool",
        "other path",
        "no file",
    ],
)
def test_a_call_that_cannot_be_carried_out_is_answered(work: Any, api: str, call: Any, told: str) -> None:
    done = work(turns(Answer(calls=[call]), Answer(calls=[WRITE]), Answer(calls=[FINISH])), api)
    assert told in done.requests[1].results[0]
    assert done.answer is not None
    assert done.trace.usage.failed_tool_calls == 1


def test_a_very_long_command_is_run(work: Any) -> None:
    long = ("execute", {"command": f"echo {'x' * 200_000} | wc -c"})
    done = work(turns(Answer(calls=[long], piece=100_000), Answer(calls=[WRITE]), Answer(calls=[FINISH])))
    assert done.requests[1].results == ["exit code 0\n200001"]


@APIS
def test_an_answer_off_its_schema_is_told_before_it_is_too_late(work: Any, api: str) -> None:
    done = work(turns(Answer(calls=[WRONG, FINISH]), Answer(calls=[WRITE]), Answer(calls=[FINISH])), api)
    assert "$.sum: found 'five', allowed: integer" in done.requests[1].results[1]
    assert json.loads(done.answer) == {"sum": 5}


@APIS
def test_text_without_a_tool_is_answered_once_and_then_ends_the_work(work: Any, api: str) -> None:
    done = work(turns(Answer(text="It is five.")), api)
    assert len(done.requests) == 2
    assert "used no tool" in done.requests[1].texts[-1]
    assert (done.events("end"), done.error) == ([{"by": "text"}], None)


def test_a_model_that_goes_on_after_that_may_fail_again(work: Any) -> None:
    said = Answer(text="It is five.")
    done = work(turns(said, Answer(calls=[WRITE]), said, Answer(calls=[FINISH])))
    assert done.events("end") == [{"by": "finish"}]


@APIS
def test_a_refusal_ends_the_work_when_repeated(work: Any, api: str) -> None:
    done = work(turns(Answer(text="I cannot.", stop="refusal")), api)
    assert [event["stop"] for event in done.events("reply")] == ["refusal", "refusal"]
    assert done.events("end") == [{"by": "refusal"}]


@APIS
def test_an_empty_reply_is_never_handed_back(work: Any, api: str) -> None:
    def react(asked: Asked) -> Answer:
        return [Answer(), Answer(calls=[WRITE]), Answer(calls=[FINISH])][asked.number]

    done = work(react, api)
    assert done.events("end") == [{"by": "finish"}]
    assert done.requests[1].turn == 0


@APIS
def test_a_reply_cut_at_its_length_is_told_so(work: Any, api: str) -> None:
    done = work(
        turns(Answer(text="I thi", stop="length"), Answer(calls=[WRITE]), Answer(calls=[FINISH])), api
    )
    assert "cut at its largest length" in done.requests[1].texts[-1]
    assert done.answer is not None


@pytest.mark.slow
def test_the_model_is_told_when_few_turns_are_left(work: Any, a_task: Any) -> None:
    done = work(turns(Answer(calls=[("execute", {"command": "true"})])), task=a_task(Limits(turns=12)))
    told = [text for text in done.requests[-1].texts if "left" in text]
    assert [text.split(".")[0] for text in told] == ["10 turns left", "5 turns left", "1 turn left"]
    assert (done.limit, done.trace.usage.turns, len(done.requests)) == ("turns", 12, 12)


def test_an_option_may_lower_the_limit_of_turns(work: Any) -> None:
    done = work(turns(Answer(calls=[("execute", {"command": "true"})])), turns="3")
    assert (done.limit, done.trace.usage.turns) == ("turns", 3)


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


def test_the_limit_of_cost_stops_the_work(work: Any, a_task: Any) -> None:
    answers = turns(Answer(calls=[("execute", {"command": "true"})], input_tokens=1_000_000))
    done = work(answers, task=a_task(Limits(cost_usd=2.5)), price="1/1")
    assert (done.limit, done.trace.usage.turns) == ("cost", 3)


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


@APIS
def test_what_a_reply_without_usage_took_is_unknown(work: Any, api: str) -> None:
    done = work(turns(Answer(calls=[WRITE, FINISH], tells_use=False)), api)
    assert [event["use"] for event in done.events("reply")] == [None]
    assert done.trace.usage.total("input_tokens") is None
    assert (done.trace.usage.uncounted, done.trace.usage.replies) == (1, 1)


def test_the_limit_of_tokens_stops_the_work_by_an_estimate_where_tokens_are_not_told(
    work: Any, a_task: Any
) -> None:
    long = "x" * 30_000
    answers = turns(Answer(calls=[("execute", {"command": f"true {long}"})], tells_use=False))
    done = work(answers, task=a_task(Limits(tokens=25_000)))
    # Some 10,000 tokens, then 20,000 with those that are sent again.
    assert (done.limit, done.trace.usage.turns) == ("tokens", 2)
    assert done.trace.usage.total("input_tokens") is None


@APIS
def test_a_full_window_is_summarised(work: Any, api: str) -> None:
    def react(asked: Asked) -> Answer:
        last = asked.texts[-1]
        if "grow too long" in last:
            return Answer(text="NOTES: the sum is 5", input_tokens=800)
        if "NOTES: the sum is 5" in last:
            return Answer(calls=[WRITE, FINISH])
        return Answer(calls=[("execute", {"command": "echo noise"})], input_tokens=690 + 10 * asked.turn)

    done = work(react, api, window="1000")
    # 690 + 10 tokens are 70 % of the window.
    assert [asked.turn for asked in done.requests] == [0, 1, 0]
    assert len(done.requests[2].texts) == 2
    assert "Add 2 and 3" in done.requests[2].texts[0]
    assert done.requests[2].results == []
    assert done.answer is not None


TOO_LONG = Status(code=400, body={"error": {"message": "prompt is too long: 9 tokens > 8 maximum"}})


@APIS
def test_a_conversation_that_turns_out_too_long_is_summarised(work: Any, api: str) -> None:
    def react(asked: Asked) -> Answer | Status:
        if asked.number == 1:
            return TOO_LONG
        if "grow too long" in asked.texts[-1]:
            return Answer(text="NOTES")
        return Answer(calls=[WRITE, FINISH] if asked.number > 2 else [("execute", {"command": "seq 9000"})])

    done = work(react, api)
    assert done.answer is not None
    assert len(done.events("too_long")) == 1
    assert len(done.requests[2].results[0]) < len(done.requests[1].results[0])


def test_a_task_too_long_for_the_window_is_no_doing_of_the_agent(work: Any) -> None:
    done = work(lambda _: TOO_LONG)
    assert done.limit is None
    assert isinstance(done.error, ModelError)


def test_tools_of_the_domain_are_offered_and_their_failures_told(work: Any) -> None:
    async def restart(service: str) -> Any:
        if service != "cart":
            raise LookupError(f"no service {service!r}")
        return {"restarted": service}

    schema = {"type": "object", "properties": {"service": {"type": "string"}}, "required": ["service"]}
    tool = Tool(name="restart", description="Restart a service.", parameters=schema, call=restart)
    calls = [("restart", {"service": "cart"}), ("restart", {"service": "card"}), ("restart", {})]
    done = work(turns(Answer(calls=calls), Answer(calls=[WRITE, FINISH])), tools=[tool])
    assert done.requests[1].results[:2] == ['{"restarted":"cart"}', "LookupError: no service 'card'"]
    assert "no key 'service'" in done.requests[1].results[2]
    assert [event["ok"] for event in done.events("tool")[:3]] == [True, False, False]


@APIS
def test_a_trial_can_be_read_again_from_its_trace(work: Any, api: str) -> None:
    first = Answer(text="I add.", thinking="hm", calls=[WRITE])
    done = work(turns(first, Answer(text="Done.", calls=[FINISH])), api)
    (agent,) = done.events("agent")
    assert agent["prompts_hash"].startswith("sha256:")
    assert agent["model"]["name"] == ("anthropic/claude-opus-4-5" if api == "messages" else "openai/gpt-5")
    requests, replies = done.events("request"), done.events("reply")
    assert (requests[0]["from"], requests[1]["from"]) == (0, 1)
    assert "working directory" in json.dumps(done.requests[0].body)
    assert requests[1]["messages"][1]["text"] == "exit code 0"
    assert [reply["text"] for reply in replies] == ["I add.", "Done."]
    assert "hm" in json.dumps(replies[0]["native"])


@pytest.mark.slow
@APIS
def test_a_hundred_turns_leave_less_than_three_megabytes(work: Any, a_task: Any, api: str) -> None:
    """Slow: 100 turns, each with a command."""
    looks = Answer(text="I look once more. " * 20, calls=[("execute", {"command": "seq 1 1500"})])
    done = work(turns(looks), api, task=a_task(Limits(turns=100)), window="100000000")
    assert done.trace.usage.turns == 100
    assert sum(len(event.data) for event in done.trace.events) < 3_000_000


def test_a_provider_that_is_down_is_a_fault_of_the_model(work: Any) -> None:
    done = work(lambda _: Status(code=503), attempts="3")
    assert (done.error.stage, len(done.requests)) == ("model", 3)
    assert "openai/gpt-5 failed 3 times, at last: status 503: scripted error" in str(done.error)


@pytest.mark.slow
def test_a_huge_reply_is_borne(work: Any) -> None:
    huge = Answer(text="x" * 5_000_000, piece=50_000, calls=[WRITE, FINISH])
    done = work(turns(huge))
    assert done.answer is not None
    assert len(done.events("reply")[0]["text"]) == 5_000_000


def test_nonsense_from_a_server_is_a_fault_of_the_model(work: Any) -> None:
    done = work(lambda _: Raw(body=b"data: {not json}\n\n"), attempts="2")
    assert done.error.stage == "model"
    assert "the reply is not JSON" in str(done.error)


@pytest.mark.slow
def test_a_trial_that_is_done_again_is_answered_from_the_cache(work: Any, tmp_path: Path) -> None:
    """The script counts: asked anew, it would answer otherwise."""
    asked: list[Asked] = []

    def react(now: Asked) -> Answer:
        asked.append(now)
        return Answer(text=f"number {len(asked)}", calls=[FINISH if now.turn else WRITE])

    with ModelServer(react) as server:
        done_trials = [
            work(react, server=server, root=tmp_path, cache="yes", trace_seed=seed) for seed in (1, 1, 2)
        ]
    said = [[event["text"] for event in done.events("reply")] for done in done_trials]
    assert said == [["number 1", "number 2"], ["number 1", "number 2"], ["number 3", "number 4"]]
    assert [event["from_cache"] for event in done_trials[1].events("reply")] == [True, True]
    assert done_trials[0].trace.usage == done_trials[1].trace.usage


@pytest.mark.slow
@APIS
def test_the_default_sandbox_is_no_hindrance_and_makes_the_cache_useful(
    work: Any, api: str, plain_sandbox: Any
) -> None:
    answers = turns(Answer(text="I add.", calls=[("execute", {"command": "pwd; env"}), WRITE, FINISH]))
    with ModelServer(answers) as server:
        first, again = (work(None, api, sandbox=plain_sandbox, server=server, cache="yes") for _ in range(2))
    assert [json.loads(done.answer) for done in (first, again)] == [{"sum": 5}] * 2
    assert first.events("tool")[0]["output"]["stdout"].startswith("/home/user\n")
    assert "PLANTED" not in first.events("tool")[0]["output"]["stdout"]
    assert (len(server.requests), again.events("reply")[0]["from_cache"]) == (1, True)
