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

Judge: TypeAlias = Callable[[Mapping[str, str], list[JsonObject]], list[dict[str, bool]]]

_WORKER = Path(__file__).parent / "judge_worker.py"


def _skip_without(package: str) -> None:
    if find_spec(package) is None:
        pytest.skip(f"{package} is not installed")


def _engine(name: str) -> Iterator[Judge]:
    with subprocess.Popen(
        [sys.executable, str(_WORKER), name], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:

        def judge(policies: Mapping[str, str], inputs: list[JsonObject]) -> list[dict[str, bool]]:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(json.dumps([policies, inputs]) + "\n")
            process.stdin.flush()
            line = process.stdout.readline()
            assert line, f"the process that judges {name} has died"
            verdicts = json.loads(line)
            assert isinstance(verdicts, list), verdicts
            return verdicts

        yield judge
        assert process.stdin is not None
        process.stdin.close()


@pytest.fixture(scope="session")
def rego() -> Iterator[Judge]:
    """Judge inputs with Rego policies."""
    _skip_without("regopy")
    yield from _engine("rego")


@pytest.fixture(scope="session")
def admission() -> Iterator[Judge]:
    """Judge inputs with admission policies."""
    _skip_without("re2")
    yield from _engine("cel")


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
