"""Study files: what is wrong with one is told with its exact place, and YAML and JSON mean the same."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings, strategies as st

from itbench.interfaces.study import Study
from itbench.runs.study.entries import check_study
from itbench.runs.study.read import StudyError, read_study
from itbench.schema.check import found_faults
from itbench_schemas import load

# The text of a file, and the place and a part of the line that it gets.
BAD_YAML: dict[str, tuple[str, str, str]] = {
    "empty": ("", "1:1", "the file is empty"),
    "only a comment": ("# nothing\n", "1:1", "the file is empty"),
    "only a document mark": ("---\n", "1:1", "the file is empty"),
    "a list": ("- sums\n", "1:1", "$: found ['sums'], allowed: object"),
    "a word": ("\n\nsums\n", "3:1", "$: found 'sums', allowed: object"),
    "no suites": ("repeats: 2\n", "1:1", "$: found no key 'suites', allowed: an object that has it"),
    "an empty list": ("suites: []\n", "1:9", "$.suites: found [], allowed: at least 1 items"),
    "a word for a list": ("suites: sums\n", "1:9", "write a list, such as [sums]"),
    "a number for a suite": (
        "suites:\n  - 3\n",
        "2:5",
        "found 3, allowed: string or object; put it in quotes",
    ),
    "an empty entry": (
        "suites:\n  - sums\n  -\n",
        "3:4",
        "found None, allowed: string or object; give it a value",
    ),
    "an unknown key": ("suites: [a]\nrepeat: 3\n", "2:1", "the unknown key 'repeat'"),
    "a near key": ("suites: [a]\nrepeat: 3\n", "2:1", "did you mean 'repeats'?"),
    "an unknown key inside": ("suites:\n- suite: a\n  tag: [x]\n", "3:3", "did you mean 'tags'?"),
    "an unknown key of an agent": ("suites: [a]\nagents:\n- modle: x/y\n", "3:3", "did you mean 'model'?"),
    "an unknown key of limits": ("suites: [a]\nlimits:\n  turn: 3\n", "3:3", "did you mean 'turns'?"),
    "a key without a value": ("suites: [a]\nseed:\n", "2:6", "give it a value, or leave the key out"),
    "a tilde": ("suites: [a]\nseed: ~\n", "2:7", "give it a value, or leave the key out"),
    "yes": ("suites: [a]\nscore: yes\n", "2:8", "write true or false, without quotes"),
    "off": ("suites: [a]\nallow_unsafe: Off\n", "2:15", "write true or false, without quotes"),
    "true in quotes": ('suites: [a]\nscore: "true"\n', "2:8", "write true or false, without quotes"),
    "an octal number": ("suites: [a]\nrepeats: 010\n", "2:10", "write a plain decimal number"),
    "an octal number of YAML 1.2": ("suites: [a]\nrepeats: 0o10\n", "2:10", "write a plain decimal number"),
    "a hexadecimal number": ("suites: [a]\nseed: 0x1F\n", "2:7", "write a plain decimal number"),
    "an underscore": ("suites: [a]\nmax_cost: 1_000\n", "2:11", "write a plain decimal number"),
    "a number in base 60": ("suites: [a]\nseed: 1:30\n", "2:7", "write a plain decimal number"),
    "a time in base 60": ("suites: [a]\nlimits: {time: 1:30}\n", "2:16", "such as 90s, 15m or 2h"),
    "no time at all": ("suites: [a]\nlimits: {time: 0s}\n", "2:16", "such as 90s, 15m or 2h"),
    "a number in quotes": ('suites: [a]\nrepeats: "3"\n', "2:10", "found '3', allowed: integer"),
    "a fraction": ("suites: [a]\nrepeats: 1.5\n", "2:10", "found 1.5, allowed: integer"),
    "nothing of it": ("suites: [a]\nrepeats: 0\n", "2:10", "found 0, allowed: at least 1"),
    "less than nothing": ("suites: [a]\nmax_cost: -2\n", "2:11", "found -2, allowed: more than 0"),
    "a dollar sign": ("suites: [a]\nmax_cost: $5\n", "2:11", "write a plain decimal number"),
    "infinity": ("suites: [a]\nmax_cost: .inf\n", "2:11", "found '.inf', allowed: number"),
    "no number": ("suites: [a]\nmax_cost: .nan\n", "2:11", "found '.nan', allowed: number"),
    "a large number": ("suites: [a]\nmax_cost: 1e999\n", "2:11", "larger than any floating-point number"),
    "a long number": (f"suites: [a]\nseed: {'9' * 5000}\n", "2:7", "a number of 5000 characters"),
    "a truth for a name": (
        "suites:\n- suite: true\n",
        "2:10",
        "found True, allowed: string; put it in quotes",
    ),
    "a key twice": ("suites: [a]\nseed: 1\n\nseed: 2\n", "4:1", "the key 'seed' is given twice"),
    "a key twice, in quotes": ("suites: [a]\n'seed': 1\nseed: 2\n", "3:1", "the key 'seed' is given twice"),
    "an option twice": (
        "suites: [{suite: a, options: {x: 1,\n x: 2}}]\n",
        "2:2",
        "the key 'x' is given twice",
    ),
    "an anchor": ("suites: &all\n- a\n", "1:9", "the anchor &all; write the value out"),
    "an alias": ("suites: [a]\nagents: *all\n", "2:9", "the alias *all; write the value out"),
    "a billion laughs": (
        "a: &a [x, x]\nb: &b [*a, *a]\nsuites: [*b, *b]\n",
        "1:4",
        "the anchor &a; write the value out",
    ),
    "a merge": ("suites:\n- <<: {suite: a}\n", "2:3", "the merge key <<"),
    "a tag": ("suites: [!!str a]\n", "1:10", "the tag tag:yaml.org,2002:str; leave it out"),
    "a tag that runs": ("suites:\n- !!python/object/apply:os.system [x]\n", "2:3", "leave it out"),
    "a tab": ("suites:\n\t- a\n", "2:1", "a tab in front of a value; use spaces"),
    "two documents": ("suites: [a]\n---\nsuites: [b]\n", "2:1", "a second document"),
    "a key that is a list": ("suites: [a]\n? [x, y]\n: 1\n", "2:3", "a key that is a list or a mapping"),
    "a list that does not end": (
        "suites: [a,\n  b\nseed: 1\n",
        "3:5",
        "not YAML: while parsing a flow sequence",
    ),
    "brackets that do not close": ("seed: 1\nsuites: [a,\n", "2:9", "what begins here is never closed"),
    "quotes that do not close": ('seed: 1\nsuites: ["a\n', "2:10", "what begins here is never closed"),
    "a colon too many": ("suites: [a]\nout: a: b\n", "2:7", "not YAML: mapping values are not allowed here"),
    "indented otherwise": ("suites:\n  - a\n - b\n", "3:2", "not YAML: while parsing a block mapping"),
    "deep": (f"suites: {'[' * 60}{']' * 60}\n", "1:28", "nested more than 20 deep"),
    "a control character": ("suites: [a]\nout: x\x07y\n", "2:7", "is not allowed"),
    "half a character": ('suites: [a]\nout: "\\uD800"\n', "2:6", "half of a character"),
    "an agent without a name": ("suites: [a]\nagents:\n- {name: x}\n", "3:3", "add `agent` or `model`"),
    "the same agent": (
        "suites: [a]\nagents:\n- x\n- oracle\n- oracle\n",
        "5:3",
        "the same name 'oracle' as $.agents[1]",
    ),
    "the same suite": ("suites:\n- a\n- {suite: a, limit: 2}\n", "3:3", "the same name 'a' as $.suites[0]"),
    "an option of the agent twice": (
        "suites: [a]\nagents:\n- {agent: 'react:model=a/b',\n   model: c/d}\n",
        "3:3",
        "the agent's option 'model' is given twice",
    ),
    "an agent for no suite": (
        "suites: [a]\nagents:\n- {agent: x, suites: [b]}\n",
        "3:23",
        "'b' matches no suite",
    ),
    "a suite for no agent": (
        "suites: [a, b]\nagents:\n- {agent: x, suites: [a]}\n",
        "1:13",
        "no agent works on 'b'",
    ),
    "an agent's bad options": ("suites: [a]\nagents:\n- react:what\n", "3:3", "is not of the form key=value"),
}
BAD_JSON: dict[str, tuple[str, str, str]] = {
    "empty": ("", "1:1", "the file is empty"),
    "null": ("null", "1:1", "the file is empty"),
    "a comment": ('{\n  // all\n  "suites": ["a"]}', "2:3", 'a key in "quotes" is missing'),
    "a comma at the end": ('{"suites": ["a"],\n}', "2:1", 'a key in "quotes" is missing'),
    "a comma at the end of a list": ('{"suites": ["a",\n]}', "2:1", "']' is no value"),
    "no comma": ('{"suites": ["a"]\n "seed": 1}', "2:2", "',' is missing"),
    "no colon": ('{"suites"\n ["a"]}', "2:2", "':' is missing"),
    "single quotes": ("{'suites': ['a']}", "1:2", 'a key in "quotes" is missing'),
    "not closed": ('{"suites": ["a"', "1:16", "',' is missing"),
    "text not closed": ('{"suites": ["a]}', "1:13", "Unterminated string"),
    "an escape": ('{"suites": ["\\x"]}', "1:14", "Invalid \\escape"),
    "two values": ('{"suites": ["a"]}\n{}', "2:1", "something stands behind the value"),
    "no number": ('{"suites": ["a"], "seed":\n NaN}', "2:2", "'NaN' is no value"),
    "an octal number": ('{"suites": ["a"], "seed": 017}', "1:27", "'017' is no value"),
    "a key twice": ('{"seed": 1,\n "suites": ["a"], "seed": 2}', "2:19", "the key 'seed' is given twice"),
    "a near key": ('{"suites": ["a"],\n  "agent": []}', "2:3", "did you mean 'agents'?"),
    "deep": ('{"suites": ' + "[" * 60 + "]" * 60 + "}", "1:31", "nested more than 20 deep"),
    "half a character": ('{"suites": ["a\\ud800"]}', "1:13", "half of a character"),
}


def faults_of(path: Path) -> list[str]:
    with pytest.raises(StudyError) as found:
        check_study(read_study(path))
    return list(found.value.lines)


@pytest.mark.parametrize(
    ("ending", "text", "place", "message"),
    [
        pytest.param(ending, *each, id=f"{ending} {name}")
        for ending, table in (("yaml", BAD_YAML), ("json", BAD_JSON))
        for name, each in table.items()
    ],
)
def test_what_is_wrong_is_told_with_its_place(
    tmp_path: Path, ending: str, text: str, place: str, message: str
) -> None:
    path = tmp_path / f"study.{ending}"
    for variant in (text, text.replace("\n", "\r\n"), f"\ufeff{text}"):
        path.write_bytes(variant.encode())
        faults = faults_of(path)
        assert [line for line in faults if line.startswith(f"{path}:{place}: ") and message in line], faults


def test_everything_that_is_wrong_is_told_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "study.yaml"
    path.write_text("seed: x\nsuites: [1]\nagents: [{modle: a}]\nrepeats: 0\n")
    places = [line.removeprefix(f"{path}:").split(":")[0] for line in faults_of(path)]
    assert places == ["1", "2", "3", "4"]


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    assert "there is no file" in faults_of(tmp_path / "none.yaml")[0]
    latin = tmp_path / "latin.yaml"
    latin.write_bytes(b"suites: [a]\nout: caf\xe9\n")
    assert faults_of(latin) == [f"{latin}:2:9: not UTF-8: invalid continuation byte; save the file as UTF-8"]
    wide = tmp_path / "wide.yaml"
    wide.write_bytes("suites: [a]\n".encode("utf-16"))
    assert faults_of(wide)[0].startswith(f"{wide}:1:1: not UTF-8")
    long = tmp_path / "long.yaml"
    long.write_bytes(b"#" * 1_000_001)
    assert "is larger than 1 MB" in faults_of(long)[0]


SECRETS = {
    "a key of a provider": "agents: [{model: x/y, options: {other: sk-proj-abcdefghijklmnop1234}}]",
    "an option that is named like one": "agents: [{model: x/y, options: {api_key: abc}}]",
    "an agent in one text": "agents: ['react:model=x/y,api-key=abc']",
    "a word for a program": "agents: [{agent: command, arguments: [./a, --api-key, abc]}]",
    "a word with a value": "agents: [{agent: command, arguments: [./a, --token=abc]}]",
    "an address with a password": "agents: [{model: x/y, base_url: 'https://me:abc@example.org/v1'}]",
    "an unknown key": "openai_api_key: abc",
    "a header": "agents: [{agent: command, arguments: ['Authorization: Bearer abcdefghijklmnopqrst']}]",
    "what the environment holds": "agents: [{agent: command, arguments: [planted-value-of-a-variable]}]",
}


@pytest.mark.parametrize("text", SECRETS.values(), ids=SECRETS)
def test_a_key_in_a_file_is_refused_and_not_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setenv("SOME_API_KEY", "planted-value-of-a-variable")
    path = tmp_path / "study.yaml"
    path.write_text(f"suites: [sums]\n{text}\nwrong: 1\n")
    (line,) = faults_of(path)
    assert line.startswith(f"{path}:2:")
    assert "looks like a key or a password" in line
    assert not [each for each in ("abc", "planted", "sk-") if each in line.replace(str(path), "")]


def test_the_name_of_a_variable_with_a_key_is_no_key(tmp_path: Path) -> None:
    path = tmp_path / "study.yaml"
    path.write_text("suites: [sums]\nagents: [{model: openai/x, options: {key_env: MY_API_KEY}}]\n")
    (agent,) = read_study(path).study.agents
    assert not isinstance(agent, str)
    assert agent.options == {"key_env": "MY_API_KEY"}


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("1.10", "1.10"),
        ("1.0", "1.0"),
        ("7", "7"),
        ("007", "007"),
        ("no", "no"),
        ("true", "true"),
        ("True", "true"),
        ("12:30:00", "12:30:00"),
        ("2026-01-01", "2026-01-01"),
        ("1_000", "1_000"),
        ("0x1F", "0x1F"),
        ("1e3", "1000.0"),
        ("'1e3'", "1e3"),
        ("a b  # c", "a b"),
    ],
)
def test_an_option_is_the_word_that_was_written(tmp_path: Path, written: str, read: str) -> None:
    path = tmp_path / "study.yaml"
    path.write_text(f"suites:\n- suite: a\n  options:\n    x: {written}\n")
    (suite,) = read_study(path).study.suites
    assert not isinstance(suite, str)
    assert suite.options == {"x": read}


def test_numbers_are_read_as_json_and_yaml_12_mean_them(tmp_path: Path) -> None:
    path = tmp_path / "study.yaml"
    path.write_text("suites: [no, on]\nrepeats: 1e1\nmax_cost: 2.5E+0\nlimits: {time: 90, command: 2m}\n")
    study = read_study(path).study
    assert (study.suites, study.repeats, study.max_cost) == (("no", "on"), 10, 2.5)
    assert (study.limits.time, study.limits.command) == (90.0, "2m")


TEXTS = st.text(
    st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=12
) | st.sampled_from(
    [
        "no",
        "1e3",
        "007",
        "~",
        "null",
        "true",
        "a: b",
        "- x",
        "#",
        "1:30",
        "0o7",
        "<<",
        "=",
        "2026-01-01",
        "\n",
        " x ",
        "\u2028",
    ]
)
NUMBERS = st.integers(-(10**30), 10**30) | st.floats(allow_nan=False, allow_infinity=False)
WORDS = TEXTS | NUMBERS | st.booleans()
OPTIONS = st.dictionaries(TEXTS, WORDS, max_size=3)
AMOUNTS = st.integers(1, 10**15)
DOLLARS = st.floats(0, exclude_min=True, allow_infinity=False) | AMOUNTS
DURATIONS = st.floats(0, exclude_min=True, allow_infinity=False) | st.from_regex(
    r"[1-9][0-9]{0,8}(\.[0-9]{1,9})? ?(s|m|min|h)?", fullmatch=True
)
LIMITS = st.fixed_dictionaries(
    {},
    optional={"turns": AMOUNTS, "tokens": AMOUNTS, "cost": DOLLARS, "time": DURATIONS, "command": DURATIONS},
)
LISTS = st.lists(TEXTS, max_size=3)
SUITES = TEXTS | st.fixed_dictionaries(
    {"suite": TEXTS},
    optional={
        "name": TEXTS,
        "data": TEXTS,
        "as_published": st.booleans(),
        "options": OPTIONS,
        "tasks": LISTS,
        "task_file": TEXTS,
        "tags": LISTS,
        "limit": AMOUNTS,
        "repeats": st.integers(1, 10**7),
        "limits": LIMITS,
        "role_models": st.dictionaries(TEXTS, TEXTS, max_size=2),
    },
)
AGENTS = TEXTS | st.fixed_dictionaries(
    {},
    optional={
        "agent": TEXTS,
        "model": TEXTS,
        "base_url": TEXTS,
        "options": OPTIONS,
        "arguments": st.lists(WORDS, max_size=3),
        "name": TEXTS,
        "suites": LISTS,
        "max_trials": st.integers(1, 10**6),
    },
)
STUDIES = st.fixed_dictionaries(
    {"suites": st.lists(SUITES, min_size=1, max_size=3)},
    optional={
        "agents": st.lists(AGENTS, max_size=3),
        "out": TEXTS,
        "repeats": st.integers(1, 10**7),
        "seed": st.integers(-(2**63) + 1, 2**63 - 1),
        "attempts": st.integers(1, 10**6),
        "max_trials": st.integers(1, 10**6),
        "max_cost": DOLLARS,
        "limits": LIMITS,
        "score": st.booleans(),
        "sandbox": TEXTS,
        "allow_unsafe": st.booleans(),
        "allow_faulty_data": st.booleans(),
    },
)


class Yaml12(yaml.SafeDumper):
    """Puts into quotes what YAML 1.2 takes for a number and YAML 1.1, which PyYAML writes, does not."""


Yaml12.yaml_implicit_resolvers = {
    key: list(value) for key, value in yaml.SafeDumper.yaml_implicit_resolvers.items()
}
Yaml12.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?$"),
    list("-0123456789"),
)


@settings(max_examples=100)
@given(STUDIES, st.booleans() | st.none(), st.booleans())
def test_yaml_and_json_are_read_alike_whatever_the_schema_allows(
    tmp_path_factory: pytest.TempPathFactory, document: dict[str, Any], is_flow: bool | None, is_ascii: bool
) -> None:
    assert found_faults(document, load("study")) == []
    folder = tmp_path_factory.getbasetemp()
    as_json, as_yaml = folder / "property.json", folder / "property.yaml"
    as_json.write_text(json.dumps(document, ensure_ascii=is_ascii), encoding="utf-8")
    # The lines of YAML 1.1 end at more characters; PyYAML writes one that it reads as a space.
    is_escaped = is_ascii or "\x85" in json.dumps(document, ensure_ascii=False)
    text = yaml.dump(document, Dumper=Yaml12, default_flow_style=is_flow, allow_unicode=not is_escaped)
    as_yaml.write_text(text, encoding="utf-8", newline="")
    study = read_study(as_json).study
    assert read_study(as_yaml).study == study
    assert Study.model_validate(study.model_dump(mode="json", exclude_defaults=True)) == study


def test_json_in_a_file_of_yaml_is_read_alike(tmp_path: Path) -> None:
    document = {"suites": ["sums", {"suite": "a", "name": "\U0001f600/é"}], "max_cost": 1.5}
    found = []
    for ending in ("json", "yaml"):
        path = tmp_path / f"study.{ending}"
        path.write_text(json.dumps(document, indent=2))
        found.append(read_study(path).study)
    assert found[0] == found[1]


def test_the_agent_null_needs_no_quotes(tmp_path: Path) -> None:
    path = tmp_path / "study.yaml"
    path.write_text("suites: [a]\nagents:\n- null\n- {agent: null, name: b}\n")
    first, second = read_study(path).study.agents
    assert first == "null"
    assert not isinstance(second, str)
    assert second.agent == "null"
