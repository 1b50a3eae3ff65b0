"""How reliably agents solve tasks: pass@k and pass^k over the number of tries."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from itbench.errors import UsageError
from itbench.interfaces.json import JsonObject
from itbench.interfaces.panel import Panel, PanelAxis, PanelLine, PanelLines
from itbench.report.agent_label import agent_label
from itbench.report.boards.intervals import interval_columns
from itbench.report.document import Section, Table
from itbench.statistics import Passes, Values, pass_curve, value_with_interval
from itbench.store.reader import RunFile

_MOST_LINES = 50


@dataclass(frozen=True, slots=True)
class Reliability:
    """The curves of one run.

    Attributes:
        path: of the run file.
        plan: of the run.
        threshold: a score at or above it is a success.
        curve: for each k from 1.
    """

    path: Path
    plan: JsonObject
    threshold: float
    curve: Sequence[Passes]

    @property
    def title(self) -> str:
        """Who worked on what."""
        return f"{agent_label(self.plan['agent'])} on {self.plan['domain']}/{self.plan['suite']}, {self.path}"

    @property
    def notes(self) -> list[str]:
        """What a reader must know, a sentence for each."""
        notes = []
        if len(self.curve) == 1:
            notes.append("one repeat only: it tells nothing of reliability; run with --repeats 3 or more")
        counts = [found.at_least_one.n_tasks for found in self.curve]
        if counts[-1] < counts[0]:
            notes.append(
                f"{counts[0] - counts[-1]} of {counts[0]} tasks have fewer than {len(counts)} scores, and are not in every line"
            )
        return notes


def reliability(paths: Sequence[Path], *, threshold: float = 1.0) -> list[Reliability]:
    """Return the curves of runs.

    Raises:
        UsageError: the threshold is not above 0 and at most 1, a run has no score, or none has repeats.
        RunFileError: one cannot be read.
    """
    if not 0 < threshold <= 1:
        raise UsageError(f"a threshold of {threshold!r} cannot be; give a score above 0, at most 1")
    found = [_reliability(path, threshold) for path in paths]
    if all(len(each.curve) == 1 for each in found):
        raise UsageError(
            "no task has more than one score, so there is nothing to say of reliability; run with --repeats 3 or more"
        )
    return found


def reliability_of(path: Path, plan: JsonObject, values: Values, *, threshold: float = 1.0) -> Reliability:
    """Return the curves of a run that was read.

    Raises:
        UsageError: it has no score.
    """
    try:
        return Reliability(path, plan, threshold, pass_curve(values, threshold=threshold))
    except UsageError as error:
        raise UsageError(f"{path}: {error}") from error


def reliability_sections(found: Sequence[Reliability]) -> Iterator[Section]:
    """Yield the curves for people."""
    head = ["k", "pass@k (95 % interval)", "pass^k (95 % interval)", "tasks"]
    for each in found:
        rows = [
            [
                str(at.k),
                value_with_interval(at.at_least_one),
                value_with_interval(at.all_of_them),
                str(at.at_least_one.n_tasks),
            ]
            for at in each.curve
        ]
        yield Section(
            title=each.title, table=Table(head=head, rows=rows, numbers=["k", "tasks"]), notes=each.notes
        )
    threshold = found[0].threshold
    success = "a score of 1" if threshold == 1 else f"a score of {threshold:g} or more"
    yield Section(
        notes=[
            f"pass@k: chance that k tries at a task hold a success ({success}); pass^k: chance that all k are successes"
        ]
    )


def reliability_rows(found: Sequence[Reliability]) -> list[JsonObject]:
    """Return a row for each run and k."""
    return [
        {"run": each.plan["id"], "agent": agent_label(each.plan["agent"]), **_identity(each), **_point(at)}
        for each in found
        for at in each.curve
    ]


def reliability_json(found: Sequence[Reliability]) -> list[JsonObject]:
    """Return the curves for machines."""
    return [
        {
            "run": each.plan["id"],
            "agent": each.plan["agent"],
            **_identity(each),
            "path": str(each.path),
            "curve": [_point(at) for at in each.curve],
        }
        for each in found
    ]


def reliability_panel(found: Mapping[str, Reliability]) -> Panel:
    """Return the curves of runs, by their names, as charts: a line for each run, the first 50."""
    return Panel(
        title="Reliability",
        parts=(
            _lines("all k tries are successes (pass^k)", found, lambda at: at.all_of_them.mean),
            _lines("k tries hold a success (pass@k)", found, lambda at: at.at_least_one.mean),
        ),
    )


def _lines(
    title: str, found: Mapping[str, Reliability], value: Callable[[Passes], float | None]
) -> PanelLines:
    lines = [
        PanelLine(
            label=name,
            kind=name,
            note=each.plan["id"],
            points=tuple((float(at.k), mean) for at in each.curve if (mean := value(at)) is not None),
        )
        for name, each in islice(found.items(), _MOST_LINES)
    ]
    return PanelLines(
        title=title, x=PanelAxis(label="k"), y=PanelAxis(unit="%", low=0.0, high=1.0), lines=tuple(lines)
    )


def _reliability(path: Path, threshold: float) -> Reliability:
    with RunFile(path) as run:
        plan, values = run.plan(), run.values()
    return reliability_of(path, plan, values, threshold=threshold)


def _identity(each: Reliability) -> JsonObject:
    return {
        "suite": f"{each.plan['domain']}/{each.plan['suite']} {each.plan['suite_version']}",
        "suite_hash": each.plan["suite_hash"],
        "threshold": each.threshold,
    }


def _point(at: Passes) -> JsonObject:
    return {
        "k": at.k,
        "tasks": at.at_least_one.n_tasks,
        **interval_columns("pass_at_k", at.at_least_one.mean, at.at_least_one.interval),
        **interval_columns("pass_hat_k", at.all_of_them.mean, at.all_of_them.interval),
    }
