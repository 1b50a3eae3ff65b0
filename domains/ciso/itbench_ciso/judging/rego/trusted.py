"""Judges many policies quickly, without a sandbox: for those that itbench brings, and for tests of them."""

import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from math import ceil
from pathlib import Path
from types import TracebackType
from typing import Self

from itbench import JsonValue
from itbench_ciso import engines
from itbench_ciso.engines.ending import Ending, EngineFaultError
from itbench_ciso.engines.inside.serve import BROKEN, TOO_MUCH_MEMORY
from itbench_ciso.engines.limits import EngineLimits
from itbench_ciso.engines.packages import OPA, find_engine
from itbench_ciso.engines.verdict import Verdict, VerdictKind, one_line

_SCRIPT = Path(str(engines.__file__)).with_name("inside") / "repeat.py"
_END_LIMIT_S = 5


class TrustedJudge:
    """A process that judges one policy after the other; some milliseconds for each, and as much for its 40 inputs.

    Never for what an agent handed in: see `itbench_ciso.judging.rego.judge`.
    """

    def __init__(self, engine: str = OPA, limits: EngineLimits | None = None) -> None:
        self._engine = engine
        self._limits = limits or EngineLimits()
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end(at_once=False)

    def __call__(self, policies: Mapping[str, str], inputs: Sequence[JsonValue]) -> list[Verdict]:
        """Return what `data.check.result` is for each input; one that takes too much of something spoils them all.

        Raises:
            UsageError: the engine is not there.
            SandboxError: it cannot be installed.
            EngineFaultError: it failed.
        """
        work = json.dumps([dict(policies), [json.dumps(value) for value in inputs]])
        process = self._running()
        assert process.stdin is not None
        assert process.stdout is not None
        # A process that has died in the meantime gives no answer either, which is told below.
        with suppress(BrokenPipeError):
            process.stdin.write(work + "\n")
            process.stdin.flush()
        ready, _, _ = select.select([process.stdout], [], [], self._limits.wall_s)
        line = process.stdout.readline() if ready else ""
        if not line:
            return [self._ended(is_late=not ready)] * len(inputs)
        return [_verdict(kind, message) for kind, message in json.loads(line)]

    def _running(self) -> "subprocess.Popen[str]":
        if self._process is None:
            package = find_engine(self._engine)
            words = [sys.executable, "-I", "-S", "-B", str(_SCRIPT), package.name, str(package.source or "")]
            self._process = subprocess.Popen(
                [*words, str(self._limits.memory_bytes), str(ceil(self._limits.cpu_s))],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                encoding="utf-8",
                # OPA's runtime spends a third of the time on collecting garbage otherwise.
                env={**os.environ, "GOGC": "400", "TZ": "UTC"},
            )
        return self._process

    def _ended(self, *, is_late: bool) -> Verdict:
        """Return the verdict of a process that gave no answer, and end it; the next call starts another."""
        code = self._end(at_once=is_late)
        if code == -signal.SIGXCPU:
            return Ending.TIME.verdict
        if code == TOO_MUCH_MEMORY:
            return Ending.MEMORY.verdict
        raise EngineFaultError(f"the engine {self._engine!r} ended with exit code {code}")

    def _end(self, *, at_once: bool) -> int:
        """End the process, which ends by itself when its input does, and return its exit code."""
        process, self._process = self._process, None
        if process is None:
            return 0
        assert process.stdin is not None
        assert process.stdout is not None
        if at_once:
            process.kill()
        process.stdout.close()
        with suppress(BrokenPipeError):
            process.stdin.close()
        try:
            return process.wait(timeout=_END_LIMIT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            return process.wait()


def _verdict(kind: str, message: str) -> Verdict:
    if kind == BROKEN:
        raise EngineFaultError(one_line(message))
    return Verdict(VerdictKind(kind), one_line(message))
