"""What each column of a run file may hold. A run file comes from a disk, or from somebody else: nothing in it is believed.

Each function yields what is wrong with a row, one clause each.
"""

import json
import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from itbench.interfaces.fault import Stage

LARGEST = 2**63
_SHOWN_CHARACTERS = 40
_STAGES = frozenset(stage.value for stage in Stage)
_METRIC_TYPES = frozenset({int, float, type(None)})
_HASH = re.compile(r"[0-9a-f]{16,64}")
_Row: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Column:
    """The values that are allowed in a column.

    Attributes:
        allows: tells whether a value is one of them.
        words: for "must be ...".
    """

    allows: Callable[[Any], bool]
    words: str

    def or_nothing(self) -> "Column":
        """Return the same column where NULL is allowed too."""
        allows = self.allows
        return Column(lambda value: value is None or allows(value), f"{self.words} or nothing")


def is_number(value: object) -> bool:
    """Tell whether a value is a finite number."""
    return isinstance(value, (int, float)) and math.isfinite(value)


def parsed(text: object, *, constant: Callable[[str], Any] = float) -> Any:
    """Return the JSON in a text; None for what is none. `constant` reads the words that are no JSON, such as `NaN`."""
    if not isinstance(text, str):
        return None
    try:
        return json.loads(text, parse_constant=constant)
    except (ValueError, RecursionError):
        return None


def _is_moment(value: object) -> bool:
    try:
        return isinstance(value, str) and datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False


def _is_json(value: object) -> bool:
    return parsed(value) is not None or value == "null"


def _are_metrics(value: object) -> bool:
    # Of plugins that early versions did not check there are files with the words `NaN` and `Infinity`: reports leave these out.
    found = parsed(value, constant=lambda _: None)
    if not isinstance(found, dict) or not _METRIC_TYPES.issuperset(map(type, found.values())):
        return False
    try:
        return all(map(math.isfinite, filter(None, found.values())))
    except OverflowError:
        return False  # An integer beyond all floating-point numbers.


def _are_texts(value: object) -> bool:
    found = parsed(value)
    return isinstance(found, list) and all(isinstance(each, str) for each in found)


TEXT = Column(lambda value: isinstance(value, str), "text")
COUNT = Column(lambda value: isinstance(value, int) and 0 <= value < LARGEST, "an integer from 0")
AMOUNT = Column(lambda value: isinstance(value, (int, float)) and 0 <= value < math.inf, "a number from 0")
FLAG = Column(lambda value: isinstance(value, int) and value in {0, 1}, "0 or 1")
SHARE = Column(lambda value: isinstance(value, (int, float)) and 0 <= value <= 1, "a number from 0 to 1")
MOMENT = Column(_is_moment, "a time by ISO 8601 with its zone")
STAGE = Column(
    lambda value: isinstance(value, str) and value in _STAGES, f"one of {', '.join(sorted(_STAGES))}"
)
DIGEST = Column(lambda value: isinstance(value, str) and _HASH.fullmatch(value) is not None, "a hash")
JSON = Column(_is_json, "JSON")
JSON_OBJECT = Column(lambda value: isinstance(parsed(value), dict), "a JSON object")
METRICS = Column(_are_metrics, "a JSON object of numbers")
TEXTS = Column(_are_texts, "a JSON list of texts")
BYTES = Column(lambda value: isinstance(value, bytes), "bytes")

TRIAL = {
    "id": COUNT,
    "task": TEXT,
    "repeat": COUNT,
    "attempt": COUNT,
    "fault_stage": STAGE.or_nothing(),
    "fault": TEXT.or_nothing(),
    "fault_traceback": TEXT.or_nothing(),
    "limit_hit": TEXT.or_nothing(),
    "handed_in": FLAG,
    "answer_hash": DIGEST.or_nothing(),
    "started_at": MOMENT,
    "wall_s": AMOUNT,
    "turns": COUNT,
    "replies": COUNT,
    "uncounted": COUNT,
    "input_tokens": COUNT.or_nothing(),
    "output_tokens": COUNT.or_nothing(),
    "cached_tokens": COUNT.or_nothing(),
    "reasoning_tokens": COUNT.or_nothing(),
    "cost_usd": AMOUNT.or_nothing(),
    "tool_calls": COUNT,
    "failed_tool_calls": COUNT,
}
SCORING = {
    "id": COUNT,
    "started_at": MOMENT,
    "itbench_version": TEXT,
    "domain_origin": TEXT,
    "truths": TEXT.or_nothing(),
    "scoring_version": COUNT,
}
SCORE = {
    "scoring": COUNT,
    "trial": COUNT,
    "value": SHARE.or_nothing(),
    "is_leak": FLAG,
    "fault_stage": STAGE.or_nothing(),
    "fault": TEXT.or_nothing(),
    "fault_traceback": TEXT.or_nothing(),
    "metrics": METRICS,
    "reasons": TEXTS,
    "details": JSON_OBJECT,
}
SUBMISSION = {"trial": COUNT, "answer": JSON, "observed": JSON_OBJECT, "notes": TEXTS}
FILE = {"path": TEXT, "data": BYTES}
EVENT = {"position": COUNT, "at_s": Column(is_number, "a number"), "kind": TEXT, "data": JSON}


def wrong_columns(row: _Row, columns: Mapping[str, Column]) -> Iterator[str]:
    """Yield a clause for each column of a row whose value is not allowed."""
    for name, column in columns.items():
        if not column.allows(value := row[name]):
            yield f"{name} is {_shown(value)}, must be {column.words}"


def wrong_score(row: _Row) -> Iterator[str]:
    """Yield what is wrong with a score: it is a value, or a leak, or says why there is none."""
    yield from wrong_columns(row, SCORE)
    kinds = [row["value"] is not None, bool(row["is_leak"]), row["fault_stage"] is not None]
    if sum(kinds) != 1:
        yield "it must have either a value, or a fault, or be a leak"
    if (row["fault_stage"] is None) != (row["fault"] is None):
        yield "it has a fault without a stage, or a stage without a fault"


def wrong_trial(row: _Row, repeats: Mapping[str, Sequence[int]]) -> Iterator[str]:
    """Yield what is wrong with a trial.

    Args:
        row: of the trial.
        repeats: of each task that are planned.
    """
    yield from wrong_columns(row, TRIAL)
    if row["task"] not in repeats:
        yield f"task is {_shown(row['task'])}, which is not planned"
    elif COUNT.allows(row["repeat"]) and row["repeat"] not in repeats[row["task"]]:
        yield f"repeat is {row['repeat']}, which is not planned"
    if (row["fault_stage"] is None) != (row["fault"] is None):
        yield "it has a fault without a stage, or a stage without a fault"


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _SHOWN_CHARACTERS else f"{text[:_SHOWN_CHARACTERS]}..."
