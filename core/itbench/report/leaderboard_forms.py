"""Leaderboards for people, as sections of a report, and for machines, as rows and as JSON."""

from collections.abc import Iterable, Iterator, Sequence

from itbench.interfaces.json import JsonObject
from itbench.report.document import Section, Table
from itbench.report.leaderboard import Board, Standing
from itbench.report.score_columns import metric_columns, score_columns
from itbench.report.summary import summary_json
from itbench.report.table import dollars, number, seconds, taken
from itbench.statistics import value_with_interval

_NUMBERS = ["scored", "turns", "tokens", "cost", "time"]
_OPTIONAL = ["time", "turns", "tokens", "cost"]


def boards_sections(found: Sequence[Board]) -> list[Section]:
    """Return the boards for people."""
    return [section for board in found for section in _sections(board)]


def boards_rows(found: Sequence[Board]) -> list[JsonObject]:
    """Return a row for each run and each published result, with the numbers as they are."""
    return [row for board in found for row in (*_run_rows(board), *_published_rows(board))]


def boards_json(found: Sequence[Board]) -> list[JsonObject]:
    """Return the boards for machines."""
    return [
        {
            "suite": board.suite,
            "suite_hash": board.suite_hash,
            "data_warning": board.data_warning,
            "runs": [
                summary_json(standing.summary) | {"path": str(standing.path)} for standing in board.standings
            ],
            "floor": board.floor,
            "published": [
                {
                    "name": row.name,
                    "score": row.value,
                    "tasks": row.tasks,
                    "turns": row.turns,
                    "cost_usd": row.cost_usd,
                    "source": row.source,
                }
                for row in board.published or ()
            ],
        }
        for board in found
    ]


def _sections(board: Board) -> Iterator[Section]:
    shown = board.shown
    ranking = Table(
        head=["", "agent", "score (95 % interval)", *shown, *_NUMBERS, "marks"],
        rows=[_row(standing, shown) for standing in board.standings],
        numbers=_NUMBERS,
        optional=_OPTIONAL,
    )
    if board.published:
        yield Section(title=board.title, table=ranking, notes=board.notes)
        yield Section(table=_published(board), notes=board.published_notes)
    else:
        yield Section(title=board.title, table=ranking, notes=[*board.notes, *board.published_notes])


def _row(standing: Standing, shown: Iterable[str]) -> list[str]:
    summary = standing.summary
    found = summary.estimate
    return [
        str(standing.rank),
        standing.agent,
        value_with_interval(found),
        *(value_with_interval(summary.shown[title]) if title in summary.shown else "-" for title in shown),
        f"{found.n_scored}/{found.n_planned}",
        number(summary.turns, 1),
        taken(summary.tokens, summary.uncounted, lambda tokens: number(tokens, 0)),
        taken(summary.cost_usd, summary.unpriced, dollars),
        seconds(summary.wall_s),
        ", ".join(standing.marks),
    ]


def _published(board: Board) -> Table:
    rows = [
        [row.name, number(row.value), number(row.tasks, 0), number(row.turns, 0), dollars(row.cost_usd)]
        for row in board.published or ()
    ]
    floor = board.floor
    if floor is not None:
        rows.append([f"floor: {floor['agent']}", number(floor["value"]), "-", "-", "-"])
    head = ["published elsewhere, not run here", "score", "tasks", "turns", "cost"]
    return Table(head=head, rows=rows, numbers=head[1:])


def _run_rows(board: Board) -> Iterator[JsonObject]:
    for standing in board.standings:
        summary = standing.summary
        yield {
            "suite": board.suite,
            "suite_hash": board.suite_hash,
            "kind": "run",
            "rank": standing.rank,
            "agent": standing.agent,
            **score_columns(summary),
            "score_missing_as_zero": summary.estimate.missing_as_zero,
            "tasks": summary.estimate.n_tasks_planned,
            "turns": summary.turns,
            "tokens": summary.tokens,
            "trials_without_tokens": summary.uncounted,
            "cost_usd": summary.cost_usd,
            "trials_without_cost": summary.unpriced,
            "wall_s": summary.wall_s,
            "marks": ", ".join(standing.marks),
            "run": summary.plan["id"],
            "source": str(standing.path),
            **metric_columns(summary),
        }


def _published_rows(board: Board) -> Iterator[JsonObject]:
    for row in board.published or ():
        yield {
            "suite": board.suite,
            "suite_hash": board.suite_hash,
            "kind": "published",
            "agent": row.name,
            "score": row.value,
            "tasks": row.tasks,
            "turns": row.turns,
            "cost_usd": row.cost_usd,
            "source": row.source,
        }
    floor = board.floor
    if floor is not None:
        yield {
            "suite": board.suite,
            "suite_hash": board.suite_hash,
            "kind": "floor",
            "agent": floor["agent"],
            "score": floor["value"],
        }
