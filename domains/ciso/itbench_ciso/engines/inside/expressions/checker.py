"""Checks the types of an expression, and finds which overloads each call may mean."""

from dataclasses import dataclass, field
from itertools import count

from itbench_ciso.engines.inside.expressions.errors import CompileError
from itbench_ciso.engines.inside.expressions.overloads import FieldTypes, Functions, Overload
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
from itbench_ciso.engines.inside.expressions.types import (
    BOOL,
    DYN,
    Bindings,
    Type,
    assign,
    assign_all,
    is_more_general,
    list_of,
    resolved,
    settled,
)
from itbench_ciso.engines.inside.expressions.values import kind_of

_LOGICAL = {"_||_", "_&&_"}
_SIGNS = {"@in": "in", "_[_]": "[]", "!_": "!", "-_": "-"}


@dataclass(slots=True)
class Checked:
    """What checking found out.

    Attributes:
        kind: the type of the whole.
        kinds: the type of each part.
        calls: the overloads that each call may mean.
        functions: the calls whose target is part of a dotted name, with that name.
        names: the fields that are the end of a dotted name, with that name.
    """

    kind: Type = DYN
    kinds: dict[Node, Type] = field(default_factory=dict)
    calls: dict[Node, list[Overload]] = field(default_factory=dict)
    functions: dict[Node, str] = field(default_factory=dict)
    names: dict[Node, str] = field(default_factory=dict)


def check(
    node: Node, text: str, variables: dict[str, Type], fields: FieldTypes, functions: Functions
) -> Checked:
    """Return the type of an expression and the meaning of its calls.

    Raises:
        CompileError: it has no type.
    """
    checker = _Checker(text, variables, fields, functions)
    checker.kind_of(node)
    found = checker.found
    found.kinds = {part: settled(kind, checker.bindings) for part, kind in found.kinds.items()}
    found.kind = found.kinds[node]
    return found


class _Checker:
    def __init__(
        self, text: str, variables: dict[str, Type], fields: FieldTypes, functions: Functions
    ) -> None:
        self._text = text
        self._scopes = [variables]
        self._fields = fields
        self._functions = functions
        self._numbers = count()
        self.bindings: Bindings = {}
        self.found = Checked()

    def kind_of(self, node: Node) -> Type:
        """Return the type of a node, and keep it."""
        kind = self.found.kinds[node] = self._kind_of(node)
        return kind

    def _kind_of(self, node: Node) -> Type:
        match node:
            case Literal():
                return Type(kind_of(node.value))
            case Name():
                return self._name(node)
            case Select():
                return self._select(node)
            case Call():
                return self._call(node)
            case Items():
                return self._items(node)
            case Entries():
                return self._entries(node)
            case Fold():
                return self._fold(node)

    def _error(self, node: Node, message: str) -> CompileError:
        return CompileError(f"{place(self._text, node.offset)}: {message}")

    def _fresh(self) -> Type:
        return Type(f"T{next(self._numbers)}")

    def _name(self, node: Name) -> Type:
        found = self._looked_up(node.name)
        if found is None:
            raise self._error(
                node, f"undeclared reference to {node.name.removeprefix('.')!r} (in container '')"
            )
        return found

    def _looked_up(self, name: str) -> Type | None:
        if name.startswith("."):
            return self._scopes[0].get(name[1:])
        return next((scope[name] for scope in reversed(self._scopes) if name in scope), None)

    def _select(self, node: Select) -> Type:
        name = None if node.is_test else self._dotted_name(node)
        if name is not None:
            self.found.names[node] = name
            return self._scopes[0][name]
        operand = resolved(self.kind_of(node.operand), self.bindings)
        is_optional = operand.name == "optional_type"
        found = self._field(node, operand.parts[0] if is_optional else operand, node.field)
        if node.is_test:
            return BOOL
        return Type("optional_type", (found,)) if is_optional else found

    def _field(self, node: Node, operand: Type, name: str) -> Type:
        operand = resolved(operand, self.bindings)
        if operand.is_any:
            self.bindings[operand.name] = DYN
            return DYN
        if operand.name == "dyn":
            return DYN
        if operand.name == "map":
            return operand.parts[1]
        if operand.name in self._fields:
            found = self._fields[operand.name].get(name)
            if found is None:
                raise self._error(node, f"undefined field {name!r}")
            return found
        raise self._error(node, f"type {str(operand)!r} does not support field selection")

    def _call(self, node: Call) -> Type:
        if node.function in _LOGICAL:
            return self._logical(node)
        if node.function == "_?._":
            return self._optional_field(node)
        dotted = self._dotted(node)
        if dotted is not None:
            self.found.functions[node] = dotted
            return self._resolved(node, dotted, node.arguments, is_member=False)
        arguments = [*([node.target] if node.target is not None else []), *node.arguments]
        if not self._functions.is_function(node.function):
            if node.target is not None:
                self.kind_of(node.target)
            raise self._error(
                node, f"undeclared reference to {node.function.removeprefix('.')!r} (in container '')"
            )
        return self._resolved(node, node.function, arguments, is_member=node.target is not None)

    def _dotted(self, node: Call) -> str | None:
        """Return the dotted name that a call with a target may be, such as `sets.contains`."""
        name = _joined_name(node.function, node.target)
        return name if name is not None and self._functions.is_function(name) else None

    def _dotted_name(self, node: Select) -> str | None:
        """Return the dotted name of a type that a field may be, such as `google.protobuf.Duration`."""
        name = _joined_name(node.field, node.operand)
        if name is None or name not in self._scopes[0]:
            return None
        first = name.partition(".")[0]
        return None if any(first in scope for scope in self._scopes[1:]) else name

    def _logical(self, node: Call) -> Type:
        for argument in node.arguments:
            self._expect(argument, BOOL, node)
        return BOOL

    def _expect(self, node: Node, kind: Type, call: Call) -> None:
        given = self.kind_of(node)
        if not assign(kind, given, self.bindings):
            told = settled(given, self.bindings)
            raise self._error(call, f"found no matching overload for {call.function!r} applied to '({told})'")

    def _optional_field(self, node: Call) -> Type:
        operand, name = node.arguments
        assert isinstance(name, Literal)
        kind = resolved(self.kind_of(operand), self.bindings)
        inner = kind.parts[0] if kind.name == "optional_type" else kind
        return Type("optional_type", (self._field(node, inner, name.value),))

    def _resolved(self, node: Call, name: str, arguments: list[Node], *, is_member: bool) -> Type:
        given = [self.kind_of(each) for each in arguments]
        matching, result = [], None
        for each in self._functions.named(name, is_member=is_member):
            if len(each.parameters) != len(given):
                continue
            parameters, kind = self._instance(each)
            if not assign_all(parameters, given, self.bindings):
                continue
            matching.append(each)
            kind = resolved(kind, self.bindings)
            result = kind if result is None or result == kind else DYN
        if result is None:
            told = [str(settled(each, self.bindings)) for each in given]
            receiver = f"{told.pop(0)}." if is_member else ""
            applied = f"{receiver}({', '.join(told)})"
            sign = _SIGNS.get(name, name.strip("_"))
            raise self._error(node, f"found no matching overload for {sign!r} applied to {applied!r}")
        self.found.calls[node] = matching
        return result

    def _instance(self, overload: Overload) -> tuple[list[Type], Type]:
        """Return parameters and result with fresh names for what stands for any type."""
        fresh: Bindings = {}

        def renamed(kind: Type) -> Type:
            if kind.is_any:
                return fresh.setdefault(kind.name, self._fresh())
            return Type(kind.name, tuple(renamed(part) for part in kind.parts))

        return [renamed(each) for each in overload.parameters], renamed(overload.result)

    def _items(self, node: Items) -> Type:
        kind: Type | None = None
        for number, item in enumerate(node.items):
            found = self.kind_of(item)
            if number in node.optional:
                found = self._unwrapped(item, found)
            kind = self._joined(kind, found)
        return list_of(kind or self._fresh())

    def _entries(self, node: Entries) -> Type:
        key_kind: Type | None = None
        value_kind: Type | None = None
        for entry in node.entries:
            key_kind = self._joined(key_kind, self.kind_of(entry.key))
            found = self.kind_of(entry.value)
            value_kind = self._joined(
                value_kind, self._unwrapped(entry.value, found) if entry.is_optional else found
            )
        return Type("map", (key_kind or self._fresh(), value_kind or self._fresh()))

    def _unwrapped(self, node: Node, kind: Type) -> Type:
        kind = resolved(kind, self.bindings)
        if kind.name == "optional_type":
            return kind.parts[0]
        if kind.name == "dyn":
            return DYN
        raise self._error(node, f"expected type 'optional_type' but found {str(kind)!r}")

    def _joined(self, before: Type | None, found: Type) -> Type:
        if before is None:
            return found
        if not assign(before, found, self.bindings):
            return DYN
        one, other = resolved(before, self.bindings), resolved(found, self.bindings)
        return one if is_more_general(one, other) else other

    def _fold(self, node: Fold) -> Type:
        over = resolved(self.kind_of(node.over), self.bindings)
        first = self.kind_of(node.first)
        names = self._loop_kinds(node, over)
        carried = {node.carried: first}
        self._scopes.append({**carried, **names})
        for part, expected in ((node.condition, BOOL), (node.step, first)):
            given = self.kind_of(part)
            if not assign(expected, given, self.bindings):
                wanted, told = settled(expected, self.bindings), settled(given, self.bindings)
                raise self._error(part, f"expected type {str(wanted)!r} but found {str(told)!r}")
        self._scopes[-1] = carried
        result = self.kind_of(node.result)
        self._scopes.pop()
        return result

    def _loop_kinds(self, node: Fold, over: Type) -> dict[str, Type]:
        """Return the types of a loop's variables: item, key, index and item, or key and value."""
        if over.is_any:
            self.bindings[over.name] = DYN
            over = DYN
        if over.name == "dyn":
            kinds = [DYN, DYN]
        elif over.name == "list":
            kinds = [Type("int"), over.parts[0]] if len(node.names) == 2 else [over.parts[0]]
        elif over.name == "map":
            kinds = list(over.parts)
        else:
            message = f"expression of type {str(over)!r} cannot be range of a comprehension (must be list, map, or dynamic)"
            raise self._error(node.over, message)
        return dict(zip(node.names, kinds, strict=False))


def _joined_name(last: str, target: Node | None) -> str | None:
    parts = [last]
    while isinstance(target, Select) and not target.is_test:
        parts.append(target.field)
        target = target.operand
    return ".".join([target.name.removeprefix("."), *reversed(parts)]) if isinstance(target, Name) else None
