"""What commands print."""

import json
import sys
from collections.abc import Sequence

from itbench.interfaces.json import JsonValue
from itbench.report.table import table


def print_json(value: JsonValue) -> None:
    """Print JSON for machines."""
    print_text(json.dumps(value, indent=2, ensure_ascii=False, default=str))


def print_text(text: str) -> None:
    """Print text for people."""
    # Half of a surrogate pair, as an agent may write it, is no Unicode; as an escape it is still JSON.
    encoding = sys.stdout.encoding or "utf-8"
    sys.stdout.write(text.encode(encoding, "backslashreplace").decode(encoding) + "\n")


def print_rows(
    head: Sequence[str], rows: Sequence[Sequence[str]], *, as_json: bool, optional: Sequence[str] = ()
) -> None:
    """Print rows as a table, without optional columns where it is too narrow, or as a JSON list of objects with the head as keys."""
    if as_json:
        keys = [title.replace(" ", "_") for title in head]
        print_json([dict(zip(keys, row, strict=True)) for row in rows])
    else:
        print_text(table(head, rows, optional=optional))
