"""The words by which a table is filtered: `timeout`, `-timeout`, `agent:react`, `score<0.5`, `status=scored`; all must hold."""

import re
import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

Operator: TypeAlias = Literal[":", "=", "!=", "<", "<=", ">", ">="]
_WORD = re.compile(
    r"(?P<is_not>-)?(?P<column>[A-Za-z_][\w @^.*-]*?)(?P<operator>!=|<=|>=|[:=<>])(?P<value>.+)"
)
_MOST_WORDS = 20
Value: TypeAlias = str | float | None


@dataclass(frozen=True, slots=True)
class Condition:
    """One word of a filter.

    Attributes:
        column: that it is about; None for any.
        operator: how its value is compared; `:` is "contains".
        value: the text.
        is_not: whether it must not hold.
    """

    column: str | None
    operator: Operator
    value: str
    is_not: bool = False

    @property
    def number(self) -> float | None:
        """The value as a number; None where it is none."""
        try:
            return float(self.value)
        except ValueError:
            return None

    def holds(self, values: Mapping[str, Value]) -> bool:
        """Tell whether a row with these values by column is meant."""
        if self.column is None:
            found = any(self._contains(value) for value in values.values())
        else:
            found = self._compares(values.get(self.column))
        return found is not self.is_not

    def _contains(self, value: Value) -> bool:
        return isinstance(value, str) and self.value.casefold() in value.casefold()

    def _compares(self, value: Value) -> bool:
        if self.operator == ":":
            return self._contains(
                value if isinstance(value, str) else f"{value:g}" if value is not None else "-"
            )
        if isinstance(value, str) or self.number is None:
            text = "-" if value is None else str(value)
            is_same = text.casefold() == self.value.casefold()
            return is_same if self.operator == "=" else not is_same if self.operator == "!=" else False
        return value is not None and _compared(value, self.operator, self.number)


def _compared(one: float, operator: str, other: float) -> bool:
    if operator in {"=", "!="}:
        return (one == other) is (operator == "=")
    is_or_equal = operator.endswith("=") and one == other
    return is_or_equal or (one < other if operator.startswith("<") else one > other)


def conditions(text: str, columns: Iterable[str]) -> list[Condition]:
    """Return the conditions in the text of a filter; a word that names no column is looked for in all."""
    known = {column.casefold(): column for column in columns}
    return [_condition(word, known) for word in _words(text)[:_MOST_WORDS]]


def _condition(word: str, known: Mapping[str, str]) -> Condition:
    found = _WORD.fullmatch(word)
    column = known.get(found["column"].casefold()) if found else None
    if found is None or column is None:
        is_not = word.startswith("-") and len(word) > 1
        return Condition(None, ":", word[1:] if is_not else word, is_not)
    operator: Operator = found["operator"]  # type: ignore[assignment] # the pattern knows no other
    return Condition(column, operator, found["value"], found["is_not"] is not None)


def _words(text: str) -> list[str]:
    try:
        return shlex.split(text, posix=True)
    except ValueError:
        return text.split()  # A quotation mark that is not closed yet, while somebody types.
