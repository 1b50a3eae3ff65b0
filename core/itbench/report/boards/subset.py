"""The fewest tasks that rank the runs of a board as all its tasks do."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from itbench.errors import UsageError
from itbench.host.output_file import open_output
from itbench.interfaces.json import JsonObject
from itbench.report.boards.comparable import require_comparable
from itbench.report.boards.irt import difficulty_section, fit_notes, irt_json
from itbench.report.document import Section, Table
from itbench.report.leaderboard import Board, boards
from itbench.statistics import Subset, choose_subset

_ROLES_TOO_EASY = ("cheat", "adversary", "privileged")
_FEW_RUNS = 10
_SHOWN_SIZES = 12


@dataclass(frozen=True, slots=True)
class BoardSubset:
    """A choice of tasks of a board.

    Attributes:
        board: the board.
        asked: the rank correlation that was asked for; None where a size was.
        found: the choice.
    """

    board: Board
    asked: float | None
    found: Subset

    def sections(self) -> Iterator[Section]:
        """Yield what it says for people."""
        found = self.found
        yield Section(title=self.board.title, notes=list(self._notes()))
        step = max(1, len(found.curve) // _SHOWN_SIZES)
        shown = [
            each
            for place, each in enumerate(found.curve)
            if place % step == step - 1 or each.size == len(found.tasks)
        ]
        rows = [[str(each.size), "-" if each.kendall is None else f"{each.kendall:+.2f}"] for each in shown]
        head = ["tasks", "tau-b on held-out runs"]
        yield Section(table=Table(head=head, rows=rows, numbers=head), notes=fit_notes(found.fit))
        yield difficulty_section([found.fit.difficulties[task] for task in found.tasks])

    def rows(self) -> list[JsonObject]:
        """Return a row for each chosen task, the most telling first."""
        return [
            {
                "place": place,
                "task": task,
                "difficulty": estimate.value,
                "difficulty_low": estimate.interval.low,
                "difficulty_high": estimate.interval.high,
                "mean_score": estimate.mean_score,
            }
            for place, task in enumerate(self.found.tasks, 1)
            for estimate in [self.found.fit.difficulties[task]]
        ]

    def json(self) -> JsonObject:
        """Return it for machines."""
        found = self.found
        return {
            "suite": self.board.suite,
            "suite_hash": self.board.suite_hash,
            "tasks": found.tasks,
            "tasks_of_suite": found.n_tasks,
            "asked": self.asked,
            "is_enough": found.is_enough,
            "kendall_held_out": found.agreement,
            "kendall_random": found.random_mean,
            "kendall_random_range": [found.random_range.low, found.random_range.high]
            if found.random_range
            else None,
            "folds": found.n_folds,
            "pairs": found.n_pairs,
            "curve": [{"tasks": each.size, "kendall_held_out": each.kendall} for each in found.curve],
            "irt": irt_json(found.fit, [str(each.summary.plan["id"]) for each in self.board.standings]),
        }

    def write(self, path: str) -> None:
        """Write the ids of the tasks, one a line; `-` is standard output.

        Raises:
            StorageError: it cannot be written.
        """
        with open_output(path) as file:
            file.write("".join(f"{task}\n" for task in self.found.tasks).encode())

    def _notes(self) -> Iterator[str]:
        found = self.found
        size = f"{len(found.tasks)} of {found.n_tasks} tasks"
        told = "none (nothing ranks)" if found.agreement is None else f"{found.agreement:+.2f}"
        yield (
            f"{size}: tau-b {told} with the ranking by all tasks, over {found.n_pairs} comparisons with a run that had no "
            f"part in the choice ({found.n_folds} folds)"
        )
        if found.random_mean is not None and found.random_range is not None:
            yield (
                f"random subsets of this size: tau-b {found.random_mean:+.2f}, 95 % of them {found.random_range.signed_text}"
            )
        if not found.is_enough:
            yield f"no subset reaches the {self.asked:g} that was asked for here and at all larger sizes"
        yield "the ranking by all tasks has the subset in it, and scores on the subset are not comparable with scores on all tasks"
        yield from self._warnings()

    def _warnings(self) -> Iterator[str]:
        standings = self.board.standings
        if len(standings) < _FEW_RUNS:
            yield f"few runs ({len(standings)}): the correlation on held-out runs is uncertain"
        roles = [standing.summary.plan["agent"]["role"] for standing in standings]
        easy = sum(role in _ROLES_TOO_EASY for role in roles)
        if easy:
            yield f"{easy} of the runs are of cheats, or of agents that were shown the solutions: any subset ranks these, so leave them out"


def board_subset(
    paths: Sequence[Path], *, agreement: float, size: int | None, skipped: list[str]
) -> BoardSubset:
    """Choose tasks by runs of one set of tasks.

    Args:
        paths: of run files.
        agreement: the rank correlation to reach, tau-b.
        size: how many tasks, in place of it.
        skipped: takes one line for each file that cannot be read.

    Raises:
        UsageError: they are not of the same tasks, not scored alike, too few or too many, or what is asked for cannot be.
        RunFileError: none of the runs can be read.
    """
    found = boards(paths, skipped=skipped)
    if len(found) > 1:
        titles = "; ".join(board.title for board in found)
        raise UsageError(f"these runs are of {len(found)} sets of tasks; name runs of one: {titles}")
    (board,) = found
    require_comparable(board)
    values = [standing.summary.values for standing in board.standings]
    chosen = choose_subset(values, agreement=agreement, size=size)
    return BoardSubset(board, None if size is not None else agreement, chosen)
