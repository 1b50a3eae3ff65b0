"""Looks for the objects that an answer names in the task's data, and says what to store of it."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from itbench import Input, JsonObject
from itbench_sre.scoring.entity import Entity, parse_entity
from itbench_sre.sightings.inventory import Damage, listed_objects, mentioned_objects
from itbench_sre.snapshot.objects import ObjectId
from itbench_sre.truth.kinds import GENERATED_NAME_KINDS, WORKLOAD_KINDS
from itbench_sre.truth.suffixes import names_borne

_OWNED: Final = ("pod", "replicaset")


def look_for(names: Iterable[str], inputs: Sequence[Input]) -> JsonObject:
    """Return which kinds the data lists, and which of the named objects it shows; costs one pass over the files.

    Memory is bounded by the number of names. Where the list of objects is damaged, no kind counts as listed.
    """
    shown = {entity.id: False for name in names if (entity := parse_entity(name)) is not None}
    kinds: set[str] = set()
    damage = Damage()
    if shown:
        for seen in listed_objects(inputs, damage):
            kinds.add(seen.kind.lower())
            _mark(shown, seen)
        _mark_mentioned(shown, inputs)
    return {"objects": {"listed_kinds": [] if damage else sorted(kinds), "named": shown}}


def _mark_mentioned(shown: dict[str, bool], inputs: Sequence[Input]) -> None:
    missing = sum(not is_shown for is_shown in shown.values())
    for seen in mentioned_objects(inputs) if missing else ():
        missing -= _mark(shown, seen)
        if not missing:
            return


def _mark(shown: dict[str, bool], seen: ObjectId) -> int:
    """Mark what an object shows, and return how much of that was not marked before."""
    new = [id_ for id_ in ids_shown_by(seen) if shown.get(id_) is False]
    for id_ in new:
        shown[id_] = True
    return len(new)


def ids_shown_by(seen: ObjectId) -> Iterator[str]:
    """Yield the ids of the entities that an object shows: itself, also without generated suffixes.

    A workload also shows the Pod and ReplicaSet of its name: tasks ask for names without generated suffixes, and a workload
    whose pods cannot be made has none to show.
    """
    namespace, kind = seen.namespace.lower(), seen.kind.lower()
    for name in names_borne(kind, seen.name):
        yield Entity(namespace, kind, name).id
    if kind in WORKLOAD_KINDS - GENERATED_NAME_KINDS:
        for owned in _OWNED:
            yield Entity(namespace, owned, seen.name).id
