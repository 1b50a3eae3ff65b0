"""What is made once, chosen, and said when it is not available."""

import asyncio
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from itbench.errors import UsageError
from itbench.interfaces.progress import no_progress
from itbench.sandbox.bubblewrap.sandbox import BubblewrapSandbox
from itbench.sandbox.bubblewrap.support import available
from itbench.sandbox.choose import choose_sandbox
from itbench.sandbox.errors import SandboxError
from itbench.sandbox.image.elf import is_elf, libraries, loader_of
from itbench.sandbox.image.store import make_stored, stored
from itbench.sandbox.image.tools import REQUIREMENTS, build_packages

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="needs Linux")


def test_the_unsafe_sandbox_must_be_allowed_and_is_marked() -> None:
    with pytest.raises(UsageError, match="--allow-unsafe"):
        choose_sandbox("none")
    chosen = choose_sandbox("none", is_unsafe_allowed=True)
    assert chosen.name == "none"
    assert chosen.warning is not None


def test_an_unknown_sandbox_is_refused() -> None:
    with pytest.raises(UsageError, match="unknown sandbox 'chroot'; known: bubblewrap, podman, docker, none"):
        choose_sandbox("chroot")


def test_the_default_is_bubblewrap_or_an_error_that_says_why(sandbox: Any) -> None:
    chosen = choose_sandbox()
    assert (chosen.name, chosen.warning) == ("bubblewrap", None)


def test_a_sandbox_that_is_not_prepared_says_what_to_run(sandbox: Any) -> None:
    fresh = BubblewrapSandbox(with_tools=False)
    assert not fresh.is_prepared

    async def main() -> None:
        async with fresh.open([]):
            pass

    with pytest.raises(SandboxError, match="run 'itbench sandbox build'"):
        asyncio.run(main())


def test_an_input_that_only_root_can_read_is_named(sandbox: Any, tmp_path: Path) -> None:
    from itbench import Input
    from itbench.sandbox.bubblewrap.identity import is_true_root

    if not is_true_root():
        pytest.skip("only root's sandbox belongs to somebody else")
    (tmp_path / "x").touch(mode=0o600)

    async def main() -> None:
        async with sandbox.open([Input("data/x", tmp_path / "x")]):
            pass

    with pytest.raises(SandboxError, match="input 'data/x' can be read by root only"):
        asyncio.run(main())


def test_things_are_made_once_and_whole(tmp_path: Path) -> None:
    def fail(folder: Path) -> None:
        (folder / "half").touch()
        raise SandboxError("no")

    with pytest.raises(SandboxError, match="no"):
        make_stored("thing", fail)
    assert stored("thing") is None
    made = make_stored("thing", lambda folder: (folder / "whole").touch())
    assert make_stored("thing", fail) == made == stored("thing")
    assert [path.name for path in made.iterdir()] == ["whole"]


@LINUX
def test_the_loader_tells_which_libraries_a_program_needs() -> None:
    program = Path("/bin/sh").resolve()
    loader = loader_of(program)
    assert loader is not None
    found = libraries(loader, [program])
    assert any(name.startswith("libc") for name in found)
    assert all(is_elf(path) for path in found.values())


def test_a_text_is_no_program(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("#!/bin/sh\n")
    assert loader_of(tmp_path / "x") is None


def test_requirements_are_pinned() -> None:
    lines = [line for line in REQUIREMENTS.read_text().splitlines() if not line.startswith("#")]
    assert {"drain3==0.9.11", "numpy==2.4.5", "pandas==3.0.3"} <= set(lines)
    assert all("==" in line for line in lines)


@pytest.mark.slow
def test_packages_that_cannot_be_had_are_an_error_that_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    with pytest.raises(SandboxError, match="'itbench sandbox build' where a package index can be reached"):
        build_packages(tmp_path, no_progress)


@pytest.mark.slow  # installs the Python packages from a package index
def test_the_promised_packages_are_there(sandbox_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    problem = available()
    if problem is not None:
        pytest.skip(problem)
    monkeypatch.setenv("ITBENCH_CACHE", str(sandbox_cache))
    full = BubblewrapSandbox()
    try:
        full.prepare()
    except SandboxError as error:
        pytest.skip(str(error))
    text = "import drain3, numpy, pandas, yaml; from importlib.metadata import version as v; print(v('drain3'), v('numpy'), v('pandas'))"

    async def main() -> tuple[str, str]:
        async with full.open([]) as workspace:
            versions = await workspace.execute(["python", "-c", text], timeout_s=60)
            mine = (
                "import drain3; m = drain3.TemplateMiner(); print(m.add_log_message('a 1')['cluster_count'])"
            )
            mined = await workspace.execute(["python3", "-c", mine], timeout_s=60)
            return versions.stdout, mined.stdout

    assert full.is_prepared
    assert asyncio.run(main()) == ("0.9.11 2.4.5 3.0.3\n", "1\n")


@pytest.mark.slow
def test_another_system_can_import_it_and_is_told_no() -> None:
    code = (
        "import sys, fcntl, os, socket; sys.platform = 'darwin'\n"
        "[delattr(fcntl, name) for name in dir(fcntl) if 'SEAL' in name]\n"
        "[delattr(os, name) for name in ('memfd_create', 'pidfd_open', 'MFD_CLOEXEC') if hasattr(os, name)]\n"
        "delattr(socket, 'SO_PASSCRED') if hasattr(socket, 'SO_PASSCRED') else None\n"
        "from itbench.sandbox.choose import choose_sandbox\nfrom itbench.sandbox.bubblewrap.support import available\nprint(available())"
    )
    variables = {"PYTHONPATH": ":".join(sys.path)}
    said = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=variables, check=True
    )
    assert said.stdout == "bubblewrap needs Linux, this is darwin; run itbench in a Linux virtual machine\n"
