"""Whether the scores of several runs may be tested against each other: by the same rules and the same truths."""

from collections.abc import Iterable, Sequence

from itbench.errors import UsageError
from itbench.interfaces.json import JsonObject
from itbench.report.leaderboard import Board
from itbench.report.plan_notes import have_other_truths


def require_comparable(board: Board) -> None:
    """Refuse runs that were not scored alike.

    Raises:
        UsageError: they were scored by other rules or by other truths.
    """
    summaries = [standing.summary for standing in board.standings]
    require_same_scoring(
        [summary.plan for summary in summaries], [summary.scoring_version for summary in summaries]
    )


def require_same_scoring(plans: Sequence[JsonObject], versions: Iterable[int | None]) -> None:
    """Refuse plans with other truths, and other versions of the rules; None for a run without a score.

    Raises:
        UsageError: there are several of either.
    """
    found = sorted({version for version in versions if version is not None})
    if len(found) > 1:
        named = " and ".join(map(str, found))
        raise UsageError(
            f"these runs were scored by rules of versions {named}, so their scores cannot be tested against each other; score "
            "the older ones again with `itbench score RUN`"
        )
    if have_other_truths(plans):
        raise UsageError(
            "truths or hidden data differ between these runs, so their scores cannot be tested against each other"
        )
