"""Runs ranked by score; only runs of the very same tasks stand on one board."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from itbench.interfaces.json import JsonObject
from itbench.interfaces.suite import PublishedResult
from itbench.plugins.domains import find_suite
from itbench.report.floor import FLOOR_ROLES, floor_line
from itbench.report.summary import RunSummary, summarise, summary_json
from itbench.report.table import dollars, number, seconds, table
from itbench.statistics import no_spread_interval
from itbench.store.reader import RunFile

_HEAD = ["", "agent", "score ± 95 %", "scored", "turns", "tokens", "cost", "time", "marks"]
_NUMBERS = ["scored", "turns", "tokens", "cost", "time"]
_NO_SPREAD = 1e-12
_COMPANIONS = ("-wal", "-shm", "-journal")


@dataclass(frozen=True, slots=True)
class Board:
    """The runs over one set of tasks, best first; what others published for the suite stands apart."""

    suite: str
    suite_hash: str
    runs: list[tuple[Path, RunSummary]]
    published: Sequence[PublishedResult] = field(default=())


def boards(paths: Sequence[Path], *, with_published: bool = False) -> list[Board]:
    """Return one board for each set of tasks among the runs.

    Raises:
        ITBenchError: a run cannot be read, or its suite is not installed and published results are wanted.
    """
    groups: dict[tuple[str, str], list[tuple[Path, RunSummary]]] = {}
    for path in paths:
        if path.name.endswith(_COMPANIONS):
            continue  # `runs/*` also names what SQLite keeps beside a run that is under way.
        with RunFile(path) as run:
            summary = summarise(run)
        plan = summary.plan
        key = (f"{plan['domain']}/{plan['suite']} {plan['suite_version']}", plan["suite_hash"])
        groups.setdefault(key, []).append((path, summary))
    return [
        Board(suite, digest, sorted(group, key=_rank), _published(group[0][1]) if with_published else ())
        for (suite, digest), group in sorted(groups.items())
    ]


def boards_text(found: Sequence[Board]) -> str:
    """Return the boards as text."""
    return "\n\n".join(_board_text(board) for board in found)


def boards_json(found: Sequence[Board]) -> list[JsonObject]:
    """Return the boards for machines."""
    return [
        {
            "suite": board.suite,
            "suite_hash": board.suite_hash,
            "runs": [summary_json(summary) | {"path": str(path)} for path, summary in board.runs],
            "floor": _floor(board),
            "published": [
                {
                    "name": row.name,
                    "score": row.value,
                    "turns": row.turns,
                    "cost_usd": row.cost_usd,
                    "source": row.source,
                }
                for row in board.published
            ],
        }
        for board in found
    ]


def _rank(entry: tuple[Path, RunSummary]) -> tuple[bool, float, str]:
    # A run with trials missing is ranked by what is certain: the missing ones counted as 0.
    value = entry[1].estimate.missing_as_zero
    return (value is None, -(value or 0.0), str(entry[0]))


def _board_text(board: Board) -> str:
    rows = [_row(at + 1, summary) for at, (_, summary) in enumerate(board.runs)]
    lines = [f"{board.suite}  ({board.suite_hash[:19]})", table(_HEAD, rows, numbers=_NUMBERS)]
    floor = _floor(board)
    if floor is not None:
        lines.append(floor_line(floor))
    lines += [
        f"{summary.plan['agent']['name']}: {summary.headline}"
        for _, summary in board.runs
        if not summary.estimate.is_complete
    ]
    if board.published:
        lines += ["", *_published_lines(board.published)]
    return "\n".join(lines)


def _row(rank: int, summary: RunSummary) -> list[str]:
    found = summary.estimate
    return [
        str(rank),
        _agent(summary.plan["agent"]),
        _score(summary),
        f"{found.n_scored}/{found.n_planned}",
        number(summary.turns, 1),
        number(summary.tokens, 0),
        dollars(summary.cost_usd),
        seconds(summary.wall_s),
        ", ".join(_marks(summary)),
    ]


def _agent(agent: JsonObject) -> str:
    options = ",".join(f"{key}={value}" for key, value in agent["options"].items())
    words = " ".join(agent["arguments"])
    return f"{agent['name']}{f':{options}' if options else ''}{f' -- {words}' if words else ''}"


def _score(summary: RunSummary) -> str:
    found = summary.estimate
    if found.mean is None or found.interval is None:
        return number(found.mean)
    if (found.standard_error or 0.0) > _NO_SPREAD:
        return f"{found.mean:.3f} ± {found.interval.half_width:.3f}"
    # Where all tasks came out alike, a half-width of 0 would claim what nobody knows.
    interval = no_spread_interval(found.mean, found.n_tasks_scored)
    return f"{found.mean:.3f} ({interval.low:.3f} to {interval.high:.3f})"


def _marks(summary: RunSummary) -> list[str]:
    role = summary.plan["agent"]["role"]
    marks = [] if role == "agent" else [role]
    if summary.leaks:
        marks.append(f"{summary.leaks} leaks")
    if summary.plan["sandbox"] == "none":
        marks.append("no sandbox")
    if not summary.estimate.is_complete:
        marks.append("incomplete")
    return marks


def _floor(board: Board) -> JsonObject | None:
    """Return the best cheat or adversary among the runs and what the suite says of them."""
    floors = [
        {"agent": agent["name"], "value": summary.estimate.mean, "role": agent["role"]}
        for _, summary in board.runs
        if (agent := summary.plan["agent"])["role"] in FLOOR_ROLES and summary.estimate.mean is not None
    ]
    floors += [summary.plan["floor"] for _, summary in board.runs if summary.plan["floor"] is not None]
    return max(floors, key=lambda floor: floor["value"], default=None)


def _published(summary: RunSummary) -> Sequence[PublishedResult]:
    return find_suite(f"{summary.plan['domain']}/{summary.plan['suite']}")[1].published()


def _published_lines(results: Sequence[PublishedResult]) -> list[str]:
    rows = [
        [row.name, number(row.value), number(row.turns, 0), dollars(row.cost_usd)]
        for row in sorted(results, key=lambda row: -row.value)
    ]
    sources = sorted({row.source for row in results})
    head = ["published elsewhere, not run here", "score", "turns", "cost"]
    return [table(head, rows, numbers=head[1:]), *(f"source: {source}" for source in sources)]
