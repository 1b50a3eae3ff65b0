"""Reads the metrics that a run file holds: values with which no mean can be made count as not measured."""

import json
from collections import Counter
from collections.abc import Mapping
from typing import Any

from itbench.interfaces.json import JsonObject, JsonValue
from itbench.interfaces.score import printable
from itbench.store.reader import RunFile

_METRICS = """
SELECT score.metrics FROM outcome JOIN latest_score AS score ON score.trial = outcome.trial
WHERE instr(score.metrics, 'NaN') OR instr(score.metrics, 'Infinity') OR instr(score.metrics, 'e+')
"""
_SHOWN = 5
# Far beyond any measure, and small enough that sums and squares of such values are numbers still.
_LARGEST = 1e100


def read_metrics(text: str | None) -> dict[str, float | None]:
    """Return metrics by name; None where there is no number to count with, and names as they can be written."""
    found = json.loads(text) if text else {}
    return {printable(name): value if _is_usable(value) else None for name, value in found.items()}


def decoded_score(score: Mapping[str, Any] | None) -> JsonObject | None:
    """Return the row of a score with reasons, details and metrics as they are, not as JSON text."""
    if score is None:
        return None
    texts = {key: json.loads(score[key]) for key in ("reasons", "details")}
    return dict(score) | texts | {"metrics": read_metrics(score["metrics"])}


def odd_metrics_warning(run: RunFile) -> str | None:
    """Return one sentence on the values that are read as missing; None without any."""
    odd: Counter[str] = Counter()
    for row in run.connection.execute(_METRICS):
        found = json.loads(row["metrics"])
        odd.update(
            printable(name) for name, value in found.items() if value is not None and not _is_usable(value)
        )
    if not odd:
        return None
    names = ", ".join(map(repr, list(odd)[:_SHOWN])) + (", ..." if len(odd) > _SHOWN else "")
    are, count = ("are", "count") if odd.total() > 1 else ("is", "counts")
    values = "values" if odd.total() > 1 else "value"
    return f"{odd.total()} {values} of metrics {are} not finite or beyond 1e100, and {count} as not measured: {names}"


def _is_usable(value: JsonValue) -> bool:
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    # A comparison with NaN is always false.
    return is_number and abs(value) <= _LARGEST
