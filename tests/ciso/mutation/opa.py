"""Judges with OPA itself, many policies and inputs in one process."""

import importlib
import json
import os
import sys
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

import pytest

from itbench.interfaces.json import JsonObject

_QUERY = "x := data.check.result"
# Where the package `opa-golib-python-bindings` was unpacked, if it is not installed.
_PLACE = "ITBENCH_TEST_OPA"


@lru_cache
def _module() -> Any:
    place = os.environ.get(_PLACE)
    if place and place not in sys.path:
        sys.path.append(place)
    try:
        return importlib.import_module("opa_bindings")
    except ImportError:
        return None


def skip_without_opa() -> None:
    """Skip a test on a machine without OPA's library."""
    if _module() is None:
        pytest.skip(f"OPA's library is not there; {_PLACE} may name its folder")


def encoded(inputs: Sequence[JsonObject]) -> list[str]:
    """Return inputs as they are given to many policies."""
    return [json.dumps(each) for each in inputs]


class Policy:
    """One compiled policy.

    Raises:
        ValueError: it does not compile.
    """

    def __init__(self, text: str) -> None:
        self._module = _module()
        self._engine = self._module.OpaEngine()
        try:
            self._engine.add_policy("policy.rego", text)
            # Some mistakes are found with the first query only.
            self._judge('{"resources": []}')
        except self._module.OpaError as error:
            raise ValueError(str(error)) from error

    def verdicts(self, inputs: Sequence[str]) -> Iterator[bool | None]:
        """Yield what the policy says of each input; None where it says nothing or a built-in function fails."""
        for text in inputs:
            try:
                yield self._judge(text)
            except self._module.OpaError:
                yield None

    def _judge(self, text: str) -> bool | None:
        engine: Any = self._engine
        found = engine._eval_result(
            engine._call(engine._lib.OpaEvalQuery, _QUERY.encode(), text.encode(), 0, 0)
        )
        value = found[0]["bindings"]["x"] if found else None
        return value if isinstance(value, bool) else None
