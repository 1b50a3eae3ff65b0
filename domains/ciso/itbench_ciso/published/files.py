"""Which files of a published task an agent may read, which ones only the judging, and which are the solution."""

import re
from pathlib import Path

from itbench.errors import DataError
from itbench.interfaces.workspace import Input
from itbench_ciso.judging.sets import COMPLIANT, SHOWN, VIOLATION

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
    others = {_target(entry.source, None) for entry in hidden_files(directory, blobs=blobs)}
    others |= {path.resolve() for path in (directory / SOLUTION).rglob("*") if path.is_file()}
    # The hub's client keeps files of the same content once, so that two names of manifests may mean one file.
    secret = {path for path in others if path.suffix in {".sh", ".rego"}}
    for entry in found:
        if _target(entry.source, None) in secret:
            raise DataError(f"{entry.source}: another name of a solution; remove it")
    return found


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


def _files(directory: Path, name: str, blobs: Path | None) -> list[Input]:
    folder = directory / name
    homes = [folder.resolve(), *([blobs.resolve()] if blobs is not None else [])]
    found = []
    for path in sorted(folder.rglob("*")):
        if path.is_dir() and not path.is_symlink():
            continue
        target = _target(path, homes)
        if target.is_file() and not any(part.startswith(".") for part in path.relative_to(folder).parts):
            found.append(Input(path.relative_to(directory).as_posix(), path))
    return found


def _target(path: Path, homes: list[Path] | None) -> Path:
    try:
        target = path.resolve(strict=True)
    except (OSError, RuntimeError) as error:
        raise DataError(f"{path}: a symbolic link to nothing; fetch the dataset again") from error
    if homes is not None and (target.is_dir() or not any(target.is_relative_to(home) for home in homes)):
        raise DataError(f"{path}: a symbolic link out of its folder; replace it by the file itself")
    return target
