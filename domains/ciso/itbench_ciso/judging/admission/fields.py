"""The fields that a ValidatingAdmissionPolicy may have, and the checks that several of them share.

Source: https://kubernetes.io/docs/reference/kubernetes-api/policy-resources/validating-admission-policy-v1/.
"""

import re
from collections.abc import Mapping
from typing import Any

from itbench import JsonObject
from itbench_ciso.engines.inside.expressions.parser import RESERVED

_RULE = ("apiGroups", "apiVersions", "operations", "resources", "resourceNames", "scope")
FIELDS: Mapping[str, tuple[str, ...]] = {
    "": ("apiVersion", "kind", "metadata", "spec", "status"),
    "spec": (
        "auditAnnotations", "failurePolicy", "matchConditions", "matchConstraints", "paramKind", "validations", "variables",
    ),
    "matchConstraints": ("excludeResourceRules", "matchPolicy", "namespaceSelector", "objectSelector", "resourceRules"),
    "rule": _RULE,
    "selector": ("matchExpressions", "matchLabels"),
    "requirement": ("key", "operator", "values"),
    "validations": ("expression", "message", "messageExpression", "reason"),
    "variables": ("expression", "name"),
    "matchConditions": ("expression", "name"),
    "auditAnnotations": ("key", "valueExpression"),
}  # fmt: skip
_RESERVED = RESERVED | {"true", "false", "null", "in"}
_IDENTIFIER = re.compile(r"[_a-zA-Z][_a-zA-Z0-9]*", re.ASCII)
_NAME = re.compile(r"(?:[A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]", re.ASCII)
_SUBDOMAIN = re.compile(r"[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*", re.ASCII)
_LONGEST_NAME, _LONGEST_SUBDOMAIN = 63, 253


class PolicyError(ValueError):
    """What is wrong with a policy, in one line."""


def wrong(place: str, found: Any, told: str) -> PolicyError:
    """Return the error of a value that may not stand where it does."""
    return PolicyError(f"{place}: Invalid value: {str(found)[:60]!r}: {told}")


def required(place: str, told: str = "") -> PolicyError:
    """Return the error of a value that is not there."""
    return PolicyError(f"{place}: Required value{': ' if told else ''}{told}")


def mapping(value: Any, place: str, fields: str | None = None) -> JsonObject:
    """Return a mapping, of whose keys an API server knows each.

    Raises:
        PolicyError: it is none.
    """
    if not isinstance(value, dict) or not all(isinstance(key, str) for key in value):
        raise PolicyError(f"{place}: expected a mapping, found {str(value)[:60]!r}")
    if fields is not None:
        for key in value:
            if key not in FIELDS[fields]:
                raise PolicyError(
                    f'strict decoding error: unknown field "{f"{place}.{key}" if place else key}"'
                )
    # A field that is null is not there.
    return {key: each for key, each in value.items() if each is not None}


def items(value: Any, place: str) -> list[Any]:
    """Return a list.

    Raises:
        PolicyError: it is none.
    """
    if not isinstance(value, list):
        raise PolicyError(f"{place}: expected a list, found {str(value)[:60]!r}")
    return value


def text(value: Any, place: str) -> str:
    """Return a string.

    Raises:
        PolicyError: it is none.
    """
    if not isinstance(value, str):
        raise PolicyError(f"{place}: expected a string, found {str(value)[:60]!r}")
    return value


def texts(value: Any, place: str) -> list[str]:
    """Return a list of strings.

    Raises:
        PolicyError: it is none.
    """
    return [text(each, f"{place}[{number}]") for number, each in enumerate(items(value, place))]


def one_of(value: Any, place: str, allowed: tuple[str, ...]) -> None:
    """Refuse a value that is not one of some.

    Raises:
        PolicyError: it is not.
    """
    if value not in allowed:
        told = ", ".join(f'"{each}"' for each in allowed)
        raise PolicyError(f"{place}: Unsupported value: {str(value)[:60]!r}: supported values: {told}")


def identifier(value: str, place: str) -> None:
    """Refuse a name that expressions cannot use.

    Raises:
        PolicyError: it is one.
    """
    if not _IDENTIFIER.fullmatch(value) or value in _RESERVED:
        raise wrong(place, value, "name is not a valid CEL identifier")


def subdomain(value: str, place: str) -> None:
    """Refuse what is no DNS subdomain.

    Raises:
        PolicyError: it is none.
    """
    if not _SUBDOMAIN.fullmatch(value) or len(value) > _LONGEST_SUBDOMAIN:
        raise wrong(
            place,
            value,
            "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.'",
        )


def qualified_name(value: str, place: str) -> None:
    """Refuse what is no qualified name, such as `example.com/name`.

    Raises:
        PolicyError: it is none.
    """
    prefix, sign, name = value.rpartition("/")
    if sign:
        subdomain(prefix, place)
    label(name, place, "name part")


def label(value: str, place: str, told: str = "a valid label") -> None:
    """Refuse what is neither the value of a label nor the name part of its key.

    Raises:
        PolicyError: it is none.
    """
    if not _NAME.fullmatch(value) or len(value) > _LONGEST_NAME:
        raise wrong(
            place,
            value,
            f"{told} must consist of at most 63 alphanumeric characters, '-', '_' or '.', and start and end with an alphanumeric character",
        )
