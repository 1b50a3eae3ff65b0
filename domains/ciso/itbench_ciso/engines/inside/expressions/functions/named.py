"""Semantic versions and named formats.

https://kubernetes.io/docs/reference/using-api/cel/#kubernetes-semver-library and `-format-library`.
"""

import base64
import binascii
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from itbench_ciso.engines.inside.expressions.errors import EvaluationError
from itbench_ciso.engines.inside.expressions.functions.addresses import read_url
from itbench_ciso.engines.inside.expressions.functions.times import read_time
from itbench_ciso.engines.inside.expressions.overloads import Overload, overload
from itbench_ciso.engines.inside.expressions.values import NONE, Optional, some

_NUMBER = r"(?:0|[1-9][0-9]*)"
_SEMVER = re.compile(
    rf"({_NUMBER})\.({_NUMBER})\.({_NUMBER})(?:-([0-9A-Za-z.-]+))?(?:\+([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?",
    re.ASCII,
)
_LARGEST_PART = 2**64 - 1
_LONGEST_LABEL, _LONGEST_SUBDOMAIN = 63, 253
_LABEL = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_QUALIFIED = r"([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]"


@dataclass(frozen=True, slots=True)
class Semver:
    """A semantic version."""

    kind: ClassVar[str] = "kubernetes.Semver"
    numbers: tuple[int, int, int]
    parts: tuple[str, ...]

    def compared(self, other: "Semver") -> int:
        """Return how it compares; what is built from it does not count."""
        if self.numbers != other.numbers:
            return 1 if self.numbers > other.numbers else -1
        one, two = _order_of(self.parts), _order_of(other.parts)
        return (one > two) - (one < two)


def _order_of(parts: tuple[str, ...]) -> tuple[bool, list[tuple[bool, int, str]]]:
    """Return what orders pre-releases: they come before the release, numbers before words."""
    return not parts, [(not part.isdigit(), int(part) if part.isdigit() else 0, part) for part in parts]


def read_semver(text: str) -> Semver | None:
    """Return a version, or None."""
    match = _SEMVER.fullmatch(text)
    if match is None:
        return None
    parts = tuple(match[4].split(".")) if match[4] else ()
    numbers = (int(match[1]), int(match[2]), int(match[3]))
    is_wrong = any(not part or (part.isdigit() and len(part) > 1 and part[0] == "0") for part in parts)
    return None if is_wrong or max(numbers) > _LARGEST_PART else Semver(numbers, parts)


def _normalized(text: str) -> str:
    """Return a version without a leading `v` and leading zeros, and with all three numbers."""
    head, sign, rest = re.fullmatch(r"([^-+]*)([-+]?)(.*)", text.removeprefix("v"), re.DOTALL).groups()  # type: ignore[union-attr]  # matches any text
    numbers = [part.lstrip("0") or "0" if part else part for part in head.split(".")]
    numbers += ["0"] * (3 - len(numbers))
    return f"{'.'.join(numbers)}{sign}{rest}"


def _semver(text: str, is_normalized: bool = False) -> Semver:
    found = read_semver(_normalized(text) if is_normalized else text)
    if found is None:
        raise EvaluationError(f"invalid semantic version {text[:60]!r}")
    return found


def _is_semver(text: str, is_normalized: bool = False) -> bool:
    return read_semver(_normalized(text) if is_normalized else text) is not None


def semvers() -> list[Overload]:
    """Return all functions of versions."""
    kind = Semver.kind
    return [
        overload(f"semver(string): {kind}", _semver),
        overload(f"semver(string, bool): {kind}", _semver),
        overload("isSemver(string): bool", _is_semver),
        overload("isSemver(string, bool): bool", _is_semver),
        overload(f"{kind}.major(): int", lambda each: each.numbers[0]),
        overload(f"{kind}.minor(): int", lambda each: each.numbers[1]),
        overload(f"{kind}.patch(): int", lambda each: each.numbers[2]),
        overload(f"{kind}.compareTo({kind}): int", lambda one, other: one.compared(other)),
        overload(f"{kind}.isGreaterThan({kind}): bool", lambda one, other: one.compared(other) > 0),
        overload(f"{kind}.isLessThan({kind}): bool", lambda one, other: one.compared(other) < 0),
    ]


Check = Callable[[str], list[str]]


@dataclass(frozen=True, slots=True)
class Format:
    """A format by its name."""

    kind: ClassVar[str] = "kubernetes.NamedFormat"
    name: str

    @property
    def longest_pattern(self) -> int:
        """How long a pattern its cost is reckoned by."""
        return _PATTERN_LENGTHS[self.name]


def _pattern(pattern: str, longest: int, told: str) -> Check:
    compiled = re.compile(pattern, re.ASCII)

    def check(text: str) -> list[str]:
        errors = [] if compiled.fullmatch(text) else [f"{told} must match {pattern!r}"]
        return errors if len(text) <= longest else [*errors, f"must be no more than {longest} characters"]

    return check


def _prefixed(check: Check) -> Check:
    """Return the check of a prefix that a generated name gets, which may end in a hyphen."""
    return lambda text: check(f"{text[:-1]}a" if text.endswith("-") else text)


def _raising(read: Callable[[str], Any], told: str) -> Check:
    def check(text: str) -> list[str]:
        try:
            read(text)
        except (EvaluationError, ValueError, binascii.Error):
            return [told]
        return []

    return check


def _qualified(text: str) -> list[str]:
    prefix, sign, name = text.rpartition("/")
    errors = _pattern(_QUALIFIED, _LONGEST_LABEL, "a qualified name")(name)
    return [*(_SUBDOMAIN(prefix) if sign else []), *errors]


def _label_value(text: str) -> list[str]:
    return _pattern(_QUALIFIED, _LONGEST_LABEL, "a valid label")(text) if text else []


_DNS_LABEL = _pattern(_LABEL, _LONGEST_LABEL, "a lowercase RFC 1123 label")
_SUBDOMAIN = _pattern(rf"{_LABEL}(\.{_LABEL})*", _LONGEST_SUBDOMAIN, "a lowercase RFC 1123 subdomain")
_DNS_1035 = _pattern(r"[a-z]([-a-z0-9]*[a-z0-9])?", _LONGEST_LABEL, "a DNS-1035 label")
_FORMATS: dict[str, Check] = {
    "dns1123Label": _DNS_LABEL,
    "dns1123Subdomain": _SUBDOMAIN,
    "dns1035Label": _DNS_1035,
    "dns1123LabelPrefix": _prefixed(_DNS_LABEL),
    "dns1123SubdomainPrefix": _prefixed(_SUBDOMAIN),
    "dns1035LabelPrefix": _prefixed(_DNS_1035),
    "qualifiedName": _qualified,
    "labelValue": _label_value,
    "uri": _raising(read_url, "must be an absolute URI or path"),
    "uuid": _pattern(r"(?i)[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}", 36, "a UUID"),
    "byte": _raising(lambda text: base64.b64decode(text, validate=True), "must be base64"),
    "date": _raising(lambda text: read_time(f"{text}T00:00:00Z"), "must be a date"),
    "datetime": _raising(read_time, "must be a date-time"),
}

_PATTERN_LENGTHS = {
    "dns1123Label": 30, "dns1123Subdomain": 60, "dns1035Label": 30, "dns1123LabelPrefix": 30, "dns1123SubdomainPrefix": 60,
    "dns1035LabelPrefix": 30, "qualifiedName": 60, "labelValue": 40, "uri": 1103, "uuid": 70, "byte": 84,
    "date": 71, "datetime": 71,
}  # fmt: skip


def named_formats() -> list[Overload]:
    """Return all functions of formats."""
    kind = Format.kind

    def getter(name: str) -> Callable[[], Format]:
        return lambda: Format(name)

    return [
        *(overload(f"@format.{name}(): {kind}", getter(name)) for name in _FORMATS),
        overload(f"@format.named(string): optional_type<{kind}>", _named),
        overload(f"{kind}.validate(string): optional_type<list<string>>", _validated),
    ]


def _named(name: str) -> Optional:
    return some(Format(name)) if name in _FORMATS else NONE


def _validated(each: Format, text: str) -> Optional:
    errors = _FORMATS[each.name](text)
    return some(errors) if errors else NONE
