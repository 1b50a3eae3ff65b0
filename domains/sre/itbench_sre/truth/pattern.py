"""Matches truth filters in linear time.

A filter comes from a file that anybody may write, and a name from an agent that wants a score. Python's `re`
backtracks: with `(a+)+$` a name of 30 letters keeps it busy for minutes. pydantic carries Rust's engine, which
never does, and refuses what it could not match so (backreferences, look-around).
"""

import math
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pydantic_core import SchemaValidator

MAX_PATTERN_LENGTH: Final = 500
MAX_REPEATS: Final = 1_000
_COUNTED = re.compile(r"\{(\d{0,9}),?(\d{0,9})\}")
_OPEN_COUNT = re.compile(r"\{,(?=\d+\})")
_LITERAL = re.compile(r"\^?(?P<prefix>(?:[\w/-]|\\[.-])*)(?P<rest>.*)", re.DOTALL)
_QUANTIFIERS: Final = "*+?{"
_ENDS: Final = frozenset({"", r"\b", "$", r"\b$"})


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter of a truth.

    Attributes:
        text: as it stands in the truth.
        is_glob: whether it is no regular expression and was read with shell wildcards.
        literal_prefix: the letters that every match begins with.
        is_literal: whether nothing else follows them.
    """

    text: str
    is_glob: bool
    literal_prefix: str
    is_literal: bool
    _validator: "SchemaValidator"

    def matches(self, text: str) -> bool:
        """Say whether the filter matches the whole of a text."""
        return self._validator.isinstance_python(text)


@lru_cache(maxsize=4_096)
def compile_filter(text: str) -> Filter:
    """Read a filter as a regular expression, or as a glob where it is none that can be matched safely."""
    prefix, is_literal = _literal_prefix(text)
    validator = _compile(text) if _refusal(text) is None and _is_regular_expression(text) else None
    if validator is not None:
        return Filter(text, False, prefix, is_literal, validator)  # noqa: FBT003, RUF100 - in the order above
    # A filter too long to be read could match nothing that an agent may name anyhow.
    glob = _compile(_translated(text[:MAX_PATTERN_LENGTH]))
    if glob is None:
        raise AssertionError(f"no glob can be too large: {text!r}")
    return Filter(text, True, prefix, is_literal, glob)  # noqa: FBT003, RUF100 - in the order above


def unsupported_reason(text: str) -> str | None:
    """Say why a filter that Python's `re` may accept is not read here; None where it is read, or is no `re`."""
    refusal = _refusal(text)
    if refusal is not None or not _is_regular_expression(text):
        return refusal
    return None if _compile(text) is not None else "it cannot be matched in linear time"


def _refusal(text: str) -> str | None:
    if len(text) > MAX_PATTERN_LENGTH:
        return f"it has {len(text)} characters; at most {MAX_PATTERN_LENGTH} are allowed"
    # Linear time is still long where nested counts multiply to tens of thousands of states.
    repeats = math.prod(max(int(most or least or 1), 1) for least, most in _COUNTED.findall(text))
    if repeats > MAX_REPEATS:
        return f"its counted repeats multiply to {repeats}; at most {MAX_REPEATS} are allowed"
    return None


def _is_regular_expression(text: str) -> bool:
    try:
        re.compile(text)
    except (re.error, RecursionError, OverflowError):
        return False
    return True


def _compile(pattern: str) -> "SchemaValidator | None":
    from pydantic_core import SchemaError, SchemaValidator, core_schema

    # Python reads `{,2}` as `{0,2}`, Rust does not.
    whole = f"^(?:{_OPEN_COUNT.sub('{0,', pattern)})$"
    try:
        return SchemaValidator(core_schema.str_schema(pattern=whole, regex_engine="rust-regex", strict=True))
    except SchemaError:
        return None


def _translated(glob: str) -> str:
    wildcards = {"*": "(?s:.*)", "?": "(?s:.)"}
    # One star says as much as many.
    return "".join(wildcards.get(char) or re.escape(char) for char in re.sub(r"\*+", "*", glob))


def _literal_prefix(text: str) -> tuple[str, bool]:
    found = _LITERAL.match(text)
    if found is None or "|" in text:
        return "", False
    prefix, rest = found["prefix"].replace("\\", ""), found["rest"]
    if rest[:1] and rest[0] in _QUANTIFIERS:
        return prefix[:-1], False
    return prefix, rest in _ENDS
