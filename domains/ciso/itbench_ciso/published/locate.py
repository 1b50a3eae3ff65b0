"""Finds ITBench-Lite: where the user says, else in ITBENCH_DATA, else in the cache of the hub's client."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from itbench.errors import DataError

REPOSITORY = "ibm-research/ITBench-Lite"
FOLDER = "snapshots/ciso"
TASK_TEXT = "problem.md"
# A folder's name ends with the number of its control, such as k8s-opa-static-cis-5.1.1.
TASK_NAME = re.compile(r"[A-Za-z0-9-]*cis-(?P<number>\d+(?:\.\d+){1,3})(?P<rest>[A-Za-z0-9._-]{0,40})")
_CACHE_FOLDER = "datasets--ibm-research--ITBench-Lite"
_NAMES = ("itbench-lite", "ibm-research--itbench-lite")
_BRING = "bring it with `itbench fetch ciso/itbench-lite` or point to it with --data DIRECTORY"


@dataclass(frozen=True, slots=True)
class Location:
    """Where the directories of the tasks lie, of which revision, and where links in them may point."""

    directory: Path
    revision: str | None = None
    blobs: Path | None = None


def locate(
    data: Path | None = None, revision: str | None = None, environment: Mapping[str, str] | None = None
) -> Location:
    """Return where the dataset lies: in `data`, else in ITBENCH_DATA, else in the hub's cache.

    Raises:
        DataError: it lies nowhere, or in a place that cannot be right.
    """
    environment = os.environ if environment is None else environment
    if data is not None:
        found = _below(data, revision)
        if found is None:
            raise DataError(
                f"--data {str(data)!r}: no directory of a CISO task with a {TASK_TEXT} there, in ciso/ or in "
                f"{FOLDER}/<version>/; {_BRING}"
            )
        return found
    place, cache = environment.get("ITBENCH_DATA"), hub_cache_directory(environment)
    found = _below(Path(place), revision) if place else None
    found = found or _cached(cache, revision)
    if found is None:
        looked = f"ITBENCH_DATA={place!r} and {str(cache)!r}" if place else repr(str(cache))
        raise DataError(f"the CISO tasks of {REPOSITORY} were not found in {looked}; {_BRING}")
    return found


def hub_cache_directory(environment: Mapping[str, str]) -> Path:
    """Return where the hub's client keeps what it downloads, by its own rules.

    https://huggingface.co/docs/huggingface_hub/package_reference/environment_variables
    """
    for name in ("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"):
        if environment.get(name):
            return Path(os.path.expandvars(environment[name])).expanduser()
    home = environment.get("HF_HOME")
    if not home:
        home = str(Path(environment.get("XDG_CACHE_HOME") or "~/.cache") / "huggingface")
    return Path(os.path.expandvars(home)).expanduser() / "hub"


def task_directories(directory: Path) -> list[Path]:
    """Return the directories of tasks, by the numbers of their controls."""
    found = [
        path
        for path in directory.iterdir()
        if TASK_NAME.fullmatch(path.name) and (path / TASK_TEXT).is_file()
    ]
    return sorted(found, key=lambda path: (_numbers(path.name), path.name))


def _numbers(name: str) -> list[int]:
    match = TASK_NAME.fullmatch(name)
    return [int(part) for part in match["number"].split(".")] if match else []


def _below(place: Path, revision: str | None) -> Location | None:
    """Look in a directory, in one that holds several datasets, and in one that is a hub's cache."""
    if not place.is_dir():
        raise DataError(f"{str(place)!r}: no such directory; mend --data or ITBENCH_DATA")
    cached = _cached(place, revision)
    if cached is not None:
        return cached
    inner = [path for path in sorted(place.iterdir()) if path.name.lower() in _NAMES and path.is_dir()]
    for candidate in [*inner, place]:
        directory = _root(candidate)
        if directory is None:
            continue
        if revision is not None:
            raise DataError(
                f"{directory}: of no known revision, but {revision!r} is asked for; leave that out"
            )
        return Location(directory)
    return None


def _root(root: Path) -> Path | None:
    for candidate in (root, root / "ciso"):
        if candidate.is_dir() and task_directories(candidate):
            return candidate
    versions = root / FOLDER
    found = [path for path in sorted(versions.glob("*")) if path.is_dir() and task_directories(path)]
    if len(found) > 1:
        names = ", ".join(path.name for path in found)
        raise DataError(f"{versions} holds several versions: {names}; point to one of them with --data")
    return found[0] if found else None


def _cached(cache: Path, revision: str | None) -> Location | None:
    folder = cache / _CACHE_FOLDER
    commit = "*"
    if revision is not None:
        reference = folder / "refs" / revision
        commit = reference.read_text(encoding="utf-8").strip() if reference.is_file() else revision
    snapshots = [path for path in (folder / "snapshots").glob(commit) if path.is_dir()]
    for snapshot in sorted(snapshots, key=lambda path: (path.stat().st_mtime_ns, path.name), reverse=True):
        directory = _root(snapshot)
        if directory is not None:
            return Location(directory, snapshot.name, folder / "blobs")
    return None
