"""Finds a published dataset: where the user says, else in ITBENCH_DATA, else in the cache of the hub's client."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from itbench.errors import DataError
from itbench.kit.published.dataset import Dataset, HubDataset
from itbench.kit.published.whole import require_whole


@dataclass(frozen=True, slots=True)
class Location:
    """Where a dataset lies.

    Attributes:
        directory: holds the directories of the tasks.
        revision: commit of the dataset, where the cache of the hub's client tells it.
        blobs: folder in that cache which symbolic links may point to.
    """

    directory: Path
    revision: str | None = None
    blobs: Path | None = None


def locate(
    dataset: HubDataset,
    data: Path | None = None,
    revision: str | None = None,
    environment: Mapping[str, str] | None = None,
) -> Location:
    """Return where the dataset lies: in `data`, else in ITBENCH_DATA, else in the hub's cache.

    Raises:
        DataError: it lies nowhere, in a place that cannot be right, or not as a whole.
    """
    environment = os.environ if environment is None else environment
    found = _found(dataset, data, revision, environment)
    require_whole(dataset, found.directory)
    return found


def _found(
    dataset: HubDataset, data: Path | None, revision: str | None, environment: Mapping[str, str]
) -> Location:
    if data is not None:
        found = _below(data, dataset, revision)
        if found is None:
            raise DataError(
                f"--data {str(data)!r}: no {dataset.expected} there, in {dataset.domain}/ or in "
                f"snapshots/{dataset.domain}/<version>/; {dataset.way_to_it}"
            )
        return found
    place, cache = environment.get("ITBENCH_DATA"), hub_cache_directory(environment)
    found = _below(Path(place), dataset, revision, is_shared=True) if place else None
    found = found or _cached(cache, dataset, revision)
    if found is None:
        looked = f"ITBENCH_DATA={place!r} and {str(cache)!r}" if place else repr(str(cache))
        raise DataError(f"{_wanted(dataset, revision)} not found in {looked}; {dataset.way_to_it}")
    return found


def hub_cache_directory(environment: Mapping[str, str]) -> Path:
    """Return where the hub's client keeps what it downloads, by its own rules.

    https://huggingface.co/docs/huggingface_hub/package_reference/environment_variables
    """
    for name in ("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"):
        if environment.get(name):
            return _expanded(environment[name])
    home = environment.get("HF_HOME")
    if not home:
        home = str(Path(environment.get("XDG_CACHE_HOME") or "~/.cache") / "huggingface")
    return _expanded(home) / "hub"


def _expanded(text: str) -> Path:
    """Return a path with variables and the home folder in their places; where there is no home, `~` stays."""
    return Path(os.path.expanduser(os.path.expandvars(text)))  # noqa: PTH111 - Path's own raises without a home


def _wanted(dataset: HubDataset, revision: str | None) -> str:
    name = f"revision {revision!r} of {dataset.repository}" if revision else dataset.repository
    return f"the {dataset.part} of {name} were" if dataset.part else f"{name} was"


def _below(
    place: Path, dataset: HubDataset, revision: str | None, *, is_shared: bool = False
) -> Location | None:
    """Look in a directory, in one that holds several datasets, and in one that is a hub's cache.

    A directory that several suites share is not taken for a dataset of another one.
    """
    candidates = places_in(place, dataset)
    cached = _cached(place, dataset, revision)
    if cached is not None:
        return cached
    for candidate in candidates:
        directory = _root(candidate, dataset)
        if directory is None or (is_shared and candidate is place and not dataset.is_own(directory)):
            continue
        return _location(directory, revision)
    return None


def places_in(place: Path, dataset: Dataset) -> list[Path]:
    """Return where a dataset may be in a folder that the user names: in one that is called like it, or in the folder itself.

    Raises:
        DataError: there is no such folder.
    """
    if not place.is_dir():
        raise DataError(f"{str(place)!r}: no such directory; fix --data or ITBENCH_DATA")
    names = dataset.directory_names
    inner = [path for path in sorted(place.iterdir()) if path.name.lower() in names and path.is_dir()]
    return [*inner, place]


def _root(place: Path, dataset: HubDataset) -> Path | None:
    """Return the directory with the directories of the tasks in any published layout; None if there is none."""
    for candidate in (place, place / dataset.domain):
        if candidate.is_dir() and dataset.holds_tasks(candidate):
            return candidate
    versions = place / "snapshots" / dataset.domain
    found = [path for path in sorted(versions.glob("*")) if path.is_dir() and dataset.holds_tasks(path)]
    if len(found) > 1:
        names = ", ".join(path.name for path in found)
        raise DataError(f"{versions} holds several versions: {names}; point to one of them with --data")
    return found[0] if found else None


def _location(directory: Path, revision: str | None) -> Location:
    """Tell the revision where the user pointed into a hub's cache; it must be the one that was asked for."""
    resolved = directory.resolve()
    for parent in (resolved, *resolved.parents):
        folder = parent.parent.parent
        if parent.parent.name == "snapshots" and folder.name.startswith("datasets--"):
            if revision is not None and parent.name != _commit(folder, revision):
                raise DataError(
                    f"{directory}: of revision {parent.name!r}, but {revision!r} is asked for; leave that out"
                )
            return Location(directory, parent.name, folder / "blobs")
    if revision is not None:
        raise DataError(f"{directory}: of no known revision, but {revision!r} is asked for; leave that out")
    return Location(directory)


def _cached(cache: Path, dataset: HubDataset, revision: str | None) -> Location | None:
    folder = cache / dataset.cache_folder
    commit = None if revision is None else _commit(folder, revision)
    snapshots = [path for path in (folder / "snapshots").glob("*") if path.is_dir()]
    # The newest may be a listing only, when a download was stopped early.
    for snapshot in sorted(snapshots, key=lambda path: (path.stat().st_mtime_ns, path.name), reverse=True):
        directory = _root(snapshot, dataset) if commit in {None, snapshot.name} else None
        if directory is not None:
            return Location(directory, snapshot.name, folder / "blobs")
    return None


def _commit(folder: Path, revision: str) -> str:
    """Return the commit of a branch or tag as last fetched; a commit is its own."""
    reference = folder / "refs" / revision
    return reference.read_text(encoding="utf-8").strip() if reference.is_file() else revision
