"""What the page of a CISO trial shows."""

from collections import Counter
from collections.abc import Iterator, Sequence

from itbench import JsonObject, Panel, PanelCell, PanelGrid, PanelTable, ShownTrial
from itbench_ciso.panels.variants import Labelled, control_of, labelled
from itbench_ciso.scoring.observed import observed_set

_LABELS = {False: "violates", True: "complies"}
_MOST_SETS = 500


def trial_panels(trial: ShownTrial) -> Iterator[Panel]:
    """Yield the verdicts against the labels; without the truth, the verdicts alone."""
    truth = trial.truth()
    if truth is None:
        rows = tuple(_observed(trial))
        if rows:
            table = PanelTable(columns=("set", "verdict", "message"), rows=rows[:_MOST_SETS])
            yield Panel(title="Verdicts", parts=(table,))
        return
    found = labelled(trial, truth)
    if found:
        title = f"Verdicts on control {control_of(trial, truth)}"
        yield Panel(title=title, parts=(_against_labels(found), _by_way(found)))


def _against_labels(found: Sequence[Labelled]) -> PanelGrid:
    """Return how many sets of each label got which verdict."""
    verdicts = sorted(
        {each.verdict for each in found}, key=lambda name: (name not in {"true", "false"}, name)
    )
    counts = Counter((each.is_compliant, each.verdict) for each in found)
    return PanelGrid(
        title="Variants by label and verdict",
        rows=tuple(_LABELS.values()),
        columns=tuple(f"judged {verdict}" for verdict in verdicts),
        cells=tuple(
            tuple(
                _cell(counts[label, verdict], (verdict == "true") == label and verdict in {"true", "false"})
                for verdict in verdicts
            )
            for label in _LABELS
        ),
    )


def _cell(count: int, is_right: bool) -> PanelCell:
    what = "right" if is_right else "wrong"
    return PanelCell(
        label=f"{count} {what}" if count else "0", tone=("good" if is_right else "bad") if count else "plain"
    )


def _by_way(found: Sequence[Labelled]) -> PanelTable:
    """Return the ways in which the variants violate or comply, those with most wrong verdicts first."""
    ways: dict[tuple[str, bool], list[Labelled]] = {}
    for each in found:
        ways.setdefault((each.way, each.is_compliant), []).append(each)
    rows: list[tuple[str | int | None, ...]] = []
    for (way, is_compliant), sets in ways.items():
        wrong = [each for each in sets if not each.is_right]
        said = ", ".join(
            f"{verdict} ({count})" for verdict, count in Counter(e.verdict for e in sets).most_common()
        )
        message = next((each.message for each in wrong if each.message), "")
        rows.append((way, _LABELS[is_compliant], len(wrong), len(sets), said, message))
    rows.sort(key=lambda row: (-(row[2] if isinstance(row[2], int) else 0), str(row[0])))
    return PanelTable(
        title="Ways to violate the control and to comply with it",
        columns=("way", "label", "wrong", "variants", "verdicts", "what the engine said of a wrong one"),
        rows=tuple(rows[:_MOST_SETS]),
    )


def _observed(trial: ShownTrial) -> Iterator[tuple[str, str, str]]:
    submission = trial.submission()
    observed: JsonObject = submission.observed if submission is not None else {}
    sets = observed.get("sets")
    for name in sorted(sets) if isinstance(sets, dict) else ():
        found = observed_set(observed, name)
        yield name, found.verdict or "-", found.message or found.problem
