"""`format`, as version 2 of cel-go's library of strings has it: https://github.com/google/cel-go/blob/v0.26.0/ext/formatting.go.

Numbers are written as in English: with commas between thousands, and powers of ten as superscripts.
"""

import json
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from itbench_ciso.engines.inside.expressions.errors import EvaluationError
from itbench_ciso.engines.inside.expressions.functions.conversions import double_text
from itbench_ciso.engines.inside.expressions.functions.times import duration_text, time_text
from itbench_ciso.engines.inside.expressions.values import Duration, Timestamp, TypeValue, entries_of, kind_of
from itbench_ciso.engines.inside.expressions.work import take, take_characters

_PRECISION, _LARGEST_PRECISION = 6, 1_000_000
_SUPERSCRIPTS = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
_DYN = "dyn"
_SPECIAL_NUMBERS = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause of a template, such as `%.3f`."""

    letter: str
    precision: int

    def check(self, kind: str) -> None:
        """Refuse a value of a type that the clause does not take.

        Raises:
            EvaluationError: it does not.
        """
        allowed, told, _ = _CLAUSES[self.letter]
        if kind not in allowed and kind != _DYN:
            raise EvaluationError(f"error during formatting: {told}, was given {kind}")

    def write(self, value: Any) -> str:
        """Return a value as the clause writes it.

        Raises:
            EvaluationError: it does not take such a value.
        """
        kind = kind_of(value)
        allowed, told, write = _CLAUSES[self.letter]
        if kind not in allowed or (
            self.letter in "ef" and kind == "string" and value not in _SPECIAL_NUMBERS
        ):
            raise EvaluationError(f"error during formatting: {told}, was given {kind}")
        take_characters(self.precision)
        return write(value, self.precision)


def formatted(template: str, values: list[Any]) -> str:
    """Return a template with values in place of its clauses.

    Raises:
        EvaluationError: there are too few values, or of a type that a clause does not take.
    """
    parts, place = [], 0
    for part in clauses(template, len(values)):
        if isinstance(part, Clause):
            part, place = part.write(values[place]), place + 1
        take_characters(len(part))
        parts.append(part)
    return "".join(parts)


def clauses(template: str, count: int) -> Iterator[str | Clause]:
    """Yield the text and the clauses of a template.

    Raises:
        EvaluationError: there are more clauses than values, or one is none.
    """
    at = place = 0
    while at < len(template):
        end = template.find("%", at)
        end = len(template) if end < 0 else end
        if end > at:
            yield template[at:end]
        at = end
        if template.startswith("%%", at):
            yield "%"
            at += 2
        elif at < len(template):
            if at + 1 == len(template):
                raise EvaluationError("unexpected end of string")
            if place >= count:
                raise EvaluationError(f"index {place} out of range")
            clause, at = _clause(template, at + 1)
            yield clause
            place += 1


def _clause(template: str, at: int) -> tuple[Clause, int]:
    precision = _PRECISION
    if template[at] == ".":
        end = at + 1
        while "0" <= template[end : end + 1] <= "9":
            end += 1
        digits, at = template[at + 1 : end], end
        if at == len(template):
            raise EvaluationError(
                "could not parse formatting clause: could not find end of precision specifier"
            )
        if not digits or len(digits) > len(str(_LARGEST_PRECISION)) or int(digits) > _LARGEST_PRECISION:
            raise EvaluationError(f"could not parse formatting clause: precision {digits[:20]!r}")
        precision = int(digits)
    letter = template[at]
    if letter not in _CLAUSES:
        raise EvaluationError(f"could not parse formatting clause: unrecognized formatting clause {letter!r}")
    return Clause(letter, precision), at + 1


def _plain(value: Any, _precision: int = 0) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case float():
            return double_text(value)
        case bytes():
            return _text_of(value)
        case Duration():
            return duration_text(value)
        case Timestamp():
            return time_text(value)
        case TypeValue():
            return value.name
        case list() | Mapping():
            return _nested(value)
    return str(value) if isinstance(value, str) else str(int(value))


def _text_of(value: bytes) -> str:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError as error:
        raise EvaluationError("invalid UTF-8 in bytes, cannot convert to string") from error


def _nested(value: Any) -> str:
    """Return a value inside a list or map, which is written as the language writes it."""
    match value:
        case list():
            take(len(value))
            return f"[{', '.join(map(_nested, value))}]"
        case Mapping():
            take(len(value))
            pairs = sorted((_nested(key), _nested(each)) for key, each in entries_of(value))
            return f"{{{', '.join(f'{key}:{each}' for key, each in pairs)}}}"
        case str():
            return _quoted(value)
        case bytes():
            return f"b{_quoted(_text_of(value))}"
        case float():
            return f"{value:.{_PRECISION}f}" if math.isfinite(value) else f'"{double_text(value)}"'
        case Duration() | Timestamp():
            return f'{"duration" if isinstance(value, Duration) else "timestamp"}("{_plain(value)}")'
    if kind_of(value) not in _BASIC:
        raise EvaluationError(f"no formatting function for {kind_of(value)}")
    return _plain(value)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _whole(value: Any, _precision: int) -> str:
    return str(int(value))


def _number(value: Any) -> tuple[float, str]:
    """Return a number, with its text if it has no digits."""
    number = _SPECIAL_NUMBERS[value] if isinstance(value, str) else float(value)
    return number, "" if math.isfinite(number) else "NaN" if math.isnan(
        number
    ) else "∞" if number > 0 else "-∞"


def _fixed(value: Any, precision: int) -> str:
    number, text = _number(value)
    return text or f"{number:,.{precision}f}"


def _scientific(value: Any, precision: int) -> str:
    number, text = _number(value)
    digits, _, power = f"{number:.{precision}e}".partition("e") if not text else ("", "", "")
    exponent = f"{'-' if power.startswith('-') else ''}{power[1:]}".translate(_SUPERSCRIPTS)
    return text or f"{digits}\u202f×\u202f10{exponent}"  # noqa: RUF001 - this is how it is written


def _binary(value: Any, _precision: int) -> str:
    return f"{int(value):b}"


def _hexadecimal(value: Any, _precision: int) -> str:
    if isinstance(value, str):
        return value.encode().hex()
    return value.hex() if isinstance(value, bytes) else f"{int(value):x}"


def _octal(value: Any, _precision: int) -> str:
    return f"{int(value):o}"


_BASIC = frozenset(
    {
        "null_type", "bool", "int", "uint", "double", "string", "bytes", "list", "map", "type", Duration.kind, Timestamp.kind,
    }
)  # fmt: skip
_INTEGERS = frozenset({"int", "uint"})
_DOUBLES = frozenset({"double", "string"})
_CODED = _INTEGERS | {"string", "bytes"}
_CLAUSES: dict[str, tuple[frozenset[str], str, Callable[[Any, int], str]]] = {
    "s": (_BASIC, "string clause can only be used on basic types", _plain),
    "d": (_INTEGERS, "decimal clause can only be used on integers", _whole),
    "f": (_DOUBLES, "fixed-point clause can only be used on doubles", _fixed),
    "e": (_DOUBLES, "scientific clause can only be used on doubles", _scientific),
    "b": (_INTEGERS | {"bool"}, "only integers and bools can be formatted as binary", _binary),
    "x": (_CODED, "only integers, byte buffers, and strings can be formatted as hex", _hexadecimal),
    "X": (
        _CODED,
        "only integers, byte buffers, and strings can be formatted as hex",
        lambda value, precision: _hexadecimal(value, precision).upper(),
    ),
    "o": (_INTEGERS, "octal clause can only be used on integers", _octal),
}
