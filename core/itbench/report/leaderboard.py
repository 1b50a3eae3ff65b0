"""Runs ranked by score; only runs of the very same tasks stand on one board."""

import dataclasses
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from itbench.errors import RunFileError
from itbench.interfaces.json import JsonObject
from itbench.interfaces.suite import Floor, PublishedResult
from itbench.plugins.domains import find_suite
from itbench.report.board_title import board_titles
from itbench.report.floor import FLOOR_ROLES, floor_line
from itbench.report.plan_notes import have_other_truths, plan_marks
from itbench.report.shown import newer_rules, shown_metrics
from itbench.report.summary import RunSummary, summarise, summary_json
from itbench.report.table import dollars, number, seconds, table, taken
from itbench.statistics import value_with_interval
from itbench.store.connect import COMPANIONS
from itbench.store.reader import RunFile
from itbench.text.harmless import one_line

_DIGITS = 9
_NUMBERS = ["scored", "turns", "tokens", "cost", "time"]
_OPTIONAL = ["time", "turns", "tokens", "cost"]


@dataclass(frozen=True, slots=True)
class Board:
    """The runs over one set of tasks, best first; what others published for the suite stands apart.

    Attributes:
        data_warning: why the data is not what was published; others' results are then left out.
        published: results of others; None where they were not asked for.
    """

    suite: str
    suite_hash: str
    data_warning: str | None
    runs: list[tuple[Path, RunSummary]]
    published: Sequence[PublishedResult] | None = None
    suite_floor: Floor | None = None


def boards(
    paths: Sequence[Path], *, with_published: bool = False, skipped: list[str] | None = None
) -> list[Board]:
    """Return one board for each set of tasks among the runs.

    Args:
        paths: of run files; what else a pattern such as `runs/*` names is left out.
        with_published: whether to add what others published.
        skipped: takes one line for each file that cannot be read.

    Raises:
        RunFileError: none of the runs can be read.
        ITBenchError: a suite is not installed, and published results are wanted.
    """
    groups: dict[tuple[str, str, str], list[tuple[Path, RunSummary]]] = {}
    told = [] if skipped is None else skipped
    for path, summary in _each_once(_summaries(paths, told), told):
        plan = summary.plan
        suite = f"{plan['domain']}/{plan['suite']} {plan['suite_version']}"
        key = (suite, plan["suite_hash"], plan.get("data_warning") or "")
        groups.setdefault(key, []).append((path, summary))
    return [
        _board(suite, digest, warning or None, sorted(group, key=_rank), with_published=with_published)
        for (suite, digest, warning), group in sorted(groups.items())
    ]


def _each_once(found: Iterable[tuple[Path, RunSummary]], skipped: list[str]) -> list[tuple[Path, RunSummary]]:
    """Return each run once, of its copies the one with most trials."""
    kept: dict[str, tuple[Path, RunSummary]] = {}
    for path, summary in found:
        first = kept.setdefault(summary.plan["id"], (path, summary))
        if first[0] == path and first[1] is summary:
            continue
        more, less = sorted((first, (path, summary)), key=lambda each: -each[1].trials)
        kept[summary.plan["id"]] = more
        skipped.append(f"{less[0]}: the same run as {more[0]}")
    return list(kept.values())


def _summaries(paths: Sequence[Path], skipped: list[str]) -> Iterator[tuple[Path, RunSummary]]:
    is_empty = True
    for path in paths:
        if path.name.endswith(COMPANIONS):
            continue  # `runs/*` also names what SQLite keeps beside a run that is being written.
        try:
            with RunFile(path) as run:
                yield path, summarise(run)
                is_empty = False
        except RunFileError as error:
            skipped.append(str(error))
    if is_empty:
        raise RunFileError("; ".join(skipped) or "none of these files is a run file")


def _board(
    name: str, digest: str, warning: str | None, runs: list[tuple[Path, RunSummary]], *, with_published: bool
) -> Board:
    if warning or not with_published:
        return Board(name, digest, warning, runs)
    plan = runs[0][1].plan
    suite = find_suite(f"{plan['domain']}/{plan['suite']}")[1]
    # Tasks that an option drew have a floor of their own, which their runs tell.
    return Board(
        name,
        digest,
        warning,
        runs,
        suite.published(),
        None if plan["suite_extra"] or plan.get("suite_secret") else suite.floor,
    )


def boards_text(found: Sequence[Board]) -> str:
    """Return the boards as text."""
    titles = board_titles([board.runs[0][1].plan for board in found])
    return "\n\n".join(_board_text(title, board) for title, board in zip(titles, found, strict=True))


def boards_json(found: Sequence[Board]) -> list[JsonObject]:
    """Return the boards for machines."""
    return [
        {
            "suite": board.suite,
            "suite_hash": board.suite_hash,
            "data_warning": board.data_warning,
            "runs": [summary_json(summary) | {"path": str(path)} for path, summary in board.runs],
            "floor": _floor(board),
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


def _rank(entry: tuple[Path, RunSummary]) -> tuple[bool, float, str]:
    value = _certain(entry[1])
    return (value is None, -(value or 0.0), str(entry[0]))


def _certain(summary: RunSummary) -> float | None:
    """Return the value that ranks a run, to as many digits as mean anything: missing trials count as 0."""
    value = summary.estimate.missing_as_zero
    return None if value is None else round(value, _DIGITS)


def _ranks(values: Sequence[float | None]) -> list[int]:
    """Return the rank of each of the sorted values; equal ones share the best rank among them."""
    return [values.index(value) + 1 for value in values]


def _board_text(title: str, board: Board) -> str:
    shown = _shown(board)
    ranks = _ranks([_certain(summary) for _, summary in board.runs])
    rows = [_row(rank, summary, shown) for rank, (_, summary) in zip(ranks, board.runs, strict=True)]
    head = ["", "agent", "score (95 % interval)", *shown, *_NUMBERS, "marks"]
    lines = [one_line(title), table(head, rows, numbers=_NUMBERS, optional=_OPTIONAL)]
    notes = [f"{title}: {metric}" for title, metric in shown.items()]
    if board.data_warning:
        notes.append(f"not the published data, so no published results: {board.data_warning}")
    floor = _floor(board)
    if floor is not None:
        notes.append(floor_line(floor, len(board.runs[0][1].plan["tasks"])))
    notes += [
        f"{summary.plan['agent']['name']}: {summary.headline}"
        for _, summary in board.runs
        if not summary.estimate.is_complete
    ]
    if have_other_truths([summary.plan for _, summary in board.runs]):
        notes.append(
            "warning: truths or hidden data differ between these runs, so their scores are not comparable"
        )
    lines += map(one_line, notes)
    if board.published:
        lines += ["", *_published_lines(board, floor)]
    elif board.published is not None and not board.data_warning:
        lines.append("no published results are known for this suite")
    return "\n".join(lines)


def _shown(board: Board) -> dict[str, str]:
    """Return the metrics beside the headline of all runs, by title."""
    return {title: metric for _, run in board.runs for title, metric in shown_metrics(run.plan).items()}


def _row(rank: int, summary: RunSummary, shown: Iterable[str]) -> list[str]:
    found = summary.estimate
    return [
        str(rank),
        _agent(summary.plan["agent"]),
        value_with_interval(found),
        *(value_with_interval(summary.shown[title]) if title in summary.shown else "-" for title in shown),
        f"{found.n_scored}/{found.n_planned}",
        number(summary.turns, 1),
        taken(summary.tokens, summary.uncounted, lambda tokens: number(tokens, 0)),
        taken(summary.cost_usd, summary.unpriced, dollars),
        seconds(summary.wall_s),
        ", ".join(_marks(summary)),
    ]


def _agent(agent: JsonObject) -> str:
    options = ",".join(f"{key}={value}" for key, value in agent["options"].items())
    words = " ".join(agent["arguments"])
    return f"{agent['name']}{f':{options}' if options else ''}{f' -- {words}' if words else ''}"


def _marks(summary: RunSummary) -> list[str]:
    role = summary.plan["agent"]["role"]
    marks = [] if role == "agent" else [role]
    if summary.leaks:
        marks.append(f"{summary.leaks} leaks")
    if summary.retried:
        marks.append(f"{summary.retried} tried again")
    if summary.plan["sandbox"] == "none":
        marks.append("no sandbox")
    if newer_rules(summary.plan, summary.scoring_version) is not None:
        marks.append(f"rules of version {summary.scoring_version}")
    if not summary.estimate.is_complete:
        marks.append("incomplete")
    return marks + plan_marks(summary.plan)


def _floor(board: Board) -> JsonObject | None:
    """Return the best cheat or adversary among the runs and what the suite says of them."""
    floors = [
        {"agent": agent["name"], "value": summary.estimate.mean, "role": agent["role"]}
        for _, summary in board.runs
        if (agent := summary.plan["agent"])["role"] in FLOOR_ROLES and summary.estimate.mean is not None
    ]
    floors += [summary.plan["floor"] for _, summary in board.runs if summary.plan["floor"] is not None]
    if board.suite_floor is not None:
        floors.append(dataclasses.asdict(board.suite_floor))
    return max(floors, key=lambda floor: floor["value"], default=None)


def _published_lines(board: Board, floor: JsonObject | None) -> list[str]:
    results = board.published or ()
    rows = [
        [row.name, number(row.value), number(row.tasks, 0), number(row.turns, 0), dollars(row.cost_usd)]
        for row in sorted(results, key=lambda row: -row.value)
    ]
    if floor is not None:
        rows.append([f"floor: {floor['agent']}", number(floor["value"]), "-", "-", "-"])
    head = ["published elsewhere, not run here", "score", "tasks", "turns", "cost"]
    lines = [table(head, rows, numbers=head[1:])]
    counts = sorted({row.tasks for row in results if row.tasks is not None})
    own = len(board.runs[0][1].plan["tasks"])
    if counts and counts != [own]:
        others = " or ".join(map(str, counts))
        lines.append(f"warning: published over {others} tasks, the runs above over {own}: not comparable")
    return [*lines, *(f"source: {source}" for source in sorted({row.source for row in results}))]
