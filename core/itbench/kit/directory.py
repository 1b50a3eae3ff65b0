"""A suite that lies in a folder as plain files.

suite.json           {"name": ..., "version": ..., "summary": ...}; what `itbench make` wrote also has the
                     "domain" of the suite that made it, and the "options" with which it did
tasks/<id>.json      one task, schema urn:itbench:task
inputs/<id>/...      what an agent may read
hidden/<id>/...      what only the environment and the scorer may read; most suites have none
truths/<id>.json     what only the scorer may read, schema urn:itbench:truth
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from itbench.errors import DataError
from itbench.interfaces.json import JsonObject, JsonValue
from itbench.interfaces.suite import Suite
from itbench.interfaces.task import Task
from itbench.interfaces.workspace import Input
from itbench.schema.check import schema_faults
from itbench.suites.load import FaultyTasksError
from itbench_schemas import load

_SUITE_SCHEMA: JsonObject = {
    "type": "object",
    "required": ["name", "version", "summary"],
    "additionalProperties": False,
    "properties": {
        "name": {"type": "string", "pattern": "^[a-z0-9][a-z0-9-]{0,49}$"},
        "version": {"type": "string", "minLength": 1},
        "summary": {"type": "string", "minLength": 1},
        "domain": {"type": "string", "pattern": "^[a-z0-9][a-z0-9-]{0,49}$"},
        "options": {"type": "object", "additionalProperties": {"type": "string"}},
    },
}


class DirectorySuite(Suite):
    """Reads a suite from a folder.

    Args:
        root: the folder.
        name: of the suite; without it `suite.json` is read at once.
        version: likewise.
        summary: likewise.

    Attributes:
        domain: of the installed suite that made the tasks and reads them; empty where the head names none.
        options: of that suite, with which it made them.
    """

    domain = ""
    options: Mapping[str, str] = {}

    def __init__(self, root: Path, *, name: str = "", version: str = "", summary: str = "") -> None:
        self.root = root
        self.name, self.version, self.summary = name, version, summary
        if not name:
            self._read_head()

    def tasks(self) -> list[Task]:
        """Return the tasks, ordered by file name.

        Raises:
            FaultyTasksError: with every fault of every file.
        """
        wrong: list[str] = []
        tasks: list[Task] = []
        for path in sorted((self.root / "tasks").glob("*.json")):
            try:
                value = read_json(path)
            except DataError as error:
                wrong.append(str(error))
                continue
            found = schema_faults(value, load("task"), source=str(path)) or _misnamed(value, path)
            wrong += found
            if not found:
                tasks.append(Task.model_validate(value))
        if wrong:
            raise FaultyTasksError(self.name, wrong)
        return tasks

    def inputs(self, task_id: str) -> Sequence[Input]:
        """Return every plain file below `inputs/<id>`; links are left out."""
        return _plain_files(self.root / "inputs" / task_id)

    def hidden(self, task_id: str) -> Sequence[Input]:
        """Return every plain file below `hidden/<id>`; links are left out."""
        return _plain_files(self.root / "hidden" / task_id)

    def truth_files(self) -> list[Path]:
        """Return every file below `truths`."""
        return sorted((self.root / "truths").rglob("*"))

    def truth(self, task_id: str) -> JsonObject:
        """Return the truth in `truths/<id>.json`."""
        return self.truth_from(task_id, self.root / "truths")

    def _read_head(self) -> None:
        path = self.root / "suite.json"
        value = read_json(path)
        wrong = schema_faults(value, _SUITE_SCHEMA, source=str(path))
        if wrong:
            raise DataError("; ".join(wrong))
        self.name, self.version, self.summary = value["name"], value["version"], value["summary"]
        self.domain, self.options = value.get("domain", ""), value.get("options", {})


def read_json(path: Path) -> JsonValue:
    """Return the JSON in a file.

    Raises:
        DataError: there is no such file, or it is not JSON.
    """
    try:
        return json.loads(path.read_bytes())
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise DataError(f"{path}: found byte {error.start} that is not UTF-8, allowed: JSON text") from error
    except (ValueError, RecursionError) as error:
        raise DataError(f"{path}: not JSON: {error}") from error


def _plain_files(root: Path) -> list[Input]:
    return [
        Input(str(path.relative_to(root)), path)
        for path in sorted(root.rglob("*"))
        if path.is_file() and not path.is_symlink()
    ]


def _misnamed(value: JsonObject, path: Path) -> list[str]:
    if value["id"] == path.stem:
        return []
    return [f"{path}: $.id: found {value['id']!r}, allowed: {path.stem!r}, the name of the file"]
