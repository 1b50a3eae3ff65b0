"""`itbench doctor --sweep` removes what killed runs have left, and nothing that a run still uses."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from itbench.sandbox.leftovers import remove_leftovers
from itbench.sandbox.plain.sandbox import LocalSandbox

KILLED = """
import asyncio, os
from itbench.sandbox.plain.sandbox import LocalSandbox
async def main():
    async with LocalSandbox().open([]) as workspace:
        await workspace.write_file("deep/er/file", b"left")
        (workspace._root / "deep").chmod(0)
        print(workspace.path, flush=True)
        os.kill(os.getpid(), 9)
asyncio.run(main())
"""


@pytest.fixture
def left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the workspace of a process that was killed."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    variables = dict(os.environ) | {"PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", KILLED], stdout=subprocess.PIPE, env=variables, check=False)
    path = Path(done.stdout.decode().strip())
    assert done.returncode == -9
    assert path.parent == tmp_path
    assert path.is_dir()
    return path


def test_what_a_killed_run_left_is_removed_and_what_is_in_use_is_not(left: Path) -> None:
    async def main() -> None:
        # Opening one sweeps too, but only once in a folder.
        async with LocalSandbox(left.parent / "..").open([]) as workspace:
            await workspace.write_file("file", b"kept")
            assert remove_leftovers() == [str(left)]
            assert await workspace.read_file("file") == b"kept"

    asyncio.run(main())
    assert not left.exists()
    assert remove_leftovers() == []


def test_the_doctor_sweeps_where_it_is_asked_to(left: Path, itbench: Callable[..., Any]) -> None:
    itbench("doctor", "--json")
    assert left.exists()
    rows = json.loads(itbench("doctor", "--sweep", "--json").out)
    assert str(left) in json.dumps(rows)
    assert not left.exists()
    assert "nothing was left" in itbench("doctor", "--sweep").out
