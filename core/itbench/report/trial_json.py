"""One trial for machines: everything that is known of it."""

import base64
import json

from itbench.interfaces.json import JsonObject
from itbench.report.stored_metrics import decoded_score
from itbench.store.reader import RunFile
from itbench.text.files import text_of_file


def trial_json(run: RunFile, trial: int, truth: JsonObject | str) -> JsonObject:
    """Return everything that is known of one trial, for machines."""
    detail = run.detail(trial)
    events = [
        {"at_s": event["at_s"], "kind": event["kind"], "data": json.loads(event["data"])}
        for event in run.events(trial)
    ]
    return {
        "trial": dict(detail.row),
        "score": decoded_score(detail.score),
        "answer": detail.answer,
        "files": {path: text_of_file(data) for path, data in detail.files.items()},
        "binary_files": {
            path: base64.b64encode(data).decode()
            for path, data in detail.files.items()
            if text_of_file(data) is None
        },
        "observed": detail.observed,
        "notes": detail.notes,
        "truth": truth,
        "events": events,
    }
