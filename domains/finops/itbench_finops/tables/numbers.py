"""Reads amounts with either decimal mark and any separator of thousands."""

import re
from collections.abc import Iterable
from decimal import Decimal

_GROUPED = re.compile(r"[+-]?\d{1,3}(?P<mark>[,.])\d{3}")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?", re.IGNORECASE)
_PLAIN = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,10})?")
_IGNORED = str.maketrans("", "", " \u00a0\u202f_'$€")
_LONGEST = 40


def decimal_mark(texts: Iterable[str]) -> str:
    """Return the decimal mark of a column: the comma where some cell can be read with it only, else the point."""
    for text in texts:
        plain = text.strip().translate(_IGNORED)
        if "," in plain and not _GROUPED.fullmatch(plain) and plain.rfind(",") > plain.rfind("."):
            return "," if plain.count(",") == 1 else "."
        if "." in plain and not _GROUPED.fullmatch(plain) and plain.count(".") == 1:
            return "."
    return "."


def read_number(text: str, mark: str) -> Decimal:
    """Return the number that a cell holds.

    Raises:
        ValueError: it holds none, or one that is not finite.
    """
    if mark == "." and _PLAIN.fullmatch(text):
        return Decimal(text)
    plain = text.strip().translate(_IGNORED)
    thousands = "," if mark == "." else "."
    plain = plain.replace(thousands, "").replace(mark, ".")
    if len(plain) > _LONGEST or not _NUMBER.fullmatch(plain):
        raise ValueError(f"{text[:_LONGEST]!r} is not a finite number")
    return Decimal(plain)
