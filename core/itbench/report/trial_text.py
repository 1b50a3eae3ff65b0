"""One trial as text: what happened, what was handed in, and the truth beside it."""

import base64
import json
import shutil
from collections.abc import Iterator, Mapping
from itertools import zip_longest
from typing import Any

from itbench.interfaces.json import JsonObject, JsonValue
from itbench.report.stored_metrics import read_metrics
from itbench.report.table import counted, dollars, number, seconds, table
from itbench.store.reader import RunFile, TrialDetail
from itbench.text.harmless import broken, one_line, padded

_SHOWN_EVENT = 2000
_SHOWN_TRIALS = 8
_SHOWN_BYTES = 8
_SHOWN_LINES = 100
_GUTTER = " | "


def trial_text(run: RunFile, trial: int, truth: JsonObject | str) -> str:
    """Return the report of one trial; `truth` is the truth, or why it cannot be shown."""
    detail = run.detail(trial)
    parts = [
        *_head(detail),
        *map(one_line, _others(run, detail)),
        "",
        *map(one_line, _trace(run, trial)),
        "",
        *_beside(detail, truth),
    ]
    return "\n".join(parts)


def trial_json(run: RunFile, trial: int, truth: JsonObject | str) -> JsonObject:
    """Return everything that is known of one trial, for machines."""
    detail = run.detail(trial)
    events = [
        {"at_s": event["at_s"], "kind": event["kind"], "data": json.loads(event["data"])}
        for event in run.events(trial)
    ]
    return {
        "trial": dict(detail.row),
        "score": _decoded(detail.score),
        "answer": detail.answer,
        "files": {path: _text_of(data) for path, data in detail.files.items()},
        "binary_files": {
            path: base64.b64encode(data).decode()
            for path, data in detail.files.items()
            if _text_of(data) is None
        },
        "observed": detail.observed,
        "notes": detail.notes,
        "truth": truth,
        "events": events,
    }


def _decoded(score: Mapping[str, Any] | None) -> JsonObject | None:
    if score is None:
        return None
    texts = {key: json.loads(score[key]) for key in ("reasons", "details")}
    return dict(score) | texts | {"metrics": read_metrics(score["metrics"])}


def _head(detail: TrialDetail) -> Iterator[str]:
    row, score = detail.row, _decoded(detail.score)
    yield f"{one_line(row['task'])} repeat {row['repeat']} attempt {row['attempt']}, {row['started_at']}"
    value = number(score["value"]) if score else "none"
    used = f"{counted(row['turns'], 'turn')}, {counted(row['tool_calls'], 'tool call')} ({row['failed_tool_calls']} failed)"
    yield f"score {value}; {used}, {_taken(row)}, {seconds(row['wall_s'])}"
    if row["limit_hit"]:
        yield f"limit reached: {one_line(row['limit_hit'])}"
    for source in (row, score or {}):
        if source.get("fault"):
            yield f"fault of the {source['fault_stage']}: {one_line(source['fault'])}"
            yield from (f"    {one_line(line)}" for line in (source["fault_traceback"] or "").splitlines())
    if score:
        yield from (f"- {one_line(reason)}" for reason in score["reasons"])
        metrics = [[name, number(value)] for name, value in score["metrics"].items()]
        if metrics:
            yield ""
            yield table(["metric", "value"], metrics, numbers=["value"])


def _others(run: RunFile, detail: TrialDetail) -> Iterator[str]:
    """Yield a line with the other trials of the same task, as `itbench show` takes them."""
    row = detail.row
    others = [
        f"{each['task']}:{each['repeat']}:{each['attempt']}"
        for each in run.trials_of(row["task"])
        if each["id"] != row["id"]
    ]
    if others:
        shown = ", ".join(others[:_SHOWN_TRIALS]) + (", ..." if len(others) > _SHOWN_TRIALS else "")
        yield f"{len(others)} more of this task: {shown}"


def _taken(row: Mapping[str, Any]) -> str:
    """Return what the replies of a model took, as far as it is known."""
    if not row["replies"]:
        return "no model replies"
    known = row["input_tokens"] is not None and row["output_tokens"] is not None
    tokens = f"{row['input_tokens'] + row['output_tokens']} tokens" if known else "tokens unknown"
    if row["uncounted"]:
        tokens += f" of {row['uncounted']} of {row['replies']} replies"
    return f"{tokens}, {'cost unknown' if row['cost_usd'] is None else dollars(row['cost_usd'])}"


def _trace(run: RunFile, trial: int) -> Iterator[str]:
    yield "trace:"
    count = 0
    for event in run.events(trial):
        count += 1
        yield f"  {event['at_s']:9.3f} s  {event['kind']:<11} {_short(event['data'])}"
    if not count:
        yield "  (nothing)"


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN_EVENT else f"{text[:_SHOWN_EVENT]}… ({len(text)} characters)"


def _beside(detail: TrialDetail, truth: JsonObject | str) -> Iterator[str]:
    columns = (shutil.get_terminal_size((160, 24)).columns - len(_GUTTER)) // 2
    left = ["submission", "-" * columns, *_submission_lines(detail, columns)]
    right = ["truth", "-" * columns, *_lines(truth, columns)]
    for one, other in zip_longest(left, right, fillvalue=""):
        yield f"{padded(one, columns)}{_GUTTER}{other}".rstrip()


def _submission_lines(detail: TrialDetail, columns: int) -> Iterator[str]:
    if detail.answer is not None:
        yield from _lines(detail.answer, columns)
    for path, data in detail.files.items():
        text = _text_of(data)
        if text is None:
            kind = f"no text, begins with {data[:_SHOWN_BYTES].hex(' ')}"
            yield from broken(one_line(f"file {path}, {len(data)} bytes ({kind})"), columns)
        else:
            yield from broken(one_line(f"file {path}, {len(data)} bytes:"), columns)
            yield from _lines(text, columns)
    if detail.answer is None and not detail.files:
        yield "nothing was handed in"
    if detail.observed:
        yield "observed at the end:"
        yield from _lines(_without_middle(json.dumps(detail.observed, indent=2, ensure_ascii=False)), columns)


def _text_of(data: bytes) -> str | None:
    """Return a file as text; None for one that is none, such as a picture."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return None if "\0" in text else text


def _without_middle(text: str) -> str:
    lines = text.splitlines()
    if len(lines) <= 2 * _SHOWN_LINES:
        return text
    left_out = len(lines) - 2 * _SHOWN_LINES
    told = f"... {left_out} lines left out; --json has all ..."
    return "\n".join([*lines[:_SHOWN_LINES], told, *lines[-_SHOWN_LINES:]])


def _lines(value: JsonValue, columns: int) -> Iterator[str]:
    text = value if isinstance(value, str) else json.dumps(value, indent=2, ensure_ascii=False)
    for line in text.splitlines():
        yield from broken(one_line(line), columns)
