"""Turns a checked expression into a function of its variables, which adds up what the evaluation costs.

The costs are those of cel-go's tracker and of Kubernetes' estimator for its own libraries.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from itbench_ciso.engines.inside.expressions.checker import Checked
from itbench_ciso.engines.inside.expressions.cost import LIST_COST, MAP_COST, Meter, call_cost
from itbench_ciso.engines.inside.expressions.errors import CompileError, EvaluationError
from itbench_ciso.engines.inside.expressions.overloads import Overload
from itbench_ciso.engines.inside.expressions.syntax import (
    Call,
    Entries,
    Fold,
    Items,
    Literal,
    Name,
    Node,
    Select,
    is_constant,
)
from itbench_ciso.engines.inside.expressions.values import (
    Optional,
    entries_of,
    find,
    items_of,
    kind_of,
    look_up,
    stored_key,
)

Scope: TypeAlias = Mapping[str, Any]
Step: TypeAlias = Callable[[Scope, Meter], Any]


def step_of(node: Node, checked: Checked) -> Step:
    """Return the function that evaluates a node; what is constant is evaluated once, without a cost.

    Raises:
        CompileError: a constant cannot be converted.
    """
    step = _step_of(node, checked)
    if isinstance(node, Literal) or not is_constant(node):
        return step
    try:
        value = step({}, Meter())
    except EvaluationError as error:
        if isinstance(node, Call):
            raise CompileError(f"program instantiation failed: {error}") from error
        return step
    return lambda _scope, _meter: value


def _step_of(node: Node, checked: Checked) -> Step:
    match node:
        case Literal():
            value = node.value
            return lambda _scope, _meter: value
        case Name():
            return _name(node)
        case Select():
            return _select(node, checked)
        case Call():
            return _call(node, checked)
        case Items():
            return _items(node, checked)
        case Entries():
            return _entries(node, checked)
        case Fold():
            return _fold(node, checked)


def _name(node: Name) -> Step:
    name = node.name.removeprefix(".")

    def step(scope: Scope, meter: Meter) -> Any:
        meter.add(1)
        return scope[name]

    return step


def _select(node: Select, checked: Checked) -> Step:
    if node in checked.names:
        return _name(Name(checked.names[node], node.offset))
    operand, name, is_test = step_of(node.operand, checked), node.field, node.is_test
    cost = _base_cost(node.operand) + (0 if is_test else 1)

    def step(scope: Scope, meter: Meter) -> Any:
        value = operand(scope, meter)
        meter.add(cost)
        return find(value, name).is_there if is_test else _part(value, name)

    return step


_SELECTING = frozenset({"_[_]", "_[?_]", "_?._", "_?_:_"})


def _base_cost(operand: Node) -> int:
    """Return what it costs to begin selecting from a value that is neither a variable nor selected itself."""
    is_cheap = isinstance(operand, Name | Select) or (
        isinstance(operand, Call) and operand.function in _SELECTING
    )
    return 0 if is_cheap else 1


def _part(value: Any, key: Any) -> Any:
    """Return what a value has under a key: an optional value if it is optional itself."""
    found = find(value, key)
    if isinstance(value, Optional):
        return found
    if not found.is_there:
        is_list = isinstance(value, list | tuple)
        raise EvaluationError(f"{'index out of bounds' if is_list else 'no such key'}: {key}")
    return found.value


def _call(node: Call, checked: Checked) -> Step:
    special = _SPECIAL.get(node.function)
    if special is not None and node not in checked.functions:
        return special([step_of(each, checked) for each in node.arguments], node)
    if node.function == "@in":
        member = _constant_set([step_of(each, checked) for each in node.arguments], node)
        if member is not None:
            return member
    target = [] if node.target is None or node in checked.functions else [node.target]
    steps = [step_of(each, checked) for each in [*target, *node.arguments]]
    overloads = checked.calls[node]
    name = checked.functions.get(node, node.function)

    def step(scope: Scope, meter: Meter) -> Any:
        values = [each(scope, meter) for each in steps]
        meaning = _meaning(overloads, values)
        result = meaning.call(*values)
        meter.add(call_cost(name, meaning, values, result))
        return result

    return step


def _meaning(overloads: list[Overload], values: list[Any]) -> Overload:
    for each in overloads:
        if each.takes(values):
            return each
    raise EvaluationError("no such overload")


def _logical(*, decisive: bool) -> Callable[[list[Step], Call], Step]:
    """Return how `||` and `&&` are evaluated: one decisive term makes up for any that fails."""

    def build(terms: list[Step], _node: Call) -> Step:
        def step(scope: Scope, meter: Meter) -> Any:
            failure: EvaluationError | None = None
            for term in terms:
                try:
                    value = term(scope, meter)
                except EvaluationError as error:
                    failure = failure or error
                    continue
                if value is decisive:
                    return decisive
                if not isinstance(value, bool):
                    failure = failure or EvaluationError("no such overload")
            if failure is not None:
                raise failure
            return not decisive

        return step

    return build


def _conditional(arguments: list[Step], _node: Call) -> Step:
    condition, yes, no = arguments

    def step(scope: Scope, meter: Meter) -> Any:
        value = condition(scope, meter)
        if not isinstance(value, bool):
            raise EvaluationError("no such overload")
        return yes(scope, meter) if value else no(scope, meter)

    return step


def _not_strictly_false(arguments: list[Step], _node: Call) -> Step:
    (argument,) = arguments

    def step(scope: Scope, meter: Meter) -> Any:
        try:
            value = argument(scope, meter)
        except EvaluationError:
            value = True
        meter.add(1)
        return value is not False

    return step


def _index(part: Callable[[Any, Any], Any]) -> Callable[[list[Step], Call], Step]:
    def build(arguments: list[Step], node: Call) -> Step:
        operand, key = arguments
        cost = 1 + _base_cost(node.arguments[0])

        def step(scope: Scope, meter: Meter) -> Any:
            value, place = operand(scope, meter), key(scope, meter)
            meter.add(cost)
            return part(value, place)

        return step

    return build


def _constant_set(arguments: list[Step], node: Call) -> Step | None:
    """Return how membership in a constant list is told: without a cost, if its items are of simple types."""
    items = node.arguments[1]
    if not isinstance(items, Items) or not is_constant(items):
        return None
    values = arguments[1]({}, Meter())
    if not all(isinstance(value, bool | int | float | str) for value in values):
        return None
    members, item = {stored_key(value): True for value in values}, arguments[0]
    if not values:
        return lambda _scope, _meter: False

    def step(scope: Scope, meter: Meter) -> Any:
        return look_up(members, item(scope, meter)).is_there

    return step


def _appended(arguments: list[Step], _node: Call) -> Step:
    """Return how a macro's list grows; it belongs to the macro alone, and is not copied."""
    items, item = arguments

    def step(scope: Scope, meter: Meter) -> Any:
        found, value = items(scope, meter), item(scope, meter)
        meter.add(LIST_COST + 1)
        found.append(value)
        return found

    return step


def _inserted(arguments: list[Step], _node: Call) -> Step:
    """Return how a macro's map grows; it belongs to the macro alone, and is not copied."""
    entries, *rest = arguments

    def step(scope: Scope, meter: Meter) -> Any:
        found, values = entries(scope, meter), [each(scope, meter) for each in rest]
        meter.add(1)
        for key, value in entries_of(values[0]) if len(values) == 1 else [values]:
            insert(found, key, value)
        return found

    return step


_SPECIAL: dict[str, Callable[[list[Step], Call], Step]] = {
    "_||_": _logical(decisive=True),
    "_&&_": _logical(decisive=False),
    "_?_:_": _conditional,
    "@not_strictly_false": _not_strictly_false,
    "_?._": _index(find),
    "_[_]": _index(_part),
    "_[?_]": _index(find),
    "@append": _appended,
    "cel.@mapInsert": _inserted,
}


def _items(node: Items, checked: Checked) -> Step:
    items = [(step_of(each, checked), number in node.optional) for number, each in enumerate(node.items)]

    def step(scope: Scope, meter: Meter) -> Any:
        found = []
        for item, is_optional in items:
            value = item(scope, meter)
            if not is_optional:
                found.append(value)
            elif _unwrapped(value).is_there:
                found.append(value.value)
        meter.add(LIST_COST)
        return found

    return step


def _unwrapped(value: Any) -> Optional:
    if not isinstance(value, Optional):
        raise EvaluationError("no such overload")
    return value


def _entries(node: Entries, checked: Checked) -> Step:
    entries = [
        (step_of(each.key, checked), step_of(each.value, checked), each.is_optional) for each in node.entries
    ]

    def step(scope: Scope, meter: Meter) -> Any:
        found: dict[Any, Any] = {}
        for key_step, value_step, is_optional in entries:
            key, value = key_step(scope, meter), value_step(scope, meter)
            if is_optional:
                if not _unwrapped(value).is_there:
                    continue
                value = value.value
            insert(found, key, value)
        meter.add(MAP_COST)
        return found

    return step


def insert(found: dict[Any, Any], key: Any, value: Any) -> None:
    """Put an entry into a map.

    Raises:
        EvaluationError: the key has a type that no key has, or is there already.
    """
    if kind_of(key) not in {"bool", "int", "uint", "string"}:
        raise EvaluationError(f"unsupported key type: {kind_of(key)}")
    if look_up(found, key).is_there:
        raise EvaluationError(f"insert failed: key {key!r} already exists")
    found[stored_key(key)] = value


def _fold(node: Fold, checked: Checked) -> Step:
    over, first = step_of(node.over, checked), _first_of(node.first, checked)
    condition, next_step = step_of(node.condition, checked), step_of(node.step, checked)
    result, names, carried = step_of(node.result, checked), node.names, node.carried

    def step(scope: Scope, meter: Meter) -> Any:
        items = (
            _pairs(over(scope, meter))
            if len(names) == 2
            else [(each,) for each in items_of(over(scope, meter))]
        )
        inner = _Scope(scope)
        inner[carried] = _Kept(first, scope, meter)
        for values in items:
            inner.update(zip(names, values, strict=True))
            if not condition(inner, meter):
                break
            inner[carried] = _Kept(next_step, inner, meter)
        return result(inner, meter)

    return step


def _first_of(node: Node, checked: Checked) -> Step:
    """Return the value with which a loop begins: an empty list or map is a new one for each loop, which it may change."""
    if isinstance(node, Items) and not node.items:
        return lambda _scope, _meter: []
    if isinstance(node, Entries) and not node.entries:
        return lambda _scope, _meter: {}
    return step_of(node, checked)


def _pairs(value: Any) -> list[tuple[Any, Any]]:
    if isinstance(value, Mapping):
        return entries_of(value)
    return list(enumerate(items_of(value)))


class _Scope(dict[str, Any]):
    """The variables within a loop; the value that is carried along may have failed, which shows where it is used."""

    def __getitem__(self, name: str) -> Any:
        value = super().__getitem__(name)
        return value.get() if isinstance(value, _Kept) else value


class _Kept:
    """A value, or the failure that came in its place."""

    __slots__ = ("_failure", "_value")

    def __init__(self, step: Step, scope: Scope, meter: Meter) -> None:
        self._value: Any = None
        self._failure: EvaluationError | None = None
        try:
            self._value = step(scope, meter)
        except EvaluationError as error:
            self._failure = error

    def get(self) -> Any:
        """Return the value, or raise the failure."""
        if self._failure is not None:
            raise self._failure
        return self._value
