"""Fixtures: the two engines, each in a process of its own, and what a script collects from a variant."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import TypeAlias

import pytest
import yaml

from itbench.interfaces.json import JsonObject

Judge: TypeAlias = Callable[[Mapping[str, str], list[JsonObject]], list[dict[str, object]]]

_WORKER = Path(__file__).parent / "judge_worker.py"
_AS_BOOLEAN = {"true": True, "false": False}


@pytest.fixture(scope="session")
def rego(sandbox_cache: Path) -> Iterator[Judge]:
    """Judge inputs with Rego policies."""
    from itbench.sandbox.errors import SandboxError
    from itbench_ciso.engines.opa import find_opa, unsupported
    from itbench_ciso.judging.rego.trusted import TrustedJudge

    problem = unsupported()
    if problem is not None:
        pytest.skip(problem)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ITBENCH_CACHE", str(sandbox_cache))
        try:
            find_opa()
        except SandboxError as error:
            pytest.skip(str(error))

    with TrustedJudge() as judge:

        def judged(policies: Mapping[str, str], inputs: list[JsonObject]) -> list[dict[str, object]]:
            with pytest.MonkeyPatch.context() as patch:
                patch.setenv("ITBENCH_CACHE", str(sandbox_cache))
                found = {name: judge({"policy.rego": text}, inputs) for name, text in policies.items()}
            return [
                {
                    name: _AS_BOOLEAN.get(verdicts[place].kind, verdicts[place])
                    for name, verdicts in found.items()
                }
                for place in range(len(inputs))
            ]

        yield judged


@pytest.fixture(scope="session")
def admission() -> Iterator[Judge]:
    """Judge inputs with admission policies."""
    if find_spec("re2") is None:
        pytest.skip("re2 is not installed")
    with subprocess.Popen(
        [sys.executable, str(_WORKER)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:

        def judge(policies: Mapping[str, str], inputs: list[JsonObject]) -> list[dict[str, object]]:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(json.dumps([policies, inputs]) + "\n")
            process.stdin.flush()
            line = process.stdout.readline()
            assert line, "the process that judges has died"
            verdicts = json.loads(line)
            assert isinstance(verdicts, list), verdicts
            return verdicts

        yield judge
        assert process.stdin is not None
        process.stdin.close()


def _collected(files: Mapping[str, bytes]) -> JsonObject:
    documents = [
        document
        for path in sorted(files)
        for document in yaml.load_all(files[path], Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        if document is not None
    ]
    lists = [each["items"] if each["kind"] == "List" else [each] for each in documents]
    return {"resources": [resource for items in lists for resource in items]}


@pytest.fixture(scope="session")
def collected() -> Callable[[Mapping[str, bytes]], JsonObject]:
    """Return what the reference script makes of files."""
    return _collected
