"""Which rows of a table are wanted: filtered, sorted, one page of them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a reader asks of a table.

    Attributes:
        text: of the filter.
        sort: the key of a column; empty for the order that the table has by itself.
        is_descending: whether the largest comes first.
        page: counted from 1.
        size: rows on a page.
    """

    text: str = ""
    sort: str = ""
    is_descending: bool = False
    page: int = 1
    size: int = 100

    @property
    def offset(self) -> int:
        """How many rows come before the page."""
        return (self.page - 1) * self.size
