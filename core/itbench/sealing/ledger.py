"""Which submissions were scored with a private bundle: none comes again under another name, and each is counted."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import Field, ValidationError

from itbench.errors import DataError, StorageError
from itbench.interfaces.model import Frozen
from itbench.sealed.bundle import SCORED
from itbench.sealed.envelope import DIGEST_PATTERN, KEY_PATTERN, Signed
from itbench.sealed.new_file import PRIVATE, write_new
from itbench.sealing.records import Index


class Entry(Frozen):
    """A submission that was scored.

    Attributes:
        number: how many had been scored when it was, itself included.
        number_of_submitter: how many of them the same key had signed.
    """

    submission: str = Field(pattern=DIGEST_PATTERN)
    key: str = Field(pattern=KEY_PATTERN)
    run: str
    scored_at: str
    number: int = Field(ge=1)
    number_of_submitter: int = Field(ge=1)
    records: dict[str, str]


class Ledger:
    """The submissions that were scored before.

    Args:
        bundle: the private bundle.
    """

    def __init__(self, bundle: Path) -> None:
        self._folder = bundle / SCORED

    @contextmanager
    def noted(self, index: Signed[Index], scored_at: str) -> Iterator[Entry]:
        """Note that a submission is scored while this is entered; one whose scoring fails is not kept.

        It is noted before it is scored, so that no other process scores the same run under another name meanwhile. The very same
        submission can be scored again, and keeps its number.

        Raises:
            DataError: the run, or any record of it, was handed in before otherwise; says when, and by whose key.
            StorageError: the folder cannot be written.
        """
        path = self._folder / f"{index.digest.removeprefix('sha256:')}.json"
        try:
            entry, is_new = self._note(path, index, scored_at)
        except OSError as error:
            raise StorageError(
                f"cannot write {str(self._folder)!r}, in which it is noted what was scored: {error.strerror}"
            ) from error
        try:
            yield entry
        except BaseException:
            if is_new:
                path.unlink()
            raise

    def _note(self, path: Path, index: Signed[Index], scored_at: str) -> tuple[Entry, bool]:
        """Return the entry of a submission, and whether it was written just now."""
        self._folder.mkdir(mode=0o700, exist_ok=True)
        with self._locked():
            before = list(self._entries())
            entry = next((each for each in before if each.submission == index.digest), None)
            if entry is not None:
                return entry, False
            entry = _new(index, before, scored_at)
            write_new(path, entry.model_dump_json().encode() + b"\n", PRIVATE)
            return entry, True

    @contextmanager
    def _locked(self) -> Iterator[None]:
        descriptor = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def _entries(self) -> Iterator[Entry]:
        for path in sorted(self._folder.glob("*.json")):
            try:
                yield Entry.model_validate(json.loads(path.read_bytes()))
            except (OSError, ValueError, ValidationError) as error:
                raise DataError(
                    f"{path}: cannot be read, so it is not known what was scored before: {error}"
                ) from error


def _new(index: Signed[Index], before: list[Entry], scored_at: str) -> Entry:
    document = index.document
    own = {entry.sha256: entry.name for entry in document.trials}
    for entry in before:
        told = f"was handed in before, scored at {entry.scored_at}, signed by {entry.key}"
        if entry.run == document.run:
            raise DataError(f"run {entry.run!r} {told}; each run can be handed in once")
        copied = next((own[digest] for digest in entry.records if digest in own), None)
        if copied is not None:
            raise DataError(f"{copied} {told}, in run {entry.run!r}")
    return Entry(
        submission=index.digest,
        key=document.key,
        run=document.run,
        scored_at=scored_at,
        number=max((entry.number for entry in before), default=0) + 1,
        number_of_submitter=max(
            (entry.number_of_submitter for entry in before if entry.key == document.key), default=0
        )
        + 1,
        records={each.sha256: each.name for each in document.trials},
    )
