"""Finds a published dataset: where the user says, else in ITBENCH_DATA, else in the cache of the hub's client."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from itbench.errors import DataError
from itbench_sre.published.repository import Repository

INDEX_NAME = "data.jsonl"
DIRECTORY_PREFIX = "Scenario-"


@dataclass(frozen=True, slots=True)
class Location:
    """Where a dataset lies.

    Attributes:
        directory: holds the `Scenario-<N>` directories.
        revision: commit of the dataset, where the cache of the hub's client tells it.
        repository_cache: folder of the dataset in that cache; symbolic links may point to its `blobs`.
    """

    directory: Path
    revision: str | None = None
    repository_cache: Path | None = None


def locate(
    repository: Repository,
    *,
    data: Path | None = None,
    revision: str | None = None,
    environment: Mapping[str, str] | None = None,
) -> Location:
    """Return where the dataset lies: in `data`, else in ITBENCH_DATA, else in the hub's cache.

    Raises:
        DataError: it lies nowhere, or in a place that cannot be right.
    """
    environment = os.environ if environment is None else environment
    if data is not None:
        found = _below(data, repository, revision)
        if found is None:
            raise DataError(f"--data {str(data)!r}: {_nothing_there(repository)}")
        return _checked(found, revision)
    place = environment.get("ITBENCH_DATA")
    if place:
        found = _below(Path(place), repository, revision, is_shared=True)
        if found is not None:
            return _checked(found, revision)
    cache = hub_cache_directory(environment)
    cached = _cached(cache, repository, revision)
    if cached is None:
        wanted = f"revision {revision!r} of {repository.id}" if revision else repository.id
        looked = f"ITBENCH_DATA={place!r} and {str(cache)!r}" if place else repr(str(cache))
        raise DataError(
            f"{wanted} was not found in {looked}; "
            f"bring it with `itbench fetch sre/{repository.suite}` or point to it with --data DIRECTORY"
        )
    return cached


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


def scenario_root(root: Path) -> Path | None:
    """Return the directory with the `Scenario-<N>` directories in any published layout; None if there is none.

    Raises:
        DataError: several versions lie side by side.
    """
    for candidate in (root, root / "sre"):
        if _has_scenarios(candidate):
            return candidate
    versions = root / "snapshots" / "sre"
    found = [path for path in sorted(versions.glob("*")) if _has_scenarios(path)] if versions.is_dir() else []
    if len(found) > 1:
        names = ", ".join(path.name for path in found)
        raise DataError(f"{versions} holds several versions: {names}; point to one of them with --data")
    return found[0] if found else None


def _has_scenarios(path: Path) -> bool:
    return path.is_dir() and any(child.is_dir() for child in path.glob(f"{DIRECTORY_PREFIX}*"))


def _nothing_there(repository: Repository) -> str:
    return (
        f"no {DIRECTORY_PREFIX}<N> directory there, in sre/ or in snapshots/sre/<version>/; "
        f"bring the dataset with `itbench fetch sre/{repository.suite}`"
    )


def _checked(location: Location, revision: str | None) -> Location:
    if revision is not None and location.revision is None:
        raise DataError(
            f"{location.directory}: of no known revision, but {revision!r} is asked for; leave that out"
        )
    return location


def _below(
    place: Path, repository: Repository, revision: str | None, *, is_shared: bool = False
) -> Location | None:
    """Look in a directory, in one that holds several datasets, and in one that is a hub's cache.

    A directory that several suites share is not taken for a dataset of another one.
    """
    if not place.is_dir():
        raise DataError(f"{str(place)!r}: no such directory; mend --data or ITBENCH_DATA")
    cached = _cached(place, repository, revision)
    if cached is not None:
        return cached
    names = (repository.name.lower(), repository.suite, f"{repository.owner}--{repository.name}".lower())
    inner = [path for path in sorted(place.iterdir()) if path.name.lower() in names and path.is_dir()]
    for candidate in [*inner, place]:
        directory = scenario_root(candidate)
        if directory is None or (is_shared and candidate is place and _is_other(directory, repository)):
            continue
        return _location(directory)
    return None


def _is_other(directory: Path, repository: Repository) -> bool:
    return (directory / INDEX_NAME).exists() != repository.has_index


def _location(directory: Path) -> Location:
    """Tell the revision where the user pointed into a hub's cache."""
    resolved = directory.resolve()
    for parent in (resolved, *resolved.parents):
        if parent.parent.name == "snapshots" and parent.parent.parent.name.startswith("datasets--"):
            return Location(directory, parent.name, parent.parent.parent)
    return Location(directory)


def _cached(cache: Path, repository: Repository, revision: str | None) -> Location | None:
    folder = cache / repository.cache_folder
    commit = _commit(folder, revision) if revision else None
    snapshots = [path for path in (folder / "snapshots").glob(commit or "*") if path.is_dir()]
    # The newest may be a listing only, when a download was stopped early.
    for snapshot in sorted(snapshots, key=lambda path: (path.stat().st_mtime_ns, path.name), reverse=True):
        directory = scenario_root(snapshot)
        if directory is not None:
            return Location(directory, snapshot.name, folder)
    return None


def _commit(folder: Path, revision: str) -> str:
    """Return the commit of a branch or tag as last fetched; a commit is its own."""
    reference = folder / "refs" / revision
    return reference.read_text(encoding="utf-8").strip() if reference.is_file() else revision
