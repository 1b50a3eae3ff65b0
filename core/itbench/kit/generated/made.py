"""A folder with fresh tasks of a generated suite, in the layout of `DirectorySuite`: written, and opened again."""

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

from itbench.errors import DataError
from itbench.interfaces.json import JsonObject
from itbench.interfaces.progress import Progress
from itbench.kit.directory import DirectorySuite
from itbench.kit.generated.jobs import Job, make_new, truths_dir


def write_made(
    jobs: Sequence[Job], head: JsonObject, folder: Path, truths: Path | None, progress: Progress
) -> None:
    """Make tasks into an empty folder, and their truths into another one if there is one.

    Args:
        jobs: of the tasks.
        head: for `suite.json`.
        folder: for all but the truths.
        truths: for them; None for the folder `truths` in the other one.
        progress: is told how far it is.

    Raises:
        DataError: a process that made tasks was ended from outside.
        OSError: a folder cannot be written.
    """
    make_new(jobs, folder, progress)
    (folder / "tasks").mkdir()
    for job in jobs:
        _write_json(folder / "tasks" / f"{job.id}.json", job.task().model_dump(mode="json"))
    _write_json(folder / "suite.json", head)
    if truths is not None:
        for path in sorted(truths_dir(folder).iterdir()):
            shutil.move(path, truths / path.name)
        truths_dir(folder).rmdir()


def open_made(root: Path, expected: str, version: str) -> DirectorySuite:
    """Return the tasks in a folder, which must be of a suite as it is installed.

    Args:
        root: the folder.
        expected: `domain/suite`.
        version: of the suite.

    Raises:
        DataError: they are of another suite or of another version of it, or there are none.
    """
    found = DirectorySuite(root)
    made = f"{found.domain or '-'}/{found.name}"
    if made != expected:
        raise DataError(f"{root / 'suite.json'}: it has tasks of {made}, not of {expected}")
    if found.version != version:
        raise DataError(
            f"{root / 'suite.json'}: its tasks are of version {found.version} of {expected}, installed is {version}; "
            "make them again with `itbench make`, or install the version that made them"
        )
    return found


def _write_json(path: Path, value: JsonObject) -> None:
    path.write_text(json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False) + "\n", "utf-8")
