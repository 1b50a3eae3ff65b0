"""What an API server checks of literals once the types are known: their patterns, times, formats, and that lists and maps are of one type.

Sources: `ValidateHomogeneousAggregateLiterals`, `ValidateRegexLiterals` and the like of
https://github.com/google/cel-go/blob/v0.26.0/cel/validator.go, and the checks of `format` in `ext/formatting.go`.
"""

from collections.abc import Callable, Iterator
from typing import Any

from itbench_ciso.engines.inside.expressions.checker import Checked
from itbench_ciso.engines.inside.expressions.errors import CompileError, EvaluationError
from itbench_ciso.engines.inside.expressions.functions.formatting import Clause, clauses
from itbench_ciso.engines.inside.expressions.functions.regex import pattern_of
from itbench_ciso.engines.inside.expressions.functions.times import read_duration, read_time
from itbench_ciso.engines.inside.expressions.syntax import Call, Entries, Items, Literal, Node, children
from itbench_ciso.engines.inside.expressions.tokens import place

_READERS: dict[str, Callable[[str], Any]] = {
    "duration": read_duration,
    "timestamp": read_time,
    "matches": pattern_of,
    "find": pattern_of,
    "findAll": pattern_of,
}


def check_literals(node: Node, text: str, checked: Checked) -> None:
    """Refuse what an API server refuses.

    Raises:
        CompileError: a literal is wrong.
    """
    waiting = [(node, False)]
    while waiting:
        each, is_formatted = waiting.pop()
        is_format = isinstance(each, Call) and each.function == "format"
        waiting += [(child, is_formatted or is_format) for child in children(each)]
        if isinstance(each, Call):
            _check_arguments(each, text)
        if isinstance(each, Call) and is_format:
            _check_format(each, text, checked)
        if not is_formatted:
            for parts in _aggregates(each):
                _check_kinds(parts, text, checked)


def _aggregates(node: Node) -> Iterator[list[tuple[Node, bool]]]:
    """Yield what has to be of one type: items, keys, values, each with whether it is optional."""
    if isinstance(node, Items):
        yield [(item, number in node.optional) for number, item in enumerate(node.items)]
    if isinstance(node, Entries):
        yield [(entry.key, False) for entry in node.entries]
        yield [(entry.value, entry.is_optional) for entry in node.entries]


def _check_kinds(parts: list[tuple[Node, bool]], text: str, checked: Checked) -> None:
    kinds = [checked.kinds[node] for node, _ in parts]
    kinds = [
        kind.parts[0] if is_optional and kind.parts else kind
        for kind, (_, is_optional) in zip(kinds, parts, strict=True)
    ]
    for kind, (node, _) in zip(kinds, parts, strict=True):
        if kind != kinds[0]:
            told = f"expected type {str(kinds[0])!r} but found {str(kind)!r}"
            raise CompileError(f"{place(text, node.offset)}: {told}")


def _check_arguments(call: Call, text: str) -> None:
    """Check the literal that a function reads when it is compiled; `matches` without a receiver reads both."""
    read = _READERS.get(call.function)
    if read is None:
        return
    arguments = (
        call.arguments[:2] if call.function == "matches" and call.target is None else call.arguments[:1]
    )
    for argument in arguments:
        if isinstance(argument, Literal) and isinstance(argument.value, str):
            try:
                read(argument.value)
            except EvaluationError as error:
                raise CompileError(
                    f"{place(text, argument.offset)}: invalid {call.function} argument: {error}"
                ) from error


def _check_format(call: Call, text: str, checked: Checked) -> None:
    if len(call.arguments) != 1:
        return
    template, (values,) = call.target, call.arguments
    if not (isinstance(template, Literal) and isinstance(template.value, str) and isinstance(values, Items)):
        return
    try:
        count = 0
        for part in clauses(template.value, len(values.items)):
            if isinstance(part, Clause):
                part.check(checked.kinds[values.items[count]].name)
                count += 1
    except EvaluationError as error:
        raise CompileError(f"{place(text, call.offset)}: {error}") from error
    if count < len(values.items):
        told = f"too many arguments supplied to string.format (expected {count}, got {len(values.items)})"
        raise CompileError(f"{place(text, call.offset)}: {told}")
