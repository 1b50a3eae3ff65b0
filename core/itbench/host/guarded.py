"""Runs a program that must not outlive this one, whatever ends this one, SIGKILL included."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence

# Its standard input is a pipe that only we hold: at its end, whatever the program has started ends too.
_GUARD = """
import os, select, signal, subprocess, sys
# Ctrl-C and a closed terminal go to us as well, and we have to live until the pipe ends.
for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    signal.signal(number, signal.SIG_IGN)
child = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL, start_new_session=True)
while child.poll() is None:
    if select.select([0], [], [], 0.1)[0]:
        os.killpg(child.pid, signal.SIGKILL)
        break
code = child.wait()
sys.exit(code if code >= 0 else 128 - code)
"""


def run_guarded(
    words: Sequence[str], *, timeout_s: float, env: Mapping[str, str] | None = None
) -> "subprocess.CompletedProcess[str]":
    """Run a program to its end and return what it printed; it and its children end with this process.

    Raises:
        TimeoutExpired: it took longer; it has been ended.
    """
    read_end, write_end = os.pipe()
    try:
        process = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", _GUARD, *words],
            stdin=read_end,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            env=None if env is None else dict(env),
        )
    except BaseException:
        os.close(write_end)
        raise
    finally:
        os.close(read_end)
    try:
        out, err = process.communicate(timeout=timeout_s)
    finally:
        os.close(write_end)
        # After an interrupt or a timeout the guard ends them all, and then itself.
        process.wait()
        for pipe in (process.stdout, process.stderr):
            if pipe is not None:
                pipe.close()
    return subprocess.CompletedProcess(list(words), process.returncode, out, err)
