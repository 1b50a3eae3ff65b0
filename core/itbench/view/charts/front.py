"""The Pareto front of points of which less x and more y is better."""

from collections.abc import Sequence

from itbench.interfaces.panel import PanelPoint


def pareto_front(points: Sequence[PanelPoint]) -> list[PanelPoint]:
    """Return the points that no other point beats in one measure without losing in the other, by x; each place once."""
    front: list[PanelPoint] = []
    for point in sorted(points, key=lambda point: (point.x, -point.y)):
        if not front or point.y > front[-1].y:
            front.append(point)
    return front
