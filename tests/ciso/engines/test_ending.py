"""Whose doing it is that a process ended early."""

import signal
from typing import Any

import pytest

from itbench.interfaces.execution import Execution
from itbench_ciso.engines.ending import Ending, EngineFaultError, ending_of, joint_ending
from itbench_ciso.engines.inside.serve import CRASHED, TOO_MUCH_MEMORY
from itbench_ciso.engines.limits import EngineLimits
from itbench_ciso.engines.packages import EnginePackage
from itbench_ciso.engines.process import Outcome, agreed
from itbench_ciso.engines.verdict import FALSE, TRUE, Verdict, VerdictKind

LIMITS = EngineLimits(memory_bytes=1000)
SKIPPED = Verdict(VerdictKind.SKIPPED, "the process had ended at an input before")


def ended(exit_code: int, stderr: str = "", **more: Any) -> Execution:
    return Execution(exit_code=exit_code, stdout="", stderr=stderr, output_bytes=0, duration_s=1.0, **more)


def package(name: str = "opa") -> EnginePackage:
    return EnginePackage(name, "1.2.3", ())


@pytest.mark.parametrize(
    ("execution", "ending"),
    [
        (ended(-signal.SIGXCPU), Ending.TIME),
        (ended(128 + signal.SIGXCPU), Ending.TIME),
        (ended(TOO_MUCH_MEMORY), Ending.MEMORY),
        (ended(-signal.SIGKILL, "[ended by the sandbox: all processes hold more than 9 bytes of memory]"), Ending.MEMORY),
        (ended(-signal.SIGKILL, "[ended by the sandbox: it was stopped, or printed more than 9 bytes]"), Ending.CRASH),
        (ended(-signal.SIGKILL, "[ended by the sandbox: there are more than 9 processes]"), Ending.CRASH),
        (ended(2, "runtime: out of memory: cannot allocate 800-byte block (200 in use)"), Ending.MEMORY),
        (ended(2, "runtime: out of memory: cannot allocate 700-byte block (200 in use)"), Ending.ALLOCATION),
        (ended(-signal.SIGABRT, "fatal error: runtime: out of memory"), Ending.ALLOCATION),
        (ended(1, "MemoryError"), Ending.ALLOCATION),
        (ended(1, "[ended by the sandbox: no process can be started]"), Ending.ALLOCATION),
        (ended(CRASHED, "OPA's library failed: panic: oops"), Ending.CRASH),
        (ended(-signal.SIGSEGV), Ending.CRASH),
        (ended(-signal.SIGABRT, "free(): invalid pointer"), Ending.CRASH),
        (ended(1, "Traceback"), Ending.CRASH),
        (ended(0), Ending.CRASH),
    ],
)  # fmt: skip
def test_what_may_be_the_policys_doing(execution: Execution, ending: Ending) -> None:
    assert ending_of(execution, package(), LIMITS) is ending


@pytest.mark.parametrize(
    ("execution", "told"),
    [
        (ended(-signal.SIGKILL), "was killed from outside"),
        (ended(128 + signal.SIGKILL), "was killed from outside"),
        (ended(-signal.SIGKILL, timed_out=True), "the machine is overloaded"),
    ],
)
def test_what_cannot_be_the_policys_doing(execution: Execution, told: str) -> None:
    with pytest.raises(EngineFaultError, match=rf"the engine opa 1\.2\.3 .*{told}.*resume the run"):
        ending_of(execution, package(), LIMITS)


def test_the_engine_of_cel_meets_a_limit_of_its_own() -> None:
    for said in ("MemoryError", "terminate called after throwing an instance of 'std::bad_alloc'"):
        assert ending_of(ended(1, said), package("cel"), LIMITS) is Ending.MEMORY


def test_what_ends_in_the_same_way_twice_is_the_policys_doing() -> None:
    for ending in Ending:
        found = agreed(Outcome([TRUE], ending), Outcome([TRUE], ending), 4)
        assert found == [TRUE, ending.verdict, SKIPPED, SKIPPED]


def test_a_limit_that_is_met_a_little_later_keeps_all_that_was_judged() -> None:
    for one, other in (([TRUE], [TRUE, FALSE]), ([TRUE, FALSE], [TRUE])):
        found = agreed(Outcome(one, Ending.TIME), Outcome(other, Ending.TIME), 4)
        assert found == [TRUE, FALSE, Ending.TIME.verdict, SKIPPED]


def test_a_repeat_that_comes_to_its_end_counts() -> None:
    assert agreed(Outcome([TRUE], Ending.CRASH), Outcome([TRUE] * 4, None), 4) == [TRUE] * 4


@pytest.mark.parametrize(
    ("one", "other", "ending"),
    [
        (Ending.TIME, Ending.MEMORY, Ending.LIMIT),
        (Ending.TIME, Ending.ALLOCATION, Ending.LIMIT),
        (Ending.TIME, Ending.CRASH, Ending.TIME),
        (Ending.MEMORY, Ending.ALLOCATION, Ending.MEMORY),
        (Ending.MEMORY, Ending.CRASH, Ending.MEMORY),
        (Ending.ALLOCATION, Ending.CRASH, Ending.ALLOCATION),
    ],
)
def test_a_policy_at_the_edge_of_several_limits_met_one_of_them(
    one: Ending, other: Ending, ending: Ending
) -> None:
    for first, second in ((one, other), (other, one)):
        assert joint_ending(first, second) is ending
        found = agreed(Outcome([FALSE], first), Outcome([FALSE, TRUE], second), 4)
        assert found == [FALSE, TRUE, ending.verdict, SKIPPED]


@pytest.mark.parametrize("ending", [Ending.TIME, None])
def test_a_policy_that_says_something_else_when_it_is_repeated_is_wrong_there(ending: Ending | None) -> None:
    found = agreed(Outcome([FALSE, TRUE], Ending.TIME), Outcome([FALSE, FALSE], ending), 3 if ending else 2)
    told = "the policy gave true and, when the same input was judged again, false"
    assert found[:2] == [FALSE, Verdict(VerdictKind.ERROR, told)]
    assert found[2:] == ([Ending.TIME.verdict] if ending else [])


def test_another_message_of_the_same_verdict_is_no_other_verdict() -> None:
    one, other = (Verdict(VerdictKind.ERROR, text) for text in ("a; b", "b; a"))
    assert agreed(Outcome([one], Ending.TIME), Outcome([other], None), 1) == [other]
