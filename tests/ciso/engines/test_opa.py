"""Where OPA is found, what it is called, and what is told where it is missing."""

import os
from pathlib import Path

import pytest

from itbench.errors import UsageError
from itbench.interfaces.progress import no_progress
from itbench.sandbox.errors import SandboxError
from itbench_ciso.engines.opa import LIBRARY_VERSION, OPA_PREPARATION, find_opa, unsupported
from itbench_ciso.engines.packages import find_engine


def program(folder: Path, version: str) -> Path:
    """Put a program on the PATH that answers as `opa version` does."""
    path = folder / "opa"
    path.write_text(f"#!/bin/sh\necho 'Version: {version}'\necho 'Build Commit: 1'\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the only folder of the PATH, but for what shells need."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}")
    return folder


@pytest.mark.skipif("CI" not in os.environ, reason="a package index may be out of reach; CI has one")
def test_ci_judges_with_the_library_and_skips_nothing(cached: Path) -> None:
    assert unsupported() is not None or find_opa().is_library


@pytest.mark.slow  # Installs the library, where no other test has.
def test_the_library_is_named_with_the_version_of_opa(opa: Path) -> None:
    package = find_engine("opa")
    assert package.in_words == f"opa {LIBRARY_VERSION}"
    assert package.as_json() == {"name": "opa", "version": LIBRARY_VERSION}
    # The version that the library itself was built from.
    assert f"github.com/open-policy-agent/opa\tv{LIBRARY_VERSION}\t".encode() in opa.read_bytes()


def test_a_program_takes_the_librarys_place_where_that_cannot_be_loaded(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("platform.machine", lambda: "riscv64")
    found = program(path, "1.9.1")
    assert find_engine("opa").in_words == "opa-program 1.9.1"
    assert find_engine("opa").source == found.resolve()
    assert OPA_PREPARATION.problem() is None


@pytest.mark.parametrize(
    ("system", "machine", "libc", "told"),
    [
        (
            "darwin",
            "arm64",
            "glibc 2.39",
            "its library is for Linux on x86_64 and aarch64, not darwin on arm64",
        ),
        ("linux", "s390x", "glibc 2.39", "not linux on s390x"),
        (
            "linux",
            "x86_64",
            "glibc 2.31",
            "its library needs glibc 2.34 or newer, this machine has glibc 2.31",
        ),
        ("linux", "x86_64", "", "this machine has no glibc"),
    ],
)
def test_a_machine_without_either_is_told_what_to_do(
    system: str, machine: str, libc: str, told: str, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.platform", system)
    monkeypatch.setattr("platform.machine", lambda: machine)
    monkeypatch.setattr("os.confstr", lambda _: libc)
    todo = "put the program `opa`, version 1.0 or newer, on the PATH"
    with pytest.raises(UsageError) as caught:
        find_engine("opa")
    assert str(caught.value).startswith("no OPA to judge Rego with: ")
    assert told in str(caught.value)
    assert str(caught.value).endswith(todo)
    problem = OPA_PREPARATION.problem()
    assert problem is not None
    assert problem.endswith(f"; {todo}")
    # There is nothing to install, and nothing that fails.
    OPA_PREPARATION.prepare(no_progress)


def test_a_program_that_is_too_old_is_none(path: Path) -> None:
    program(path, "0.70.0")
    with pytest.raises(
        UsageError, match=r"engine 'opa-program' was asked for; put the program `opa`, version 1\.0"
    ):
        find_engine("opa-program")


@pytest.mark.slow
def test_a_library_that_cannot_be_installed_is_told_and_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if unsupported() is not None:
        pytest.skip(str(unsupported()))
    monkeypatch.setenv("ITBENCH_CACHE", str(tmp_path))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    told = rf"OPA {LIBRARY_VERSION}, which judges Rego, cannot be installed: .* run 'itbench sandbox build'"
    for _ in range(2):
        with pytest.raises(SandboxError, match=told):
            find_opa()
    assert (
        OPA_PREPARATION.problem()
        == "not installed yet: run 'itbench sandbox build', or let the first run do it"
    )
