"""One process that judges many policies, quickly."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from itbench_ciso.engines.ending import EngineFaultError
from itbench_ciso.engines.limits import EngineLimits
from itbench_ciso.judging.rego.trusted import TrustedJudge

ONE = {"policy.rego": "package check\nresult := input.a == 1"}
ENDLESS = {
    "policy.rego": "package check\nresult if { some i in numbers.range(1, 9000); some j in numbers.range(1, 9000); i * j == -1 }"
}
HUGE = {"policy.rego": "package check\nresult := count(numbers.range(1, 1000000000)) > 1"}
INPUTS = [{"a": number % 2} for number in range(44)]
RIGHT = ["true" if each["a"] == 1 else "false" for each in INPUTS]


def kinds(judge: TrustedJudge, policies: dict[str, str]) -> list[str]:
    return [str(verdict.kind) for verdict in judge(policies, INPUTS)]


@pytest.mark.slow
def test_the_memory_of_the_process_that_asks_counts_for_nothing(opa: Path) -> None:
    # In a process of its own, which does not make the tests large.
    code = """
from itbench_ciso.engines.limits import EngineLimits
from itbench_ciso.judging.rego.trusted import TrustedJudge

held = b"x" * (300 << 20)
with TrustedJudge(limits=EngineLimits(memory_bytes=256 << 20)) as judge:
    print(judge({"policy.rego": "package check\\nresult := input.a == 1"}, [{"a": 1}])[0].kind)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("true\n", "")


@pytest.mark.slow  # Two of the policies take as much as they may.
def test_policies_have_no_effect_on_those_after_them(opa: Path) -> None:
    with TrustedJudge(limits=EngineLimits(cpu_s=2.0, memory_bytes=256 << 20)) as judge:
        for policies, expected in (
            (ONE, RIGHT),
            ({"other.rego": "package check\ndefault result := false"}, ["false"] * 44),
            ({"policy.rego": "package check\nresult := {"}, ["error"] * 44),
            (ENDLESS, ["time"] * 44),
            (ONE, RIGHT),
            (HUGE, ["memory"] * 44),
            (ONE, RIGHT),
            ({"policy.rego": "package check\nresult { input.a == 1 } else = false { true }"}, RIGHT),
        ):
            assert kinds(judge, policies) == expected


@pytest.mark.slow
def test_a_process_that_was_killed_is_no_verdict(opa: Path) -> None:
    with TrustedJudge() as judge:
        judge(ONE, INPUTS)
        assert judge._process is not None
        os.kill(judge._process.pid, signal.SIGKILL)
        judge._process.wait()
        with pytest.raises(EngineFaultError, match="'opa' ended with exit code -9"):
            judge(ONE, INPUTS)
        assert kinds(judge, ONE) == RIGHT


@pytest.mark.parametrize(
    "count", [150, pytest.param(3000, marks=[pytest.mark.soak, pytest.mark.slow])], ids=["some", "thousands"]
)
def test_thousands_of_policies_are_judged_in_one_process_that_does_not_grow(count: int, opa: Path) -> None:
    with TrustedJudge() as judge:
        judge(ONE, INPUTS)
        process = judge._process
        assert process is not None
        # A failing policy among them every now and then, as mutants are.
        for number in range(count):
            text = f"package check\nresult := input.a == {number % 2}" + " +" * (number % 7 == 0)
            found = {verdict.kind for verdict in judge({"policy.rego": text}, INPUTS)}
            assert found == ({"error"} if number % 7 == 0 else {"true", "false"})
        assert judge._process is process
        status = Path(f"/proc/{process.pid}/status").read_text()
    most_kib = int(status.partition("VmHWM:")[2].split()[0])
    assert most_kib < 200 * 1024


@pytest.mark.slow
def test_forty_variants_are_judged_in_less_than_half_a_second_of_processor_time(opa: Path) -> None:
    with TrustedJudge() as judge:
        started = time.process_time()
        judge(ONE, INPUTS[:40])
        process = judge._process
        assert process is not None
        user, system = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()[11:13]
        spent_s = (int(user) + int(system)) / os.sysconf("SC_CLK_TCK") + time.process_time() - started
    assert spent_s < 0.5
