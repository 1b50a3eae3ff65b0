"""What a command does where its output goes nowhere, where the machine is short of something, or words are none."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from itbench.cli.streams import short_line
from itbench.plugins.importing import SLOW_S

ITBENCH = f'{sys.executable} -c "from itbench.cli.main import main; main()"'
FULL = "error: cannot write standard output: No space left on device; redirect it to where there is room\n"
CLOSED = "error: cannot write standard output: Bad file descriptor; redirect it to where there is room\n"


def shell(script: str) -> subprocess.CompletedProcess[str]:
    """Run a script of bash in which `$I` is itbench."""
    return subprocess.run(
        ["bash", "-o", "pipefail", "-c", script.replace("$I", ITBENCH)],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("script", "code", "said"),
    [
        ("$I list-suites | true", 141, ""),
        ("$I --help | true", 141, ""),
        ("$I list-suites >&-", 4, CLOSED),
        ("$I --version >&-", 4, CLOSED),
        ("$I list-suites > /dev/full", 4, FULL),
        ("$I run --help > /dev/full", 4, FULL),
        ("$I list-suites > /dev/full 2>&-", 4, ""),
        ("$I list-suites <&- >/dev/null", 0, ""),
    ],
)
def test_output_that_goes_nowhere_is_told_in_short_line(
    script: str, code: int, said: str, sums: Path
) -> None:
    done = shell(script)
    assert (done.returncode, done.stderr) == (code, said)


@pytest.mark.slow
def test_a_run_whose_output_is_closed_is_whole(
    sums: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, itbench: Callable[..., Any]
) -> None:
    monkeypatch.chdir(tmp_path)
    done = shell("$I run sums -a adder <&- >&-")
    assert done.returncode == 4
    assert done.stderr.endswith(CLOSED)
    assert "Traceback" not in done.stderr
    assert "over 12 of 12 trials" in itbench("show", "latest").out


@pytest.mark.parametrize(
    "words",
    [
        ["show", "x" * 300], ["run", "sums", "-a", "command:copy=" + "y" * 300, "--", "true"],
        ["run", "sums", "-a", "adder", "-o", "z" * 300], ["score", "latest", "--truths", "t" * 5000],
        ["new-domain", "n" * 300], ["export", "e" * 300], ["fetch", "f" * 300], ["run", "d" * 300],
    ],
    ids=lambda words: words[0],
)  # fmt: skip
def test_names_that_are_too_long_are_told_in_short_line(
    words: list[str], sums: Path, itbench: Callable[..., Any]
) -> None:
    done = itbench(*words)
    assert done.code in {2, 3, 4}
    assert done.err.count("\n") >= 1
    assert done.err.splitlines()[-1].startswith(("error: ", "Error: "))
    assert len(done.err) < 3000


@pytest.mark.parametrize(
    "words", [["-a", "command", "--", "echo", "\udcff"], ["-S", "\udcff=1"], ["--task", "\udcff"], ["--data", "\udcff"]]
)  # fmt: skip
def test_words_that_are_no_text_are_told_in_short_line(
    words: list[str], sums: Path, itbench: Callable[..., Any]
) -> None:
    """Words of a command line that are not UTF-8 come to a program as halves of surrogate pairs."""
    done = itbench("run", "sums", *words)
    assert done.code == 2
    assert "'\\udcff" in done.err
    assert "is not UTF-8" in done.err
    assert done.err.count("\n") == 1


@pytest.mark.parametrize("command", ["show", "list-tasks", "score", "resume", "export", "runs"])
def test_a_path_that_is_no_text_is_only_a_path(command: str, sums: Path, itbench: Callable[..., Any]) -> None:
    done = itbench(command, "\udcff")
    assert done.code in {0, 2, 3}
    assert "Traceback" not in done.err


HOOK = """
from itbench.interfaces.hooks import hookimpl

class Plugin:
    @hookimpl
    def trial_finished(self, record):
        raise {error}

    @hookimpl
    async def trial_started(self, key):
        pass

PLUGIN = Plugin()
"""


@pytest.mark.parametrize("error", ["SystemExit(3)", "KeyboardInterrupt", "RuntimeError('x' * 1_000_000)"])
def test_whatever_a_hook_raises_the_run_goes_on(
    error: str, sums: Path, itbench: Callable[..., Any], distribution: Callable[..., Path]
) -> None:
    distribution(
        "itbench-bad", group="itbench.plugins", points={"bad": "bad_hook:PLUGIN"},
        code={"bad_hook": HOOK.format(error=error)},
    )  # fmt: skip
    done = itbench("run", "sums", "-a", "adder")
    assert done.code == 0, done.err
    assert "over 12 of 12 trials" in done.out
    named = [line for line in done.err.splitlines() if "plugin 'bad' is left out" in line]
    assert len(named) == 1
    assert len(named[0]) < 1000


AGENT = """
from itbench import AgentSpec

class Agent:
    async def solve(self, task, workspace, trace):
        raise {error}

SPEC = AgentSpec(name="raiser", summary="Raises.", create=lambda request: Agent(), is_in_process=True)
"""


@pytest.mark.parametrize("error", ["SystemExit(3)", "KeyboardInterrupt", "RuntimeError('y' * 1_000_000)"])
def test_whatever_an_agent_raises_is_its_fault_and_short(
    error: str, sums: Path, itbench: Callable[..., Any], distribution: Callable[..., Path]
) -> None:
    distribution(
        "itbench-raiser", group="itbench.agents", points={"raiser": "raiser:SPEC"},
        code={"raiser": AGENT.format(error=error)},
    )  # fmt: skip
    done = itbench("run", "sums", "-a", "raiser")
    assert done.code == 1
    assert "Traceback" not in done.err
    assert "agent fault" in done.out
    assert max(map(len, (done.out + done.err).splitlines())) < 2000
    shown = itbench("show", "latest", "sum-0000")
    assert len(shown.out) < 60_000
    (run,) = Path("runs").glob("*.itbench")
    assert run.stat().st_size < 3_000_000


@pytest.mark.parametrize(
    ("code", "cause"),
    [
        ("import sys; sys.exit(7)", "SystemExit: 7"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt"),
        ("raise RuntimeError('z' * 1_000_000)", "RuntimeError: zzz"),
        ("raise RuntimeError('one\\ntwo')", "RuntimeError: one"),
        ("raise ValueError", "ValueError"),
    ],
)
def test_a_plugin_that_ends_at_its_import_is_named_and_hides_nothing(
    code: str, cause: str, sums: Path, itbench: Callable[..., Any], distribution: Callable[..., Path]
) -> None:
    distribution(
        "itbench-ender", group="itbench.domains", points={"ender": "ender:DOMAIN"}, code={"ender": code}
    )
    done = itbench("list-domains")
    assert done.code == 0
    assert "sums" in done.out
    assert "BROKEN" in done.out
    assert cause in done.out
    refused = itbench("run", "ender")
    assert refused.code == 3
    assert refused.err.count("\n") == 1
    assert len(refused.err) < 1000
    assert cause in refused.err
    doctor = itbench("doctor")
    assert "Traceback" not in doctor.err + doctor.out


SUITE = """
import sys
import itbench_sums
from dataclasses import replace
class Suite(itbench_sums.Sums):
    def prepare(self, progress=None):
        sys.exit(0)
DOMAIN = replace(itbench_sums.DOMAIN, name="leaver", suites=(Suite("easy", 3),))
"""


def test_a_domain_that_ends_the_program_is_named(
    sums: Path, itbench: Callable[..., Any], distribution: Callable[..., Path]
) -> None:
    distribution(
        "itbench-leaver", group="itbench.domains", points={"leaver": "leaver:DOMAIN"}, code={"leaver": SUITE}
    )
    done = itbench("run", "leaver", "-a", "null")
    assert (done.code, done.err) == (3, "error: the module 'leaver' ended the program by itself, with 0\n")


@pytest.mark.slow
def test_a_plugin_that_loops_at_its_import_is_named_and_can_be_interrupted(
    sums: Path, distribution: Callable[..., Path]
) -> None:
    """Slow: five seconds pass before it is named."""
    distribution(
        "itbench-looper", group="itbench.domains", points={"looper": "looper:DOMAIN"},
        code={"looper": "while True:\n    pass"},
    )  # fmt: skip
    started = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-c", "from itbench.cli.main import main; main()", "list-domains"],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stderr is not None
        line = process.stderr.readline()
        assert time.monotonic() - started >= SLOW_S
        process.send_signal(signal.SIGINT)
        _, rest = process.communicate(timeout=60)
    finally:
        process.kill()
        process.wait()
    assert line == (
        "domain 'looper' of itbench-looper 1.0 has not been imported after 5 s; Ctrl-C ends it, "
        "ITBENCH_DISABLE_PLUGINS=looper leaves it out\n"
    )
    assert (process.returncode, rest) == (130, "")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("plain", "plain"), ("two\nlines\there", "two lines here"), ("\x1b[2Jred\x07", "\\x1b[2Jred\\x07"),
        ("", ""), ("x" * 2000, "x" * 2000), ("x" * 1_000_000, "x" * 2000 + "…"),
    ],
)  # fmt: skip
def test_a_message_of_any_length_is_short_line(text: str, line: str) -> None:
    assert short_line(text) == line
