"""What the page of an SRE trial shows."""

from collections.abc import Iterator

from itbench import (
    JsonObject,
    Panel,
    PanelAxis,
    PanelLine,
    PanelLines,
    PanelReference,
    PanelTable,
    PanelText,
    ShownTrial,
)
from itbench_sre.panels.answers import predictions
from itbench_sre.panels.curve import Curve, curve_of
from itbench_sre.panels.topology import topology
from itbench_sre.panels.words import scored_names, word_of
from itbench_sre.truth.convert import truth_from_json

_PARTS = ("fault_taxonomy", "fault_object", "root_cause")
_NEVER = "never"


def trial_panels(trial: ShownTrial) -> Iterator[Panel]:
    """Yield where the named objects stand in the incident, and when a tool's output first showed them."""
    truth = trial.truth()
    if truth is not None and "fault_object" in truth:
        yield Panel(title="Diagnoses", parts=(_diagnoses(trial, truth),))
    elif truth is not None:
        graph = topology(truth_from_json(truth, source=f"truth of {trial.task.id}"), trial.score)
        yield Panel(title="Topology", parts=(graph,))
    curve = curve_of(trial)
    kinds = _kinds(trial)
    if curve is not None:
        yield Panel(title="When it was seen", parts=tuple(_when(curve, kinds)))
    elif kinds:
        rows = tuple(kinds.items())
        yield Panel(title="What was named", parts=(PanelTable(columns=("name", "is"), rows=rows),))


def _kinds(trial: ShownTrial) -> dict[str, str]:
    """Return what each named object is, as the scorer said."""
    return {str(each.get("name")): word_of(each) for each in scored_names(trial.score)}


def _when(curve: Curve, kinds: dict[str, str]) -> Iterator[PanelText | PanelTable | PanelLines]:
    if curve.right_at is not None:
        after = curve.turns - curve.right_at
        yield PanelText(
            text=f"A tool's output first showed a root cause in turn {curve.right_at}; {after} of {curve.turns} turns followed."
        )
    else:
        yield PanelText(text="No tool's output showed a root cause.")
    rows = tuple(
        (each.text, kinds.get(each.text, ""), curve.seen.first.get(each.object_name, _NEVER))
        for each in curve.named
    )
    yield PanelTable(
        title="Names by when a tool's output first showed them", columns=("name", "is", "turn"), rows=rows
    )
    points = tuple((float(turn), value) for turn, value in curve.values.items())
    end = float(max(curve.turns, *curve.values))
    references = (
        (PanelReference(value=curve.right_at, axis="x", label="a root cause is shown", tone="good"),)
        if curve.right_at is not None
        else ()
    )
    yield PanelLines(
        title="Score with only the names that were shown by each turn",
        x=PanelAxis(label="turn", low=0, high=max(end, 1.0)),
        y=PanelAxis(label="score", low=0, high=1),
        lines=(PanelLine(label="cut answer", points=(*points, (end, points[-1][1])), is_step=True),),
        references=references,
    )


def _diagnoses(trial: ShownTrial, truth: JsonObject) -> PanelTable:
    """Return the predictions of a case beside what is so."""
    submission = trial.submission()
    listed = predictions(submission.answer) if submission is not None else []
    lines = {"truth": truth, **{f"diagnosis {number}": each for number, each in enumerate(listed, start=1)}}
    rows = [(name, *(str(fields.get(part, "")) for part in _PARTS)) for name, fields in lines.items()]
    return PanelTable(columns=("", *(part.replace("_", " ") for part in _PARTS)), rows=tuple(rows))
