"""Reads submissions: each record against the signed index, before anything in it is believed."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from itbench.errors import DataError
from itbench.interfaces.json import JsonObject
from itbench.interfaces.plan import Plan
from itbench.sealed.envelope import Signed, opened
from itbench.sealing.records import Head, Index, TrialLine, name_of, read_line

# More than a trial can hold: files and traces are bounded.
MOST_LINE_BYTES = 1 << 30
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class _Line:
    offset: int
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class SubmissionFile:
    """A submission of which every byte is as it was signed.

    Attributes:
        path: of the file.
        index: signed.
        plan: of the run.
    """

    path: Path
    index: Signed[Index]
    plan: Plan
    _lines: Sequence[_Line]

    def trials(self) -> Iterator[TrialLine]:
        """Yield the records one by one, as they are read.

        Raises:
            DataError: one is signed and still no record of a trial.
        """
        with self.path.open("rb") as file:
            for line, entry in zip(self._lines, self.index.document.trials, strict=True):
                file.seek(line.offset)
                data = file.read(line.size)
                if hashlib.sha256(data).hexdigest() != entry.sha256:
                    raise DataError(f"{self.path}: {entry.name} was changed while it was read")
                yield _trial(data, entry.name, self.path)


def read_submission(path: Path) -> SubmissionFile:
    """Return the submission in a file.

    Raises:
        DataError: it is none, or anything in it is not as it was signed; names what.
        UsageError: the package `cryptography` is not installed.
    """
    head, lines, last = _split(path)
    index = opened(last, Index, f"{path}: the index in its last line")
    faults = _faults(path, head, lines, index.document)
    if faults:
        more = f"; and {len(faults) - _SHOWN} more" if len(faults) > _SHOWN else ""
        raise DataError(f"{path} is not as it was signed: {'; '.join(faults[:_SHOWN])}{more}")
    plan = _plan(path, head)
    if (plan.suite_seal, plan.id) != (index.document.seal, index.document.run):
        raise DataError(f"{path}: its plan is of another run or of another seal than its index says")
    return SubmissionFile(path, index, plan, lines)


def _split(path: Path) -> tuple[_Line, list[_Line], bytes]:
    """Return where the lines are, and the bytes of the last one."""
    lines: list[_Line] = []
    offset, data = 0, b""
    try:
        with path.open("rb") as file:
            while line := file.readline(MOST_LINE_BYTES):
                data = line
                lines.append(_Line(offset, len(line), hashlib.sha256(line).hexdigest()))
                offset += len(line)
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror}") from error
    if len(lines) < 2:
        raise DataError(f"{path}: it is no submission, or was cut off: it has {len(lines)} lines")
    if not data.endswith(b"\n"):
        raise DataError(f"{path}: it was cut off: its last line has no end")
    return lines[0], lines[1:-1], data


def _faults(path: Path, head: _Line, lines: Sequence[_Line], index: Index) -> list[str]:
    """Return what is not as it was signed, one clause for each line."""
    faults = [] if head.sha256 == index.head else ["its first line, with the plan, was changed"]
    signed = {entry.sha256: place for place, entry in enumerate(index.trials)}
    seen: dict[int, int] = {}
    strange: list[tuple[int, _Line]] = []
    for at, line in enumerate(lines):
        place = signed.get(line.sha256)
        if place is None:
            strange.append((at, line))
        elif place in seen:
            faults.append(f"{index.trials[place].name} is there twice, again in line {at + 2}")
        else:
            seen[place] = at
    lost = [entry for place, entry in enumerate(index.trials) if place not in seen]
    faults += _strange(path, strange, {entry.name for entry in lost})
    changed = {name for _, line in strange if (name := _name(path, line)) is not None}
    faults += [f"{entry.name} was removed" for entry in lost if entry.name not in changed]
    order = sorted(seen, key=lambda place: seen[place])
    faults += [
        f"{index.trials[place].name} was moved"
        for place, wanted in zip(order, sorted(order), strict=True)
        if place != wanted
    ]
    return faults


def _strange(path: Path, lines: Sequence[tuple[int, _Line]], lost: set[str]) -> Iterator[str]:
    for at, line in lines:
        name = _name(path, line)
        if name in lost:
            yield f"{name} was changed"
        else:
            yield f"line {at + 2}" + (f", {name}," if name else "") + " was added or changed"


def _name(path: Path, line: _Line) -> str | None:
    """Return which attempt a line says it is of."""
    try:
        with path.open("rb") as file:
            file.seek(line.offset)
            return name_of(json.loads(file.read(line.size))["trial"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None


def _plan(path: Path, head: _Line) -> Plan:
    with path.open("rb") as file:
        data = file.read(head.size)
    try:
        return Head.model_validate(_read(data, f"{path}: its first line")).plan
    except ValidationError as error:
        detail = error.errors(include_url=False, include_context=False, include_input=False)[0]
        raise DataError(
            f"{path}: its first line: {'.'.join(map(str, detail['loc']))}: {detail['msg']}"
        ) from error


def _read(line: bytes, source: str) -> JsonObject:
    try:
        return read_line(line)
    except DataError as error:
        raise DataError(f"{source}: {error}") from error


def _trial(data: bytes, name: str, path: Path) -> TrialLine:
    try:
        found = TrialLine.model_validate(_read(data, f"{path}: {name}"))
    except ValidationError as error:
        detail = error.errors(include_url=False, include_context=False, include_input=False)[0]
        raise DataError(f"{path}: {name}: {'.'.join(map(str, detail['loc']))}: {detail['msg']}") from error
    faults = found.faults()
    if faults or found.name != name:
        raise DataError(f"{path}: {name}: {faults[0] if faults else f'its record is of {found.name}'}")
    return found
