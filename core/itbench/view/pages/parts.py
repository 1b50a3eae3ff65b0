"""What the page of a trial asks for afterwards: pieces of long texts, whole requests, files, what a search finds, the check."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from itbench.errors import RunFileError, UsageError
from itbench.report.transcript.fields import text_of
from itbench.store.reader import RunFile
from itbench.view.data.apart import require_trial
from itbench.view.data.catalogue import Catalogue
from itbench.view.data.pieces import Piece, piece_of, piece_of_event
from itbench.view.data.requests import whole_request
from itbench.view.data.trace import found_in_trace
from itbench.view.data.trial import StoredTrial, stored_file, stored_trial
from itbench.view.data.truth import SuiteOfRun
from itbench.view.escaping import harmless
from itbench.view.pages.page import Asked, Page, Raw, Trail, number_of
from itbench.view.pages.pictures import picture_type
from itbench.view.pages.transcript import Transcript

_MOST_FOUND = 200
_PARTS: Mapping[str, Callable[[StoredTrial], Any]] = {
    "task": lambda trial: trial.task["instructions"],
    "answer": lambda trial: trial.answer,
    "observed": lambda trial: trial.observed,
    "details": lambda trial: (trial.score or {}).get("details"),
    "trial-traceback": lambda trial: trial.row["fault_traceback"],
    "score-traceback": lambda trial: (trial.score or {}).get("fault_traceback"),
}


def piece_page(catalogue: Catalogue, asked: Asked, run: str, trial: str, part: str) -> Raw:
    """Return a piece of a text as JSON: `text`, `total` characters, and `following`, where the next piece begins.

    Raises:
        UsageError: there is no such run, trial or part.
    """
    number, offset = number_of(trial, "trial"), asked.count("offset", 0)
    with catalogue.open(run) as file:
        piece = piece_of_part(file, number, part, asked.text("path"), offset)
    if piece is None:
        raise UsageError(f"trial {number} has no part {part!r}")
    told = {"text": harmless(piece.text), "total": piece.total, "following": piece.following}
    return Raw(json.dumps(told).encode(), "application/json")


def piece_of_part(file: RunFile, number: int, part: str, path: str, offset: int) -> Piece | None:
    """Return a piece of a text of a trial; None where there is no such text.

    Args:
        file: of the run.
        number: of the trial.
        part: the position of an event, `file`, or the name of what else there is.
        path: within the event, or of the file.
        offset: where the piece begins.

    Raises:
        UsageError: there is no such trial or file.
    """
    if part.isascii() and part.isdecimal():
        return piece_of_event(file, number, number_of(part, "part"), path, offset)
    if part == "file":
        return piece_of(stored_file(file, number, path).decode("utf-8", "replace"), offset)
    found = stored_trial(file, number)
    if part == "truth":
        value: Any = SuiteOfRun(file.plan()).truth(found.row["task"])
    else:
        value = _PARTS[part](found) if part in _PARTS else None
    if value is None:
        return None
    return piece_of(text_of(value), offset)


def request_page(catalogue: Catalogue, _asked: Asked, run: str, trial: str, position: str) -> Page:
    """Return all messages of one request.

    Raises:
        UsageError: there is no such run, trial or request.
    """
    number = number_of(trial, "trial")
    with catalogue.open(run) as file:
        found = whole_request(file, number, number_of(position, "position"))
    if found is None:
        raise UsageError(f"trial {number} has no request that could be put together at event {position}")
    transcript = Transcript({"run": run, "trial": trial})
    context = {"request": found, "parts": list(transcript.message_parts(found.messages))}
    trail: Trail = (
        ("Runs", "runs", {}),
        ("Run", "run", {"run": run}),
        ("Trial", "trial", {"run": run, "trial": trial}),
    )
    scripts = ("view.js", "trial.js")
    return Page(
        template="request.html",
        title=f"Request {found.number}",
        context=context,
        trail=trail,
        scripts=scripts,
    )


def file_page(catalogue: Catalogue, asked: Asked, run: str, trial: str) -> Raw:
    """Return a file that was handed in: a picture to be drawn, anything else to be kept.

    Raises:
        UsageError: there is no such run, trial or file.
    """
    path = asked.text("path")
    with catalogue.open(run) as file:
        data = stored_file(file, number_of(trial, "trial"), path)
    kind = picture_type(data[:16])
    name = None if kind else path.rpartition("/")[2]
    return Raw(data, kind or "application/octet-stream", name)


def search_page(catalogue: Catalogue, asked: Asked, run: str, trial: str) -> Raw:
    """Return the events that have a text, as JSON: the position of each and the words around it.

    Raises:
        UsageError: there is no such run or trial.
    """
    number, text = number_of(trial, "trial"), asked.text("q")[:200]
    with catalogue.open(run) as file:
        found = found_in_trace(file, number, text, _MOST_FOUND)
    told = [{"position": position, "around": harmless(around)} for position, around in found]
    return Raw(json.dumps({"found": told, "most": _MOST_FOUND}).encode(), "application/json")


def check_page(catalogue: Catalogue, _asked: Asked, run: str, trial: str) -> Raw:
    """Return, as JSON, what is wrong with the record of a trial, as its seal tells; `problem` is null where all is well.

    Raises:
        UsageError: there is no such run or trial.
    """
    problem = None
    try:
        require_trial(catalogue.entry(run).path, number_of(trial, "trial"))
    except RunFileError as error:
        problem = harmless(str(error))
    return Raw(json.dumps({"problem": problem}).encode(), "application/json")
