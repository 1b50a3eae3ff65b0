"""What the page of CISO runs shows: verdicts by control, and the violations that are missed most."""

from collections import defaultdict
from collections.abc import Iterator

from itbench import Panel, PanelCell, PanelGrid, PanelTable, PanelText, ShownTrial
from itbench_ciso.panels.variants import control_of, labelled

_MOST_TRIALS = 3_000
_MOST_ROWS = 100
_LABELS = {False: "missed violation", True: "rejected though it complies"}

_Counts = dict[tuple[str, str, bool], list[int]]


def run_panels(trials: Iterator[ShownTrial]) -> Iterator[Panel]:
    """Yield the panels, from trials that were scored and whose truth is at hand."""
    by_control: _Counts = defaultdict(lambda: [0, 0])
    by_way: _Counts = defaultdict(lambda: [0, 0])
    runs: dict[str, None] = {}
    count = 0
    for trial in trials:
        truth = trial.truth() if trial.score is not None and count < _MOST_TRIALS else None
        if truth is None:
            continue
        count += 1
        runs[trial.run] = None
        control = control_of(trial, truth)
        for each in labelled(trial, truth):
            for counts, key in (
                (by_control, (control, trial.run, each.is_compliant)),
                (by_way, (control, each.way, each.is_compliant)),
            ):
                counts[key][0] += each.is_right
                counts[key][1] += 1
    if count:
        told = PanelText(text=f"Over {count} trials that have a score and whose truth is at hand.")
        grids = [_grid(by_control, list(runs)[:200], is_compliant=label) for label in (False, True)]
        yield Panel(title="Verdicts by control", parts=(*grids, _wrong(by_way), told))


def _grid(counts: _Counts, runs: list[str], *, is_compliant: bool) -> PanelGrid:
    controls = sorted({control for control, _, _ in counts}, key=_by_number)[:1_000]
    what = "compliant variants that were accepted" if is_compliant else "violations that were found"
    return PanelGrid(
        title=f"Share of the {what}",
        rows=tuple(controls),
        columns=tuple(runs),
        cells=tuple(
            tuple(_cell(*counts.get((control, run, is_compliant), (0, 0))) for run in runs)
            for control in controls
        ),
    )


def _cell(right: int, total: int) -> PanelCell | None:
    if not total:
        return None
    return PanelCell(value=right / total, label=f"{right} of {total}", note=f"{total - right} judged wrong")


def _wrong(counts: _Counts) -> PanelTable:
    wrong = sorted(
        ((total - right, total, key) for key, (right, total) in counts.items() if right < total),
        key=lambda entry: (-entry[0], entry[2]),
    )
    rows = tuple(
        (control, way, _LABELS[is_compliant], missed, total)
        for missed, total, (control, way, is_compliant) in wrong[:_MOST_ROWS]
    )
    return PanelTable(
        title="Most frequent wrong verdicts",
        columns=("control", "way", "what", "wrong", "variants"),
        rows=rows,
    )


def _by_number(control: str) -> tuple[tuple[int, str], ...]:
    """Return what sorts 5.2.10 behind 5.2.9."""
    return tuple((int(part), "") if part.isdecimal() else (1 << 30, part) for part in control.split("."))
