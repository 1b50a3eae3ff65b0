"""The parts of a parsed expression. Each has the offset at which it begins, for messages."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias


@dataclass(slots=True, eq=False)
class Literal:
    """A constant."""

    value: Any
    offset: int


@dataclass(slots=True, eq=False)
class Name:
    """A variable."""

    name: str
    offset: int


@dataclass(slots=True, eq=False)
class Select:
    """A field of a value, or with `is_test` whether there is such a field."""

    operand: "Node"
    field: str
    offset: int
    is_test: bool = False


@dataclass(slots=True, eq=False)
class Call:
    """A function or operator, with the value whose member it is, if any."""

    function: str
    target: "Node | None"
    arguments: "list[Node]"
    offset: int


@dataclass(slots=True, eq=False)
class Items:
    """A list; `optional` are the places of items that may be absent."""

    items: "list[Node]"
    offset: int
    optional: frozenset[int] = frozenset()


@dataclass(slots=True, eq=False)
class Entry:
    """One entry of a map."""

    key: "Node"
    value: "Node"
    is_optional: bool = False


@dataclass(slots=True, eq=False)
class Entries:
    """A map."""

    entries: list[Entry]
    offset: int


@dataclass(slots=True, eq=False)
class Fold:
    """What a macro becomes: a loop over a list or map that carries one value along.

    Attributes:
        names: of the loop's variables, one or two.
        over: what is gone through.
        carried: the name of the value that is carried along.
        first: its first value.
        condition: whether to go on.
        step: its next value.
        result: of all.
    """

    names: tuple[str, ...]
    over: "Node"
    carried: str
    first: "Node"
    condition: "Node"
    step: "Node"
    result: "Node"
    offset: int


Node: TypeAlias = Literal | Name | Select | Call | Items | Entries | Fold


def children(node: Node) -> Iterator[Node]:
    """Yield the nodes right below a node."""
    match node:
        case Select():
            yield node.operand
        case Call():
            yield from [node.target] if node.target is not None else []
            yield from node.arguments
        case Items():
            yield from node.items
        case Entries():
            for entry in node.entries:
                yield from (entry.key, entry.value)
        case Fold():
            yield from (node.over, node.first, node.condition, node.step, node.result)
        case _:
            pass


_CONVERSIONS = frozenset(
    {"bool", "bytes", "double", "duration", "dyn", "int", "string", "timestamp", "type", "uint"}
)


def is_constant(node: Node) -> bool:
    """Tell whether a node is made of literals and their conversions only; an API server evaluates it when it compiles."""
    match node:
        case Literal():
            return True
        case Items():
            return not node.optional and all(is_constant(each) for each in node.items)
        case Entries():
            return all(
                not each.is_optional and is_constant(each.key) and is_constant(each.value)
                for each in node.entries
            )
        case Call():
            is_conversion = node.function in _CONVERSIONS and node.target is None
            return is_conversion and len(node.arguments) == 1 and is_constant(node.arguments[0])
    return False
