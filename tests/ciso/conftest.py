"""Fixtures of the CISO tests: the domain on the command line, one sandbox, and its tasks made once for all tests."""

import asyncio
from collections.abc import Callable, Sequence
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import pytest

from itbench.interfaces.progress import no_progress
from itbench.interfaces.sandbox import Prepared, Sandbox
from itbench.interfaces.workspace import Input
from itbench.sandbox.bench import bench_sandbox
from itbench.sandbox.bubblewrap.sandbox import BubblewrapSandbox
from itbench.sandbox.bubblewrap.support import available
from itbench.sandbox.errors import SandboxError


@pytest.fixture(autouse=True)
def _shared_sandbox(shared_sandbox: None) -> None:
    """Make no sandbox anew for each test."""


@pytest.fixture
def ciso(distribution: Callable[..., Path]) -> None:
    """Make the domain known to the command line, where it is not installed with itbench."""
    if "ciso" not in {point.name for point in entry_points(group="itbench.domains")}:
        points = {"ciso": "itbench_ciso.domain:DOMAIN"}
        distribution("itbench-ciso-for-tests", group="itbench.domains", points=points, code={})


@pytest.fixture(scope="session")
def image_cache(sandbox_cache: Path) -> Path:
    """Return a cache with the sandbox's file system in it, made once for all test processes."""
    problem = available()
    if problem is not None:
        pytest.skip(problem)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ITBENCH_CACHE", str(sandbox_cache))
        BubblewrapSandbox(with_tools=False).prepare()
    return sandbox_cache


@pytest.fixture(scope="session")
def bench_cache(image_cache: Path) -> Path:
    """Return a cache with the packages that scripts may use as well."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ITBENCH_CACHE", str(image_cache))
        sandbox = bench_sandbox(None)
        assert isinstance(sandbox, Prepared)
        try:
            sandbox.prepare(no_progress)
        except SandboxError as error:
            pytest.skip(str(error))
    return image_cache


@pytest.fixture
def cached(image_cache: Path, own_folders: None, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let one test use the shared cache."""
    monkeypatch.setenv("ITBENCH_CACHE", str(image_cache))
    return image_cache


@pytest.fixture
def opa(cached: Path) -> Path:
    """Return OPA's library, installed once for all tests."""
    from itbench_ciso.engines.opa import find_opa, unsupported

    problem = unsupported()
    if problem is not None:
        pytest.skip(problem)
    try:
        return find_opa().path
    except SandboxError as error:
        pytest.skip(str(error))


@pytest.fixture
def bench(bench_cache: Path, cached: Path) -> Sandbox:
    """Return the sandbox in which submissions are tried."""
    return bench_sandbox(None)


@pytest.fixture
def made(bench_cache: Path, cached: Path, opa: Path) -> Path:
    """Let runs find what they need of the embedded tasks in the shared cache, or make it there for all tests."""
    return cached


@pytest.fixture
def manifests(tmp_path: Path) -> Callable[..., list[Input]]:
    """Return a function that writes files and returns them as inputs."""

    def write(files: dict[str, str], name: str = "set") -> list[Input]:
        inputs = []
        for path, text in files.items():
            target = tmp_path / name / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text)
            inputs.append(Input(path, target))
        return inputs

    return write


@pytest.fixture
def judged(cached: Path, opa: Path) -> Callable[..., Sequence[Any]]:
    """Return a function that judges inputs, given as values, with one Rego policy."""
    import json

    from itbench_ciso.engines.limits import EngineLimits
    from itbench_ciso.judging.rego.judge import judge_policies

    def judge(policy: str | bytes, *inputs: Any, engine: str = "opa", **limits: Any) -> Sequence[Any]:
        data = policy if isinstance(policy, bytes) else policy.encode()
        texts = [json.dumps(each).encode() for each in inputs or ({},)]
        work = judge_policies({"policy.rego": data}, texts, EngineLimits(**limits), engine)
        return asyncio.run(work)

    return judge
