"""What `itbench fetch` leaves in a dataset: which files belong to it, and which of them were verified.

The marker is written before the first file is asked for, and again when all of them are there. So a download that was
ended at any moment is known to be one. It lies at the root of the dataset and goes with a copy of that.
"""

from collections.abc import Iterable
from pathlib import Path

from pydantic import Field, ValidationError

from itbench.errors import DataError
from itbench.host.output_file import write_output
from itbench.interfaces.model import Frozen
from itbench.kit.published.dataset import Dataset

_SHA256 = r"^[0-9a-f]{64}$"
# Of folders between the marker and a task: snapshots, domain, version, task.
_MOST_LEVELS = 4


class MarkedFile(Frozen):
    """One file of a dataset."""

    size: int = Field(ge=0)
    blob: str = Field(
        default="", description="SHA-1 as Git makes it, or SHA-256, as the hub tells; empty if it does not."
    )
    sha256: str | None = Field(
        default=None, pattern=_SHA256, description="Of the content that was verified; null before that."
    )


class Marker(Frozen):
    """What was asked for of one revision of a dataset, by all fetches together."""

    repository: str
    revision: str
    tasks: tuple[str, ...] = Field(default=(), description="Directories of tasks; none if all were wanted.")
    files: dict[str, MarkedFile] = Field(
        default_factory=dict, description="By path below the folder of the marker."
    )

    def below(self, inside: str) -> dict[str, MarkedFile]:
        """Return the files in a folder, by the same paths as before."""
        prefix = f"{inside}/" if inside not in {"", "."} else ""
        return {path: file for path, file in self.files.items() if path.startswith(prefix)}


def marker_path(dataset: Dataset, root: Path) -> Path:
    """Return where the marker lies that says what one suite has of a dataset."""
    return root / f".itbench-{dataset.domain}-{dataset.suite}.json"


def read_marker(dataset: Dataset, root: Path) -> Marker | None:
    """Return the marker of a dataset at a root, None if there is none.

    Raises:
        DataError: it is damaged.
    """
    path = marker_path(dataset, root)
    try:
        return Marker.model_validate_json(path.read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValidationError) as error:
        raise DataError(
            f"{path}: the list of files that `itbench fetch` left there is damaged; "
            f"run `{dataset.fetch_command}` to make it again"
        ) from error


def write_marker(dataset: Dataset, root: Path, marker: Marker) -> None:
    """Write a marker, whole or not at all.

    Raises:
        StorageError: it cannot be written.
    """
    write_output(marker_path(dataset, root), marker.model_dump_json(indent=1) + "\n")


def find_root(dataset: Dataset, directory: Path) -> Path | None:
    """Return the nearest folder with a marker, at or above the directory that holds the tasks."""
    directory = directory.absolute()
    for folder in (directory, *directory.parents[:_MOST_LEVELS]):
        if marker_path(dataset, folder).is_file():
            return folder
    return None


def fetch_command(dataset: Dataset, tasks: Iterable[str]) -> str:
    """Return the command that brings these directories of tasks, or all if there are none."""
    return " ".join([dataset.fetch_command, *(f"--task {dataset.task_id(name)}" for name in tasks)])
