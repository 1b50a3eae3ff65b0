"""Runs one script over one set of manifests."""

import asyncio
import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from itbench import Execution, Input, Sandbox, Workspace
from itbench_ciso.engines.verdict import one_line
from itbench_ciso.judging.fetching.outcome import FetchLimits, FetchOutcome, NotJsonError, plain_json

FOLDER = "static-resources"
SCRIPT, DATA = "fetch.sh", "collected_data.json"
# A script without a first line that names a shell is run by bash, which starts it.
_START = f"cat > {SCRIPT} && chmod 755 {SCRIPT} && exec ./{SCRIPT} < /dev/null"
_KEPT_STDERR = 1000


async def run_script(
    script: bytes, files: Sequence[Input], sandbox: Sandbox, limits: FetchLimits, time_s: float
) -> FetchOutcome:
    """Run a script in a fresh sandbox that has these files below `static-resources/`, and read what it collected."""
    with TemporaryDirectory(prefix="itbench-set-") as name:
        inputs = await asyncio.to_thread(_staged, files, Path(name))
        async with sandbox.open(inputs) as workspace:
            ended = await workspace.execute(_START, timeout_s=time_s, stdin=script)
            return await _outcome(workspace, ended, limits)


def rewritten(script: bytes, workspace: str | None) -> bytes:
    """Return the script with the workspace's own path, as an agent saw it, taken out: it is run in another one.

    IBM's evaluator does the same with the paths of the snapshot and of the agent's directory.
    """
    if not workspace or workspace == "/":
        return script
    place = workspace.rstrip("/").encode()
    return script.replace(place + f"/{FOLDER}".encode(), FOLDER.encode()).replace(place, b".")


def _staged(files: Sequence[Input], folder: Path) -> list[Input]:
    """Copy a set: neither names of folders nor times of files may tell which set it is."""
    inputs = []
    for number, entry in enumerate(files):
        target = folder / f"{number:04d}"
        shutil.copyfile(entry.source, target)
        target.chmod(0o444)
        os.utime(target, (0, 0))
        inputs.append(Input(f"{FOLDER}/{entry.path}", target))
    return inputs


async def _outcome(workspace: Workspace, ended: Execution, limits: FetchLimits) -> FetchOutcome:
    size_bytes, problem, data = 0, "", None
    try:
        found = await workspace.read_file(DATA, max_bytes=limits.data_bytes)
        size_bytes = len(found)
        data = await asyncio.to_thread(plain_json, found)
    except FileNotFoundError:
        problem = f"{SCRIPT} left no {DATA}"
    except NotJsonError as error:
        problem = f"{DATA} is not JSON: {error}"
    except ValueError as error:
        problem = one_line(str(error))
    if ended.timed_out:
        problem = f"{SCRIPT} was ended at its time limit"
    elif ended.exit_code != 0:
        problem = f"{SCRIPT} ended with exit code {ended.exit_code}"
    return FetchOutcome(
        problem=problem,
        data=None if problem else data,
        exit_code=ended.exit_code,
        is_timed_out=ended.timed_out,
        size_bytes=size_bytes,
        stderr=one_line(ended.stderr[-_KEPT_STDERR:]),
    )
