"""Text of others in Markdown is text."""

import pytest
from hypothesis import given, strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from itbench.text.harmless import one_line
from itbench.text.markdown import markdown_cell, markdown_text

READER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
HOSTILE = [
    "<script>alert(1)</script>",
    "<!-- -->",
    "&lt;b&gt; &amp; &#64;",
    "![x](http://x.example/a.png)",
    "[x](javascript:alert(1))",
    "[x]: http://x.example",
    "https://x.example/?a=b&c=d",
    "<https://x.example>",
    "www.x.example",
    "@everybody and me@x.example",
    "see #12, GH-3",
    "a | b || c",
    "a@b|c\\|d`e``f`",
    "\\| and \\\\|",
    "ends with \\",
    "`code` ``more`",
    "**bold** __bold__ *i* _i_ ~~gone~~",
    "$x$ costs $0.02, at most $0.05",
    "# heading",
    "- item",
    "+ item",
    "1. item",
    "2) item",
    "> said",
    "---",
    "===",
    "```",
    "    code",
    ": definition",
    "precision_at_full_recall_strict",
]


def said(tokens: list[Token]) -> tuple[str, set[str]]:
    """Return what a reader sees of tokens, and of which kinds they are."""
    inline = [child for token in tokens for child in token.children or ()]
    return "".join(child.content for child in inline), {child.type for child in inline}


def cells(text: str) -> list[str]:
    """Return the cells of the last row of a table with two of them, as a reader sees them."""
    tokens = READER.parse(f"| one | two |\n| --- | ---: |\n| {markdown_cell(text)} | end |")
    assert [token.type for token in tokens if token.level == 0] == ["table_open", "table_close"]
    inline = [token for token in tokens if token.type == "inline"]
    for token in inline:
        assert said([token])[1] <= {"text", "code_inline", "text_special"}, token
    return [said([token])[0] for token in inline][2:]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_cell_shows_what_was_written_and_nothing_else(text: str) -> None:
    assert cells(text) == [text.strip(), "end"]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_note_shows_what_was_written_and_nothing_else(text: str) -> None:
    tokens = READER.parse(f"- {markdown_text(text)}\n- end")
    kinds = [token.type for token in tokens]
    item = ["list_item_open", "paragraph_open", "inline", "paragraph_close", "list_item_close"]
    assert kinds == ["bullet_list_open", *item, *item, "bullet_list_close"]
    shown, kinds_within = said(tokens[3:4])
    assert shown == text.strip()
    assert kinds_within <= {"text", "code_inline", "text_special"}


@given(st.text(alphabet="ab1 \\|`*_[]()<>&#!@:/.-+=~$\n\t", max_size=30))
def test_no_text_breaks_out_of_its_cell(text: str) -> None:
    assert [" ".join(cell.split()) for cell in cells(text)] == [" ".join(one_line(text).split()), "end"]


@pytest.mark.parametrize(
    "word", ["@somebody", "https://x.example", "www.x.example", "#12", "GH-3", "a@b.example"]
)
def test_words_that_become_links_by_themselves_are_code(word: str) -> None:
    assert markdown_cell(f"see {word} there") == f"see `{word}` there"
