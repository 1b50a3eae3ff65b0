"""Says what the wildcards of a filter took of a name: generated suffixes, or words that make it another object's name."""

import re
from collections.abc import Callable, Iterator
from enum import Enum
from typing import Final

from itbench_sre.truth.pattern import MAX_PATTERN_LENGTH

_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"
_DIGITS: Final = "0123456789"
# A word is replaced by two others of its shape: an alternative of a filter may know one of them, a wildcard takes both.
_SHIFTS: Final = (1, 13)
_LEADING: Final = re.compile(r"^\^?\.\*(?=[\w(])")
_TRAILING: Final = re.compile(r"(?:(?<=.)-|(?<!\\\w)(?<=[\w)]))\.\*\$?$")


class Taken(Enum):
    """How many words of a name a filter leaves open."""

    NONE = "none"
    SOME = "some"
    ALL = "all"


def words_taken(matches: Callable[[str], bool], name: str) -> Taken:
    """Say how many words of a matching name could be any other words, since a wildcard takes them."""
    found = [all(map(matches, others)) for others in _with_each_word_replaced(name)]
    if not any(found):
        return Taken.NONE
    return Taken.ALL if all(found) else Taken.SOME


def at_word_ends(text: str) -> str:
    """Rewrite a filter so that wildcards at its ends take whole words or nothing: `cart-.*` also takes `cart`."""
    inner = _TRAILING.sub("(?:-.*)?", _LEADING.sub("(?:.*-)?", text))
    return inner if len(inner) <= MAX_PATTERN_LENGTH else text


def _with_each_word_replaced(name: str) -> Iterator[list[str]]:
    """Yield, for each word of a name, the name with two other words of that shape in its place."""
    parts = re.split(r"([-.])", name)
    for at in range(0, len(parts), 2):
        yield ["".join([*parts[:at], parts[at].translate(other), *parts[at + 1 :]]) for other in _OTHERS]


def _shifted(alphabet: str, count: int) -> str:
    count %= len(alphabet)
    return alphabet[count:] + alphabet[:count]


_OTHERS: Final = [
    str.maketrans(
        _LETTERS + _LETTERS.upper() + _DIGITS,
        _shifted(_LETTERS, shift) + _shifted(_LETTERS, shift).upper() + _shifted(_DIGITS, shift),
    )
    for shift in _SHIFTS
]
