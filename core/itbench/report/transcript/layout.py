"""Blocks of a trial as lines for a terminal or a file."""

from collections.abc import Iterable, Iterator

from itbench.report.transcript.block import Block, BlockKind
from itbench.text.colour import Line, Span, Style, line
from itbench.text.harmless import one_line, width, wrapped
from itbench.text.shorten import each_line, shorten

_SHOWN_LINES = {
    BlockKind.SYSTEM: 6,
    BlockKind.USER: 12,
    BlockKind.THINKING: 24,
    BlockKind.MODEL: 200,
    BlockKind.CALL: 24,
    BlockKind.RESULT: 24,
    BlockKind.PRINTED: 12,
}
_OTHERS = 3
_LONGEST_TITLE = 400
_INDENT = "    "
_NARROWEST = 40
# Lines of text that are longer are hard to read.
_WIDEST = 100
# Text of a model is broken between words; what a program printed stays as it is.
_WRAPPED = frozenset({BlockKind.SYSTEM, BlockKind.USER, BlockKind.THINKING, BlockKind.MODEL})
_TITLES = {
    BlockKind.TURN: Style.STRONG,
    BlockKind.MODEL: Style.NAME,
    BlockKind.USER: Style.NAME,
    BlockKind.CALL: Style.STRONG,
    BlockKind.RESULT: Style.GOOD,
    BlockKind.WAITING: Style.WARNING,
    BlockKind.FAULT: Style.BAD,
}
_BODIES = {BlockKind.SYSTEM: Style.QUIET, BlockKind.THINKING: Style.QUIET, BlockKind.PRINTED: Style.QUIET}


def transcript_lines(blocks: Iterable[Block], *, columns: int | None, is_whole: bool) -> Iterator[Line]:
    """Yield the lines of a transcript.

    Args:
        blocks: of the trial.
        columns: how wide the terminal is; None where there is none, and nothing is wrapped.
        is_whole: whether nothing is left out of long texts.
    """
    for block in blocks:
        if block.kind is not BlockKind.RESULT:
            yield line()
        yield _title(block, columns)
        if block.body:
            yield from _body(block, columns, is_whole=is_whole)


def _title(block: Block, columns: int | None) -> Line:
    # A title may hold what a provider said.
    title = one_line(block.title[:_LONGEST_TITLE]) + ("..." if len(block.title) > _LONGEST_TITLE else "")
    style = _TITLES.get(block.kind, Style.QUIET) if block.is_ok else Style.BAD
    if block.kind is not BlockKind.TURN:
        return line(title, style)
    begun = f"-- {title} "
    return line(begun + "-" * (min(columns or _WIDEST, _WIDEST) - width(begun)), style)


def _body(block: Block, columns: int | None, *, is_whole: bool) -> Iterator[Line]:
    text = block.body.rstrip("\n")
    if is_whole:
        yield from _lines(block, each_line(text), columns)
        return
    found = shorten(text, _SHOWN_LINES.get(block.kind, _OTHERS))
    yield from _lines(block, found.head, columns)
    if found.left_out:
        lines = f"{found.left_out_lines:,} lines, " if found.left_out_lines > 1 else ""
        told = f"... {lines}{found.left_out:,} characters left out (--all shows them)"
        yield (Span(_INDENT), Span(told, Style.QUIET))
        yield from _lines(block, found.tail, columns)


def _lines(block: Block, texts: Iterable[str], columns: int | None) -> Iterator[Line]:
    style = _BODIES.get(block.kind, Style.PLAIN)
    room = None if columns is None else max(min(columns, _WIDEST) - len(_INDENT), _NARROWEST)
    for text in texts:
        shown = one_line(text.replace("\t", "    "))
        is_wrapped = room is not None and block.kind in _WRAPPED and width(shown) > room
        for part in _wrapped(shown, room) if is_wrapped and room is not None else [shown]:
            yield (Span(_INDENT), Span(part, style)) if part else line()


def _wrapped(text: str, columns: int) -> list[str]:
    """Return a long line in parts, each indented as the line is."""
    bare = text.lstrip(" ")
    indent = " " * min(len(text) - len(bare), columns // 2)
    return [indent + part for part in wrapped(bare, columns - len(indent))]
