"""Leaderboards as text and for machines."""

from collections.abc import Iterable, Sequence

from itbench.interfaces.json import JsonObject
from itbench.report.leaderboard import Board, Standing
from itbench.report.summary import summary_json
from itbench.report.table import dollars, number, seconds, table, taken
from itbench.statistics import value_with_interval
from itbench.text.harmless import one_line

_NUMBERS = ["scored", "turns", "tokens", "cost", "time"]
_OPTIONAL = ["time", "turns", "tokens", "cost"]


def boards_text(found: Sequence[Board]) -> str:
    """Return the boards as text."""
    return "\n\n".join(map(_board_text, found))


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


def _board_text(board: Board) -> str:
    shown = board.shown
    rows = [_row(standing, shown) for standing in board.standings]
    head = ["", "agent", "score (95 % interval)", *shown, *_NUMBERS, "marks"]
    lines = [one_line(board.title), table(head, rows, numbers=_NUMBERS, optional=_OPTIONAL)]
    lines += map(one_line, board.notes)
    if board.published:
        lines += ["", _published_table(board)]
    lines += map(one_line, board.published_notes)
    return "\n".join(lines)


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


def _published_table(board: Board) -> str:
    rows = [
        [row.name, number(row.value), number(row.tasks, 0), number(row.turns, 0), dollars(row.cost_usd)]
        for row in board.published or ()
    ]
    floor = board.floor
    if floor is not None:
        rows.append([f"floor: {floor['agent']}", number(floor["value"]), "-", "-", "-"])
    head = ["published elsewhere, not run here", "score", "tasks", "turns", "cost"]
    return table(head, rows, numbers=head[1:])
