"""Reports made of titles, tables and notes, and how they look as text, as Markdown and as CSV."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from itbench.report.table import table
from itbench.text.harmless import one_line
from itbench.text.markdown import markdown_cell, markdown_text
from itbench.text.spreadsheet import csv_cell


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table of texts.

    Attributes:
        head: titles of the columns.
        rows: a cell for each.
        numbers: the columns to align right.
        optional: the columns that a narrow terminal may go without, the first first.
    """

    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    numbers: Sequence[str] = ()
    optional: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A part of a report; whatever it lacks is left out.

    Attributes:
        title: in front of the table.
        table: of the section.
        notes: sentences below it.
    """

    title: str | None = None
    table: Table | None = None
    notes: Sequence[str] = ()


def document_text(sections: Iterable[Section]) -> str:
    """Return a report as text, tables as wide as the terminal."""
    return "\n\n".join("\n".join(_text_lines(section)) for section in sections)


def document_markdown(sections: Iterable[Section]) -> str:
    """Return a report as Markdown."""
    return "\n\n".join(part for section in sections for part in _markdown_parts(section))


def rows_csv(rows: Sequence[Mapping[str, object]]) -> str:
    """Return rows as CSV, one column for each name that any of them has."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    file = io.StringIO()
    writer = csv.DictWriter(file, names, lineterminator="\n")
    writer.writerow({name: csv_cell(name) for name in names})
    writer.writerows({name: csv_cell(value) for name, value in row.items()} for row in rows)
    return file.getvalue().rstrip("\n")


def _text_lines(section: Section) -> list[str]:
    lines = [] if section.title is None else [one_line(section.title)]
    found = section.table
    if found is not None:
        lines.append(table(found.head, found.rows, numbers=found.numbers, optional=found.optional))
    return [*lines, *map(one_line, section.notes)]


def _markdown_parts(section: Section) -> list[str]:
    parts = [] if section.title is None else [f"## {markdown_cell(section.title)}"]
    found = section.table
    if found is not None:
        marks = ["---:" if title in found.numbers else "---" for title in found.head]
        rows = [list(map(markdown_cell, found.head)), marks, *(map(markdown_cell, row) for row in found.rows)]
        parts.append("\n".join(f"| {' | '.join(row)} |" for row in rows))
    if section.notes:
        parts.append("\n".join(f"- {markdown_text(note)}" for note in section.notes))
    return parts
