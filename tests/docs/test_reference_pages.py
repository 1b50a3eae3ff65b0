"""The pages of the reference hold what the code has: commands, errors, events, tables."""

import ast
import importlib
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from typer.core import TyperGroup
from typer.main import get_command

import itbench_schemas
from itbench import EventKind, ITBenchError
from itbench.cli.app import build_app
from itbench.cli.page import page
from itbench.runs.study.entries import check_study
from itbench.runs.study.read import read_study
from itbench.runs.study.state import StudyState
from itbench.store.schema import APPLICATION_ID, OUTCOME, TABLES, VERSION
from itbench.validation.rules import RULES

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


def test_the_list_of_commands_fits_a_terminal_of_80_columns() -> None:
    """Click would cut a longer sentence, and end it with three dots."""
    group = get_command(build_app(["run"]))
    assert isinstance(group, TyperGroup)
    shown = [command.get_short_help_str(limit=59) for command in group.commands.values()]
    assert len(shown) > 15
    assert [text for text in shown if text.endswith("...") or not text.endswith(".")] == []


def test_the_page_of_errors_has_every_class_with_its_exit_code() -> None:
    importlib.import_module("itbench.errors")
    rows = rows_of((REFERENCE / "errors.md").read_text())
    shown = {row[0].strip("`"): int(row[1]) for row in rows if row[0].endswith("Error`")}
    public = [ITBenchError, *ITBenchError.__subclasses__()]
    public = [error for error in public if error.__module__ == "itbench.errors"]
    assert len(public) == 6
    assert shown == {error.__name__: error.exit_code for error in public}


@pytest.mark.parametrize(
    ("heading", "name"),
    [
        ("The study", None),
        ("A suite", "StudySuite"),
        ("An agent", "StudyAgent"),
        ("Limits", "StudyLimits"),
    ],
)
def test_the_page_of_the_study_file_has_every_key_of_its_schema(heading: str, name: str | None) -> None:
    schema = itbench_schemas.load("study")
    schema = schema if name is None else schema["$defs"][name]
    assert keys_below(heading) == list(schema["properties"])


def test_the_page_of_the_study_file_has_every_key_of_its_folder() -> None:
    found = [key for cell in keys_below("The folder of a study") for key in cell.split("`, `")]
    assert found == list(StudyState.model_fields)


def keys_below(heading: str) -> list[str]:
    text = (REFERENCE / "study-file.md").read_text()
    section = text.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    return [row[0].strip("`") for row in rows_of(section) if row[0] != "key"]


def test_the_studies_on_the_pages_can_be_read(tmp_path: Path) -> None:
    page = (REFERENCE.parent / "how-to" / "plan-files.md").read_text()
    blocks = re.findall(r"^```yaml[^\n]*\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    assert len(blocks) == 2
    for text in blocks:
        path = tmp_path / "study.yaml"
        path.write_text(text)
        check_study(read_study(path))


def test_the_page_about_domains_has_every_rule_in_order() -> None:
    page_text = (REFERENCE.parent / "how-to" / "writing-a-domain.md").read_text()
    section = page_text.partition("## The rules that every domain must keep")[2].partition("\n## ")[0]
    rules = [row[0].strip("`") for row in rows_of(section) if row[0] != "rule"]
    assert rules == ["tasks-valid", *(rule.name for rule in RULES)]


def test_the_page_of_events_has_every_kind_that_the_product_writes() -> None:
    rows = rows_of((REFERENCE / "trace-events.md").read_text())
    assert [row[0].strip("`") for row in rows if row[0] != "kind"] == [str(kind) for kind in EventKind]


def test_the_core_spells_no_kind_of_event_itself() -> None:
    """Domains may: agents are free to record kinds of their own."""
    found = {str(path): spelled_kinds(path) for path in (REPOSITORY / "core").rglob("*.py")}
    assert {path: kinds for path, kinds in found.items() if kinds} == {}


def spelled_kinds(path: Path) -> set[str]:
    """Return the kinds that a module records as text: the first argument of `record` or of the egress server's `_tell`."""
    calls = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
    firsts = [
        call.args[0]
        for call in calls
        if call.args and isinstance(call.func, ast.Attribute) and call.func.attr in {"record", "_tell"}
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
