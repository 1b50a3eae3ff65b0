"""Checks of JSON by allow-lists: whatever is not named is refused, with its place and what is allowed there.

A field that is null counts as not given, everywhere.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

# Takes a value and its place, such as `messages[0].content`.
Check: TypeAlias = Callable[[Any, str], None]

_LONGEST_SHOWN = 60
_REFERENCES = frozenset({"$ref", "$dynamicRef", "$recursiveRef"})
_NAME = re.compile(r"[A-Za-z0-9_.:/-]{1,256}")


class NotAllowedError(Exception):
    """Something in a request is not on the list of what may be passed on."""


def anything(value: Any, place: str) -> None:
    """Allow any JSON: it is only shown to the model."""


def text(value: Any, place: str) -> None:
    """Allow a text."""
    _is(isinstance(value, str), value, place, "a text")


def name(value: Any, place: str) -> None:
    """Allow the name of a tool, which no provider takes for one of its own."""
    is_name = isinstance(value, str) and _NAME.fullmatch(value) is not None
    _is(is_name, value, place, "a name of letters, digits and _.:/-")


def number(value: Any, place: str) -> None:
    """Allow a number."""
    _is(isinstance(value, int | float) and not isinstance(value, bool), value, place, "a number")


def flag(value: Any, place: str) -> None:
    """Allow true and false."""
    _is(isinstance(value, bool), value, place, "true or false")


def scalar(value: Any, place: str) -> None:
    """Allow a text, a number, true or false."""
    _is(isinstance(value, str | int | float), value, place, "a text, a number, true or false")


def empty(value: Any, place: str) -> None:
    """Allow an empty list."""
    _is(value == [], value, place, "an empty list")


def one_of(*allowed: Any) -> Check:
    """Allow these values."""
    kinds = {(type(each), each) for each in allowed}

    def check(value: Any, place: str) -> None:
        is_one = isinstance(value, str | int | float) and (type(value), value) in kinds
        _is(is_one, value, place, ", ".join(_shown(each) for each in allowed))

    return check


@dataclass(frozen=True, slots=True)
class Refused:
    """Allows nothing, and says why."""

    why: str

    def __call__(self, _: Any, place: str) -> None:
        """Refuse.

        Raises:
            NotAllowedError: always.
        """
        raise NotAllowedError(f"{place!r} is not passed on: {self.why}")


def listed(each: Check) -> Check:
    """Allow a list of such values."""

    def check(value: Any, place: str) -> None:
        _is(isinstance(value, list), value, place, "a list")
        for index, entry in enumerate(value):
            each(entry, f"{place}[{index}]")

    return check


def mapped(each: Check) -> Check:
    """Allow an object with any names of fields and such values."""

    def check(value: Any, place: str) -> None:
        _is(isinstance(value, dict), value, place, "an object")
        for key, entry in value.items():
            if entry is not None:
                each(entry, _below(place, key))

    return check


def record(fields: Mapping[str, Check], *, required: tuple[str, ...] = ()) -> Check:
    """Allow an object with these fields and no others."""

    def check(value: Any, place: str) -> None:
        _is(isinstance(value, dict), value, place, "an object")
        for key in required:
            if value.get(key) is None:
                raise NotAllowedError(f"{_below(place, key)!r} is missing")
        for key, entry in value.items():
            if entry is None:
                continue
            if key not in fields:
                allowed = sorted(name for name, check in fields.items() if not isinstance(check, Refused))
                raise NotAllowedError(
                    f"{_below(place, key)!r} is not passed on; allowed: {', '.join(allowed)}"
                )
            fields[key](entry, _below(place, key))

    return check


def tagged(
    kinds: Mapping[str, Check], *, key: str = "type", default: str | None = None, why: str = ""
) -> Check:
    """Allow an object of one of these kinds, as a field of it says."""

    def check(value: Any, place: str) -> None:
        _is(isinstance(value, dict), value, place, "an object")
        kind = value.get(key)
        kind = default if kind is None else kind
        if not isinstance(kind, str) or kind not in kinds:
            allowed = ", ".join(sorted(kinds)) + (f" ({why})" if why else "")
            raise NotAllowedError(f"{_below(place, key)!r} is {_shown(kind)}; allowed: {allowed}")
        kinds[kind](value, place)

    return check


def text_or(other: Check) -> Check:
    """Allow a text, or what another check allows."""

    def check(value: Any, place: str) -> None:
        if not isinstance(value, str):
            other(value, place)

    return check


def schema(value: Any, place: str) -> None:
    """Allow a JSON Schema that refers to nothing outside of itself."""
    left = [value]
    while left:
        part = left.pop()
        if isinstance(part, list):
            left += part
        elif isinstance(part, dict):
            left += part.values()
            for key in _REFERENCES & part.keys():
                if isinstance(part[key], str) and not part[key].startswith("#"):
                    raise NotAllowedError(
                        f"{place!r} refers to {_shown(part[key])}; allowed: references within the schema, such as #/$defs/x"
                    )


def _is(is_right: bool, value: Any, place: str, allowed: str) -> None:
    if not is_right:
        raise NotAllowedError(f"{place!r} is {_shown(value)}; allowed: {allowed}")


def _below(place: str, key: str) -> str:
    return f"{place}.{key[:_LONGEST_SHOWN]}" if place else key[:_LONGEST_SHOWN]


def _shown(value: Any) -> str:
    if isinstance(value, dict | list):
        return "an object" if isinstance(value, dict) else "a list"
    shown = repr(value)
    return shown if len(shown) <= _LONGEST_SHOWN else f"{shown[: _LONGEST_SHOWN - 1]}…"
