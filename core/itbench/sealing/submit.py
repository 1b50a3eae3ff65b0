"""Writes a run of a sealed suite as a submission: answers, files and traces, without truth, and signed."""

import base64
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from itbench.errors import RunFileError, UsageError
from itbench.host.output_file import open_output
from itbench.interfaces.json import JsonObject
from itbench.interfaces.plan import Plan
from itbench.interfaces.progress import Progress, no_progress
from itbench.runs.plan.registration import plan_hash
from itbench.sealed.envelope import sign
from itbench.sealed.keys import own_key
from itbench.sealing.records import COLUMNS, MOST_LINE_BYTES, Head, Index, IndexedTrial, line_of
from itbench.store.claim import is_claimed
from itbench.store.reader import RunFile

_TRIALS = "SELECT id FROM trial ORDER BY id"


@dataclass(frozen=True, slots=True, kw_only=True)
class Submitted:
    """What `submit_run` wrote.

    Attributes:
        submission: digest, by which it is known.
        seal: of the suite.
        run: id of the run.
        plan_hash: what the run did, as it could be promised before it.
        key: the public key that signed it.
        key_path: where the private one lies.
        is_new_key: whether it was made just now.
        trials: how many attempts it holds.
        planned: how many trials the run has.
        ended: how many of those have ended.
        files: how many files were handed in besides answers.
        events: of all traces.
        bytes: of the submission.
    """

    submission: str
    seal: str
    run: str
    plan_hash: str
    key: str
    key_path: Path
    is_new_key: bool
    trials: int
    planned: int
    ended: int
    files: int
    events: int
    bytes: int

    def document(self) -> JsonObject:
        """Return it for machines."""
        return {name: getattr(self, name) for name in self.__slots__} | {"key_path": str(self.key_path)}


def submit_run(
    path: Path, out: str | Path, key_path: Path | None, progress: Progress = no_progress
) -> Submitted:
    """Write a run as a submission; secrets are left out as they are in the run file.

    Args:
        path: of the run file.
        out: the file to write.
        key_path: of the key that signs; None for the user's own. It is made if it is not there.
        progress: is told how far it is.

    Raises:
        UsageError: the run is not of a sealed suite, was made where the truths are, or is a shard.
        RunFileError: the run is in use, or damaged.
        StorageError: the file cannot be written.
    """
    with RunFile(path) as run:
        plan = Plan.model_validate(run.plan())
        if plan.suite_seal is None:
            raise UsageError(
                f"{str(path)!r} is not a run of a sealed suite; run the public bundle that `itbench seal` wrote"
            )
        if plan.is_scored:
            raise UsageError(
                f"{str(path)!r} was run and scored where the truths are, so there is nothing to hand in"
            )
        if plan.shard is not None:
            raise UsageError(
                f"{str(path)!r} is shard {plan.shard} of a run; hand in what `itbench merge` makes of all shards"
            )
        if is_claimed(path):
            raise RunFileError(f"{str(path)!r} is in use; hand it in when it has ended")
        key, place, is_new = own_key(key_path)
        head = line_of(Head(seal=plan.suite_seal, plan=_public(plan)).model_dump(mode="json"))
        counts, indexed = _Counts(), list[IndexedTrial]()
        with open_output(out) as file:
            size = file.write(head)
            for line, entry in _lines(run, counts, progress):
                size += file.write(line)
                indexed.append(entry)
            index = Index(
                key=key.public,
                seal=plan.suite_seal,
                run=plan.id,
                head=hashlib.sha256(head).hexdigest(),
                trials=tuple(indexed),
            )
            signed = sign(index, key)
            size += file.write(signed.data)
        (ended,) = run.connection.execute("SELECT count(*) FROM outcome").fetchone()
    return Submitted(
        submission=signed.digest,
        seal=plan.suite_seal,
        run=plan.id,
        plan_hash=plan_hash(plan),
        key=key.public,
        key_path=place,
        is_new_key=is_new,
        trials=len(indexed),
        planned=plan.planned_trials,
        ended=ended,
        files=counts.files,
        events=counts.events,
        bytes=size,
    )


def _public(plan: Plan) -> Plan:
    """Return a plan without what only this machine needs: where the suite lies."""
    return plan.model_copy(update={"suite_data": None})


@dataclass(slots=True)
class _Counts:
    files: int = 0
    events: int = 0


def _lines(run: RunFile, counts: _Counts, progress: Progress) -> Iterator[tuple[bytes, IndexedTrial]]:
    ids = [row["id"] for row in run.connection.execute(_TRIALS)]
    for done, trial in enumerate(ids):
        progress("writing trials", done, len(ids))
        detail = run.detail(trial)
        row = {name: detail.row[name] for name in COLUMNS}
        events = [[event["at_s"], event["kind"], event["data"]] for event in run.events(trial)]
        files = {path: base64.b64encode(data).decode() for path, data in sorted(detail.files.items())}
        handed_in = {"answer": detail.answer, "notes": detail.notes, "files": files}
        line = line_of(
            {"trial": row, "handed_in": handed_in if detail.is_handed_in else None, "events": events}
        )
        if len(line) > MOST_LINE_BYTES:
            raise UsageError(
                f"{str(run.path)!r}: trial {trial} has {len(line)} bytes, a submission takes {MOST_LINE_BYTES} of each"
            )
        counts.files += len(files)
        counts.events += len(events)
        key = {name: row[name] for name in ("task", "repeat", "attempt")}
        yield line, IndexedTrial(**key, sha256=hashlib.sha256(line).hexdigest())
