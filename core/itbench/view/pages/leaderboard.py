"""The page of leaderboards: ranks with intervals, ties, the floor, published results, and what scores cost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from itbench.errors import ITBenchError
from itbench.interfaces.panel import PanelAxis, PanelPoint, PanelReference, PanelScatter
from itbench.interfaces.suite import PublishedResult
from itbench.report.agent_label import agent_label, model_of
from itbench.report.leaderboard import Board, Standing, boards_of
from itbench.report.summary import RunSummary
from itbench.view.data.catalogue import Catalogue
from itbench.view.data.chosen import MOST_RUNS, chosen_runs, left_out, suites_of
from itbench.view.pages.page import Asked, Page, Trail

_PUBLISHED = "published elsewhere"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownBoard:
    """A board as it is shown.

    Attributes:
        board: of the report.
        keys: of its runs, by their paths.
        labels: of its agents, likewise.
        tied: the ranks that several runs share.
        charts: scores against what they took.
    """

    board: Board
    keys: Mapping[Path, str]
    labels: Mapping[Path, str]
    tied: frozenset[int]
    charts: Sequence[PanelScatter]


def leaderboard_page(catalogue: Catalogue, asked: Asked) -> Page:
    """Return the leaderboards of the runs that are asked for, or of the newest of a suite.

    Raises:
        UsageError: there is no such run.
        RunFileError: a run cannot be read.
    """
    keys, suite = asked.texts("run"), asked.text("suite")
    entries = chosen_runs(catalogue, keys, suite)
    by_path = {entry.path: entry.key for entry in entries}
    skipped: list[str] = []
    found = _boards([(entry.path, catalogue.summary(entry.key)) for entry in entries], skipped)
    shown_suite = suite or (entries[0].row.reference if entries and entries[0].row else "")
    # The board that says most comes first: a run of a single task has one of its own.
    found.sort(key=lambda board: (-len(board.standings), -board.standings[0].summary.estimate.n_planned))
    context: dict[str, Any] = {
        "boards": [_shown(board, by_path) for board in found],
        "skipped": skipped,
        "suites": suites_of(catalogue),
        "suite": shown_suite,
        "keys": keys,
        "most": MOST_RUNS,
        "left_out": left_out(catalogue, keys, shown_suite),
    }
    trail: Trail = (("Runs", "runs", {}),) if keys else ()
    return Page(template="leaderboard.html", title="Leaderboard", context=context, trail=trail)


def _boards(runs: list[tuple[Path, RunSummary]], skipped: list[str]) -> list[Board]:
    try:
        return boards_of(runs, with_published=True, skipped=skipped)
    except ITBenchError as error:
        skipped[:] = [f"no published results: {error}"]
        return boards_of(runs, skipped=skipped)


def _shown(board: Board, keys: Mapping[Path, str]) -> ShownBoard:
    ranks = [standing.rank for standing in board.standings]
    tied = frozenset(rank for rank in ranks if ranks.count(rank) > 1)
    return ShownBoard(
        board=board,
        keys={standing.path: keys[standing.path] for standing in board.standings},
        labels={standing.path: _label(standing) for standing in board.standings},
        tied=tied,
        charts=_charts(board, keys),
    )


def _charts(board: Board, keys: Mapping[Path, str]) -> list[PanelScatter]:
    """Return cost against score with its front, and turns against score, where there is anything to draw."""
    score = PanelAxis(label="score", low=0, high=1)
    floor = board.floor
    references = (
        () if floor is None else (PanelReference(value=floor["value"], label="floor", tone="warning"),)
    )
    cost = _points(board, keys, "cost_usd")
    turns = _points(board, keys, "turns")
    charts = []
    if len(cost) > 1:
        charts.append(
            PanelScatter(
                title="Cost against score",
                x=PanelAxis(label="US dollars a trial", unit="$", is_log=all(point.x > 0 for point in cost)),
                y=score,
                points=tuple(cost),
                references=references,
                has_front=True,
                is_labelled=True,
            )
        )
    if len(turns) > 1:
        x = PanelAxis(label="turns a trial")
        charts.append(
            PanelScatter(
                title="Turns against score",
                x=x,
                y=score,
                points=tuple(turns),
                references=references,
                is_labelled=True,
            )
        )
    return charts


def _points(board: Board, keys: Mapping[Path, str], name: str) -> list[PanelPoint]:
    own = [_own(standing, keys, getattr(standing.summary, name)) for standing in board.standings]
    others = [_other(result, getattr(result, name)) for result in board.published or ()]
    return [point for point in (*own, *others) if point is not None]


def _own(standing: Standing, keys: Mapping[Path, str], x: float | None) -> PanelPoint | None:
    found = standing.summary.estimate
    if x is None or found.mean is None:
        return None
    interval, agent = found.interval, standing.summary.plan["agent"]
    return PanelPoint(
        x=x,
        y=found.mean,
        low=interval.low if interval else None,
        high=interval.high if interval else None,
        label=model_of(agent) or agent["name"],
        kind=agent["role"],
        trial=keys.get(standing.path, ""),
    )


def _label(standing: Standing) -> str:
    return agent_label(standing.summary.plan["agent"])


def _other(result: PublishedResult, x: float | None) -> PanelPoint | None:
    if x is None:
        return None
    over = "" if result.tasks is None else f"over {result.tasks} tasks; "
    return PanelPoint(
        x=x, y=result.value, label=result.name, kind=_PUBLISHED, tone="muted", note=f"{over}{result.source}"
    )
