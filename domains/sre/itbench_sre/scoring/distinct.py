"""The objects that an answer blames, each once: naming one again, in whatever spelling, changes nothing."""

from collections.abc import Iterator, Sequence

from itbench_sre.scoring.matching import Match
from itbench_sre.scoring.sightings import Sight
from itbench_sre.truth.kinds import CONTROLLER_KINDS, EXPERIMENT_KINDS
from itbench_sre.truth.naming import stem
from itbench_sre.truth.suffixes import names_borne

_Key = tuple[object, ...]


def distinct(matches: Sequence[Match]) -> list[Match]:
    """Give the first match of each object, in the answer's order."""
    return list({match.object_id: match for match in _counted(matches)}.values())


def repetition_reasons(matches: Sequence[Match]) -> Iterator[str]:
    """Yield a sentence for each name that is repeated, and for each other name that counts as the same object."""
    texts: dict[str, list[str]] = {}
    for match, counted in zip(matches, _counted(matches), strict=True):
        texts.setdefault(counted.text, []).append(match.text)
    for text, named in texts.items():
        if named.count(text) > 1:
            yield f"{text!r} is named {named.count(text)} times; the same object counts once"
        for other in dict.fromkeys(named):
            if other != text:
                yield f"{other!r} counts as the same object as {text!r}"


def _counted(matches: Sequence[Match]) -> list[Match]:
    """Give for each match the one as which it counts, often itself."""
    first: dict[str, Match] = {}
    for match in matches:
        first.setdefault(match.object_id, match)
    whole = _with_their_suffixes(first)
    kept = _not_made_up(match for id_, match in first.items() if whole[id_] is match)
    return [kept[whole[match.object_id].object_id] for match in matches]


def _with_their_suffixes(named: dict[str, Match]) -> dict[str, Match]:
    """Count a name without generated suffixes as the object that is also named with them, if it is as right or as wrong."""
    whole: dict[_Key, Match] = {}
    counted = {}
    for id_, match in sorted(named.items(), key=lambda item: -len(item[0])):
        counted[id_] = match
        if match.entity is not None:
            entity = match.entity
            keys = [
                (entity.place, entity.kind, name, match.roots, match.sight is Sight.ABSENT)
                for name in names_borne(entity.kind, entity.name)
            ]
            counted[id_] = whole.setdefault(keys[0], match)
            for key in keys:
                whole.setdefault(key, counted[id_])
    return counted


def _not_made_up(matches: Iterator[Match]) -> dict[str, Match]:
    """Count no more names that the data does not show than there are root causes: names can be made up at will.

    That is among names of one kind that the truth knows under one name; here all controllers are of one kind, and all
    experiments are.
    """
    kept: dict[_Key, list[Match]] = {}
    counted = {}
    for match in sorted(matches, key=lambda match: match.sight is not Sight.SHOWN):
        counted[match.object_id] = match
        if match.entity is not None and match.is_hit:
            about = frozenset(map(stem, match.groups))
            alike = kept.setdefault((_family(match.entity.kind), about, match.roots), [])
            if match.sight is Sight.SHOWN or len(alike) < len(match.roots):
                alike.append(match)
            else:
                counted[match.object_id] = alike[0]
    return counted


def _family(kind: str) -> str:
    for family in (CONTROLLER_KINDS, EXPERIMENT_KINDS):
        if kind in family:
            return min(family)
    return kind
