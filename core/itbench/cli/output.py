"""What commands print."""

import json
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from itbench.cli.options import TableFormat
from itbench.errors import UsageError
from itbench.interfaces.json import JsonObject, JsonValue
from itbench.report.table import table
from itbench.text.harmless import many_lines, one_line, shown_json

if TYPE_CHECKING:
    from itbench.report.document import Section


def print_json(value: JsonValue) -> None:
    """Print JSON for machines."""
    _write(shown_json(json.dumps(value, indent=2, ensure_ascii=False, default=str)))


def print_text(text: str) -> None:
    """Print text for people; a terminal only shows it, whatever an agent wrote."""
    _write(many_lines(text))


def print_note(text: str) -> None:
    """Print one line on standard error."""
    sys.stderr.write(f"{one_line(text)}\n")


def encodable(text: str) -> str:
    """Return text that standard output can take: what its encoding does not have is an escape."""
    # Half of a surrogate pair, as an agent may write it, is no Unicode; as an escape it is still JSON.
    encoding = sys.stdout.encoding or "utf-8"
    return text.encode(encoding, "backslashreplace").decode(encoding)


def _write(text: str) -> None:
    sys.stdout.write(f"{encodable(text)}\n")


def print_data_warning(warning: str | None) -> None:
    """Say on standard error why data is not what was published, if anything tells."""
    if warning:
        print_note(f"note: not the published data: {warning}")


def print_report(
    sections: "Sequence[Section]",
    rows: Callable[[], Sequence[JsonObject]],
    as_json: Callable[[], JsonValue] | None,
    to: TableFormat,
) -> None:
    """Print a report as JSON if that is wanted, else in a format.

    Args:
        sections: for people.
        rows: returns the rows for CSV.
        as_json: returns the report as JSON; None where a format is wanted.
        to: the format.

    Raises:
        UsageError: both are wanted.
    """
    from itbench.report.document import document_markdown, document_text, rows_csv

    if as_json is not None and to is not TableFormat.TEXT:
        raise UsageError(f"--json and --to {to.value} are two formats; leave one out")
    if as_json is not None:
        print_json(as_json())
    elif to is TableFormat.CSV:
        print_text(rows_csv(rows()))
    else:
        print_text((document_markdown if to is TableFormat.MARKDOWN else document_text)(sections))


def print_rows(head: Sequence[str], rows: Sequence[Sequence[str]], *, as_json: bool) -> None:
    """Print rows as a table, or as a JSON list of objects with the head as keys."""
    if as_json:
        print_json(keyed_rows(head, rows))
    else:
        print_text(table(head, rows))


def keyed_rows(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[JsonObject]:
    """Return each row as an object with the head as keys."""
    keys = [title.replace(" ", "_") for title in head]
    return [dict(zip(keys, row, strict=True)) for row in rows]
