"""Rego in a process of its own: what it says, and where it is stopped."""

import asyncio
import json
import shutil
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from itbench.errors import UsageError
from itbench_ciso.engines.packages import find_engine
from itbench_ciso.rego.judge import judge_policies

Judged = Callable[..., Sequence[Any]]
V1 = "package check\nimport rego.v1\n"
V0 = "package check\n"
# Policy, input, and the kind of verdict; the same table goes through both engines.
TABLE = {
    "v1 true": (V1 + "result := input.a == 1", {"a": 1}, "true"),
    "v1 a bare false": (V1 + "result := input.a == 2", {"a": 1}, "false"),
    "v1 default": (V1 + "default result := false\nresult if input.a == 2", {"a": 1}, "false"),
    "v1 without import": ("package check\nresult if { some x in [1, 2]; x == input.a }", {"a": 2}, "true"),
    "v1 every": (V1 + "default result := false\nresult if { every x in input.a { x > 0 } }", {"a": [1, 2]}, "true"),
    "v1 every fails": (V1 + "default result := false\nresult if { every x in input.a { x > 1 } }", {"a": [1, 2]}, "false"),
    "v1 every of none": (V1 + "default result := false\nresult if { every x in input.a { x > 1 } }", {"a": []}, "true"),
    "v1 contains": (V1 + "deny contains x if { some x in input.a; x > 1 }\nresult := count(deny) == 0", {"a": [1, 2]}, "false"),
    "v1 else": (V1 + "result := true if input.a == 2\nelse := false", {"a": 1}, "false"),
    "v1 not": (V1 + "bad if input.a == 2\ndefault result := false\nresult if not bad", {"a": 1}, "true"),
    "v1 with": (V1 + "p if input.a == 2\nresult if p with input.a as 2", {"a": 1}, "true"),
    "v1 function": (V1 + "f(x) := x + 1\nresult := f(input.a) == 2", {"a": 1}, "true"),
    "v1 walk": (V1 + "result := count([v | walk(input, [_, v]); v == 1]) == 2", {"a": 1, "b": [1]}, "true"),
    "v1 object.get": (V1 + 'result := object.get(input, ["x", "y"], 3) == 3', {"a": 1}, "true"),
    "v1 sprintf": (V1 + 'result := sprintf("%s-%d", ["a", 1]) == "a-1"', {}, "true"),
    "v1 regex": (V1 + 'result := regex.match("^a+$", input.a)', {"a": "aaa"}, "true"),
    "v1 startswith": (V1 + 'result := startswith(input.a, "system:")', {"a": "system:x"}, "true"),
    "v1 glob": (V1 + 'result := glob.match("*.x", [], input.a)', {"a": "a.x"}, "true"),
    "v1 set operators": (V1 + "result := ({1, 2} & {2, 3}) == {2}", {}, "true"),
    "v1 in": (V1 + 'result := "a" in input.a', {"a": ["b"]}, "false"),
    "v1 units": (V1 + 'result := units.parse_bytes("1Ki") == 1024', {}, "true"),
    "v1 lower": (V1 + 'result := lower(input.a) == "ab"', {"a": "AB"}, "true"),
    "v1 undefined": (V1 + "result if input.a == 2", {"a": 1}, "undefined"),
    "v1 no package check": ("package other\nimport rego.v1\nresult := true", {}, "undefined"),
    "v1 no result": (V1 + "allow := true", {}, "undefined"),
    "v1 deeper package": ("package check.a\nimport rego.v1\nresult := true", {}, "undefined"),
    "v1 a text": (V1 + 'result := "true"', {}, "not-boolean"),
    "v1 a number": (V1 + "result := 1", {}, "not-boolean"),
    "v1 null": (V1 + "result := null", {}, "not-boolean"),
    "v1 a set": (V1 + "result contains 1", {}, "not-boolean"),
    "v1 an object": (V1 + 'result := {"a": true}', {}, "not-boolean"),
    "v1 conflict": (V1 + "result := true if input.a\nresult := false if input.a", {"a": 1}, "error"),
    "v1 recursion": (V1 + "result if a\na if b\nb if a", {}, "error"),
    "v1 unknown built-in": (V1 + "result := foo.bar(1)", {}, "error"),
    "no Rego": ("result := := {", {}, "error"),
    "unclosed": (V1 + "result := {", {}, "error"),
    "v0 body": (V0 + "result { input.a == 1 }", {"a": 1}, "true"),
    "v0 default": (V0 + "default result = false\nresult { input.a == 2 }", {"a": 1}, "false"),
    "v0 partial set": (V0 + "deny[x] { x := input.a[_]; x > 1 }\nresult = count(deny) == 0", {"a": [1, 2]}, "false"),
    "v0 else": (V0 + "result = true { input.a == 2 } else = false { true }", {"a": 1}, "false"),
    "v0 some": (V0 + "default result = true\nresult = false { some i; input.a[i] == 2 }", {"a": [1, 2]}, "false"),
    "v0 future keywords": (V0 + "import future.keywords.in\nresult { 1 in input.a }", {"a": [1]}, "true"),
    "v0 missing field": (V0 + "default result = true\nresult = false { input.a.b.c == 1 }", {"a": 1}, "true"),
}  # fmt: skip


def said_by_regopy(policy: str, value: Any) -> str:
    """Judge without a process of its own, which none of these policies needs."""
    from itbench_ciso.engines.inside.rego import RegoEngine

    try:
        return RegoEngine({"policy.rego": policy}).judge(json.dumps(value))[0]
    except ValueError:
        return "error"


@pytest.mark.parametrize("name", TABLE)
def test_policies_of_both_versions_mean_what_the_language_says(name: str) -> None:
    policy, value, kind = TABLE[name]
    assert said_by_regopy(policy, value) == kind


def test_the_program_opa_says_the_same_of_the_whole_table(judged: Judged) -> None:
    assert len(TABLE) >= 40
    if shutil.which("opa") is None:
        pytest.skip("there is no program `opa` on the PATH")
    found = {name: judged(policy, value, engine="opa")[0].kind for name, (policy, value, _) in TABLE.items()}
    assert found == {name: kind for name, (_, _, kind) in TABLE.items()}


@pytest.mark.parametrize(
    ("body", "kind"),
    [("result if x == y", "undefined"), ("result if every x in input.a { x > 0 }", "error")],
    ids=["a variable that is bound nowhere is no error", "every needs a body in braces around it"],
)
def test_where_regopy_differs_from_opa_is_known(body: str, kind: str) -> None:
    """If one of these changes, the page about the domain has to change as well."""
    assert said_by_regopy(V1 + body, {"a": [1]}) == kind


def test_an_endless_policy_keeps_the_verdicts_before_it(judged: Judged) -> None:
    policy = V1 + (
        "result := input.a < 3 if input.a != 6\n"
        "result if { input.a == 6; some i in numbers.range(1, 3000); some j in numbers.range(1, 3000); "
        "some k in numbers.range(1, 3000); i * j * k == -1 }"
    )
    kinds = [verdict.kind for verdict in judged(policy, *({"a": a} for a in range(9)), wall_s=2.0)]
    assert kinds == ["true"] * 3 + ["false"] * 3 + ["time"] + ["skipped"] * 2


HUGE_TEXT = "\n".join(
    ['s0 := "aaaaaaaaaaaaaaaa"', *(f's{n + 1} := concat("", [s{n}, s{n}, s{n}, s{n}, s{n}, s{n}, s{n}, s{n}])' for n in range(9))]
)  # fmt: skip


@pytest.mark.parametrize(
    "body",
    ["result := count(numbers.range(1, 1000000000)) > 1", HUGE_TEXT + "\nresult := count(s9) > 1"],
    ids=["a billion numbers", "a text that doubles"],
)
def test_a_policy_that_needs_a_gigabyte_is_stopped(body: str, judged: Judged) -> None:
    first, second = judged(V1 + body, {}, {}, memory_bytes=256 << 20)
    assert first.kind == "memory"
    assert first.message == "judging needed too much memory and was ended"
    assert second.kind == "skipped"


@pytest.mark.parametrize(
    ("policy", "kind", "told"),
    [
        (V1 + 'result := http.send({"method": "get", "url": "http://x"}).status_code == 200', "refused", "it reaches the network"),
        (V1 + "result := opa.runtime().env.HOME == 1", "refused", "it tells the environment"),
        (b"package check\nresult := \xff", "error", "'policy.rego' is not UTF-8"),
        ("package check\nresult := \x00", "error", "'policy.rego' holds the character NUL"),
        (V1 + "result := {", "error", "unclosed"),
        (V1 + "result := nothing.there(1)", "error", "Function not found: nothing.there"),
        (V1 + "#" + "x" * 300_000, "refused", "hold 30"),
        ("", "error", ""),
    ],
    ids=["network", "environment", "bytes", "NUL", "unclosed", "unknown", "too long", "empty"],
)  # fmt: skip
def test_a_policy_that_cannot_be_judged_says_why_for_each_input(
    policy: str | bytes, kind: str, told: str, judged: Judged
) -> None:
    verdicts = judged(policy, {}, {})
    assert [verdict.kind for verdict in verdicts] == [kind, kind]
    assert told in verdicts[0].message


def test_what_a_policy_prints_is_never_taken_for_a_verdict(judged: Judged) -> None:
    policy = V1 + 'result if { print("[\\"true\\", \\"\\"]"); input.a == 1 }'
    assert [verdict.kind for verdict in judged(policy, {"a": 2}, {"a": 1})] == ["undefined", "true"]


def test_a_message_is_one_bounded_line(judged: Judged) -> None:
    (verdict,) = judged(V1 + 'result := "' + "\\u001b[31m\\n" * 500 + '"')
    assert verdict.kind == "not-boolean"
    assert len(verdict.message) <= 300
    assert verdict.message.isprintable()


def test_one_input_has_no_effect_on_the_next(judged: Judged) -> None:
    policy = V1 + "result := true if input.a == 1\nresult := false if input.a >= 1\ndefault result := true"
    kinds = [verdict.kind for verdict in judged(policy, {"a": 0}, {"a": 1}, {"a": 2}, {"a": 1}, {"a": 0})]
    assert kinds == ["true", "error", "false", "error", "true"]


def test_policies_of_several_files_are_judged_together(cached: object) -> None:
    files = {
        "policy.rego": b"package check\nimport rego.v1\nresult := data.policies.one.result",
        "policies/one.rego": b"package policies.one\nimport rego.v1\nresult := input.a == 1",
    }
    verdicts = asyncio.run(judge_policies(files, [b'{"a":1}', b'{"a":2}']))
    assert [verdict.kind for verdict in verdicts] == ["true", "false"]


@settings(max_examples=15)
@given(
    values=st.lists(
        st.recursive(
            st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.text(),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
            max_leaves=6,
        ),
        min_size=1,
        max_size=20,
    )
)
def test_any_json_reaches_a_policy_as_it_is(values: list[Any]) -> None:
    # The policy holds each value as a term, and the input is the same as JSON.
    for value in values:
        policy = f"package check\nresult := input.value == {json.dumps(value)}"
        assert said_by_regopy(policy, {"value": value}) == "true"


def test_an_engine_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("itbench_ciso.engines.packages.find_spec", lambda _: None)
    find_engine.cache_clear()
    with pytest.raises(UsageError, match=r"'regopy' is needed .* pip install 'itbench\[ciso\]'"):
        find_engine("regopy")
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(UsageError, match="engine 'opa' needs the program `opa` on the PATH"):
        find_engine("opa")
    find_engine.cache_clear()
