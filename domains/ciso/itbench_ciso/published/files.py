"""Which files of a published task an agent may read, which ones only the judging, and which are the solution."""

import re
from collections.abc import Sequence
from pathlib import Path

from itbench import DataError, Input
from itbench.kit import plain_files
from itbench_ciso.judging.sets import COMPLIANT, MANIFEST_SUFFIXES, SHOWN, VIOLATION, resources_in

SOLUTION = "ground-truth"
_SET_NAME = re.compile(rf"{COMPLIANT}|{VIOLATION}[A-Za-z0-9._-]{{1,60}}")


def shown_files(directory: Path, *, blobs: Path | None = None) -> list[Input]:
    """Return the files of `static-resources/`, sorted by path; nothing else of a task is for agents.

    Raises:
        DataError: there are none, or a symbolic link leads out of that folder and of the hub's blobs.
    """
    found = _files(directory, SHOWN, blobs)
    if not found:
        raise DataError(f"{directory / SHOWN}: no files there; fetch the dataset again")
    return found


def solution_files(directory: Path) -> list[Path]:
    """Return the script and the policy of the published solution.

    Other files may lie beside them, which the hub's client may keep as one file with a manifest of the same content.
    """
    return sorted(path for path in (directory / SOLUTION).rglob("*") if path.suffix in {".sh", ".rego"})


def hidden_files(directory: Path, *, blobs: Path | None = None) -> list[Input]:
    """Return the files of the sets that agents do not see, sorted by path.

    Raises:
        DataError: there is no compliant set, or a symbolic link leads out of its folder.
    """
    names = sorted(
        path.name for path in directory.iterdir() if path.is_dir() and _SET_NAME.fullmatch(path.name)
    )
    found = [entry for name in names for entry in _files(directory, name, blobs)]
    if not any(entry.path.startswith(f"{COMPLIANT}/") for entry in found):
        raise DataError(f"{directory / COMPLIANT}: no files there; fetch the dataset again")
    return found


def violation_sets(directory: Path) -> list[str]:
    """Return the names of the further violating sets, sorted."""
    return sorted(
        path.name for path in directory.iterdir() if path.is_dir() and path.name.startswith(VIOLATION)
    )


def unreadable_manifests(entries: Sequence[Input]) -> list[str]:
    """Return one line for each YAML or JSON file that is none."""
    import yaml

    found = []
    for entry in entries:
        if entry.source.suffix not in MANIFEST_SUFFIXES:
            continue
        try:
            resources_in([entry.source.read_bytes().decode("utf-8")])
        except UnicodeDecodeError as error:
            found.append(f"{entry.source}: not UTF-8 at byte {error.start}")
        except (yaml.YAMLError, ValueError, RecursionError) as error:
            found.append(f"{entry.source}: not YAML: {' '.join(str(error).split())[:200]}")
    return found


def _files(directory: Path, name: str, blobs: Path | None) -> list[Input]:
    folder = directory / name
    if not folder.is_dir():
        return []
    return [
        Input(path.relative_to(directory).as_posix(), path)
        for path in plain_files(folder, blobs=blobs)
        if not any(part.startswith(".") for part in path.relative_to(folder).parts)
    ]
