r"""Text of others, such as an agent's words or the name of a file, made harmless to show.

A terminal obeys control characters: they move the cursor, rewrite lines, change titles, or write links. Marks of
direction change the order in which a line is read. All of these are shown as escapes, such as `\x1b`.
"""

import json
import textwrap
import unicodedata

# More marks on one letter than any script needs cover the lines above and below.
_MOST_MARKS = 4
_WIDE = frozenset("WF")
_MARKS = frozenset({"Mn", "Me"})


def one_line(text: str) -> str:
    """Return text as one line that a terminal only shows; line ends, tabs and odd spaces are spaces."""
    if text.isprintable() and (text.isascii() or _MARKS.isdisjoint(map(unicodedata.category, set(text)))):
        return text
    found, marks = [], 0
    for character in text:
        category = unicodedata.category(character)
        marks = marks + 1 if category in _MARKS else 0
        if character in "\n\t" or category in {"Zs", "Zl", "Zp"}:
            found.append(" ")
        elif character.isprintable() and marks <= _MOST_MARKS:
            found.append(character)
        else:
            found.append(_escape(character))
    return "".join(found)


def many_lines(text: str) -> str:
    """Return text that a terminal only shows; line feeds stay."""
    return "\n".join(map(one_line, text.split("\n")))


def shown_json(text: str) -> str:
    """Return JSON text of the same value that a terminal only shows."""
    if text.isascii() and text.replace("\n", "").isprintable():
        return text
    return "".join(
        character if character.isprintable() or character == "\n" else json.dumps(character)[1:-1]
        for character in text
    )


def width(text: str) -> int:
    """Return how many columns a line takes on a terminal: letters of East Asia take two, marks on letters none."""
    if text.isascii():
        return len(text)
    return sum(map(_columns, text))


def padded(text: str, columns: int, *, is_right: bool = False) -> str:
    """Return a line filled with spaces to a width."""
    spaces = " " * (columns - width(text))
    return spaces + text if is_right else text + spaces


def wrapped(text: str, columns: int) -> list[str]:
    """Return the lines of a text that fit into so many columns."""
    if text.isascii():
        return textwrap.wrap(text, columns) or [""]
    found, line = [], ""
    for word in text.split(" "):
        joined = f"{line} {word}" if line else word
        if width(joined) <= columns:
            line = joined
            continue
        found += [line] if line else []
        *full, line = _pieces(word, columns)
        found += full
    return [*found, line] if line else found or [""]


def broken(text: str, columns: int) -> list[str]:
    """Return a line in parts of so many columns; all its spaces stay."""
    if text.isascii():
        return textwrap.wrap(text, columns, drop_whitespace=False) or [""]
    return _pieces(text, columns)


def beginning(text: str, columns: int) -> str:
    """Return as much of a line as fits into so many columns."""
    if text.isascii():
        return text[:columns]
    taken = 0
    for at, character in enumerate(text):
        taken += _columns(character)
        if taken > columns:
            return text[:at]
    return text


def _pieces(word: str, columns: int) -> list[str]:
    pieces, taken = [""], 0
    for character in word:
        needed = _columns(character)
        if taken + needed > columns and pieces[-1]:
            pieces.append("")
            taken = 0
        pieces[-1] += character
        taken += needed
    return pieces


def _columns(character: str) -> int:
    if unicodedata.category(character) in _MARKS:
        return 0
    return 2 if unicodedata.east_asian_width(character) in _WIDE else 1


def _escape(character: str) -> str:
    number = ord(character)
    if number < 0x100:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"
