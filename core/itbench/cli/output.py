"""What commands print."""

import json
import sys
from collections.abc import Sequence

from itbench.interfaces.json import JsonValue
from itbench.report.table import table


def print_json(value: JsonValue) -> None:
    """Print JSON for machines."""
    sys.stdout.write(json.dumps(value, indent=2, ensure_ascii=False, default=str) + "\n")


def print_text(text: str) -> None:
    """Print text for people."""
    sys.stdout.write(text + "\n")


def print_rows(head: Sequence[str], rows: Sequence[Sequence[str]], *, as_json: bool) -> None:
    """Print rows as a table, or as a JSON list of objects with the head as keys."""
    if as_json:
        keys = [title.replace(" ", "_") for title in head]
        print_json([dict(zip(keys, row, strict=True)) for row in rows])
    else:
        print_text(table(head, rows))
