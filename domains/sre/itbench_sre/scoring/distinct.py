"""The objects that an answer blames, each once: naming one again, in whatever spelling, changes nothing."""

from collections.abc import Iterator, Sequence

from itbench_sre.scoring.matching import Match


def distinct(matches: Sequence[Match]) -> list[Match]:
    """Give the first match of each object, in the answer's order."""
    first: dict[str, Match] = {}
    for match in matches:
        first.setdefault(match.object_id, match)
    return list(first.values())


def repetition_reasons(matches: Sequence[Match]) -> Iterator[str]:
    """Yield a sentence for each object that is named more than once, and for each further spelling of it."""
    texts: dict[str, list[str]] = {}
    for match in matches:
        texts.setdefault(match.object_id, []).append(match.text)
    for named in texts.values():
        if len(named) > 1:
            yield f"{named[0]!r} is named {len(named)} times; the same object counts once"
        for other in dict.fromkeys(named):
            if other != named[0]:
                yield f"{other!r} counts as the same object as {named[0]!r}"
