"""Feature flags as flagd keeps them: a JSON file of flags with variants, of which one is the default.

A flag may aim at some requests only, with the part of JsonLogic that people use most:
`{"if": [{"==": [{"var": "group"}, "beta"]}, "on", "off"]}` and `{"in": [{"var": "group"}, ["beta", "staff"]]}`.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """A flag of a file.

    Attributes:
        variants: name -> value in thousandths: `true` is 1000, 0.1 is 100.
        default: variant that holds for everybody else.
        targeting: JsonLogic, or None.
        is_enabled: a disabled flag has the default of its code, which is off.
    """

    variants: Mapping[str, int]
    default: str
    targeting: Any = None
    is_enabled: bool = True


@dataclass(frozen=True, slots=True)
class FlagFile:
    """The flags of one file; `error` says why none could be read."""

    flags: Mapping[str, Flag] = field(default_factory=dict)
    error: str = ""

    def thousandths(self, name: str, fields: Mapping[str, Any]) -> int:
        """Return a flag's value for a request in thousandths; 0 where it is off, disabled or not there."""
        flag = self.flags.get(name)
        if flag is None or not flag.is_enabled:
            return 0
        chosen = _chosen(flag.targeting, fields) if flag.targeting else None
        return flag.variants.get(chosen or flag.default, 0)


def read_flags(text: str) -> FlagFile:
    """Return the flags of a file's text."""
    try:
        read = json.loads(text)["flags"]
        return FlagFile({name: _flag(body) for name, body in read.items()})
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        return FlagFile(error=f"unable to parse flag configuration: {error}")


def flag_file(flags: Mapping[str, tuple[str, Mapping[str, Any], str]], indent: int = 4) -> str:
    """Return the text of a file; each flag is its description, its variants and the default one."""
    bodies = {
        name: {
            "defaultVariant": default,
            "description": description,
            "state": "ENABLED",
            "variants": dict(sorted(variants.items())),
        }
        for name, (description, variants, default) in sorted(flags.items())
    }
    return (
        json.dumps({"$schema": "https://flagd.dev/schema/v0/flags.json", "flags": bodies}, indent=indent)
        + "\n"
    )


def _flag(body: Mapping[str, Any]) -> Flag:
    return Flag(
        variants={name: _thousandths(value) for name, value in body["variants"].items()},
        default=body["defaultVariant"],
        targeting=body.get("targeting") or None,
        is_enabled=body.get("state") == "ENABLED",
    )


def _thousandths(value: Any) -> int:
    if isinstance(value, bool):
        return 1000 if value else 0
    if isinstance(value, int):
        return value * 1000
    # Through its decimal spelling, so that no rounding of floating point reaches a number that feeds back.
    if isinstance(value, float):
        whole, _, rest = format(value, ".3f").partition(".")
        return int(whole) * 1000 + int(rest)
    return 0


def _chosen(rule: Any, fields: Mapping[str, Any]) -> str | None:
    value = _value(rule, fields)
    return value if isinstance(value, str) else None


def _value(rule: Any, fields: Mapping[str, Any]) -> Any:
    if not isinstance(rule, dict) or len(rule) != 1:
        return rule
    ((operator, arguments),) = rule.items()
    if operator == "var":
        return fields.get(arguments if isinstance(arguments, str) else arguments[0])
    if operator == "if":
        condition, then, *otherwise = arguments
        if _value(condition, fields):
            return _value(then, fields)
        return _value(otherwise[0], fields) if otherwise else None
    values = [_value(argument, fields) for argument in arguments]
    if operator == "==":
        return values[0] == values[1]
    if operator == "in":
        return values[0] is not None and values[0] in values[1]
    return None
