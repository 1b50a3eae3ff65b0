"""Text of others in Markdown: shown as it is, and never taken for markup, a link, a mention or HTML.

The syntax is that of CommonMark (https://spec.commonmark.org) with tables, and with what GitHub makes of plain words.
"""

import re

from itbench.text.harmless import one_line

_MARKUP = re.compile(r"([\\`*_\[\]<>|~&$#])")
# Words that become links or mentions by themselves, also where each of their characters is escaped: they are shown as code.
_BY_ITSELF = re.compile(r"@|://|www\.|mailto:|xmpp:|[#!]\d|GH-\d", re.IGNORECASE)
_UNFIT_FOR_CODE = re.compile(r"([`|\\])")
# What makes a line at its beginning a heading, a list, a quotation or a rule.
_AT_THE_BEGINNING = re.compile(r"^(\d{1,9}(?=[.)])|(?=[-+=:]))")


def markdown_text(text: str) -> str:
    """Return a line of text for a paragraph or a list."""
    return _AT_THE_BEGINNING.sub(r"\1\\", markdown_cell(text.strip()))


def markdown_cell(text: str) -> str:
    """Return a line of text for a heading or a cell of a table."""
    return " ".join(map(_word, one_line(text).split(" ")))


def _word(word: str) -> str:
    if not _BY_ITSELF.search(word):
        return _MARKUP.sub(r"\\\1", word)
    # Readers of Markdown do not agree on how these three stand within code in a table.
    parts = _UNFIT_FOR_CODE.split(word)
    return "".join(f"\\{part}" if _UNFIT_FOR_CODE.fullmatch(part) else f"`{part}`" for part in parts if part)
