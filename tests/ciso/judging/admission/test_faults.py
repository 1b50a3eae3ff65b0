"""Whose doing it is that an admission policy was not judged: the policy's if it needs too much, else the machine's."""

import asyncio
import json
import os
import signal
import threading
import time
from pathlib import Path

import pytest

from itbench.interfaces.fault import Stage, StageError
from itbench_ciso.engines.limits import EngineLimits
from itbench_ciso.judging.admission.judge import judge_admission

pytest.importorskip("re2")
pytestmark = pytest.mark.usefixtures("cached")

POD = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "spec": {"containers": [{"name": "c"}]}}
INPUT = json.dumps({"resources": [POD]}).encode()
SLOW = "lists.range(100000).all(x, x >= 0)"


def policy(expression: str) -> bytes:
    return f"""\
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {{name: x}}
spec:
  matchConstraints: {{resourceRules: [{{apiGroups: ["*"], apiVersions: ["*"], operations: ["*"], resources: ["*"]}}]}}
  validations: [{{expression: "{expression}"}}]
""".encode()


def engine_process() -> int | None:
    """Return the id of the process that judges for this one."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes().split(b"\0")
            if any(word.endswith(b"inside/serve.py") for word in words) and words[0].endswith(b"python3"):
                number = int(folder.name)
                if is_below(number, os.getpid()):
                    return number
        except (OSError, ValueError):
            continue
    return None


def is_below(number: int, ancestor: int) -> bool:
    while number > 1:
        number = int(Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[1])
        if number == ancestor:
            return True
    return False


def end_engine() -> None:
    """Kill the process that judges as soon as it is there."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        number = engine_process()
        if number is not None:
            os.kill(number, signal.SIGKILL)
            return
        time.sleep(0.01)


@pytest.mark.slow
def test_a_killed_engine_is_no_result_of_the_policy() -> None:
    killer = threading.Thread(target=end_engine)
    killer.start()
    with pytest.raises(
        StageError, match=r"the engine cel .* was killed from outside.*resume the run"
    ) as raised:
        asyncio.run(judge_admission(policy(SLOW), [INPUT] * 15))
    killer.join()
    assert raised.value.stage is Stage.ENVIRONMENT


@pytest.mark.slow
def test_a_machine_that_is_too_slow_is_no_result_of_the_policy() -> None:
    with pytest.raises(StageError, match="the machine is overloaded"):
        asyncio.run(judge_admission(policy(SLOW), [INPUT] * 15, EngineLimits(cpu_s=100.0, spare_s=-299.5)))


@pytest.mark.slow
def test_a_machine_that_is_too_small_is_no_result_of_the_policy() -> None:
    limits = EngineLimits(cpu_s=60.0, memory_bytes=12 << 20)
    with pytest.raises(StageError, match=r"the engine cel .* fails with a trusted policy as well"):
        asyncio.run(judge_admission(policy("true"), [INPUT] * 2, limits))


@pytest.mark.slow
def test_a_policy_that_alone_ends_the_engine_has_a_result() -> None:
    limits = EngineLimits(cpu_s=60.0, memory_bytes=48 << 20)
    text = policy("lists.range(900000).map(x, x).size() > 0")
    verdicts = asyncio.run(judge_admission(text, [INPUT] * 2, limits))
    assert [str(verdict.kind) for verdict in verdicts] == ["memory", "skipped"]


@pytest.mark.slow
def test_a_policy_that_needs_too_much_has_a_result() -> None:
    expression = f"!'{'a' * 4000}'.matches('{'b|' * 3999}c')"
    verdicts = asyncio.run(judge_admission(policy(expression), [INPUT] * 20))
    assert [str(verdict.kind) for verdict in verdicts] == ["true"] * 14 + ["error"] * 6
