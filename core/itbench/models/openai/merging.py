"""Puts the objects of Chat Completions together from their deltas, in time that grows with what came and no faster."""

from collections.abc import Mapping, Sequence
from typing import Any

from itbench.interfaces.json import JsonObject, JsonValue, json_text

# Parts of a streamed entry that come piece by piece; all others come whole.
_GROWING = frozenset({"refusal", "reasoning", "reasoning_content", "text", "summary", "data", "thinking"})
# Of the entries with one index, the last ones that a delta may belong to.
_LOOKED_AT = 8


class MergedObject:
    """An object that grows; unknown fields included."""

    def __init__(self) -> None:
        self._fields: dict[str, Any] = {}

    def get(self, key: str) -> JsonValue:
        """Return the value that a field has so far."""
        return _plain(self._fields.get(key))

    def value(self) -> JsonObject:
        """Return the object as it is so far."""
        return {key: _plain(value) for key, value in self._fields.items()}

    def add(self, delta: Mapping[str, JsonValue]) -> None:
        """Add a delta to what came before."""
        for key, value in delta.items():
            self._add(key, value)

    def _add(self, key: str, value: JsonValue) -> None:
        before = self._fields.get(key)
        if value is None:
            self._fields.setdefault(key, None)
        elif isinstance(value, str) and key in _GROWING:
            if not isinstance(before, _Text):
                before = self._fields[key] = _Text()
            before.pieces.append(value)
        elif isinstance(value, dict):
            if not isinstance(before, MergedObject):
                before = self._fields[key] = MergedObject()
            before.add(value)
        elif isinstance(value, list) and all(isinstance(entry, dict) for entry in value):
            if not isinstance(before, _Entries):
                before = self._fields[key] = _Entries(before if isinstance(before, list) else ())
            before.add(value)
        else:
            self._fields[key] = value


class _Text:
    """A text that grows."""

    def __init__(self) -> None:
        self.pieces: list[str] = []


class _Entries:
    """A list of objects that grow, told apart by their index."""

    def __init__(self, values: Sequence[JsonValue]) -> None:
        self.values: list[Any] = list(values)
        self._by_index: dict[str, list[MergedObject]] = {}

    def add(self, deltas: Sequence[JsonObject]) -> None:
        """Add a delta to each of several entries."""
        for place, delta in enumerate(deltas):
            index = delta.get("index", place)
            same = self._by_index.setdefault(json_text(index), [])
            found = next((one for one in same[: -_LOOKED_AT - 1 : -1] if not _is_another(one, delta)), None)
            if found is None:
                found = MergedObject()
                found.add({"index": index})
                same.append(found)
                self.values.append(found)
            found.add(delta)


def _is_another(entry: MergedObject, delta: JsonObject) -> bool:
    """Some servers give each of several entries the index 0, but an id or a type of its own."""
    return any(delta.get(key) and (known := entry.get(key)) and delta[key] != known for key in ("id", "type"))


def _plain(value: Any) -> JsonValue:
    if isinstance(value, _Text):
        return "".join(value.pieces)
    if isinstance(value, MergedObject):
        return value.value()
    return [_plain(entry) for entry in value.values] if isinstance(value, _Entries) else value
