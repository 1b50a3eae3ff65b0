"""The types of expressions, and when a value of one may stand where another is expected.

The rules are those of cel-go's checker: https://github.com/google/cel-spec/blob/master/doc/langdef.md#gradual-type-checking.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from itbench_ciso.engines.inside.expressions.errors import CompileError

_LARGEST = 1000


@dataclass(frozen=True, slots=True)
class Type:
    """A type, with those of its parts; a name of one capital letter, and perhaps a number, stands for any type."""

    name: str
    parts: tuple["Type", ...] = ()
    size: int = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        """Refuse a type that grows with a power of two, as maps from and to maps do."""
        object.__setattr__(self, "size", 1 + sum(part.size for part in self.parts))
        if self.size > _LARGEST:
            raise CompileError(f"a type is made of more than {_LARGEST} others")

    def __str__(self) -> str:
        return f"{self.name}({', '.join(map(str, self.parts))})" if self.parts else self.name

    @property
    def is_any(self) -> bool:
        """Whether it stands for a type that is yet to be found."""
        return self.name[0].isupper()


DYN, BOOL, STRING, NULL = Type("dyn"), Type("bool"), Type("string"), Type("null_type")
# What null may stand for.
_NULLABLE = frozenset({"google.protobuf.Duration", "google.protobuf.Timestamp", "null_type"})
_SCALARS = frozenset({"bool", "int", "uint", "double", "string", "bytes", "list", "map", "type"})
_WORD = re.compile(r"[\w.@]+|[<>,]")

Bindings = dict[str, Type]


def read_type(text: str) -> Type:
    """Return a type that is written like `map<string, list<A>>`."""
    words = iter(_WORD.findall(text))
    return _read(next(words), words)[0]


def _read(name: str, words: Iterator[str]) -> tuple[Type, str]:
    sign = next(words, "")
    parts = []
    if sign == "<":
        while sign != ">":
            part, sign = _read(next(words), words)
            parts.append(part)
        sign = next(words, "")
    return Type(name, tuple(parts)), sign


def list_of(item: Type) -> Type:
    """Return the type of a list."""
    return Type("list", (item,))


def resolved(kind: Type, bindings: Bindings) -> Type:
    """Return a type with all that is known of those that it stands for."""
    while kind.is_any and kind.name in bindings:
        kind = bindings[kind.name]
    return Type(kind.name, tuple(resolved(part, bindings) for part in kind.parts)) if kind.parts else kind


def settled(kind: Type, bindings: Bindings) -> Type:
    """Return a type in which whatever is not known is dyn."""
    kind = resolved(kind, bindings)
    return DYN if kind.is_any else Type(kind.name, tuple(settled(part, bindings) for part in kind.parts))


def assign(expected: Type, given: Type, bindings: Bindings) -> bool:
    """Tell whether a value of a type may stand where another is expected, and bind what that asks for."""
    return assign_all([expected], [given], bindings)


def assign_all(expected: Sequence[Type], given: Sequence[Type], bindings: Bindings) -> bool:
    """Tell whether values may stand where others are expected, and bind what that asks for, or nothing."""
    size = len(bindings)
    if all(_assigns(one, other, bindings) for one, other in zip(expected, given, strict=True)):
        return True
    # Names are only ever added, and a dict keeps their order.
    while len(bindings) > size:
        bindings.popitem()
    return False


def _assigns(one: Type, other: Type, bindings: Bindings) -> bool:
    one, other = _outer(one, bindings), _outer(other, bindings)
    if one == other:
        return True
    # Of two unknown types the later one stands for the earlier: otherwise a long list of empty lists makes a long chain.
    for variable, kind in ((other, one), (one, other)) if other.is_any else ((one, other),):
        if variable.is_any:
            if _occurs(variable, kind, bindings):
                return False
            bindings[variable.name] = kind
            return True
    if "dyn" in {one.name, other.name}:
        return True
    if one.name == "null_type" or other.name == "null_type":
        kind = other if one.name == "null_type" else one
        return kind.name in _NULLABLE or kind.name not in _SCALARS
    if one.name == other.name == "type":
        return True
    return (
        one.name == other.name
        and len(one.parts) == len(other.parts)
        and all(_assigns(a, b, bindings) for a, b in zip(one.parts, other.parts, strict=True))
    )


def _outer(kind: Type, bindings: Bindings) -> Type:
    while kind.is_any and kind.name in bindings:
        kind = bindings[kind.name]
    return kind


def _occurs(variable: Type, kind: Type, bindings: Bindings) -> bool:
    kind = _outer(kind, bindings)
    return kind == variable or any(_occurs(variable, part, bindings) for part in kind.parts)


def is_more_general(one: Type, other: Type) -> bool:
    """Tell whether the first type takes in the second."""
    if one.is_any or one.name == "dyn":
        return True
    if other.is_any or other.name == "dyn":
        return False
    if other.name == "null_type":
        return one.name != "null_type"
    return one.name == other.name and all(
        is_more_general(a, b) for a, b in zip(one.parts, other.parts, strict=False)
    )
