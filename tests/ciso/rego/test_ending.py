"""Whose doing it is that a process ended early."""

import signal
from typing import Any

import pytest

from itbench.interfaces.workspace import Execution
from itbench_ciso.engines.ending import Ending, EngineFaultError, ending_of
from itbench_ciso.engines.inside.serve import CRASHED, TOO_MUCH_MEMORY
from itbench_ciso.engines.limits import EngineLimits
from itbench_ciso.engines.packages import EnginePackage
from itbench_ciso.engines.process import _Judge, _Outcome
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


def agreed(first: _Outcome, second: _Outcome, count: int = 4) -> list[Verdict]:
    # Neither a package nor a sandbox is needed to compare what two processes left behind.
    return _Judge(package(), None, LIMITS).agreed(first, second, count)  # type: ignore[arg-type]


def test_what_ends_in_the_same_way_twice_is_the_policys_doing() -> None:
    for ending in Ending:
        found = agreed(_Outcome([TRUE], ending), _Outcome([TRUE], ending))
        assert found == [TRUE, ending.verdict, SKIPPED, SKIPPED]


def test_a_limit_that_is_met_a_little_later_keeps_all_that_was_judged() -> None:
    for one, other in (([TRUE], [TRUE, FALSE]), ([TRUE, FALSE], [TRUE])):
        found = agreed(_Outcome(one, Ending.TIME), _Outcome(other, Ending.TIME))
        assert found == [TRUE, FALSE, Ending.TIME.verdict, SKIPPED]


def test_a_repeat_that_comes_to_its_end_counts() -> None:
    assert agreed(_Outcome([TRUE], Ending.CRASH), _Outcome([TRUE] * 4, None)) == [TRUE] * 4


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (_Outcome([TRUE], Ending.CRASH), _Outcome([TRUE], Ending.TIME)),
        (_Outcome([TRUE], Ending.MEMORY), _Outcome([TRUE], Ending.CRASH)),
        (_Outcome([FALSE, TRUE], Ending.TIME), _Outcome([FALSE, FALSE], Ending.TIME)),
        (_Outcome([FALSE], Ending.CRASH), _Outcome([TRUE] * 4, None)),
    ],
)
def test_what_a_repeat_does_not_confirm_is_no_verdict(first: _Outcome, second: _Outcome) -> None:
    with pytest.raises(
        EngineFaultError, match=r"gave other results when input [12] was judged again; resume the run"
    ):
        agreed(first, second)
