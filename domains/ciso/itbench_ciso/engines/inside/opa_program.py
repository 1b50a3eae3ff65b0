"""Rego by the program `opa`, which is started for each input."""

import json
import re
import resource
import signal
import subprocess
from collections.abc import Callable, Mapping
from math import ceil
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from itbench_ciso.engines.inside.broken import (
    EngineCrashError,
    EngineError,
    OutOfMemoryError,
    OutOfTimeError,
)

_QUERY = "data.check.result"
# What is wrong with the files is told as text on the error output, what is wrong later as JSON.
_LOADING = re.compile(r"\brego_\w+_error\b|\berrors? occurred\b")
_OUT_OF_MEMORY = re.compile(r"out of memory|cannot allocate memory")
_OUT_OF_TIME = re.compile(r"SIGXCPU")


class OpaProgram:
    """Policies as files for the program, of version 1 or else all of version 0.

    Args:
        policies: by their names.
        program: the path of `opa`.
        memory_bytes: that the program may hold.
        cpu_s: seconds of processor time for all inputs together.

    Raises:
        ValueError: they do not compile.
        EngineError: the program was killed from outside.
        EngineCrashError: the program gave no answer.
        OutOfTimeError, OutOfMemoryError: it met a limit.
    """

    def __init__(
        self, policies: Mapping[str, str], program: str, memory_bytes: int = 512 << 20, cpu_s: int = 10
    ) -> None:
        self._program = program
        self._memory_bytes, self._cpu_s = memory_bytes, cpu_s
        self._policies: list[str] = []
        folder = Path(mkdtemp())
        for number, text in enumerate(policies.values()):
            path = folder / f"policy-{number}.rego"
            path.write_text(text, encoding="utf-8", newline="")
            self._policies += ["--data", str(path)]
        self._version: list[str] = []
        problem = self._problem()
        if problem is not None:
            self._version = ["--v0-compatible"]
            problem_v0 = self._problem()
            if problem_v0 is not None:
                raise ValueError(f"{problem}; read as Rego of version 0: {problem_v0}")

    def judge(self, text: str) -> tuple[str, str]:
        """Start the program for one input."""
        answer = self._ask(text, _QUERY)
        if "errors" in answer:
            return "error", _told(answer)
        if not answer.get("result"):
            return "undefined", ""
        value = answer["result"][0]["expressions"][0]["value"]
        if isinstance(value, bool):
            return ("true" if value else "false"), ""
        return "not-boolean", json.dumps(value)[:200]

    def _problem(self) -> str | None:
        answer = self._ask("{}", "true")
        return _told(answer) if "errors" in answer else None

    def _ask(self, text: str, query: str) -> dict[str, Any]:
        words = [self._program, "eval", "--format", "json", "--stdin-input"]
        words += [*self._version, *self._policies, query]
        done = subprocess.run(
            words,
            input=text.encode(),
            capture_output=True,
            check=False,
            preexec_fn=self._limits(),
        )
        try:
            answer = json.loads(done.stdout)
        except ValueError:
            answer = None
        if isinstance(answer, dict):
            return answer
        said = " ".join(done.stderr.decode(errors="replace").split())
        if done.returncode == -signal.SIGXCPU or _OUT_OF_TIME.search(said):
            raise OutOfTimeError
        if _OUT_OF_MEMORY.search(said):
            raise OutOfMemoryError
        if done.returncode > 0 and _LOADING.search(said):
            return {"errors": [{"message": said}]}
        told = f"the program opa ended with exit code {done.returncode} and no answer: {said[-200:]!r}"
        if done.returncode == -signal.SIGKILL:
            raise EngineError(told)
        raise EngineCrashError(told)

    def _limits(self) -> Callable[[], None]:
        """Return a function that limits the program, just before it starts, to what is left."""
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        left_s = max(1, ceil(self._cpu_s - used.ru_utime - used.ru_stime))

        def limit() -> None:
            resource.setrlimit(resource.RLIMIT_CPU, (left_s, left_s + 5))
            resource.setrlimit(resource.RLIMIT_DATA, (self._memory_bytes, self._memory_bytes))

        return limit


def _told(answer: Mapping[str, Any]) -> str:
    """Return the messages of an answer in one line, without folders."""
    found = []
    for error in answer["errors"]:
        place = error.get("location") or {}
        name = Path(place.get("file", "")).name
        row = f"{name}:{place['row']}: " if name and "row" in place else ""
        code = f"{error['code']}: " if "code" in error else ""
        found.append(f"{row}{code}{error.get('message', '')}")
    return "; ".join(found[:3])
