"""Which submissions were scored with a private bundle, so that none comes again under another name."""

import json
from collections.abc import Iterator
from pathlib import Path

from pydantic import Field, ValidationError

from itbench.errors import DataError
from itbench.interfaces.model import Frozen
from itbench.sealed.bundle import SCORED
from itbench.sealed.envelope import DIGEST_PATTERN, KEY_PATTERN, Signed
from itbench.sealed.new_file import PRIVATE, write_new
from itbench.sealing.records import Index


class _Entry(Frozen):
    submission: str = Field(pattern=DIGEST_PATTERN)
    key: str = Field(pattern=KEY_PATTERN)
    run: str
    scored_at: str
    records: dict[str, str]


class Ledger:
    """The submissions that were scored before.

    Args:
        bundle: the private bundle.
    """

    def __init__(self, bundle: Path) -> None:
        self._folder = bundle / SCORED

    def refuse_replay(self, index: Signed[Index]) -> None:
        """Refuse a run, or any record of one, that was handed in before otherwise; the very same submission may be scored again.

        Raises:
            DataError: says what was handed in before, when, and by whose key.
        """
        own = {entry.sha256: entry.name for entry in index.document.trials}
        for entry in self._entries():
            if entry.submission == index.digest:
                continue
            before = f"was handed in before, scored at {entry.scored_at}, signed by {entry.key}"
            if entry.run == index.document.run:
                raise DataError(f"run {entry.run!r} {before}; each run can be handed in once")
            copied = next((own[digest] for digest in entry.records if digest in own), None)
            if copied is not None:
                raise DataError(f"{copied} {before}, in run {entry.run!r}")

    def add(self, index: Signed[Index], scored_at: str) -> None:
        """Note that a submission was scored.

        Raises:
            OSError: the folder cannot be written.
        """
        document = index.document
        entry = _Entry(
            submission=index.digest,
            key=document.key,
            run=document.run,
            scored_at=scored_at,
            records={each.sha256: each.name for each in document.trials},
        )
        path = self._folder / f"{index.digest.removeprefix('sha256:')}.json"
        if not path.exists():
            self._folder.mkdir(mode=0o700, exist_ok=True)
            write_new(path, entry.model_dump_json().encode() + b"\n", PRIVATE)

    def _entries(self) -> Iterator[_Entry]:
        for path in sorted(self._folder.glob("*.json")):
            try:
                yield _Entry.model_validate(json.loads(path.read_bytes()))
            except (OSError, ValueError, ValidationError) as error:
                raise DataError(
                    f"{path}: cannot be read, so it is not known what was scored before: {error}"
                ) from error
