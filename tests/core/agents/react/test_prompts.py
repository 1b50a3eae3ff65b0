"""Prompts are versioned files with one hash, and take any text."""

import json

import pytest

from itbench import AgentRequest, UsageError
from itbench.agents.model_driven.options import react_options
from itbench.agents.model_driven.prompts import VERSION, prompt, prompts, prompts_hash
from itbench.agents.model_driven.window import shortened, tokens_in
from itbench.interfaces.conversation import (
    AssistantMessage,
    Reply,
    TokenUse,
    ToolCall,
    ToolResult,
    UserMessage,
)
from itbench.text.output import cut

# A changed prompt gets a new version, so that runs with the old one stay comparable.
PUBLISHED = {
    "v1": "sha256:f0170c61efe2d8fd16aa21053699304f6ba7b5b8aa68e6efe56559c059656123",
    "v2": "sha256:80e51ccaa999ab0425d425d03312fd3ba69aa3ee4207b5ab5362972f737d5a9b",
}


def test_the_hash_is_that_of_the_published_version() -> None:
    assert prompts_hash() == PUBLISHED[VERSION]


def test_a_prompt_takes_text_with_braces() -> None:
    assert prompt("task", title="{a}", instructions='{"b": {}}') == '{a}\n\n{"b": {}}'


def test_every_prompt_is_in_the_package() -> None:
    assert set(prompts()) == {
        "cut",
        "hand_in_answer",
        "hand_in_files",
        "hand_in_only_files",
        "no_tool",
        "summarise",
        "summary",
        "system",
        "task",
        "turns_left",
    }


@pytest.mark.parametrize(
    ("text", "longest", "shown"),
    [
        ("", 4, ""),
        ("abcd", 4, "abcd"),
        ("abcdefgh", 4, "ab\n[... 4 characters left out ...]\ngh"),
        ("abcdefgh", 5, "abc\n[... 3 characters left out ...]\ngh"),
    ],
)
def test_text_keeps_head_and_tail(text: str, longest: int, shown: str) -> None:
    assert cut(text, longest) == shown


def test_the_length_is_what_the_provider_counted_and_an_estimate_of_what_came_after() -> None:
    said = AssistantMessage(text="x" * 40, calls=(ToolCall(id="a", name="b", arguments="y" * 20),))
    messages = [UserMessage(text="z" * 100), said, ToolResult(call_id="a", name="b", text="r" * 80)]
    assert tokens_in(messages, Reply(message=said, use=TokenUse(input_tokens=7, output_tokens=3))) == 30
    assert tokens_in(messages[:2], Reply(message=said)) == (100 + 60 + 60) // 4


def test_old_results_are_shortened_and_nothing_else() -> None:
    results = [ToolResult(call_id=str(number), name="b", text="r" * 9000) for number in range(6)]
    first, *rest = shortened([UserMessage(text="u" * 9000), *results])
    assert len(first.text) == 9000
    assert [len(message.text) < 700 for message in rest] == [True, True, False, False, False, False]
    assert all(len(message.text) < 2500 for message in rest)


@pytest.mark.usefixtures("react")
@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "agent 'react' needs a model: --agent react:model=PROVIDER/NAME"),
        ({"model": "openai/m", "turns": "0"}, "option turns is '0'"),
        ({"model": "openai/m", "summarise_at": "2"}, "option summarise_at is '2'"),
        ({"model": "openai/m", "temprature": "1"}, "has no option 'temprature'"),
        ({"model": "openai/m", "seed": "5"}, "option seed is '5'; allowed: yes or no"),
    ],
)
def test_an_option_that_cannot_be_used_is_refused(options: dict[str, str], message: str) -> None:
    url = {"base_url": "http://127.0.0.1:9/v1"} if options else {}
    with pytest.raises(UsageError) as raised:
        react_options(AgentRequest(name="react", options=url | options))
    assert message in str(raised.value)


@pytest.mark.usefixtures("react")
def test_what_decides_a_run_is_described() -> None:
    from itbench.agents.react.agent import ReactAgent

    options = {"model": "openai/m", "base_url": "http://127.0.0.1:9/v1", "temperature": "0.5", "turns": "9"}
    described = ReactAgent(*react_options(AgentRequest(name="react", options=options))).description()
    assert (described["temperature"], described["turns"], described["summarise_at"]) == (0.5, 9, 0.7)
    assert described["prompts_hash"] == prompts_hash()
    json.dumps(described)
