"""The pages of the reference hold what the code has: commands, errors, events, tables."""

import ast
import importlib
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from itbench import ITBenchError
from itbench.cli.page import page
from itbench.store.schema import APPLICATION_ID, OUTCOME, TABLES, VERSION

REPOSITORY = Path(__file__).resolve().parents[2]
REFERENCE = REPOSITORY / "docs" / "reference"
CODED = re.compile(r"`([a-z_]+)`")


def rows_of(text: str) -> list[list[str]]:
    """Return the cells of all table rows."""
    lines = [line for line in text.splitlines() if line.startswith("| ") and not line.startswith("| ---")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


def test_the_page_of_all_commands_is_what_the_program_says() -> None:
    command = "python -m itbench.cli.page > docs/reference/commands.md"
    assert (REFERENCE / "commands.md").read_text() == page(), f"run: {command}"


def test_the_page_of_errors_has_every_class_with_its_exit_code() -> None:
    importlib.import_module("itbench.errors")
    rows = rows_of((REFERENCE / "errors.md").read_text())
    shown = {row[0].strip("`"): int(row[1]) for row in rows if row[0].endswith("Error`")}
    public = [ITBenchError, *ITBenchError.__subclasses__()]
    public = [error for error in public if error.__module__ == "itbench.errors"]
    assert len(public) == 6
    assert shown == {error.__name__: error.exit_code for error in public}


def test_the_page_of_events_has_every_kind_that_the_product_writes() -> None:
    written: set[str] = set()
    for folder in ("core", "domains"):
        for path in (REPOSITORY / folder).rglob("*.py"):
            written |= kinds_in(path)
    rows = rows_of((REFERENCE / "trace-events.md").read_text())
    assert {row[0].strip("`") for row in rows} - {"kind"} == written
    assert len(written) > 15


def kinds_in(path: Path) -> set[str]:
    """Return the kinds of events that a module records: the first argument of `record` or of the egress server's `_tell`."""
    calls = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
    names = [call for call in calls if isinstance(call.func, ast.Attribute) and call.args]
    firsts = [
        call.args[0]
        for call in names
        if isinstance(call.func, ast.Attribute) and call.func.attr in {"record", "_tell"}
    ]
    return {
        first.value for first in firsts if isinstance(first, ast.Constant) and isinstance(first.value, str)
    }


def stored_columns() -> dict[str, list[str]]:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(f"{TABLES} CREATE VIEW outcome AS {OUTCOME}")
        names = [row[0] for row in connection.execute("SELECT name FROM sqlite_schema WHERE type != 'index'")]
        return {
            name: [row[1] for row in connection.execute(f"PRAGMA table_info({name})").fetchall()]
            for name in names
        }


@pytest.mark.parametrize(("name", "columns"), stored_columns().items())
def test_the_page_of_the_run_file_has_every_column(name: str, columns: list[str]) -> None:
    text = (REFERENCE / "run-file.md").read_text()
    _, _, section = text.partition(f"### {name}\n")
    section = re.split(r"^##", section, flags=re.MULTILINE)[0]
    shown = [column for row in rows_of(section) for column in CODED.findall(row[0])]
    assert sorted(shown) == sorted(columns)


def test_the_page_of_the_run_file_tells_its_format() -> None:
    text = (REFERENCE / "run-file.md").read_text()
    assert f"`application_id` is {APPLICATION_ID} " in text
    assert f"\n| {VERSION} |" in text
