"""Strings: version 2 of cel-go's library, which is the one that Kubernetes has."""

from typing import Any

from itbench_ciso.engines.inside.expressions.errors import EvaluationError
from itbench_ciso.engines.inside.expressions.functions.formatting import formatted
from itbench_ciso.engines.inside.expressions.overloads import Overload, overload
from itbench_ciso.engines.inside.expressions.work import take, take_characters

_WHITE = "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
_LOWER = str.maketrans({chr(code): chr(code + 32) for code in range(65, 91)})
_UPPER = str.maketrans({chr(code): chr(code - 32) for code in range(97, 123)})
_QUOTED = str.maketrans({"\a": "\\a", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\v": "\\v", "\\": "\\\\", '"': '\\"'})  # fmt: skip
# A string of its own needs some 80 bytes.
_TAKEN_A_PART = 3


def strings() -> list[Overload]:
    """Return all functions of the library."""
    return [
        overload("string.charAt(int): string", _char_at),
        overload("string.indexOf(string): int", lambda text, part: text.find(part)),
        overload("string.indexOf(string, int): int", _index_of),
        overload("string.lastIndexOf(string): int", lambda text, part: text.rfind(part)),
        overload("string.lastIndexOf(string, int): int", _last_index_of),
        overload("string.lowerAscii(): string", lambda text: text.translate(_LOWER)),
        overload("string.upperAscii(): string", lambda text: text.translate(_UPPER)),
        overload("string.replace(string, string): string", _replace),
        overload("string.replace(string, string, int): string", _replace),
        overload("string.split(string): list<string>", lambda text, sign: _split(text, sign, -1)),
        overload("string.split(string, int): list<string>", _split),
        overload("string.substring(int): string", lambda text, start: _substring(text, start, len(text))),
        overload("string.substring(int, int): string", _substring),
        overload("string.trim(): string", lambda text: text.strip(_WHITE)),
        overload("list<string>.join(): string", lambda items: _join(items, "")),
        overload("list<string>.join(string): string", _join),
        overload("string.format(list<dyn>): string", formatted),
        overload("@strings.quote(string): string", lambda text: f'"{text.translate(_QUOTED)}"'),
    ]


def _char_at(text: str, place: int) -> str:
    if not 0 <= place <= len(text):
        raise EvaluationError(f"index out of range: {place}")
    return text[place : place + 1]


def _index_of(text: str, part: str, start: int) -> int:
    if not part:
        return start
    if start < 0:
        raise EvaluationError(f"index out of range: {start}")
    return text.find(part, start)


def _last_index_of(text: str, part: str, start: int) -> int:
    if not part:
        return start
    if start < 0:
        raise EvaluationError(f"index out of range: {start}")
    return -1 if start >= len(text) else text.rfind(part, 0, start + len(part))


def _replace(text: str, old: str, new: str, most: int = -1) -> str:
    count = text.count(old)
    count = count if most < 0 else min(count, most)
    take_characters(max(0, len(text) + count * (len(new) - len(old))))
    return text.replace(old, new, most)


def _split(text: str, sign: str, most: int) -> list[str]:
    if most == 0:
        return []
    count = text.count(sign) + 1
    take(_TAKEN_A_PART * (count if most < 0 else min(count, most)))
    if sign:
        return text.split(sign, -1 if most < 0 else most - 1)
    letters = list(text)
    return (
        letters if most < 0 or len(letters) <= most else [*letters[: most - 1], "".join(letters[most - 1 :])]
    )


def _substring(text: str, start: int, end: int) -> str:
    if not 0 <= start <= len(text):
        raise EvaluationError(f"index out of range: {start}")
    if not 0 <= end <= len(text):
        raise EvaluationError(f"index out of range: {end}")
    if start > end:
        raise EvaluationError(f"invalid substring range. start: {start}, end: {end}")
    return text[start:end]


def _join(items: list[Any], sign: str) -> str:
    if not all(isinstance(each, str) for each in items):
        raise EvaluationError("no such overload")
    take_characters(sum(map(len, items)) + len(sign) * len(items))
    return sign.join(items)
