"""Expands macros: `has`, the comprehensions of one and of two variables, and those of optional values.

Sources: https://github.com/google/cel-spec/blob/master/doc/langdef.md#macros and cel-go's extensions `comprehensions`,
`lists` and `optional types`.
"""

from collections.abc import Callable

from itbench_ciso.engines.inside.expressions.errors import CompileError
from itbench_ciso.engines.inside.expressions.syntax import (
    Call,
    Entries,
    Fold,
    Items,
    Literal,
    Name,
    Node,
    Select,
)
from itbench_ciso.engines.inside.expressions.tokens import place

CARRIED = "@result"
_UNUSED = "@unused"


def expanded(call: Call, text: str) -> Node:
    """Return what a call stands for if it is a macro, else the call itself.

    Raises:
        CompileError: a macro is given what it does not take.
    """
    if call.target is None:
        return _has(call, text) if call.function == "has" and len(call.arguments) == 1 else call
    macro = _MACROS.get((call.function, len(call.arguments)))
    return call if macro is None else macro(call, text)


def _has(call: Call, text: str) -> Node:
    (field,) = call.arguments
    if not isinstance(field, Select) or field.is_test:
        raise CompileError(f"{place(text, field.offset)}: invalid argument to has() macro")
    return Select(field.operand, field.field, field.offset, is_test=True)


def _variable(call: Call, number: int, text: str) -> str:
    node = call.arguments[number]
    if not isinstance(node, Name) or node.name.startswith("."):
        raise CompileError(f"{place(text, node.offset)}: argument must be a simple name")
    if node.name in {CARRIED, "__result__"}:
        raise CompileError(f"{place(text, node.offset)}: iteration variable overwrites accumulator variable")
    return node.name


def _variables(call: Call, count: int, text: str) -> tuple[str, ...]:
    names = tuple(_variable(call, number, text) for number in range(count))
    if len(set(names)) < count:
        raise CompileError(f"{place(text, call.offset)}: duplicate variable name: {names[0]}")
    return names


class _Builder:
    """Makes nodes at the place of a call."""

    def __init__(self, call: Call) -> None:
        self.offset = call.offset
        assert call.target is not None
        self.over = call.target

    def literal(self, value: object) -> Node:
        return Literal(value, self.offset)

    @property
    def carried(self) -> Node:
        return Name(CARRIED, self.offset)

    def call(self, function: str, *arguments: Node) -> Node:
        return Call(function, None, list(arguments), self.offset)

    def fold(self, names: tuple[str, ...], first: Node, condition: Node, step: Node, result: Node) -> Node:
        return Fold(names, self.over, CARRIED, first, condition, step, result, self.offset)

    def appended(self, item: Node) -> Node:
        return self.call("@append", self.carried, item)

    def always(self) -> Node:
        return self.literal(True)


def _quantifier(count: int, *, is_all: bool) -> Callable[[Call, str], Node]:
    def expand(call: Call, text: str) -> Node:
        build, names = _Builder(call), _variables(call, count, text)
        predicate = call.arguments[count]
        if is_all:
            condition = build.call("@not_strictly_false", build.carried)
            step = build.call("_&&_", build.carried, predicate)
        else:
            condition = build.call("@not_strictly_false", build.call("!_", build.carried))
            step = build.call("_||_", build.carried, predicate)
        return build.fold(names, build.literal(is_all), condition, step, build.carried)

    return expand


def _exists_one(count: int) -> Callable[[Call, str], Node]:
    def expand(call: Call, text: str) -> Node:
        build, names = _Builder(call), _variables(call, count, text)
        one = build.literal(1)
        step = build.call(
            "_?_:_", call.arguments[count], build.call("_+_", build.carried, one), build.carried
        )
        result = build.call("_==_", build.carried, one)
        return build.fold(names, build.literal(0), build.always(), step, result)

    return expand


def _listing(count: int, *, has_filter: bool) -> Callable[[Call, str], Node]:
    """Return the expansion of `map` and `transformList`: a list of what each item becomes."""

    def expand(call: Call, text: str) -> Node:
        build, names = _Builder(call), _variables(call, count, text)
        step = build.appended(call.arguments[-1])
        if has_filter:
            step = build.call("_?_:_", call.arguments[count], step, build.carried)
        return build.fold(names, Items([], build.offset), build.always(), step, build.carried)

    return expand


def _filter(call: Call, text: str) -> Node:
    build, names = _Builder(call), _variables(call, 1, text)
    step = build.call("_?_:_", call.arguments[1], build.appended(Name(names[0], build.offset)), build.carried)
    return build.fold(names, Items([], build.offset), build.always(), step, build.carried)


def _mapping(*, has_filter: bool, of_entries: bool) -> Callable[[Call, str], Node]:
    """Return the expansion of `transformMap` and `transformMapEntry`: a map of what each entry becomes."""

    def expand(call: Call, text: str) -> Node:
        build, names = _Builder(call), _variables(call, 2, text)
        value = call.arguments[-1]
        if of_entries:
            step = build.call("cel.@mapInsert", build.carried, value)
        else:
            step = build.call("cel.@mapInsert", build.carried, Name(names[0], build.offset), value)
        if has_filter:
            step = build.call("_?_:_", call.arguments[2], step, build.carried)
        return build.fold(names, Entries([], build.offset), build.always(), step, build.carried)

    return expand


def _optional(*, is_flat: bool) -> Callable[[Call, str], Node]:
    """Return the expansion of `optMap` and `optFlatMap`: what the value becomes, if there is one."""

    def expand(call: Call, text: str) -> Node:
        build, name = _Builder(call), _variable(call, 0, text)
        bound = _bound(name, Call("value", build.over, [], build.offset), call.arguments[1], build.offset)
        return build.call(
            "_?_:_",
            Call("hasValue", build.over, [], build.offset),
            bound if is_flat else Call("optional.of", None, [bound], build.offset),
            Call("optional.none", None, [], build.offset),
        )

    return expand


def _bound(name: str, value: Node, within: Node, offset: int) -> Node:
    """Return an expression in which a name stands for a value."""
    return Fold(
        (_UNUSED,), Items([], offset), name, value, Literal(False, offset), Name(name, offset), within, offset
    )


def _sort_by(call: Call, text: str) -> Node:
    name = _variable(call, 0, text)
    assert call.target is not None
    keys = Call("map", call.target, [Name(name, call.offset), call.arguments[1]], call.offset)
    return Call("@sortByAssociatedKeys", call.target, [expanded(keys, text)], call.offset)


_MACROS: dict[tuple[str, int], Callable[[Call, str], Node]] = {
    ("all", 2): _quantifier(1, is_all=True),
    ("exists", 2): _quantifier(1, is_all=False),
    ("exists_one", 2): _exists_one(1),
    ("existsOne", 2): _exists_one(1),
    ("map", 2): _listing(1, has_filter=False),
    ("map", 3): _listing(1, has_filter=True),
    ("filter", 2): _filter,
    ("all", 3): _quantifier(2, is_all=True),
    ("exists", 3): _quantifier(2, is_all=False),
    ("existsOne", 3): _exists_one(2),
    ("exists_one", 3): _exists_one(2),
    ("transformList", 3): _listing(2, has_filter=False),
    ("transformList", 4): _listing(2, has_filter=True),
    ("transformMap", 3): _mapping(has_filter=False, of_entries=False),
    ("transformMap", 4): _mapping(has_filter=True, of_entries=False),
    ("transformMapEntry", 3): _mapping(has_filter=False, of_entries=True),
    ("transformMapEntry", 4): _mapping(has_filter=True, of_entries=True),
    ("optMap", 2): _optional(is_flat=False),
    ("optFlatMap", 2): _optional(is_flat=True),
    ("sortBy", 2): _sort_by,
}
