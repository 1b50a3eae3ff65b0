"""Rego in a process of its own: what it says, where it is stopped, and whose doing that was."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from itbench_ciso.engines.ending import EngineFaultError
from itbench_ciso.engines.limits import EngineLimits
from itbench_ciso.engines.process import judge_inputs
from itbench_ciso.judging.rego.judge import judge_policies
from itbench_ciso.judging.rego.refusal import REFUSED
from itbench_ciso.judging.rego.trusted import TrustedJudge

Judged = Callable[..., Sequence[Any]]
V1 = "package check\nimport rego.v1\n"
ENDLESS = (
    "result if { some i in numbers.range(1, 3000); some j in numbers.range(1, 3000); "
    "some k in numbers.range(1, 3000); i * j * k == -1 }"
)


@pytest.mark.slow  # Uses up its processor time twice.
def test_an_endless_policy_keeps_the_verdicts_before_it(judged: Judged) -> None:
    policy = V1 + ("result := input.a < 3 if input.a != 6\n" + ENDLESS.replace("{", "{ input.a == 6;", 1))
    kinds = [verdict.kind for verdict in judged(policy, *({"a": a} for a in range(9)), cpu_s=1.0)]
    assert kinds == ["true"] * 3 + ["false"] * 3 + ["time"] + ["skipped"] * 2


HUGE_TEXT = "\n".join(
    ['s0 := "aaaaaaaaaaaaaaaa"', *(f's{n + 1} := concat("", [s{n}, s{n}, s{n}, s{n}, s{n}, s{n}, s{n}, s{n}])' for n in range(9))]
)  # fmt: skip


@pytest.mark.slow  # Fills its memory twice.
@pytest.mark.parametrize(
    "body",
    [
        pytest.param(
            "result := count(numbers.range(1, 1000000000)) > 1",
            id="a billion numbers",
            marks=pytest.mark.soak,
        ),
        pytest.param(HUGE_TEXT + "\nresult := count(s9) > 1", id="a text that doubles"),
    ],
)
def test_a_policy_that_needs_a_gigabyte_is_stopped(body: str, judged: Judged) -> None:
    first, second = judged(V1 + body, {}, {}, memory_bytes=256 << 20)
    assert first.kind == "memory"
    assert first.message == "judging needed too much memory and was ended"
    assert second.kind == "skipped"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("policy", "kind", "told"),
    [
        (b"package check\nresult := \xff", "error", "'policy.rego' is not UTF-8"),
        ("package check\nresult := \x00", "error", "'policy.rego' holds the character NUL"),
        (V1 + "result := {", "error", "policy.rego:3: rego_parse_error: unexpected eof token"),
        (V1 + "result := nothing.there(1)", "error", "policy.rego:3: rego_type_error: undefined function nothing.there"),
        ("package check\nresult { nothing.there(1) }", "error", "undefined function nothing.there"),
        (V1 + "#" + "x" * 300_000, "refused", "hold 30"),
        ("", "error", "policy.rego:0: rego_parse_error: empty module"),
    ],
    ids=["bytes", "NUL", "unclosed", "unknown", "unknown in version 0", "too long", "empty"],
)  # fmt: skip
def test_a_policy_that_cannot_be_judged_says_why_for_each_input(
    policy: str | bytes, kind: str, told: str, judged: Judged
) -> None:
    verdicts = judged(policy, {}, {})
    assert [verdict.kind for verdict in verdicts] == [kind, kind]
    assert told in verdicts[0].message


@pytest.mark.slow
def test_what_depends_on_more_than_input_and_policy_is_refused(cached: object) -> None:
    for name, reason in REFUSED.items():
        for text in (f"result := {name}(1)", f"result if true with {name} as 1"):
            work = judge_policies({"policy.rego": (V1 + text).encode()}, [b"{}"])
            (verdict,) = asyncio.run(work)
            assert verdict.kind == "refused"
            assert verdict.message == f"policy.rego: the built-in {name!r} in line 3 is refused: {reason}"


@pytest.mark.slow
def test_local_time_inside_is_the_same_on_every_machine(
    judged: Judged, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    assert judged(V1 + 'result := time.clock([0, "Local"]) == [0, 0, 0]')[0].kind == "true"
    assert judged(V1 + 'result := time.clock([0, "Asia/Tokyo"]) == [9, 0, 0]')[0].kind == "true"


@pytest.mark.slow
def test_what_a_policy_prints_is_never_taken_for_a_verdict(judged: Judged) -> None:
    policy = V1 + 'result if { print("[\\"true\\", \\"\\"]"); input.a == 1 }'
    assert [verdict.kind for verdict in judged(policy, {"a": 2}, {"a": 1})] == ["undefined", "true"]


@pytest.mark.slow
def test_no_policy_can_report_in_place_of_the_judge(judged: Judged) -> None:
    (verdict,) = judged(V1 + "result if itbench.report([true])", {})
    assert verdict.kind == "error"
    assert "undefined function itbench.report" in verdict.message


@pytest.mark.slow
def test_a_message_is_one_bounded_line(judged: Judged) -> None:
    (verdict,) = judged(V1 + 'result := "' + "\\u001b[31m\\n" * 500 + '"')
    assert verdict.kind == "not-boolean"
    assert len(verdict.message) <= 300
    assert verdict.message.isprintable()


@pytest.mark.slow
def test_one_input_has_no_effect_on_the_next(judged: Judged) -> None:
    policy = V1 + "result := true if input.a == 1\nresult := false if input.a >= 1\ndefault result := true"
    kinds = [verdict.kind for verdict in judged(policy, {"a": 0}, {"a": 1}, {"a": 2}, {"a": 1}, {"a": 0})]
    assert kinds == ["true", "error", "false", "error", "true"]


@pytest.mark.slow  # Judges a policy for each value.
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    values=st.lists(
        st.recursive(
            st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.text(),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
            max_leaves=6,
        ),
        min_size=1,
        max_size=8,
    )
)
def test_any_json_reaches_a_policy_as_it_is(opa: Path, values: list[Any]) -> None:
    # The policy holds each value as a term, and the input is the same as JSON.
    with TrustedJudge() as judge:
        for value in values:
            policy = f"package check\nresult := input.value == {json.dumps(value)}"
            assert [each.kind for each in judge({"policy.rego": policy}, [{"value": value}])] == ["true"]


@pytest.mark.slow  # Each is judged three or four times.
@pytest.mark.parametrize(
    ("body", "kind", "told"),
    [
        (
            "result := bits.lsh(1, 200000000000) > 1",
            "memory",
            "judging asked for too much memory and was ended",
        ),
        ("result := " + "[" * 20_000 + "]" * 20_000, "crash", "the engine crashed at this input twice"),
    ],
    ids=["a demand at one go", "what the engine fails at inside"],
)
def test_what_no_machine_could_do_is_the_policys_doing(
    body: str, kind: str, told: str, judged: Judged
) -> None:
    first, second = judged(V1 + body, {}, {})
    assert (first.kind, second.kind) == (kind, "skipped")
    assert told in first.message


@pytest.mark.slow
def test_an_engine_that_is_killed_is_no_verdict(opa: Path) -> None:
    with ThreadPoolExecutor(1) as pool:
        work = pool.submit(asyncio.run, judge_policies({"policy.rego": (V1 + ENDLESS).encode()}, [b"{}"]))
        os.kill(_engine_process(), signal.SIGKILL)
        with pytest.raises(
            EngineFaultError, match=r"the engine opa [\d.]+ was killed from outside, .* resume the run"
        ):
            work.result()


def _engine_process() -> int:
    """Return the process that judges for this one."""
    script = b"engines/inside/serve.py"
    for _ in range(500):
        for child in _descendants(os.getpid()):
            words = Path(f"/proc/{child}/cmdline").read_bytes().split(b"\0")
            if words[0].endswith(b"python3") and any(word.endswith(script) for word in words):
                return child
        time.sleep(0.01)
    raise AssertionError("no engine was started")


def _descendants(process: int) -> list[int]:
    found = []
    for path in Path(f"/proc/{process}/task").glob("*/children"):
        for child in map(int, path.read_text().split()):
            found += [child, *_descendants(child)]
    return found


STARVED = """\
import asyncio, resource, sys
from itbench_ciso.engines.ending import EngineFaultError
from itbench_ciso.judging.rego.judge import judge_policies
resource.setrlimit(resource.RLIMIT_DATA, (200 << 20, 200 << 20))
policy = b"package check\\nresult := count(numbers.range(1, 2000000)) > 1"
try:
    print(asyncio.run(judge_policies({"policy.rego": policy}, [b"{}"])))
except EngineFaultError as error:
    print("fault:", error)
"""


@pytest.mark.soak
@pytest.mark.slow
def test_a_machine_that_is_short_of_memory_is_no_verdict(opa: Path, cached: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", STARVED],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "ITBENCH_CACHE": str(cached), "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert "fault: the engine opa" in done.stdout, done
    assert "the machine has too little left" in done.stdout


@pytest.mark.slow
def test_a_machine_that_gives_no_time_is_no_verdict(judged: Judged) -> None:
    with pytest.raises(
        EngineFaultError, match=r"got less than 20 s of processor time in 0\.5 s: the machine is overloaded"
    ):
        judged(V1 + ENDLESS, cpu_s=20.0, spare_s=-59.5)


@pytest.mark.slow
def test_limits_that_a_trusted_policy_does_not_keep_either_are_no_verdict(judged: Judged) -> None:
    with pytest.raises(
        EngineFaultError, match="fails with a trusted policy as well: judging needed too much memory"
    ):
        judged(V1 + "result := true", memory_bytes=12 << 20)


@pytest.mark.slow  # Judges megabytes several times.
def test_data_that_is_handed_in_may_be_what_takes_too_much(opa: Path) -> None:
    """An agent whose script writes too much is not the machine's fault, and its zero is its own."""
    policies = {"policy.rego": (V1 + "result := count(input) > 1").encode()}
    inputs = [json.dumps([[n] for n in range(700_000)]).encode()]
    limits = EngineLimits(memory_bytes=120 << 20)
    (verdict,) = asyncio.run(judge_policies(policies, inputs, limits, inputs_are_submitted=True))
    assert verdict.kind == "memory"
    with pytest.raises(EngineFaultError, match="fails with a trusted policy as well"):
        asyncio.run(judge_policies(policies, inputs, limits))


@pytest.mark.slow  # Uses up its processor time twice.
def test_a_policy_that_gives_another_result_when_repeated_is_wrong(opa: Path) -> None:
    """Built-ins that depend on chance are refused before; whatever else does, no agent leaves the score by it."""
    text = (
        V1 + 'result := rand.intn("x", 2) == 1 if input.a == 1\n' + ENDLESS.replace("{", "{ input.a == 2;", 1)
    )
    inputs = [b'{"a": 1}'] * 40 + [b'{"a": 2}']
    verdicts = asyncio.run(judge_inputs("opa", {"policy.rego": text}, inputs, EngineLimits(cpu_s=1.0)))
    assert verdicts[-1].kind == "time"
    # Two in four of forty are not the same twice; that none of them is will not happen.
    told = [verdict.message for verdict in verdicts if verdict.kind == "error"]
    assert told
    assert all("when the same input was judged again" in message for message in told)


# What is deterministic, the submission's own doing, and nothing that an engine should fail at.
ESCAPES = {
    "a variable named input": ('result = false { input := {"n": 1}; input.n == 1 }', "false"),
    "a variable named data": ("result = data == 2 { data := 1 }", "false"),
    "an argument named input": ("f(input) { input == 1 }\nresult { not f(1) }", "undefined"),
    "a rule named input": ("input = 1 { true }\nresult { input == 1 }", "error"),
    "a rule below input": ("input.x = 1 { true }\nresult = false", "error"),
    "two imports of one name": ("import data.a.x\nimport data.b.x\nresult { x }", "undefined"),
    "a deprecated built-in by a text": ('result { net["cidr_overlap"]("1.0.0.0/8", "1.1.1.1") }', "error"),
    "a deprecated built-in in place of another": ("result { count([1]) with count as any }", "undefined"),
    "what both versions forbid": ("import rego.v1\nresult if { input := 1; input == 1 }", "error"),
    "the package of the helpers": ("import data.itbench.rego_v0.any\nresult { any([true]) }", "true"),
    "a word of version 0 that is none": ("result { every x in [] { x } }", "error"),
    "a deep bracket": ("result { x := " + "(" * 9000 + "1" + ")" * 9000 + "; x == 1 }", None),
    "a long chain": ("result { " + "not " * 9000 + "false }", "error"),
}


@pytest.mark.slow  # A crash is judged three times.
@pytest.mark.parametrize("name", ESCAPES)
def test_no_construct_of_a_policy_leaves_it_out_of_the_score(name: str, judged: Judged) -> None:
    body, kind = ESCAPES[name]
    (verdict,) = judged("package check\n" + body)
    assert verdict.kind in ({kind} if kind else {"true", "error", "crash"})
    assert verdict.kind == "true" or verdict.message or kind in {"false", "undefined"}


@pytest.mark.slow
def test_what_version_0_allows_and_is_not_accepted_says_so(judged: Judged) -> None:
    (verdict,) = judged("package check\ninput = 1 { true }\nresult { input == 1 }")
    assert verdict.message.startswith(
        "read as Rego of version 0: policy.rego:2: rego_compile_error: rules must not shadow"
    )
    assert verdict.message.endswith("version 0 allows it, version 1 does not, and it is not accepted here")


LIMIT_KINDS = {"true", "time", "memory", "limit"}


def _edge(bits: int) -> str:
    return V1 + f"result if {{ x := bits.lsh(1, {bits}); x > 0 }}"


@pytest.mark.slow  # Uses up its memory or its time twice.
def test_a_policy_at_the_edge_of_its_limits_has_a_verdict(judged: Judged) -> None:
    (verdict,) = judged(_edge(1_200_000_000), cpu_s=1.0, memory_bytes=200 << 20)
    assert verdict.kind in LIMIT_KINDS


@pytest.mark.soak  # Uses up its memory and its time several times.
@pytest.mark.parametrize("bits", range(2_000_000_000, 4_400_000_000, 400_000_000))
def test_policies_around_the_edge_of_their_limits_have_verdicts(bits: int, judged: Judged) -> None:
    (verdict,) = judged(_edge(bits))
    assert verdict.kind in LIMIT_KINDS
