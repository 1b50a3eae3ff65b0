"""How the engine reads what the program `opa` answers: the formats are those of `opa eval --format json`."""

import json
import sys
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from itbench_ciso.engines.inside.broken import (
    EngineCrashError,
    EngineError,
    OutOfMemoryError,
    OutOfTimeError,
)
from itbench_ciso.engines.inside.opa_program import OpaProgram

# Answers by whether version 0 is asked for and by the query; writes down how it was called.
PROGRAM = """\
#!{python}
import json, pathlib, sys
words = sys.argv[1:]
answers = json.loads(pathlib.Path({answers!r}).read_text())
pathlib.Path({calls!r}).open("a").write(json.dumps([words, sys.stdin.read()]) + "\\n")
version = "v0" if "--v0-compatible" in words else "v1"
answer = answers[f"{{version}} {{words[-1]}}"]
print(answer["out"])
print(answer.get("err", ""), file=sys.stderr)
if "run" in answer:
    exec(answer["run"])
sys.exit(answer.get("code", 0))
"""
TRUE = {"out": '{"result": [{"expressions": [{"value": true, "text": "true"}]}]}'}
UNREADABLE = {"out": "", "err": "1 error occurred: /tmp/x/policy-0.rego:1: rego_parse_error: oops", "code": 2}
POLICIES = {"policy.rego": "package check\r\nresult := true", "other.rego": "\ufeffpackage other"}

Ask = Callable[..., Any]


def value(of: Any) -> dict[str, Any]:
    return {"out": json.dumps({"result": [{"expressions": [{"value": of}]}]})}


@pytest.fixture
def ask(tmp_path: Path) -> Ask:
    """Return a function that judges one input by a program with given answers."""

    def judge(verdict: Any, v1: Any = TRUE, v0: Any = UNREADABLE, **limits: int) -> tuple[str, str]:
        answers = {
            "v1 true": v1,
            "v0 true": v0,
            "v1 data.check.result": verdict,
            "v0 data.check.result": verdict,
        }
        (tmp_path / "answers").write_text(json.dumps(answers))
        program = tmp_path / "opa"
        places = {"answers": str(tmp_path / "answers"), "calls": str(tmp_path / "calls")}
        program.write_text(PROGRAM.format(python=sys.executable, **places))
        program.chmod(0o755)
        return OpaProgram(POLICIES, str(program), **limits).judge('{"a": 1}')

    return judge


@pytest.mark.slow
@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        (value(True), ("true", "")),
        (value(False), ("false", "")),
        (value([1, "x"]), ("not-boolean", '[1, "x"]')),
        (value("y" * 300), ("not-boolean", '"' + "y" * 199)),
        ({"out": "{}"}, ("undefined", "")),
        (
            {"out": '{"errors": [{"message": "conflict", "code": "eval_conflict_error", "location": {"file": "/t/policy-0.rego", "row": 3}}]}', "code": 2},
            ("error", "policy-0.rego:3: eval_conflict_error: conflict"),
        ),
    ],
    ids=["true", "false", "a collection", "a long text", "undefined", "an error"],
)  # fmt: skip
def test_an_answer_is_a_verdict(answer: dict[str, Any], verdict: tuple[str, str], ask: Ask) -> None:
    assert ask(answer) == verdict


@pytest.mark.slow
def test_policies_reach_the_program_as_they_are(ask: Ask, tmp_path: Path) -> None:
    ask(value(True))
    words, text = json.loads((tmp_path / "calls").read_text().splitlines()[-1])
    assert (words[:4], words[-1], text) == (
        ["eval", "--format", "json", "--stdin-input"],
        "data.check.result",
        '{"a": 1}',
    )
    files = [Path(word) for before, word in pairwise(words) if before == "--data"]
    assert [path.read_bytes().decode() for path in files] == list(POLICIES.values())


@pytest.mark.slow
def test_what_version_1_does_not_read_is_asked_for_as_version_0(ask: Ask, tmp_path: Path) -> None:
    assert ask(value(False), UNREADABLE, TRUE) == ("false", "")
    assert ["--v0-compatible" in line for line in (tmp_path / "calls").read_text().splitlines()] == [
        False,
        True,
        True,
    ]
    with pytest.raises(
        ValueError, match="rego_parse_error: oops; read as Rego of version 0: 1 error occurred"
    ):
        ask(value(False), UNREADABLE, UNREADABLE)


@pytest.mark.slow
def test_a_program_that_gives_no_answer_has_crashed_by_whosever_doing(ask: Ask) -> None:
    stack = {"out": "", "err": "runtime: goroutine stack exceeds 1000000000-byte limit", "code": 2}
    for answer in ({"out": "", "code": 1}, {"out": "Segmentation fault", "code": 139}, {"out": "[]"}, stack):
        with pytest.raises(EngineCrashError, match="the program opa ended with exit code"):
            ask(answer)


@pytest.mark.slow
def test_a_program_that_is_killed_is_no_verdict(ask: Ask) -> None:
    with pytest.raises(EngineError, match="the program opa ended with exit code -9"):
        ask({"out": "", "run": "import os; os.kill(os.getpid(), 9)"})


@pytest.mark.slow
def test_the_limits_of_a_program_are_those_of_the_engine(ask: Ask) -> None:
    with pytest.raises(OutOfTimeError):
        ask({"out": "", "run": "while True: pass"}, cpu_s=1)
    hungry = "import traceback\ntry: bytearray(400 << 20)\nexcept MemoryError: sys.exit('fatal error: out of memory')"
    with pytest.raises(OutOfMemoryError):
        ask({"out": "", "run": hungry}, memory_bytes=200 << 20)
