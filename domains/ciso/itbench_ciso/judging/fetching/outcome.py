"""What came of running a script over one set of manifests."""

import json
from dataclasses import dataclass

from itbench import JsonObject, JsonValue
from itbench_ciso.engines.verdict import one_line


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchLimits:
    """How much running a script may use, beside the limits of the sandbox.

    Attributes:
        script_s: seconds for one run.
        total_s: seconds for all runs of a submission.
        data_bytes: of the file that it writes.
    """

    script_s: float = 20.0
    total_s: float = 600.0
    data_bytes: int = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchOutcome:
    """How one run ended.

    Attributes:
        problem: why there is no data, in one line; empty where there is.
        data: what was collected, as JSON in ASCII; None where nothing was.
        exit_code: of the script; None where it was not run.
        is_timed_out: whether it was ended at its time limit.
        size_bytes: of the file that was left behind.
        stderr: the last of its error output, in one line.
    """

    problem: str
    data: bytes | None = None
    exit_code: int | None = None
    is_timed_out: bool = False
    size_bytes: int = 0
    stderr: str = ""

    def as_json(self) -> JsonObject:
        """Return the outcome as it is stored with a submission, without the data."""
        found: JsonObject = {"exit_code": self.exit_code, "size_bytes": self.size_bytes}
        if self.is_timed_out:
            found["is_timed_out"] = True
        if self.problem:
            found["problem"] = self.problem
        if self.stderr:
            found["stderr"] = self.stderr
        return found


# Far less than the smallest limit of any reader that follows, so that none of them gives way to what was nested on purpose.
_DEEPEST = 200


class NotJsonError(ValueError):
    """What is wrong with a text that should be JSON, in one line."""


def plain_json(data: bytes) -> bytes:
    """Return JSON of a stranger's as compact JSON in ASCII; of keys that are there twice the last one counts.

    Raises:
        NotJsonError: it is none, as RFC 8259 has it, or nested too deeply.
    """
    try:
        value = json.loads(data.decode("utf-8"), parse_constant=_refuse)
        _check_depth(value)
        return json.dumps(value, separators=(",", ":"), allow_nan=False).encode("ascii")
    except RecursionError as error:
        raise NotJsonError("it is nested too deeply") from error
    except (ValueError, OverflowError) as error:
        raise NotJsonError(one_line(str(error), 200)) from error


def _check_depth(value: JsonValue) -> None:
    level, depth = [value], 0
    while level:
        level = [
            each
            for parent in level
            if isinstance(parent, dict | list)
            for each in (parent.values() if isinstance(parent, dict) else parent)
        ]
        depth += 1
        if depth > _DEEPEST:
            raise NotJsonError(f"it is nested more than {_DEEPEST} deep")


def _refuse(name: str) -> JsonValue:
    raise ValueError(f"{name} is not a JSON value")
