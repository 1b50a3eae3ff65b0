"""Divides the text of an expression into tokens."""

import re
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from itbench_ciso.engines.inside.expressions.errors import CompileError

_ESCAPES = {
    "a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v",
    "\\": "\\", "?": "?", '"': '"', "'": "'", "`": "`",
}  # fmt: skip
_QUOTES = ('"""', "'''", '"', "'")
_TOKEN = re.compile(
    r"""
    (?P<space>[\t\f\n\r ]+|//[^\n]*)
    | (?P<double>(?:[0-9]+\.[0-9]+(?:[eE][+-]?[0-9]+)?|[0-9]+[eE][+-]?[0-9]+|\.[0-9]+(?:[eE][+-]?[0-9]+)?))
    | (?P<hexadecimal>0x[0-9a-fA-F]+)(?P<hexadecimal_unsigned>[uU]?)
    | (?P<decimal>[0-9]+)(?P<decimal_unsigned>[uU]?)
    | (?P<quote>(?:[bB]?[rR]?)(?:\"\"\"|'''|\"|'))
    | (?P<name>[_a-zA-Z][_a-zA-Z0-9]*)
    | (?P<sign>==|!=|<=|>=|&&|\|\||[-<>!?:.\[\]{}()+*/%,])
    """,
    re.VERBOSE,
)
_ESCAPE = re.compile(r"\\(?:(?P<plain>[abfnrtv\\?\"'`])|[xX](?P<byte>[0-9a-fA-F]{2})|(?P<octal>[0-3][0-7]{2})"
                     r"|u(?P<short>[0-9a-fA-F]{4})|U(?P<long>[0-9a-fA-F]{8}))")  # fmt: skip
_LARGEST_INT, _LARGEST_UINT = 2**63 - 1, 2**64 - 1


class Kind(Enum):
    """What a token is."""

    NAME = auto()
    SIGN = auto()
    INT = auto()
    UINT = auto()
    DOUBLE = auto()
    STRING = auto()
    BYTES = auto()
    END = auto()


@dataclass(frozen=True, slots=True)
class Token:
    """A token with its value and where it begins."""

    kind: Kind
    value: Any
    offset: int


def place(text: str, offset: int) -> str:
    """Return line and column of an offset in words."""
    before = text[:offset]
    return f"line {before.count(chr(10)) + 1}, column {offset - before.rfind(chr(10))}"


def tokens(text: str) -> list[Token]:
    """Return all tokens of an expression, an `END` last.

    Raises:
        CompileError: it has a character or literal that the language does not know.
    """
    found, offset = [], 0
    while offset < len(text):
        match = _TOKEN.match(text, offset)
        if match is None:
            raise CompileError(
                f"{place(text, offset)}: Syntax error: token recognition error at: {text[offset]!r}"
            )
        token, offset = _token(text, match)
        if token is not None:
            found.append(token)
    return [*found, Token(Kind.END, "<EOF>", offset)]


def _token(text: str, match: re.Match[str]) -> tuple[Token | None, int]:
    start, end = match.span()
    if match["space"]:
        return None, end
    if match["name"]:
        return Token(Kind.NAME, match["name"], start), end
    if match["sign"]:
        return Token(Kind.SIGN, match["sign"], start), end
    if match["double"]:
        return Token(Kind.DOUBLE, float(match["double"]), start), end
    if match["quote"]:
        return _quoted(text, match)
    digits, is_unsigned = (
        match["hexadecimal"] or match["decimal"],
        match["hexadecimal_unsigned"] or match["decimal_unsigned"],
    )
    if len(digits) > 1 and match["decimal"] and digits.startswith("0") and digits.strip("0") == "":
        digits = "0"
    return _integer(text, start, int(digits, 16 if match["hexadecimal"] else 10), bool(is_unsigned)), end


def _integer(text: str, start: int, number: int, is_unsigned: bool) -> Token:
    # The least int is written with a sign, which the parser looks at.
    if number > (_LARGEST_UINT if is_unsigned else _LARGEST_INT + 1):
        raise CompileError(f"{place(text, start)}: invalid {'uint' if is_unsigned else 'int'} literal")
    return Token(Kind.UINT if is_unsigned else Kind.INT, number, start)


def _quoted(text: str, match: re.Match[str]) -> tuple[Token, int]:
    prefix = match["quote"].rstrip("\"'").lower()
    quote = match["quote"][len(prefix) :]
    is_bytes, is_raw = "b" in prefix, "r" in prefix
    parts: list[Any] = []
    at = match.end()
    while not text.startswith(quote, at):
        if at >= len(text) or (len(quote) == 1 and text[at] in "\n\r"):
            raise CompileError(f"{place(text, match.start())}: Syntax error: a string is not closed")
        if text[at] == "\\" and not is_raw:
            escape = _ESCAPE.match(text, at)
            if escape is None:
                raise CompileError(f"{place(text, at)}: Syntax error: unknown escape {text[at : at + 2]!r}")
            parts.append(_unescaped(text, escape, is_bytes=is_bytes))
            at = escape.end()
        else:
            parts.append(text[at].encode() if is_bytes else text[at])
            at += 1
    value = b"".join(parts) if is_bytes else "".join(parts)
    return Token(Kind.BYTES if is_bytes else Kind.STRING, value, match.start()), at + len(quote)


def _unescaped(text: str, escape: re.Match[str], *, is_bytes: bool) -> str | bytes:
    if escape["plain"]:
        letter = _ESCAPES[escape["plain"]]
        return letter.encode() if is_bytes else letter
    wide = escape["short"] or escape["long"]
    number = int(wide, 16) if wide else int(escape["byte"], 16) if escape["byte"] else int(escape["octal"], 8)
    if is_bytes and not wide:
        return bytes([number])
    if is_bytes or number > 0x10FFFF or 0xD800 <= number < 0xE000:
        raise CompileError(f"{place(text, escape.start())}: invalid escape {escape[0]!r}")
    return chr(number)
