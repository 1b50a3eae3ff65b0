"""The matrix of a study for people, as a section of a report, and for machines."""

from collections.abc import Iterator

from itbench.interfaces.json import JsonObject
from itbench.report.document import Section, Table
from itbench.report.floor import floor_line
from itbench.report.matrix import Cell, Matrix
from itbench.report.run_cost import RunCost, total_cost
from itbench.report.summary import summary_json
from itbench.report.table import counted, dollars
from itbench.statistics import value_with_interval


def matrix_section(matrix: Matrix) -> Section:
    """Return the matrix for people."""
    rows = [_row(matrix, agent) for agent in matrix.agents]
    rows.append(["floor", *(_floor(matrix, suite) for suite in matrix.suites), "", "", ""])
    parts = (
        counted(len(matrix.suites), "suite"),
        counted(len(matrix.agents), "agent"),
        counted(len(matrix.cells), "run"),
    )
    return Section(
        title=f"study {matrix.folder}: {', '.join(parts)}; score (95 % interval)",
        table=Table(
            head=["agent", *matrix.suites, "scored", "cost", "marks"], rows=rows, numbers=["scored", "cost"]
        ),
        notes=list(_notes(matrix)),
    )


def matrix_json(matrix: Matrix) -> JsonObject:
    """Return the matrix for machines."""
    return {
        "study": matrix.study_file,
        "folder": str(matrix.folder),
        "is_complete": matrix.is_sound,
        "suites": [
            {
                "name": suite,
                "suite_hashes": [board.suite_hash for board in matrix.boards[suite]],
                "tasks": max((board.n_tasks for board in matrix.boards[suite]), default=None),
                "floor": matrix.floor(suite),
            }
            for suite in matrix.suites
        ],
        "agents": list(matrix.agents),
        "runs": [_cell_json(cell) for cell in matrix.cells],
        "cost_usd": matrix.cost.usd,
        "attempts_without_cost": matrix.cost.unknown,
        "max_cost_usd": matrix.max_cost_usd,
        "warnings": list(matrix.warnings()),
    }


def cell_status(cell: Cell) -> str:
    """Return in a word how a run stands."""
    if cell.problem is not None:
        return "failed"
    if cell.summary is None:
        return "not begun"
    if cell.summary.has_no_working_agent:
        return "agent failed"
    return "complete" if cell.summary.is_sound else "incomplete"


def _row(matrix: Matrix, agent: str) -> list[str]:
    cells = [matrix.cell(suite, agent) for suite in matrix.suites]
    found = [cell for cell in cells if cell is not None]
    estimates = [cell.summary.estimate for cell in found if cell.summary is not None]
    scored, planned = (sum(getattr(each, name) for each in estimates) for name in ("n_scored", "n_planned"))
    marks = dict.fromkeys(mark for cell in found for mark in cell.marks)
    return [
        agent,
        *(_score(cell) for cell in cells),
        f"{scored}/{planned}" if estimates else "-",
        _cost(total_cost(cell.cost for cell in found)),
        ", ".join(marks),
    ]


def _score(cell: Cell | None) -> str:
    if cell is None:
        return "-"
    if cell.summary is None:
        return cell_status(cell)
    found = cell.summary.estimate
    if cell.summary.unscored and not found.n_scored:
        return "not scored"
    coverage = "" if found.is_complete else f" {found.n_scored}/{found.n_planned}"
    return f"{value_with_interval(found)}{coverage}"


def _floor(matrix: Matrix, suite: str) -> str:
    floor = matrix.floor(suite)
    return "-" if floor is None else f"{floor['value']:.3f} ({floor['agent']})"


def _cost(cost: RunCost) -> str:
    if cost.is_none:
        return "-"
    if cost.usd is None:
        return "unknown"
    return dollars(cost.usd) + (f" ({cost.unknown} unknown)" if cost.unknown else "")


def _notes(matrix: Matrix) -> Iterator[str]:
    for suite in matrix.suites:
        floor, boards = matrix.floor(suite), matrix.boards[suite]
        if floor is not None:
            yield f"{suite}: {floor_line(floor, boards[0].n_tasks)}"
    for cell in matrix.cells:
        if cell.problem is not None:
            yield f"{cell}: failed: {cell.problem}"
        elif cell.summary is not None and not cell.summary.is_sound:
            failed = f"the agent failed in all trials, for example with {cell.summary.agent_error!r}"
            yield f"{cell}: {failed if cell.summary.has_no_working_agent else cell.summary.headline}"
    missing = [cell for cell in matrix.cells if cell.problem is None and cell.summary is None]
    if missing:
        yield f"not begun: {counted(len(missing), 'run')}"
    yield from (f"warning: {warning}" for warning in matrix.warnings())
    if not matrix.cost.is_none:
        limit = "" if matrix.max_cost_usd is None else f", at most {dollars(matrix.max_cost_usd)}"
        yield f"cost of the study: {_cost(matrix.cost)}{limit}"
    yield f"runs by rank: itbench leaderboard {matrix.folder}/*.itbench"


def _cell_json(cell: Cell) -> JsonObject:
    return {
        # Before the summary, which has the names of its plan.
        **({} if cell.summary is None else summary_json(cell.summary)),
        "column": cell.suite,
        "row": cell.agent,
        "status": cell_status(cell),
        "problem": cell.problem,
        "path": None if cell.path is None else str(cell.path),
        "total_cost_usd": cell.cost.usd,
        "marks": cell.marks,
    }
