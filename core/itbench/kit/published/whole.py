"""Tells what of a dataset is not as it was fetched: by presence and size of each file, and by content for chosen tasks."""

import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from itbench.errors import DataError
from itbench.host.digests import FileDigests
from itbench.kit.published.dataset import Dataset
from itbench.kit.published.marker import Marker, fetch_command, find_root, read_marker


@dataclass(slots=True)
class Differences:
    """Paths below the root of a dataset at which it is not as it should be."""

    missing: list[str] = field(default_factory=list)
    other_size: list[str] = field(default_factory=list)
    unverified: list[str] = field(default_factory=list)
    additional: list[str] = field(default_factory=list)

    @property
    def paths(self) -> list[str]:
        """All of them."""
        return [*self.missing, *self.other_size, *self.unverified, *self.additional]

    def in_words(self, total: int) -> str:
        """Return how many there are of each kind, with one example."""
        kinds = [
            (self.missing, f"of {total} files missing"),
            (self.other_size, "cut off or of another size"),
            (self.unverified, "not verified"),
            (self.additional, "additional"),
        ]
        counts = ", ".join(f"{len(paths)} {words}" for paths, words in kinds if paths)
        return f"{counts}, such as {self.paths[0]!r}"


def require_whole(dataset: Dataset, directory: Path) -> None:
    """Refuse a dataset that `itbench fetch` did not complete, or of which files were lost, cut off or added since.

    One without a marker, such as a checkout, is let pass.

    Args:
        dataset: that it is.
        directory: that holds the directories of its tasks.

    Raises:
        DataError: says how many files, with the command that completes it.
    """
    marked = _marked(dataset, directory.absolute())
    if marked is None:
        return
    root, marker = marked
    found = differences(marker, root, directory)
    if found.paths:
        raise DataError(
            f"{directory}: {dataset.repository} is not complete there: {found.in_words(len(marker.files))}; "
            f"complete it with `{fetch_command(dataset, marker.tasks)}`"
        )


def differences(marker: Marker, root: Path, directory: Path) -> Differences:
    """Compare what lies below a root with its marker; in `directory`, there must be no other file."""
    found = Differences()
    for path, file in marker.files.items():
        status = _status(root / path)
        if status is None or not stat.S_ISREG(status.st_mode):
            found.missing.append(path)
        elif status.st_size != file.size:
            found.other_size.append(path)
        elif file.sha256 is None:
            found.unverified.append(path)
    inside = sorted(
        path.relative_to(root.absolute()).as_posix() for path in files_below(directory.absolute())
    )
    found.additional = [path for path in inside if path not in marker.files]
    return found


def changed_files(dataset: Dataset, directory: Path) -> list[str]:
    """Return one line for each file of a task whose content is not what was fetched; none without a marker.

    Args:
        dataset: that the task is of.
        directory: of the task.
    """
    directory = directory.absolute()
    found = _marked(dataset, directory)
    if found is None:
        return []
    root, marker = found
    shared = [directory.with_name(name) for name in dataset.extra_files]
    inside = marker.below(directory.relative_to(root).as_posix())
    paths = [*(root / path for path in sorted(inside)), *shared]
    return _changed(dataset, root, marker, paths, directory.name)


def require_unchanged(dataset: Dataset, directory: Path, paths: Iterable[Path]) -> None:
    """Refuse files of a task, such as its truth, whose content is not what was fetched; none is refused without a marker.

    Raises:
        DataError: names the first of them.
    """
    found = _marked(dataset, directory.absolute())
    if found is not None:
        lines = _changed(dataset, *found, [path.absolute() for path in paths], directory.name)
        if lines:
            raise DataError(lines[0])


def _marked(dataset: Dataset, directory: Path) -> tuple[Path, Marker] | None:
    root = find_root(dataset, directory)
    marker = read_marker(dataset, root) if root is not None else None
    return None if root is None or marker is None else (root, marker)


def _changed(dataset: Dataset, root: Path, marker: Marker, paths: Iterable[Path], task: str) -> list[str]:
    digests, found = FileDigests(), []
    for path in paths:
        file = marker.files.get(path.relative_to(root).as_posix()) if path.is_relative_to(root) else None
        if file is not None and _digest(digests, path) != file.sha256:
            command = fetch_command(dataset, (task,) if marker.tasks else ())
            found.append(f"{path}: not the content that was fetched; run `{command}`")
    return found


def files_below(directory: Path) -> Iterator[Path]:
    """Yield whatever is no folder below a directory, but for hidden files at its top, which are no data."""
    for folder, folders, names in os.walk(directory):
        links = [name for name in folders if Path(folder, name).is_symlink()]
        for name in [*names, *links]:
            if folder != str(directory) or not name.startswith("."):
                yield Path(folder, name)


def _digest(digests: FileDigests, path: Path) -> str | None:
    try:
        return digests.digest(path)
    except (OSError, DataError):
        return None


def _status(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except (OSError, ValueError):
        return None
