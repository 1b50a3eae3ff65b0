"""A bundle: a folder with a seal, the tasks and their inputs, and, if it is the private one, all that opens the seal.

seal.json            the seal, signed; the same bytes in both bundles
tasks/<id>.json      one task
inputs/<id>/...      what an agent may read
opening.json         private: salts, the seed, and which files the commitments are about
truths/<id>.json     private: what only the scorer may read
hidden/<id>/...      private: what only the environment and the scorer may read
key.pem              private: the key that signed the seal and signs receipts; not in a bundle that was revealed
scored/              private: which submissions were scored
"""

import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from itbench.errors import DataError
from itbench.sealed.documents import Opening, Seal, files_by_task, task_commitment
from itbench.sealed.envelope import Signed, opened
from itbench.sealed.files import Digest, digest_of_file, file_faults

SEAL, OPENING, KEY, SCORED = "seal.json", "opening.json", "key.pem", "scored"
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Bundle:
    """A bundle whose seal is signed; its files have not been looked at yet.

    Attributes:
        root: the folder.
        seal: signed by the key that it names.
        opening: None in a public bundle.
    """

    root: Path
    seal: Signed[Seal]
    opening: Opening | None

    def faults(self, digest: Digest = digest_of_file) -> list[str]:
        """Return what is not as it was sealed, one line for each file or task.

        Args:
            digest: returns the SHA-256 of a file.
        """
        own = {SEAL} if self.opening is None else {SEAL, OPENING, KEY, SCORED}
        tops = sorted(each.name for each in self.root.iterdir() if each.name not in own)
        private = () if self.opening is None else self.opening.files
        found = file_faults(self.root, [*self.seal.document.files, *private], tops, digest)
        return [*found, *self._broken_promises()]

    def require_sound(self, digest: Digest = digest_of_file) -> None:
        """Refuse a bundle that is not as it was sealed.

        Raises:
            DataError: names the first few faults.
        """
        faults = self.faults(digest)
        if faults:
            more = f"; and {len(faults) - _SHOWN} more" if len(faults) > _SHOWN else ""
            raise DataError(f"{self.root} is not as it was sealed: {'; '.join(faults[:_SHOWN])}{more}")

    def _broken_promises(self) -> Iterator[str]:
        """Yield which truths are not those that the seal promises."""
        seal, opening = self.seal.document, self.opening
        if opening is None:
            return
        if opening.seal != self.seal.digest:
            yield f"{OPENING!r} is of another seal, {opening.seal}"
        ids = {task.id for task in seal.tasks}
        yield from (
            f"{OPENING!r} has a salt of {name!r}, which is no task"
            for name in sorted(opening.salts.keys() - ids)
        )
        files = files_by_task(opening.files)
        yield from (
            f"{OPENING!r} has files of {name!r}, which is no task" for name in sorted(files.keys() - ids)
        )
        for task in seal.tasks:
            salt = opening.salts.get(task.id)
            if salt is None:
                yield f"{OPENING!r} has no salt of task {task.id!r}"
            elif task_commitment(task.id, salt, files.get(task.id, ())) != task.commitment:
                yield f"task {task.id!r}: its truth, its hidden data or its salt is not the one that was promised"
        promised = None if opening.seed is None else opening.seed.commitment(seal.options)
        if promised != seal.seed_commitment:
            yield "the seed is not the one that was promised"


def is_bundle(path: Path) -> bool:
    """Tell whether a folder is a bundle, whatever is in it."""
    return (path / SEAL).is_file()


def read_bundle(root: Path) -> Bundle:
    """Return the bundle in a folder.

    Raises:
        DataError: it has no seal, or one that was changed, or an opening that cannot be read.
        UsageError: the package `cryptography` is not installed.
    """
    seal = opened(_data(root / SEAL), Seal, str(root / SEAL))
    place = root / OPENING
    if not place.exists():
        return Bundle(root, seal, None)
    try:
        return Bundle(root, seal, Opening.model_validate_json(_data(place)))
    except ValidationError as error:
        detail = error.errors(include_url=False, include_context=False, include_input=False)[0]
        raise DataError(
            f"{place}: it was changed: {'.'.join(map(str, detail['loc']))}: {detail['msg']}"
        ) from error


def _data(path: Path) -> bytes:
    try:
        if not stat.S_ISREG(path.lstat().st_mode):
            raise DataError(f"{path}: it is no plain file")
        return path.read_bytes()
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror}") from error
