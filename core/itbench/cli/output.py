"""What commands print."""

import json
import sys
from collections.abc import Sequence

from itbench.interfaces.json import JsonValue
from itbench.report.table import table
from itbench.text.harmless import many_lines, one_line, shown_json


def print_json(value: JsonValue) -> None:
    """Print JSON for machines."""
    _write(shown_json(json.dumps(value, indent=2, ensure_ascii=False, default=str)))


def print_text(text: str) -> None:
    """Print text for people; a terminal only shows it, whatever an agent wrote."""
    _write(many_lines(text))


def print_note(text: str) -> None:
    """Print one line on standard error."""
    sys.stderr.write(f"{one_line(text)}\n")


def _write(text: str) -> None:
    # Half of a surrogate pair, as an agent may write it, is no Unicode; as an escape it is still JSON.
    encoding = sys.stdout.encoding or "utf-8"
    sys.stdout.write(text.encode(encoding, "backslashreplace").decode(encoding) + "\n")


def print_data_warning(warning: str | None) -> None:
    """Say on standard error why data is not what was published, if anything tells."""
    if warning:
        print_note(f"note: not the published data: {warning}")


def print_rows(
    head: Sequence[str], rows: Sequence[Sequence[str]], *, as_json: bool, optional: Sequence[str] = ()
) -> None:
    """Print rows as a table, without optional columns where it is too narrow, or as a JSON list of objects with the head as keys."""
    if as_json:
        keys = [title.replace(" ", "_") for title in head]
        print_json([dict(zip(keys, row, strict=True)) for row in rows])
    else:
        print_text(table(head, rows, optional=optional))
