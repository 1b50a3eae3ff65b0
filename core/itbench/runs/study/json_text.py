"""Reads JSON with the place of each value, which the reader of the standard library does not tell."""

import re
from json import JSONDecodeError, JSONDecoder

from itbench.runs.study.nodes import DEEPEST, Node, PlaceError, number

_DECODER = JSONDecoder()
_SPACE = re.compile(r"[ \t\n\r]*")
_WORD = re.compile(r"[^\s,:\[\]{}\"]+")
_CONSTANTS = {"null": None, "true": True, "false": False}


def read_json(text: str) -> Node | None:
    """Return the value of a text; None where there is none.

    Raises:
        PlaceError: it is not JSON, or nested too deep.
    """
    reader = _Reader(text)
    if reader.at_end():
        return None
    node = reader.value(1)
    if not reader.at_end():
        raise PlaceError("not JSON: something stands behind the value", reader.place)
    return node


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text
        self.place = 0

    def at_end(self) -> bool:
        """Pass over space, and tell whether nothing follows."""
        return self._next() == ""

    def value(self, depth: int) -> Node:
        mark, index = self._next(), self.place
        if depth > DEEPEST:
            raise PlaceError(f"nested more than {DEEPEST} deep", index)
        if mark == "{":
            return self._mapping(Node(index, entries={}), depth)
        if mark == "[":
            return self._list(Node(index, items=[]), depth)
        if mark == '"':
            text = self._string()
            return Node(index, text, text)
        found = _WORD.match(self._text, index)
        word = found[0] if found else mark
        if word in _CONSTANTS:
            self.place += len(word)
            return Node(index, _CONSTANTS[word], word)
        value = number(word, index)
        if value is None:
            raise PlaceError(
                f"not JSON: {word!r} is no value" if word else "not JSON: a value is missing", index
            )
        self.place += len(word)
        return Node(index, value, word)

    def _mapping(self, node: Node, depth: int) -> Node:
        self._take("{")
        while self._next() != "}" or node.entries:
            if self._next() != '"':
                raise PlaceError('not JSON: a key in "quotes" is missing', self.place)
            index, key = self.place, self._string()
            self._take(":")
            node.add(key, index, self.value(depth + 1))
            if self._next() == "}":
                break
            self._take(",")
        self._take("}")
        return node

    def _list(self, node: Node, depth: int) -> Node:
        self._take("[")
        items = node.items if node.items is not None else []
        while self._next() != "]" or items:
            items.append(self.value(depth + 1))
            if self._next() == "]":
                break
            self._take(",")
        self._take("]")
        return node

    def _string(self) -> str:
        try:
            found, self.place = _DECODER.raw_decode(self._text, self.place)
        except JSONDecodeError as error:
            raise PlaceError(f"not JSON: {error.msg}", error.pos) from error
        return str(found)

    def _take(self, mark: str) -> None:
        if self._next() != mark:
            raise PlaceError(f"not JSON: {mark!r} is missing", self.place)
        self.place += 1

    def _next(self) -> str:
        found = _SPACE.match(self._text, self.place)
        self.place = found.end() if found else self.place
        return self._text[self.place : self.place + 1]
