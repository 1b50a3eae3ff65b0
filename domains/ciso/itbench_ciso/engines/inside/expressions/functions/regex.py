"""Regular expressions of RE2, as Go has them: no lookaround and no back references.

Kubernetes' library: https://kubernetes.io/docs/reference/using-api/cel/#kubernetes-regex-library.
"""

from functools import lru_cache
from typing import Any

import re2

from itbench_ciso.engines.inside.expressions.errors import EvaluationError
from itbench_ciso.engines.inside.expressions.overloads import Overload, overload
from itbench_ciso.engines.inside.expressions.work import take

# All kept patterns together need no more than a quarter of a gibibyte.
_LARGEST_BYTES, _MOST_KEPT = 8 << 20, 32
_TAKEN_A_MATCH, _TAKEN_BY_A_FAILURE = 3, 1000


def regexes() -> list[Overload]:
    """Return `find` and `findAll`."""
    return [
        overload("string.find(string): string", _find),
        overload("string.findAll(string): list<string>", lambda text, pattern: _find_all(text, pattern, -1)),
        overload("string.findAll(string, int): list<string>", _find_all),
    ]


@lru_cache(maxsize=_MOST_KEPT)
def pattern_of(text: str) -> Any:
    """Return a compiled pattern.

    Raises:
        EvaluationError: it is no pattern.
    """
    options = re2.Options()
    options.log_errors = False
    options.max_mem = _LARGEST_BYTES
    take(len(text))
    try:
        pattern = re2.compile(text, options)
    except re2.error as error:
        take(_TAKEN_BY_A_FAILURE)
        told = error.args[0] if error.args else error
        told = told.decode(errors="replace") if isinstance(told, bytes) else str(told)
        raise EvaluationError(f"error parsing regexp: {told}") from error
    take(pattern.programsize)
    return pattern


def is_match(text: str, pattern: str) -> bool:
    """Tell whether a pattern is anywhere in a text."""
    return pattern_of(pattern).search(text) is not None


def _find(text: str, pattern: str) -> str:
    found = pattern_of(pattern).search(text)
    return "" if found is None else str(found.group())


def _find_all(text: str, pattern: str, most: int) -> list[str]:
    found: list[str] = []
    for match in pattern_of(pattern).finditer(text):
        if len(found) == most:
            break
        take(_TAKEN_A_MATCH)
        found.append(str(match.group()))
    return found
