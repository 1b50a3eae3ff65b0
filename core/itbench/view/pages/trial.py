"""The page of one trial: what was asked, handed in and scored, why, and all that happened."""

from collections.abc import Mapping, Sequence
from typing import Any

from itbench.interfaces.json import JsonObject
from itbench.report.agent_label import agent_label
from itbench.report.metric_families import metric_families
from itbench.store.reader import RunFile
from itbench.view.data.catalogue import Catalogue
from itbench.view.data.trace import Entry, is_checked_at_once, read_events, trace_index
from itbench.view.data.trial import StoredTrial, stored_trial
from itbench.view.data.truth import SuiteOfRun, Suites
from itbench.view.pages.beside import beside
from itbench.view.pages.body import Body, body_of
from itbench.view.pages.outline import outline_of, totals_of
from itbench.view.pages.page import Asked, Page, Trail, number_of
from itbench.view.pages.pictures import picture_type
from itbench.view.pages.totals import total_charts
from itbench.view.pages.transcript import Transcript

_CHARACTERS = 1_000_000
_WITHHELD = "left out here"


def trial_page(
    catalogue: Catalogue, asked: Asked, run: str, trial: str, *, suites: Suites = SuiteOfRun
) -> Page:
    """Return the page of one trial.

    Raises:
        UsageError: there is no such run or trial.
        RunFileError: the run cannot be read.
    """
    number = number_of(trial, "trial")
    with catalogue.open(run) as file:
        found = stored_trial(file, number)
        entries = trace_index(file, number)
        is_checked = is_checked_at_once(file, number, entries, is_patient=asked.setting.is_patient)
        plan = file.plan()
        totals = totals_of(entries)
        context = {
            **_head(found, plan, run, has_truth=asked.setting.has_truth),
            **_submission(found, run, suites(plan) if asked.setting.has_truth else None),
            **trace_context(file, number, entries, asked, run),
            "check": not is_checked,
            "totals": totals,
            "charts": total_charts(totals, found.task["limits"]),
        }
    label = agent_label(plan["agent"])
    trail: Trail = (("Runs", "runs", {}), (f"{plan['domain']}/{plan['suite']}, {label}", "run", {"run": run}))
    title = f"{found.row['task']}, repeat {found.row['repeat']}"
    return Page(
        template="trial.html", title=title, context=context, trail=trail, scripts=("view.js", "trial.js")
    )


def trace_context(
    file: RunFile, number: int, entries: Sequence[Entry], asked: Asked, run: str
) -> dict[str, Any]:
    """Return the part of the trace that is asked for, and the outline of all of it."""
    start = asked.count("from", 0)
    first = next((at for at, entry in enumerate(entries) if entry.position >= start), len(entries))
    most = asked.setting.events
    last = _end(entries, first, most)
    transcript = Transcript({"run": run, "trial": str(number)})
    part = entries[first:last]
    events = read_events(file, number, part[0].position, part[-1].position) if part else ()
    return {
        "run": run,
        "number": number,
        "events": [transcript.shown(event) for event in events],
        "turn_of": {entry.position: entry.turn for entry in part},
        "first": first,
        "following": entries[last].position if last < len(entries) else None,
        "before": entries[max(0, first - most)].position if first else None,
        "n_events": len(entries),
        "outline": outline_of(entries),
    }


def _end(entries: Sequence[Entry], first: int, most: int) -> int:
    taken, last = 0, first
    while last < len(entries) and last - first < most and (last == first or taken < _CHARACTERS):
        taken += entries[last].size
        last += 1
    return last


def _head(found: StoredTrial, plan: JsonObject, run: str, *, has_truth: bool) -> dict[str, Any]:
    score = found.score or {}
    told = score if has_truth else {}
    metrics = score.get("metrics") or {}
    shown = plan.get("shown_metrics", {})
    return {
        "trial": found,
        "row": found.row,
        "plan": plan,
        "agent": agent_label(plan["agent"]),
        "task": found.task,
        "instructions": _part(found.task["instructions"], run, found, "task", is_code=False, shown=1200),
        "limits": {name: value for name, value in found.task["limits"].items() if value is not None},
        "value": found.value if found.status is not None else score.get("value"),
        "reasons": told.get("reasons") or [],
        "details": _part(told["details"], run, found, "details", shown=2000) if told.get("details") else None,
        "headline_metrics": [(title, metrics.get(name)) for title, name in shown.items() if name in metrics],
        "families": metric_families(list(metrics)),
        "metrics": metrics,
        "faults": _faults(found, run, has_truth=has_truth),
    }


def _faults(found: StoredTrial, run: str, *, has_truth: bool) -> list[tuple[str, str, Body | None]]:
    """Return stage, message and story of each fault; what a scorer says may tell of the truth."""
    faults: list[tuple[str, str, Body | None]] = []
    for name, source in (("trial", found.row), ("score", found.score or {})):
        if source.get("fault") and name == "score" and not has_truth:
            faults.append((str(source["fault_stage"]), _WITHHELD, None))
        elif source.get("fault"):
            story = source["fault_traceback"]
            body = _part(story, run, found, f"{name}-traceback") if story else None
            faults.append((str(source["fault_stage"]), str(source["fault"]), body))
    return faults


def _submission(found: StoredTrial, run: str, suite: SuiteOfRun | None) -> dict[str, Any]:
    """Return answer, truth, files and observation; without a suite no truth."""
    truth = suite.truth(found.row["task"]) if suite else _WITHHELD
    answer = found.answer if found.answer is not None else "no answer" if not found.files else None
    return {
        "truth": truth if isinstance(truth, str) else None,
        "beside": beside(answer, truth) if answer is not None and not isinstance(truth, str) else None,
        "truth_alone": _part(truth, run, found, "truth")
        if answer is None and not isinstance(truth, str)
        else None,
        "answer": _part(answer, run, found, "answer")
        if answer is not None and isinstance(truth, str)
        else None,
        "files": [(each, picture_type(each.head)) for each in found.files],
        "observed": _part(found.observed, run, found, "observed") if found.observed else None,
    }


def _part(value: Any, run: str, found: StoredTrial, part: str, **more: Any) -> Body:
    parameters: Mapping[str, str] = {"run": run, "trial": str(found.row["id"]), "part": part}
    return body_of(value, parameters=parameters, **more)
