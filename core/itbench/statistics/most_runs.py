"""How many runs are analysed together: the work grows with the square of their number, or faster."""

from itbench.errors import UsageError

MOST_RUNS = 300


def require_few_runs(n_runs: int) -> None:
    """Refuse more runs than can be analysed in about half a minute.

    Raises:
        UsageError: there are more than 300.
    """
    if n_runs > MOST_RUNS:
        raise UsageError(
            f"{n_runs} runs make {n_runs * (n_runs - 1) // 2} pairs; at most {MOST_RUNS} runs are analysed together, so name fewer"
        )
