"""Strings: version 2 of cel-go's library, which is the one that Kubernetes has."""

from collections.abc import Callable, Mapping
from typing import Any

from itbench_ciso.engines.inside.expressions.errors import EvaluationError
from itbench_ciso.engines.inside.expressions.functions.conversions import double_text
from itbench_ciso.engines.inside.expressions.functions.times import duration_text, time_text
from itbench_ciso.engines.inside.expressions.overloads import Overload, overload
from itbench_ciso.engines.inside.expressions.values import Duration, Timestamp, TypeValue, kind_of

_WHITE = "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
_LOWER = str.maketrans({chr(code): chr(code + 32) for code in range(65, 91)})
_UPPER = str.maketrans({chr(code): chr(code - 32) for code in range(97, 123)})
_QUOTED = str.maketrans({"\a": "\\a", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\v": "\\v", "\\": "\\\\", '"': '\\"'})  # fmt: skip
_PRECISION = 6


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
        overload("string.replace(string, string): string", lambda text, old, new: text.replace(old, new)),
        overload(
            "string.replace(string, string, int): string",
            lambda text, old, new, most: text.replace(old, new, most),
        ),
        overload("string.split(string): list<string>", lambda text, sign: _split(text, sign, -1)),
        overload("string.split(string, int): list<string>", _split),
        overload("string.substring(int): string", lambda text, start: _substring(text, start, len(text))),
        overload("string.substring(int, int): string", _substring),
        overload("string.trim(): string", lambda text: text.strip(_WHITE)),
        overload("list<string>.join(): string", lambda items: _join(items, "")),
        overload("list<string>.join(string): string", _join),
        overload("string.format(list<dyn>): string", _format),
        overload("@strings.quote(string): string", lambda text: f'"{text.translate(_QUOTED)}"'),
    ]


def _char_at(text: str, place: int) -> str:
    if not 0 <= place <= len(text):
        raise EvaluationError(f"index out of range: {place}")
    return text[place : place + 1]


def _index_of(text: str, part: str, start: int) -> int:
    if not 0 <= start <= len(text):
        raise EvaluationError(f"index out of range: {start}")
    return text.find(part, start)


def _last_index_of(text: str, part: str, start: int) -> int:
    if not 0 <= start <= len(text):
        raise EvaluationError(f"index out of range: {start}")
    return text.rfind(part, 0, start + len(part))


def _split(text: str, sign: str, most: int) -> list[str]:
    if most == 0:
        return []
    if most == 1:
        return [text]
    if not sign:
        letters = list(text)
        return (
            letters
            if most < 0 or len(letters) <= most
            else [*letters[: most - 1], "".join(letters[most - 1 :])]
        )
    return text.split(sign, -1 if most < 0 else most - 1)


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
    return sign.join(items)


def _format(text: str, values: list[Any]) -> str:
    parts, waiting, at = [], list(values), 0
    while at < len(text):
        if text[at] != "%":
            parts.append(text[at])
            at += 1
        elif text.startswith("%%", at):
            parts.append("%")
            at += 2
        else:
            precision, letter, at = _clause(text, at + 1)
            if not waiting:
                raise EvaluationError(f"index {len(values)} out of range")
            parts.append(_formatted(letter, precision, waiting.pop(0)))
    return "".join(parts)


def _clause(text: str, at: int) -> tuple[int, str, int]:
    precision = _PRECISION
    if text.startswith(".", at):
        end = at + 1
        while text[end : end + 1].isdigit():
            end += 1
        precision, at = int(text[at + 1 : end] or 0), end
    letter = text[at : at + 1]
    if letter not in _CLAUSES or not letter:
        raise EvaluationError(f"could not parse formatting clause: unrecognized formatting clause {letter!r}")
    return precision, letter, at + 1


def _formatted(letter: str, precision: int, value: Any) -> str:
    kinds, write = _CLAUSES[letter]
    if kinds and kind_of(value) not in kinds:
        raise EvaluationError(f"error during formatting: %{letter} cannot be used on {kind_of(value)}")
    return write(value, precision)


def as_text(value: Any) -> str:
    """Return a value as `%s` writes it."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case float():
            return double_text(value)
        case bytes():
            return value.decode("utf-8", "replace")
        case Duration():
            return duration_text(value)
        case Timestamp():
            return time_text(value)
        case TypeValue():
            return value.name
        case list():
            return f"[{', '.join(map(as_text, value))}]"
        case Mapping():
            pairs = sorted((as_text(key), as_text(each)) for key, each in value.items())
            return f"{{{', '.join(f'{key}: {each}' for key, each in pairs)}}}"
        case int() | str():
            return str(value) if isinstance(value, str) else str(int(value))
    raise EvaluationError(
        f"error during formatting: string clause can only be used on basic types, found {kind_of(value)}"
    )


def _whole(value: Any, _precision: int) -> str:
    return double_text(value) if isinstance(value, float) else str(int(value))


def _fixed(value: Any, precision: int) -> str:
    text = f"{float(value):.{precision}f}"
    return {"inf": "Infinity", "-inf": "-Infinity", "nan": "NaN"}.get(text, text)


def _scientific(value: Any, precision: int) -> str:
    text = f"{float(value):.{precision}e}"
    return {"inf": "Infinity", "-inf": "-Infinity", "nan": "NaN"}.get(text, text)


def _binary(value: Any, _precision: int) -> str:
    return f"{int(value):b}"


def _hexadecimal(value: Any, _precision: int) -> str:
    if isinstance(value, str):
        return value.encode().hex()
    return value.hex() if isinstance(value, bytes) else f"{int(value):x}"


def _octal(value: Any, _precision: int) -> str:
    return f"{int(value):o}"


_INTEGERS = ("int", "uint")
_CLAUSES: dict[str, tuple[tuple[str, ...], Callable[[Any, int], str]]] = {
    "s": ((), lambda value, _precision: as_text(value)),
    "d": ((*_INTEGERS, "double"), _whole),
    "f": ((*_INTEGERS, "double"), _fixed),
    "e": ((*_INTEGERS, "double"), _scientific),
    "b": ((*_INTEGERS, "bool"), _binary),
    "x": ((*_INTEGERS, "string", "bytes"), _hexadecimal),
    "X": ((*_INTEGERS, "string", "bytes"), lambda value, precision: _hexadecimal(value, precision).upper()),
    "o": (_INTEGERS, _octal),
}
