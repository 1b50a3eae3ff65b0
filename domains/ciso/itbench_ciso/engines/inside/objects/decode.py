"""Turns a manifest into the object that admission sees: decoded by its type, with defaults, encoded again.

An API server does so with every request (https://kubernetes.io/docs/reference/using-api/api-concepts/): what the type
does not know is dropped, and empty values of optional fields are left out unless the field is a pointer.
"""

import copy
from collections.abc import Callable, Mapping
from typing import Any

from itbench_ciso.engines.inside.objects.defaults import COMPUTED, FIXED
from itbench_ciso.engines.inside.objects.schema import Field, schema

_ABSENT: Any = object()
# Metadata of objects of kinds whose type is not known, such as custom resources, is typed anyway.
_METADATA = "meta.ObjectMeta"


class UndecodableError(ValueError):
    """A manifest whose fields have other types than the kind's; no API server takes it."""


def decoded(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """Return an object as an API server encodes it after decoding and defaulting.

    Raises:
        UndecodableError: a value has not the type of its field.
    """
    manifest = copy.deepcopy(dict(manifest))
    head = {"apiVersion": manifest.get("apiVersion", ""), "kind": manifest.get("kind", "")}
    structure = schema().kinds.get(f"{head['apiVersion']} {head['kind']}")
    if structure is not None:
        return head | _structure(structure, manifest, "")
    metadata = _structure(_METADATA, manifest.get("metadata") or {}, "metadata.")
    return {key: each for key, each in manifest.items() if each is not None} | {"metadata": metadata}


def _structure(name: str, value: Any, place: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise UndecodableError(f"{place or 'the object'}: expected a mapping, found {str(value)[:60]!r}")
    value = {key: each for key, each in value.items() if each is not None}
    computed = COMPUTED.get(name)
    if computed is not None:
        try:
            computed(value)
        except (AttributeError, TypeError, ValueError) as error:
            # Defaults are reckoned before the types are checked.
            raise UndecodableError(f"{place or 'the object'}: a field has another type") from error
    fixed = FIXED.get(name, {})
    found = {}
    for field in schema().structures[name]:
        given = value.get(field.name, _ABSENT)
        if field.name in fixed and (given is _ABSENT or (not given and not field.type.startswith("*"))):
            given = copy.deepcopy(fixed[field.name])
        encoded = _field(field, given, f"{place}{field.name}")
        if encoded is not _ABSENT:
            found[field.name] = encoded
    return found


def _field(field: Field, given: Any, place: str) -> Any:
    given = _ABSENT if given is None else given
    if given is _ABSENT:
        return _absent(field, place)
    found = _value(field.type, given, place)
    is_dropped = field.is_optional and not _is_kept(field.type) and not found
    return _ABSENT if is_dropped else found


def _is_kept(kind: str) -> bool:
    """Tell whether even an empty value of a type is kept: pointers and structures are, also where they are optional."""
    return kind.startswith("*") or kind in schema().structures or kind in {"int-or-string", "quantity"}


def _absent(field: Field, place: str) -> Any:
    """Return what an absent field encodes to."""
    kind = field.type
    if kind in schema().structures:
        return _structure(kind, {}, f"{place}.")
    if field.is_optional or kind == "time":
        return _ABSENT
    return {"bool": False, "int": 0, "string": "", "int-or-string": 0, "quantity": "0"}.get(kind)


def _value(kind: str, value: Any, place: str) -> Any:
    if value is None:
        return None
    if kind.startswith("*"):
        return _value(kind[1:], value, place)
    if kind.startswith("[]"):
        if not isinstance(value, list):
            raise _wrong(place, "a list", value)
        return [_item(kind[2:], each, f"{place}[{number}]") for number, each in enumerate(value)]
    if kind.startswith("{}"):
        if not isinstance(value, dict):
            raise _wrong(place, "a mapping", value)
        return {str(key): _item(kind[2:], each, f"{place}.{key}") for key, each in value.items()}
    if kind in schema().structures:
        return _structure(kind, value, f"{place}.")
    return _SCALARS[kind](value, place)


def _item(kind: str, value: Any, place: str) -> Any:
    """Return an item of a list or map, where null is the empty value."""
    if value is not None:
        return _value(kind, value, place)
    if kind in schema().structures:
        return _structure(kind, {}, f"{place}.")
    return {"bool": False, "int": 0, "string": ""}.get(kind)


def _typed(expected: type, told: str) -> Callable[[Any, str], Any]:
    def check(value: Any, place: str) -> Any:
        if not isinstance(value, expected) or (expected is int and isinstance(value, bool)):
            raise _wrong(place, told, value)
        return value

    return check


def _int_or_string(value: Any, place: str) -> Any:
    if isinstance(value, str):
        return value
    return _typed(int, "an integer or a string")(value, place)


def _quantity(value: Any, place: str) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise _wrong(place, "a quantity", value)
    return str(value)


def _wrong(place: str, expected: str, value: Any) -> UndecodableError:
    return UndecodableError(f"{place}: expected {expected}, found {str(value)[:60]!r}")


_SCALARS: dict[str, Callable[[Any, str], Any]] = {
    "bool": _typed(bool, "a boolean"),
    "int": _typed(int, "an integer"),
    "string": _typed(str, "a string"),
    "bytes": _typed(str, "a string in base64"),
    "time": _typed(str, "a time"),
    "int-or-string": _int_or_string,
    "quantity": _quantity,
    "any": lambda value, _place: value,
}
