"""Which runs of a board can be told apart, and which ranks each may have."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from itbench.interfaces.json import JsonObject
from itbench.report.boards.comparable import require_comparable
from itbench.report.document import Section, Table
from itbench.report.leaderboard import Board
from itbench.report.table import counted
from itbench.statistics import PairTest, RankRange, all_pairs, rank_ranges
from itbench.statistics.power import ALPHA
from itbench.statistics.ranks import fewest_tasks


@dataclass(frozen=True, slots=True)
class BoardPairs:
    """All pairs of runs of a board, tested.

    Attributes:
        board: the board.
        pairs: of its runs, by their places on it.
        ranks: that each run may have.
    """

    board: Board
    pairs: Sequence[PairTest]
    ranks: Sequence[RankRange]

    @property
    def n_distinct(self) -> int:
        """How many pairs can be told apart."""
        return sum(pair.better() is not None for pair in self.pairs)

    @property
    def notes(self) -> list[str]:
        """What a reader must know, a sentence for each."""
        if not self.pairs:
            return ["one run has no other to be told apart from; name more runs of the same tasks"]
        notes = [
            (
                f"{self.n_distinct} of {counted(len(self.pairs), 'pair')} can be told apart: random signs of the differences by task, "
                f"corrected for their number (Holm), {100 * ALPHA:g} % chance of any mistake; runs whose ranks begin alike are tied"
            )
        ]
        fewest, needed = min(pair.n_tasks for pair in self.pairs), fewest_tasks(len(self.pairs))
        if fewest < needed:
            notes.append(
                f"too few tasks to tell runs apart: some have {fewest} in common, and with {counted(len(self.pairs), 'pair')} "
                f"at least {needed} must differ"
            )
        if any(not standing.summary.estimate.is_complete for standing in self.board.standings):
            notes.append(
                "pairs are compared on tasks that both have a score for; the ranking above takes missing trials as 0"
            )
        return notes

    def section(self, title: str) -> Section:
        """Return what it says for people."""
        agents = [standing.agent for standing in self.board.standings]
        rows = [
            [ranks.text, agent, str(ranks.best - 1), str(len(agents) - ranks.worst)]
            for ranks, agent in zip(self.ranks, agents, strict=True)
        ]
        head = ["ranks it may have", "agent", "surely better", "surely worse"]
        return Section(title=title, table=Table(head=head, rows=rows, numbers=head[2:]), notes=self.notes)

    def run_columns(self) -> list[JsonObject]:
        """Return what is added to the row of each run."""
        return [{"rank_best": ranks.best, "rank_worst": ranks.worst} for ranks in self.ranks]

    def rows(self) -> Iterator[JsonObject]:
        """Yield a row for each pair."""
        for pair in self.pairs:
            yield {
                "suite": self.board.suite,
                "suite_hash": self.board.suite_hash,
                "kind": "pair",
                "tasks": pair.n_tasks,
                "run": self._run(pair.first),
                "other_run": self._run(pair.second),
                "difference": pair.difference,
                "p_value": pair.p_value,
                "corrected_p_value": pair.corrected,
            }

    def json(self) -> JsonObject:
        """Return it for machines."""
        return {
            "alpha": ALPHA,
            "correction": "holm",
            "runs": [
                {"run": self._run(place), "rank_best": ranks.best, "rank_worst": ranks.worst}
                for place, ranks in enumerate(self.ranks)
            ],
            "pairs": [
                {
                    "first": self._run(pair.first),
                    "second": self._run(pair.second),
                    "tasks": pair.n_tasks,
                    "difference": pair.difference,
                    "p_value": pair.p_value,
                    "corrected_p_value": pair.corrected,
                }
                for pair in self.pairs
            ],
        }

    def _run(self, place: int) -> str:
        return str(self.board.standings[place].summary.plan["id"])


def board_pairs(board: Board) -> BoardPairs:
    """Test all pairs of runs of a board.

    Raises:
        UsageError: there are too many runs, or they were not scored alike.
    """
    require_comparable(board)
    pairs = all_pairs([standing.summary.values for standing in board.standings])
    return BoardPairs(board, pairs, rank_ranges(len(board.standings), pairs))
