"""Places for labels where nothing else stands: greedy, and the same for the same chart."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from itbench.view.charts.words import FONT_PX, text_px

_CELL_PX: Final = 48.0
_GAP_PX: Final = 4.0
LINE_PX: Final = FONT_PX * 1.2


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle, by its upper left corner."""

    x: float
    y: float
    width: float
    height: float

    def meets(self, other: "Box") -> bool:
        """Tell whether two rectangles share more than an edge."""
        return (
            self.x < other.x + other.width
            and other.x < self.x + self.width
            and self.y < other.y + other.height
            and other.y < self.y + self.height
        )

    def is_in(self, other: "Box") -> bool:
        """Tell whether the rectangle lies in another."""
        return (
            self.x >= other.x
            and self.y >= other.y
            and self.x + self.width <= other.x + other.width
            and self.y + self.height <= other.y + other.height
        )


class Room:
    """A part of a chart, and what of it is taken.

    Args:
        bounds: nothing is placed beyond.
    """

    def __init__(self, bounds: Box) -> None:
        self._bounds = bounds
        self._cells: dict[tuple[int, int], list[Box]] = {}

    def take(self, box: Box) -> None:
        """Keep others from a rectangle."""
        for cell in _cells(box):
            self._cells.setdefault(cell, []).append(box)

    def place(self, text: str, x: float, y: float, distance: float) -> Box | None:
        """Take and return a place for a line of text beside a point; None where there is none."""
        width = text_px(text)
        return self.first_free(_around(x, y, width, distance))

    def first_free(self, boxes: Iterable[Box]) -> Box | None:
        """Take and return the first rectangle that is free; None where none is."""
        for box in boxes:
            if box.is_in(self._bounds) and not any(
                box.meets(other) for cell in _cells(box) for other in self._cells.get(cell, ())
            ):
                self.take(box)
                return box
        return None


def _around(x: float, y: float, width: float, distance: float) -> Iterator[Box]:
    """Yield places around a point, the best first: beside it, above, below, at the corners, then farther away."""
    for away in (distance + _GAP_PX, distance + 4 * _GAP_PX):
        middle, above, below = y - LINE_PX / 2, y - away - LINE_PX, y + away
        right, left, centred = x + away, x - away - width, x - width / 2
        for at in (
            (right, middle),
            (left, middle),
            (centred, above),
            (centred, below),
            (right, above + _GAP_PX),
            (right, below - _GAP_PX),
            (left, above + _GAP_PX),
            (left, below - _GAP_PX),
        ):
            yield Box(*at, width, LINE_PX)


def _cells(box: Box) -> Iterator[tuple[int, int]]:
    for column in range(int(box.x // _CELL_PX), int((box.x + box.width) // _CELL_PX) + 1):
        for row in range(int(box.y // _CELL_PX), int((box.y + box.height) // _CELL_PX) + 1):
            yield column, row
