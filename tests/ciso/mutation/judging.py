"""Judges clusters with one policy, in this process: the only place of the mutation tests that knows the engines."""

import json
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from itbench.interfaces.json import JsonObject

if TYPE_CHECKING:
    from itbench_ciso.engines.inside.requests import Request

Verdicts = Callable[[Sequence[str]], Iterator[bool | None]]
_AS_BOOLEAN = {"true": True, "false": False}


def encoded(clusters: Sequence[JsonObject]) -> list[str]:
    """Return clusters as they are given to many policies."""
    return [json.dumps(each) for each in clusters]


def rego(policy: str) -> Verdicts:
    """Compile a policy in Rego.

    Raises:
        ValueError: it does not compile.
    """
    from itbench_ciso.engines.inside.opa_library import OpaLibrary
    from itbench_ciso.engines.opa import find_opa

    engine = OpaLibrary({"policy.rego": policy}, str(find_opa().path))
    return lambda texts: (_AS_BOOLEAN.get(engine.judge(text)[0]) for text in texts)


def cel(policy: str) -> Verdicts:
    """Compile an admission policy.

    Raises:
        ValueError: it is not valid.
    """
    from itbench_ciso.engines.inside.cel import CelEngine
    from itbench_ciso.judging.admission.policy import PolicyError, read_policy

    try:
        engine = CelEngine(read_policy(policy.encode(), len(policy.encode())))
    except PolicyError as error:
        raise ValueError(str(error)) from error
    return lambda texts: (_AS_BOOLEAN.get(engine.judge_requests(_requests(text))[0]) for text in texts)


@lru_cache(maxsize=2500)
def _requests(text: str) -> "list[Request]":
    from itbench_ciso.engines.inside.requests import requests

    return requests(json.loads(text)["resources"])
