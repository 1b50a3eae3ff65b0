"""Functions as they are declared and called."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from itbench_ciso.engines.inside.expressions.types import Type, read_type
from itbench_ciso.engines.inside.expressions.values import key_of, kind_of


@dataclass(frozen=True, slots=True)
class Overload:
    """One meaning of a function's name.

    Attributes:
        name: of the function.
        is_member: whether the first parameter is written before the name.
        parameters: their types.
        result: the type of the value.
        call: what it does with values of these types.
        text: the signature as it was written; it tells one overload from another.
    """

    name: str
    is_member: bool
    parameters: tuple[Type, ...]
    result: Type
    call: Callable[..., Any]
    text: str

    def takes(self, values: list[Any]) -> bool:
        """Tell whether values have the types of the parameters."""
        return all(_is_of(value, kind) for value, kind in zip(values, self.parameters, strict=True))


def overload(signature: str, call: Callable[..., Any]) -> Overload:
    """Return an overload by its signature: `string.find(string): string`, or `@sets.contains(list<A>, list<A>): bool`.

    A name behind `@` is a function with a dotted name, and no member.
    """
    name, _, rest = signature.partition("(")
    parameters, _, result = rest.rpartition("): ")
    is_member = "." in name and not name.startswith("@")
    kinds = [read_type(each) for each in _split(parameters)]
    if is_member:
        target, _, name = name.rpartition(".")
        kinds.insert(0, read_type(target))
    name = name.removeprefix("@") if not name.startswith(("@in", "@not", "@sort", "@append")) else name
    return Overload(name, is_member, tuple(kinds), read_type(result), call, signature)


def _split(parameters: str) -> list[str]:
    """Return the parts between commas that stand in no angle brackets."""
    parts, depth = [""], 0
    for letter in parameters:
        depth += (letter == "<") - (letter == ">")
        if letter == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += letter
    return [part.strip() for part in parts if part.strip()]


def _is_of(value: Any, kind: Type) -> bool:
    if kind.is_any or kind.name == "dyn":
        return True
    if kind_of(value) != kind.name:
        return False
    if kind.name == "list" and value:
        return _is_of(value[0], kind.parts[0])
    if kind.name == "map" and value:
        key, item = next(iter(value)), next(iter(value.values()))
        return _is_of(key_of(key), kind.parts[0]) and _is_of(item, kind.parts[1])
    if kind.name == "optional_type" and value.is_there:
        return _is_of(value.value, kind.parts[0])
    return True


class Functions:
    """All functions by name."""

    def __init__(self, overloads: Iterable[Overload]) -> None:
        self._by_name: dict[tuple[str, bool], list[Overload]] = {}
        for each in overloads:
            self._by_name.setdefault((each.name, each.is_member), []).append(each)
        self._names = {name for name, _ in self._by_name}

    def named(self, name: str, *, is_member: bool) -> list[Overload]:
        """Return the overloads of a name."""
        return self._by_name.get((name, is_member), [])

    def is_function(self, name: str) -> bool:
        """Tell whether there is a function of that name."""
        return name in self._names


FieldTypes = Mapping[str, Mapping[str, Type]]
"""The types of the fields of each structure, by the structure's name."""
