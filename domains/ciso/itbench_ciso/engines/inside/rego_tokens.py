"""Splits a Rego policy into names, numbers, strings and signs, without comments and whitespace.

Grammar: https://www.openpolicyagent.org/docs/policy-reference#grammar
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_BLANK = re.compile(r"(?:\s|#[^\n]*)+")
_TEXT = re.compile(r'"(?:[^"\\\n]|\\.)*"?')
_RAW = re.compile(r"`[^`]*`?")


@dataclass(frozen=True, slots=True)
class Token:
    """A name, a number, the content of a string, or one sign.

    Attributes:
        kind: "name", "number", "string" or "sign".
        text: the name, the number, the string without quotes and escapes, or the sign.
        line: where it stands, counted from 1.
        start: the place of its first letter.
        end: the place behind its last letter.
    """

    kind: str
    text: str
    line: int
    start: int
    end: int

    def is_sign(self, *texts: str) -> bool:
        """Tell whether this is one of some signs."""
        return self.kind == "sign" and self.text in texts


def tokens(text: str) -> Iterator[Token]:
    """Yield the tokens in their order; what does not end by itself ends with the text."""
    yield from _Reader(text).read()


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._line = 1

    def read(self) -> Iterator[Token]:
        """Yield all tokens; braces of a template's expressions are kept on a stack of what they return to."""
        templates: list[tuple[str, int]] = []
        while self._at < len(self._text):
            letter = self._text[self._at]
            if self._skip(_BLANK):
                continue
            if letter == "$" and self._text[self._at + 1 : self._at + 2] in {'"', "`"}:
                quote = self._text[self._at + 1]
                self._at += 2
                if self._to_expression(quote):
                    templates.append((quote, 0))
                continue
            if templates and letter in "{}" and self._is_end_of_expression(templates, letter):
                continue
            yield self._token(letter)

    def _is_end_of_expression(self, templates: list[tuple[str, int]], letter: str) -> bool:
        quote, depth = templates.pop()
        if letter == "{" or depth > 0:
            templates.append((quote, depth + (1 if letter == "{" else -1)))
            return False
        self._at += 1
        if self._to_expression(quote):
            templates.append((quote, 0))
        return True

    def _to_expression(self, quote: str) -> bool:
        """Go on to the next expression of a template string, or behind its end; tell whether there is one."""
        while self._at < len(self._text):
            letter = self._text[self._at]
            self._line += letter == "\n"
            self._at += 2 if letter == "\\" else 1
            if letter in (quote, "{"):
                return letter == "{"
        return False

    def _token(self, letter: str) -> Token:
        line, start = self._line, self._at
        for kind, pattern in (("name", _NAME), ("number", _NUMBER), ("string", _TEXT), ("string", _RAW)):
            found = self._skip(pattern)
            if found:
                text = _content(found) if kind == "string" else found
                return Token(kind, text, line, start, self._at)
        self._at += 1
        return Token("sign", letter, line, start, self._at)

    def _skip(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self._text, self._at)
        if match is None:
            return ""
        self._at = match.end()
        self._line += match[0].count("\n")
        return match[0]


def _content(literal: str) -> str:
    if literal[0] == "`":
        return literal.strip("`")
    try:
        return str(json.loads(literal))
    except ValueError:
        return literal.strip('"')
