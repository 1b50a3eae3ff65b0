"""Reads the JSON answer that an agent wrote; repairs it only where there is one way to read it."""

import json
import math
import re
from dataclasses import dataclass

from itbench.interfaces.json import JsonObject, JsonValue
from itbench.schema.check import schema_faults

_FENCE = re.compile(r"^[^`]*```(?:json|JSON)?[ \t]*\n(?P<body>.*?)\n[ \t]*```[^`]*$", re.DOTALL)
# A string that never ends is taken to the end of the text: looked for again from each of its quotes, it would cost the square
# of its length.
_STRING_OR_COMMA = re.compile(r'(?P<string>"(?:[^"\\]|\\.)*+"?)|,\s*+(?P<close>[\]}])', re.DOTALL)
_SHOWN_FAULTS = 5
_SHOWN_DIGITS = 40


@dataclass(frozen=True, slots=True)
class Answer:
    """A parsed answer with notes on what was repaired, or the problem with it."""

    value: JsonValue = None
    notes: tuple[str, ...] = ()
    problem: str | None = None


def read_answer(data: bytes, schema: JsonObject) -> Answer:
    """Return the answer, repaired where that is unambiguous, and checked against the schema."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return Answer(problem=f"the answer is not UTF-8 text: {error.reason} at byte {error.start}")
    answer = _parse(text)
    if answer.problem is not None:
        return answer
    wrong = schema_faults(answer.value, schema)
    if wrong:
        more = f" (and {len(wrong) - _SHOWN_FAULTS} more)" if len(wrong) > _SHOWN_FAULTS else ""
        shown = "; ".join(wrong[:_SHOWN_FAULTS])
        return Answer(problem=f"the answer does not fit its schema: {shown}{more}")
    return answer


def _parse(text: str) -> Answer:
    try:
        return Answer(_strict(text))
    except (ValueError, RecursionError) as error:
        problem = f"the answer is not JSON: {error}"
    for candidate, notes in _repaired(text):
        try:
            return Answer(_strict(candidate), notes)
        except (ValueError, RecursionError):
            continue
    return Answer(problem=problem)


def _strict(text: str) -> JsonValue:
    return json.loads(text, parse_constant=_refuse_constant, parse_float=_finite)


def _finite(text: str) -> float:
    value = float(text)
    if math.isinf(value):
        raise ValueError(f"{text[:_SHOWN_DIGITS]} is larger than any floating-point number")
    return value


def _refuse_constant(name: str) -> JsonValue:
    raise ValueError(f"{name} is not a JSON value")


def _repaired(text: str) -> list[tuple[str, tuple[str, ...]]]:
    fenced = _FENCE.match(text)
    body = fenced["body"] if fenced else None
    without = without_trailing_commas(text)
    repaired: list[tuple[str, tuple[str, ...]]] = []
    comma, fence = "a trailing comma was left out of the answer", "the answer was taken from its fenced block"
    if body is not None:
        repaired += [(body, (fence,)), (without_trailing_commas(body), (fence, comma))]
    if without != text:
        repaired.append((without, (comma,)))
    return repaired


def without_trailing_commas(text: str) -> str:
    """Return JSON text without commas before a closing bracket; strings are left alone."""
    return _STRING_OR_COMMA.sub(lambda match: match["string"] or match["close"], text)
