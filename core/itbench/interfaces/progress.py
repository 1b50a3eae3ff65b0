"""Tells a waiting user how far something is."""

from typing import Protocol


class Progress(Protocol):
    """Tells a waiting user how far something is."""

    def __call__(self, text: str, done: int, total: int) -> None:
        """Show the text and the share that is done."""
        ...


def no_progress(text: str, done: int, total: int) -> None:
    """Show nothing."""
