"""The allowed word that is nearest to one that is not."""

from collections.abc import Iterable


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the nearest of the known words; None where none is near."""
    import difflib  # Takes longer to import than a listing takes to print.

    found = difflib.get_close_matches(word, sorted(known), n=1)
    return found[0] if found else None
