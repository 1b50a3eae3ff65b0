"""The heaviest one-to-one assignment (Kuhn 1955, with potentials as Jonker and Volgenant keep them)."""

from collections.abc import Sequence
from math import inf


def heaviest_assignment(weights: Sequence[Sequence[float]]) -> float:
    """Give the largest sum of weights with at most one in each row and column; none is negative.

    Takes time of the shorter side squared times the longer side.
    """
    if not weights or not weights[0]:
        return 0.0
    if len(weights) > len(weights[0]):
        weights = list(zip(*weights, strict=True))
    columns = len(weights[0])
    row_prices, column_prices = [0.0] * len(weights), [0.0] * (columns + 1)
    # The row that each column is assigned to; the last column is where a new row begins.
    row_of: list[int | None] = [None] * (columns + 1)
    for row in range(len(weights)):
        row_of[columns] = row
        _extend(weights, row_prices, column_prices, row_of)
    return sum(weights[row][column] for column, row in enumerate(row_of[:columns]) if row is not None)


def _extend(
    weights: Sequence[Sequence[float]],
    row_prices: list[float],
    column_prices: list[float],
    row_of: list[int | None],
) -> None:
    """Find a column for the row in the last one, along the cheapest path that moves others."""
    columns = len(row_of) - 1
    cheapest, came_from = [inf] * columns, [columns] * columns
    visited, at = {columns}, columns
    while (row := row_of[at]) is not None:
        for column in range(columns):
            cost = -weights[row][column] - row_prices[row] - column_prices[column]
            if column not in visited and cost < cheapest[column]:
                cheapest[column], came_from[column] = cost, at
        following = min(
            (column for column in range(columns) if column not in visited), key=cheapest.__getitem__
        )
        step = cheapest[following]
        for column in visited:
            taken_by = row_of[column]
            if taken_by is not None:
                row_prices[taken_by] += step
            column_prices[column] -= step
        cheapest = [cost if column in visited else cost - step for column, cost in enumerate(cheapest)]
        visited.add(following)
        at = following
    while at != columns:
        row_of[at] = row_of[came_from[at]]
        at = came_from[at]
