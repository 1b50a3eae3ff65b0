"""Copies of a world: all share what never changes, and the rest is pickled once for as many copies as are wanted.

What is shared is named in the pickle by its place in a list, which the copies of one process have in common: the
application, places where containers were started, and objects of the store, which are never changed in place.
"""

import gc
import io
import pickle
from collections.abc import Iterable, Iterator
from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from itbench_sre.world.world import World

_ATOMS = (int, bool, float, type(None))


class Snapshot:
    """A world as it is now; worlds are made of it within this process."""

    __slots__ = ("_bytes", "_shared")

    def __init__(self, world: "World") -> None:
        self._shared: list[object] = [world.fixed, *world.fixed, *_written(world)]
        file = io.BytesIO()
        _Pickler(file, {id(each): place for place, each in enumerate(self._shared)}).dump(world)
        self._bytes = file.getvalue()

    def world(self) -> Any:
        """Return another world that is the same in everything, and goes its own way from now on."""
        is_collecting = gc.isenabled()
        gc.disable()  # nothing becomes garbage here, and looking for it takes longer than all the rest
        try:
            return _Unpickler(io.BytesIO(self._bytes), self._shared).load()
        finally:
            if is_collecting:
                gc.enable()


class _Pickler(pickle.Pickler):
    def __init__(self, file: io.BytesIO, places: dict[int, int]) -> None:
        super().__init__(file, pickle.HIGHEST_PROTOCOL)
        self._places = places

    def persistent_id(self, obj: object) -> int | None:
        """Return the place of what is shared."""
        return self._places.get(id(obj))


class _Unpickler(pickle.Unpickler):
    def __init__(self, file: io.BytesIO, shared: list[object]) -> None:
        super().__init__(file)
        # Not as a method, which would be a call of Python for each reference.
        self.persistent_load = shared.__getitem__  # type: ignore[method-assign]


def parts_of(*roots: object) -> list[object]:
    """Return what values that never change consist of: mappings, lists, texts, and dataclasses with their fields."""
    found: dict[int, object] = {}
    left = list(roots)
    while left:
        part = left.pop()
        if isinstance(part, _ATOMS) or id(part) in found:
            continue
        found[id(part)] = part
        if isinstance(part, dict):
            left.extend(part)
            left.extend(part.values())
        elif isinstance(part, tuple | list):
            left.extend(part)
        elif is_dataclass(part):
            left.extend(getattr(part, each.name) for each in fields(part))
    return list(found.values())


def _written(world: "World") -> Iterable[object]:
    """Yield what was written while the world ran and is not changed any more: objects, places, samples."""
    for process in world.runtime.processes.values():
        place = process.place
        yield from (place, place.files, place.environment, place.labels, process.files)
    for kind in world.store.kinds():
        for body in world.store.list(kind):
            yield body
            yield from _below(body)


def _below(body: dict[str, Any]) -> Iterator[object]:
    for part in body.values():
        if isinstance(part, dict):
            yield part
            yield from [each for each in part.values() if isinstance(each, dict | list)]
