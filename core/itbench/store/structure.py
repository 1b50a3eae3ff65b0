"""Whether a file has the tables of a run file, just as they were made, and nothing that changes what is written or read."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from functools import lru_cache

from itbench.store.schema import OUTCOME, TABLES
from itbench.store.tables1 import TABLES_1

_MADE = "SELECT type, name, sql FROM main.sqlite_schema WHERE name NOT LIKE 'sqlite^_%' ESCAPE '^'"
# SQLite writes a table that was altered or renamed with other quotes and spaces.
_FORMATTING = re.compile(r' ?([,()]) ?|"')
_SPACE = re.compile(r"\s+")


def structure_faults(connection: sqlite3.Connection, version: int) -> Iterator[str]:
    """Yield what is missing or other than it was made, one clause each, and what would change what is written or read.

    Further tables and views are let be: later versions of itbench may have some, and so may a user.

    The view `outcome` is for other programs: itbench reads by its own, whatever the file has.

    Raises:
        sqlite3.DatabaseError: the file cannot be read.
    """
    rows = connection.execute(_MADE).fetchall()
    found = {(str(row[0]), str(row[1])): _plain(row[2]) for row in rows if row[1] != "outcome"}
    expected = _expected(version)
    for key, texts in expected.items():
        kind, name = key
        if key not in found:
            yield f"{kind} {name!r} is missing"
        elif found[key] not in texts:
            yield f"{kind} {name!r} is not the one that itbench makes"
    names = {name for _, name in expected}
    for kind, name in sorted(found.keys() - expected.keys()):
        if kind in {"trigger", "index"}:
            yield f"{kind} {name!r} changes what can be written; itbench makes none"
        elif name in names:
            yield f"{kind} {name!r} has the name of a part of a run file"


def view_fault(connection: sqlite3.Connection, version: int) -> str | None:
    """Return what is wrong with the view that other programs read, in one clause."""
    row = connection.execute("SELECT type, sql FROM main.sqlite_schema WHERE name = 'outcome'").fetchone()
    if row is None or row[0] != "view":
        return "view 'outcome' is missing"
    made = {_plain(f"CREATE VIEW outcome AS {OUTCOME}")} if version > 1 else _views_1()
    return (
        None
        if _plain(row[1]) in made
        else "view 'outcome' is not the one that itbench makes; itbench reads by its own"
    )


def _views_1() -> set[str]:
    start = "CREATE VIEW outcome"
    return {_plain(start + script.partition(start)[2].strip().removesuffix(";")) for script in TABLES_1}


@lru_cache(maxsize=2)
def _expected(version: int) -> dict[tuple[str, str], frozenset[str]]:
    """Return the definitions that each table of a version may have."""
    scripts = TABLES_1 if version == 1 else (TABLES,)
    found: dict[tuple[str, str], set[str]] = {}
    for script in scripts:
        with closing(sqlite3.connect(":memory:")) as connection:
            connection.executescript(script)
            for kind, name, text in connection.execute(_MADE + " AND type != 'view'"):
                found.setdefault((kind, name), set()).add(_plain(text))
    return {key: frozenset(texts) for key, texts in found.items()}


def _plain(text: object) -> str:
    return _FORMATTING.sub(r"\1", _SPACE.sub(" ", str(text))).strip()
