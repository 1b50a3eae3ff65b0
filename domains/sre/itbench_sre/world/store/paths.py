"""Places inside an object, and changing them without touching the object that others still hold.

A path is a tuple of keys of mappings, of integers (places in a list), and of `Item`s (the entry of a list that has
the given key and value, as containers have a name).
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from itbench_sre.world.store.refs import JsonObject


class Item(NamedTuple):
    """The entry of a list of mappings whose `key` is `value`; a change appends it where there is none."""

    value: Any
    key: str = "name"


Step = str | int | Item
Path = tuple[Step, ...]


class Removed:
    """Stands for "this place is to be removed"; use the one instance `REMOVED`."""

    __slots__ = ()

    def __reduce__(self) -> str:
        """Stay the one instance when a world is copied."""
        return "REMOVED"


REMOVED = Removed()


def value_at(body: Any, path: Path, default: Any = None) -> Any:
    """Return what is at `path`, or `default` where the path leads nowhere."""
    for step in path:
        if isinstance(step, Item):
            body = next((entry for entry in body or () if entry.get(step.key) == step.value), None)
        elif isinstance(step, int):
            body = body[step] if isinstance(body, list) and -len(body) <= step < len(body) else None
        else:
            body = body.get(step) if isinstance(body, dict) else None
        if body is None:
            return default
    return body


def changed(body: JsonObject, changes: Mapping[Path, Any]) -> JsonObject:
    """Return a copy of `body` with `changes` made; what is not on a changed path is shared with `body`."""
    for path, value in changes.items():
        body = _set(body, path, value)
    return body


def _set(body: Any, path: Path, value: Any) -> Any:
    if not path:
        return value
    step, rest = path[0], path[1:]
    if isinstance(step, str):
        return _set_key(body, step, rest, value)
    return _set_entry(body, step, rest, value)


def _set_key(body: Any, step: str, rest: Path, value: Any) -> JsonObject:
    made = dict(body or {})
    if not rest and value is REMOVED:
        made.pop(step, None)
    else:
        made[step] = _set(made.get(step), rest, value)
    return made


def _set_entry(body: Any, step: int | Item, rest: Path, value: Any) -> list[Any]:
    made = list(body or ())
    if isinstance(step, Item):
        place = next((at for at, entry in enumerate(made) if entry.get(step.key) == step.value), len(made))
        if place == len(made) and value is not REMOVED:
            made.append({step.key: step.value})
    else:
        place = step
    if not rest and value is REMOVED:
        del made[place : place + 1]
    else:
        made[place] = _set(made[place], rest, value)
    return made
