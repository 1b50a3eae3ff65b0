"""The lines of a submission: a head, one record for each trial, and a signed index of both, which is the last line."""

import base64
import binascii
import json
from collections.abc import Mapping
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from itbench.errors import DataError
from itbench.interfaces.fault import Fault, Stage
from itbench.interfaces.json import JsonObject
from itbench.interfaces.model import Frozen
from itbench.interfaces.plan import Plan
from itbench.interfaces.trace import TAKEN, TraceEvent, Usage
from itbench.sealed.canonical import is_unicode
from itbench.sealed.envelope import DIGEST_PATTERN, HEX_PATTERN, SignedDocument
from itbench.store.values import EVENT, LARGEST, TRIAL, wrong_columns

MOST_LINE_BYTES = 1 << 28
"""More than a trial has: what is handed in and traces are bounded."""
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True)
# Those of the table `trial` but its number, which is of the run file alone.
COLUMNS = tuple(name for name in TRIAL if name != "id")


class Head(Frozen):
    """Which run a submission is of."""

    format: Literal["itbench submission"] = "itbench submission"
    version: Literal[1] = 1
    seal: str = Field(pattern=DIGEST_PATTERN, description="Of the suite that was run.")
    plan: Plan = Field(description="Of the run, without the folder of its suite.")


class HandedIn(Frozen):
    """What was handed in, as far as it was usable."""

    answer: Any = None
    notes: tuple[str, ...] = ()
    files: dict[str, str] = Field(description="Base64 of each file but the answer, by path.")

    def faults(self) -> list[str]:
        """Return which files are not base64, one clause each."""
        return [
            f"its file {path!r} is not base64" for path, text in self.files.items() if _bytes_of(text) is None
        ]

    def contents(self) -> dict[str, bytes]:
        """Return the files, of which there are no faults."""
        return {path: _bytes_of(text) or b"" for path, text in self.files.items()}


class TrialLine(Frozen):
    """One attempt at a task."""

    trial: JsonObject = Field(description="The row of the table `trial`, without its number.")
    handed_in: HandedIn | None = Field(description="Null where nothing usable was.")
    events: tuple[tuple[float, str, str], ...] = Field(
        description="The trace: seconds, kind, and data as JSON text."
    )

    @property
    def name(self) -> str:
        """Which attempt it is."""
        return name_of(self.trial)

    def faults(self) -> list[str]:
        """Return what is wrong with the row and the trace, one clause each."""
        missing = sorted(set(COLUMNS) ^ self.trial.keys())
        if missing:
            return [f"its columns are not those of a trial: {', '.join(missing)}"]
        wrong = list(wrong_columns(self.trial, {name: TRIAL[name] for name in COLUMNS}))
        wrong += [f"{name} cannot be stored" for name, value in self.trial.items() if not _is_storable(value)]
        for place, (at_s, kind, data) in enumerate(self.events):
            row = {"position": place, "at_s": at_s, "kind": kind, "data": data}
            wrong += [f"event {place}: {clause}" for clause in wrong_columns(row, EVENT)]
        return wrong + ([] if self.handed_in is None else self.handed_in.faults())

    def fault(self) -> Fault | None:
        """Return what those who ran it say went wrong."""
        row = self.trial
        if row["fault_stage"] is None:
            return None
        return Fault(Stage(row["fault_stage"]), row["fault"] or "", row["fault_traceback"] or "")

    def usage(self) -> Usage:
        """Return what those who ran it say that it took."""
        counts = ("turns", "replies", "uncounted", "tool_calls", "failed_tool_calls")
        usage = Usage(**{name: self.trial[name] for name in counts})
        for name in TAKEN:
            if self.trial[name] is not None:
                usage.sums[name].add(self.trial[name])
        return usage

    def trace(self) -> list[TraceEvent]:
        """Return the trace."""
        return [TraceEvent(at_s, kind, data) for at_s, kind, data in self.events]


class IndexedTrial(Frozen):
    """One record of a submission, and by what it is known."""

    task: str
    repeat: int = Field(ge=0)
    attempt: int = Field(ge=0)
    sha256: str = Field(pattern=HEX_PATTERN)

    @property
    def name(self) -> str:
        """Which attempt it is."""
        return name_of(self.model_dump())


class Index(SignedDocument):
    """What those who ran the agent sign: the run, and each of its records in order."""

    format: Literal["itbench submission index"] = "itbench submission index"
    seal: str = Field(pattern=DIGEST_PATTERN)
    run: str = Field(description="Id of the run.")
    head: str = Field(pattern=HEX_PATTERN, description="SHA-256 of the first line.")
    trials: tuple[IndexedTrial, ...] = Field(description="The lines between the first and the last.")

    @model_validator(mode="after")
    def _are_distinct(self) -> Self:
        names = [each.name for each in self.trials]
        if len(set(names)) < len(names):
            raise ValueError("two of its trials are one attempt")
        return self

    @property
    def records(self) -> dict[str, str]:
        """The SHA-256 of each record by its name."""
        return {each.name: each.sha256 for each in self.trials}


def _bytes_of(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None


def _is_storable(value: object) -> bool:
    """Tell whether SQLite takes a value: not a half of a surrogate pair, nor an integer of more than 64 bits."""
    if isinstance(value, int):
        return -LARGEST <= value < LARGEST
    return not isinstance(value, str) or is_unicode(value)


def name_of(row: Mapping[str, Any]) -> str:
    """Return the words for an attempt at a task."""
    return f"trial {row['task']} repeat {row['repeat']} attempt {row['attempt']}"


def line_of(value: JsonObject) -> bytes:
    """Return one line of JSON with sorted keys; its bytes are what is hashed."""
    # What an agent wrote may hold half of a surrogate pair; as an escape it is still JSON.
    return _ENCODER.encode(value).encode("utf-8", "backslashreplace") + b"\n"


def read_line(line: bytes) -> JsonObject:
    """Return the JSON object in a line.

    Raises:
        DataError: it is none, or is spelled in another way than `line_of` does.
    """
    try:
        value: object = json.loads(line)
        # The same record in another spelling would pass for another record.
        is_spelled_so = isinstance(value, dict) and line_of(value) == line
    except (ValueError, RecursionError) as error:
        raise DataError(f"it is not JSON: {error}") from error
    if not isinstance(value, dict):
        raise DataError(f"it is a {type(value).__name__}, must be a JSON object")
    if not is_spelled_so:
        raise DataError("it is not spelled as itbench writes it")
    return value
