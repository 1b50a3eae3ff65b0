"""Pinned hashes of tasks that are made from seeds: every machine must make the same bytes."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from itbench.interfaces.json import JsonObject
from itbench.output_file import write_output

if TYPE_CHECKING:
    from itbench.made.suite import MadeSuite


def digest_of(directory: Path, truth: JsonObject, hidden: Path | None = None) -> str:
    """Return the SHA-256 of a truth and of all files: relative path, length, content, in order of path.

    Args:
        directory: of the files that agents may read.
        truth: of the task.
        hidden: directory of the files that only the judging may read; it need not exist.
    """
    found = hashlib.sha256(json.dumps(truth, sort_keys=True).encode())
    folders = {"": directory}
    if hidden is not None and hidden.is_dir():
        folders = {"1\0": directory, "0\0": hidden}
    for mark, folder in folders.items():
        for part in _parts(folder, mark):
            found.update(part)
    return found.hexdigest()


def read_manifest(path: Path) -> dict[str, str]:
    """Return the pinned hash of each embedded task by its id."""
    manifest: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return manifest


def make_manifest(suites: "Iterable[MadeSuite]") -> dict[str, str]:
    """Make all tasks of these suites, throw them away, and return their hashes by id."""
    found: dict[str, str] = {}
    for suite in suites:
        for job in suite.jobs():
            with TemporaryDirectory() as name:
                inputs = Path(name) / "inputs"
                truth = job.make(inputs)
                found[job.id] = digest_of(inputs, truth, inputs.with_name("hidden"))
    return found


def write_manifest(path: Path, manifest: dict[str, str]) -> None:
    """Pin these hashes."""
    write_output(path, json.dumps(manifest, indent=1) + "\n")


def _parts(directory: Path, mark: str) -> Iterator[bytes]:
    for path in sorted(directory.rglob("*"), key=lambda path: path.relative_to(directory).as_posix()):
        if path.is_file():
            data = path.read_bytes()
            yield f"{mark}{path.relative_to(directory).as_posix()}\0{len(data)}\0".encode()
            yield data
