"""What a study file says, each value with its place in the text, whichever format it is written in."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from itbench.interfaces.json import JsonValue

# Deeper than any study.
DEEPEST = 20
# Longer than any number that means something.
_LONGEST_NUMBER = 40
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?P<rest>\.[0-9]+)?(?P<exponent>[eE][+-]?[0-9]+)?")


class PlaceError(Exception):
    """Something at a place of the text that no study file may have; the reader of the file tells where that is."""

    def __init__(self, message: str, index: int) -> None:
        super().__init__(message)
        self.index = index


@dataclass(slots=True)
class Node:
    """A value with its place.

    Attributes:
        index: of its first character in the text.
        value: a scalar; None for null, a mapping or a list.
        written: the scalar as it stands in the text; None for a mapping or a list.
        entries: of a mapping; None if it is none.
        keys: the places of its keys.
        items: of a list; None if it is none.
    """

    index: int
    value: JsonValue = None
    written: str | None = None
    entries: "dict[str, Node] | None" = None
    keys: dict[str, int] = field(default_factory=dict)
    items: "list[Node] | None" = None

    def add(self, key: str, index: int, node: "Node") -> None:
        """Put an entry into a mapping.

        Raises:
            PlaceError: there is one of this key already.
        """
        if self.entries is None:
            raise TypeError("entries belong to a mapping")
        if key in self.entries:
            raise PlaceError(f"the key {key!r} is given twice; leave one out", index)
        self.entries[key], self.keys[key] = node, index

    def at(self, path: tuple[str | int, ...]) -> "Node":
        """Return the node to which keys and places lead, as far as they do."""
        node = self
        for step in path:
            if node.entries is not None and step in node.entries:
                node = node.entries[str(step)]
            elif node.items is not None and isinstance(step, int) and step < len(node.items):
                node = node.items[step]
            else:
                break
        return node

    def scalars(self) -> "Iterator[tuple[str, str, Node]]":
        """Yield the path, the nearest key and the node of each scalar."""
        return _scalars(self, "$", "")

    def plain(self, *, with_words: bool = False) -> JsonValue:
        """Return it as JSON; with words, numbers that are words for others are the text that was written."""
        return _plain(self, with_words=with_words, is_word=False)


def _scalars(node: Node, path: str, key: str) -> Iterator[tuple[str, str, Node]]:
    if node.entries is not None:
        for name, entry in node.entries.items():
            yield from _scalars(entry, f"{path}.{name}", name)
    elif node.items is not None:
        for at, entry in enumerate(node.items):
            yield from _scalars(entry, f"{path}[{at}]", key)
    else:
        yield path, key, node


def _plain(node: Node, *, with_words: bool, is_word: bool) -> JsonValue:
    if node.entries is not None:
        return {
            key: _plain(entry, with_words=with_words, is_word=is_word or (with_words and key in _OF_WORDS))
            for key, entry in node.entries.items()
        }
    if node.items is not None:
        return [_plain(entry, with_words=with_words, is_word=is_word) for entry in node.items]
    is_number = isinstance(node.value, int | float) and not isinstance(node.value, bool)
    return _word(node) if is_word and is_number else node.value


# What stands there is a word for others, as on a command line: 1.10 is not 1.1.
_OF_WORDS = frozenset({"arguments", "options"})


def _word(node: Node) -> str:
    found = _NUMBER.fullmatch(node.written or "")
    return str(node.value) if found is None or found["exponent"] else found[0]


def number(text: str, index: int) -> int | float | None:
    """Return the number that a text is in JSON; None if it is none.

    Raises:
        PlaceError: it is larger than any floating-point number, or longer than any that means something.
    """
    found = _NUMBER.fullmatch(text)
    if found is None:
        return None
    if len(text) > _LONGEST_NUMBER:
        raise PlaceError(f"a number of {len(text)} characters; use fewer", index)
    if found["rest"] is None and found["exponent"] is None:
        return int(text)
    value = float(text)
    if value in {float("inf"), float("-inf")}:
        raise PlaceError(f"{text} is larger than any floating-point number", index)
    return value
