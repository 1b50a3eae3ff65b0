"""Reads submissions: each record against the signed index, before anything in it is believed."""

import hashlib
import json
import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from pydantic import ValidationError

from itbench.errors import DataError
from itbench.interfaces.json import JsonObject, json_problem
from itbench.interfaces.plan import MOST_TRIALS, Plan
from itbench.sealed.canonical import canonical
from itbench.sealed.envelope import Signed, opened
from itbench.sealing.records import MOST_LINE_BYTES, Head, Index, TrialLine, name_of, read_line

_SHOWN = 5
# So many lines that nobody signed are looked at, to name them.
_MORE = 100
_STEP_BYTES = 1 << 16


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
    try:
        with _opened(path) as file:
            offset, last = _last_line(file, path)
            index = opened(last, Index, f"{path}: the index in its last line")
            head, *lines = _lines(file, path, offset, len(index.document.trials) + 1 + _MORE)
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror}") from error
    faults = _faults(path, head, lines, index.document)
    if faults:
        more = f"; and {len(faults) - _SHOWN} more" if len(faults) > _SHOWN else ""
        raise DataError(f"{path} is not as it was signed: {'; '.join(faults[:_SHOWN])}{more}")
    plan = _plan(path, head)
    if (plan.suite_seal, plan.id) != (index.document.seal, index.document.run):
        raise DataError(f"{path}: its plan is of another run or of another seal than its index says")
    return SubmissionFile(path, index, plan, lines)


def _opened(path: Path) -> IO[bytes]:
    """Open a plain file; a named pipe would be waited for indefinitely, and can be read once only."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    if stat.S_ISREG(os.fstat(descriptor).st_mode):
        return os.fdopen(descriptor, "rb")
    os.close(descriptor)
    raise DataError(f"{path}: it is no plain file, so it is no submission")


def _last_line(file: IO[bytes], path: Path) -> tuple[int, bytes]:
    """Return where the last line is, and its bytes."""
    size = file.seek(0, os.SEEK_END)
    if not size:
        raise DataError(f"{path}: it is no submission, or was cut off: it has 0 lines")
    begin, data = size, b""
    while begin and data.find(b"\n", 0, -1) < 0:
        if len(data) > MOST_LINE_BYTES:
            raise DataError(
                f"{path}: it is no submission: its last line has more than {MOST_LINE_BYTES} bytes"
            )
        step = min(max(_STEP_BYTES, len(data)), begin)
        begin -= step
        file.seek(begin)
        data = file.read(step) + data
    if not data.endswith(b"\n"):
        raise DataError(f"{path}: it was cut off: its last line has no end")
    offset = data.rfind(b"\n", 0, -1) + 1
    if begin + offset == 0:
        raise DataError(f"{path}: it is no submission, or was cut off: it has 1 lines")
    return begin + offset, data[offset:]


def _lines(file: IO[bytes], path: Path, end: int, most: int) -> list[_Line]:
    """Return where the lines before an offset are, at most so many, so that no number of them fills the memory."""
    file.seek(0)
    lines: list[_Line] = []
    offset = 0
    while offset < end and len(lines) < most:
        line = file.readline(min(MOST_LINE_BYTES, end - offset))
        if not line:
            raise DataError(f"{path}: it was cut off while it was read")
        lines.append(_Line(offset, len(line), hashlib.sha256(line).hexdigest()))
        offset += len(line)
    return lines


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
    source = f"{path}: its first line"
    with path.open("rb") as file:
        data = file.read(head.size)
    value = _read(data, source)
    problem = json_problem(value)
    if problem is not None:
        raise DataError(f"{source}: {problem}")
    try:
        canonical(value)
        plan = Head.model_validate(value).plan
    except UnicodeEncodeError as error:
        raise DataError(f"{source}: a text in it is no Unicode") from error
    except ValidationError as error:
        detail = error.errors(include_url=False, include_context=False, include_input=False)[0]
        raise DataError(f"{source}: {'.'.join(map(str, detail['loc']))}: {detail['msg']}") from error
    if plan.planned_trials > MOST_TRIALS:
        raise DataError(f"{source}: its plan has {plan.planned_trials} trials, which no run has")
    return plan


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
