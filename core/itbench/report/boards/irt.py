"""How hard the tasks of a board are and how able its agents, by the Rasch model."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from itbench.interfaces.json import JsonObject
from itbench.report.boards.comparable import require_comparable
from itbench.report.boards.intervals import signed_cell
from itbench.report.document import Section, Table
from itbench.report.leaderboard import Board
from itbench.report.table import counted, number
from itbench.statistics import DifficultyEstimate, RaschFit, fit_rasch

_SHOWN_TASKS = 10


@dataclass(frozen=True, slots=True)
class BoardIrt:
    """The fit of a board.

    Attributes:
        board: the board.
        fit: its runs in the order of the board.
    """

    board: Board
    fit: RaschFit

    def sections(self, title: str) -> Iterator[Section]:
        """Yield what it says for people: agents, then the easiest and hardest tasks."""
        rows = [
            [
                standing.agent,
                signed_cell(found.value, found.interval),
                str(found.n_tasks),
                "all or nothing" if found.is_at_end else "",
            ]
            for standing, found in zip(self.board.standings, self.fit.abilities, strict=True)
        ]
        head = ["agent", "ability (95 % interval)", "tasks", "solved"]
        yield Section(title=title, table=Table(head=head, rows=rows, numbers=["tasks"]), notes=self._notes())
        yield difficulty_section(self.fit.difficulties.values())

    def run_columns(self) -> list[JsonObject]:
        """Return what is added to the row of each run."""
        return [
            {"ability": found.value, "ability_low": found.interval.low, "ability_high": found.interval.high}
            for found in self.fit.abilities
        ]

    def rows(self) -> Iterator[JsonObject]:
        """Yield a row for each task."""
        for found in self.fit.difficulties.values():
            yield {
                "suite": self.board.suite,
                "suite_hash": self.board.suite_hash,
                "kind": "task",
                "score": found.mean_score,
                "task": found.task,
                "difficulty": found.value,
                "difficulty_low": found.interval.low,
                "difficulty_high": found.interval.high,
                "runs": found.n_runs,
            }

    def json(self) -> JsonObject:
        """Return it for machines."""
        runs = [str(standing.summary.plan["id"]) for standing in self.board.standings]
        return irt_json(self.fit, runs)

    def _notes(self) -> list[str]:
        return [
            *fit_notes(self.fit),
            "with all scores there, abilities rank as scores do; where some are missing, they make up for which tasks",
        ]


def board_irt(board: Board) -> BoardIrt:
    """Fit the model to the runs of a board.

    Raises:
        UsageError: there are too few or too many runs, or too few tasks, or they were not scored alike.
    """
    require_comparable(board)
    return BoardIrt(board, fit_rasch([standing.summary.values for standing in board.standings]))


def fit_notes(fit: RaschFit) -> list[str]:
    """Return what a reader of a fit must know, a sentence for each."""
    notes = [
        (
            "in logits, Rasch model (IRT, 1-PL): an agent solves a task of its own ability half the time, of one lower 73 %; 0 is the mean "
            f"difficulty, and the standard deviation of difficulties is {fit.spread:.2f}"
        )
    ]
    ends = sum(task.is_at_end for task in fit.difficulties.values())
    agents = sum(ability.is_at_end for ability in fit.abilities)
    if ends or agents:
        what = " and ".join([counted(ends, "task")] * bool(ends) + [counted(agents, "agent")] * bool(agents))
        notes.append(
            f"of {what} everything is solved or nothing: how far off these lie is not in the data, and is bounded by a penalty"
        )
    if fit.dispersion < 1:
        notes.append(
            f"scores vary {fit.dispersion:.2f} times as much as solved or not would; intervals take that into account"
        )
    return notes


def difficulty_section(found: Iterable[DifficultyEstimate]) -> Section:
    """Return tasks for people, the easiest first; of many, those at both ends."""
    tasks = sorted(found, key=lambda task: (task.value, task.task))
    shown = tasks if len(tasks) <= 2 * _SHOWN_TASKS else [*tasks[:_SHOWN_TASKS], *tasks[-_SHOWN_TASKS:]]
    left_out = len(tasks) - len(shown)
    rows = [
        [task.task, signed_cell(task.value, task.interval), number(task.mean_score), str(task.n_runs)]
        for task in shown
    ]
    head = ["task", "difficulty (95 % interval)", "mean score", "runs"]
    notes = (
        [f"{left_out} tasks between the easiest and the hardest left out (--json has all)"]
        if left_out
        else []
    )
    return Section(table=Table(head=head, rows=rows, numbers=head[2:]), notes=notes)


def irt_json(fit: RaschFit, runs: list[str]) -> JsonObject:
    """Return a fit for machines; the runs are ids in its order."""
    return {
        "model": "rasch",
        "spread": fit.spread,
        "dispersion": fit.dispersion,
        "abilities": [
            {
                "run": run,
                "ability": found.value,
                "standard_error": found.standard_error,
                "interval": [found.interval.low, found.interval.high],
                "tasks": found.n_tasks,
                "is_at_end": found.is_at_end,
            }
            for run, found in zip(runs, fit.abilities, strict=True)
        ],
        "difficulties": [
            {
                "task": found.task,
                "difficulty": found.value,
                "standard_deviation": found.standard_deviation,
                "interval": [found.interval.low, found.interval.high],
                "mean_score": found.mean_score,
                "runs": found.n_runs,
                "is_at_end": found.is_at_end,
            }
            for found in fit.difficulties.values()
        ],
    }
