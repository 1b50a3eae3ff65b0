"""Checks `matchConstraints` as an API server does when a policy is created."""

from typing import Any

from itbench_ciso.judging.admission.fields import (
    PolicyError,
    items,
    label,
    mapping,
    one_of,
    qualified_name,
    required,
    text,
    texts,
    wrong,
)

_OPERATIONS = ("*", "CONNECT", "CREATE", "DELETE", "UPDATE")
_OPERATORS = ("In", "NotIn", "Exists", "DoesNotExist")
_WORDS = {"operations": "operations", "apiGroups": "API groups", "apiVersions": "API versions"}


def check_constraints(value: Any, place: str) -> None:
    """Refuse what an API server refuses.

    Raises:
        PolicyError: with the place and what is wrong.
    """
    if value is None:
        raise required(place)
    constraints = mapping(value, place, "matchConstraints")
    one_of(constraints.get("matchPolicy", "Equivalent"), f"{place}.matchPolicy", ("Equivalent", "Exact"))
    for key in ("namespaceSelector", "objectSelector"):
        _check_selector(constraints.get(key, {}), f"{place}.{key}")
    for key in ("resourceRules", "excludeResourceRules"):
        for number, rule in enumerate(items(constraints.get(key, []), f"{place}.{key}")):
            _check_rule(rule, f"{place}.{key}[{number}]")
    if not constraints.get("resourceRules"):
        raise required(f"{place}.resourceRules")


def _check_rule(value: Any, place: str) -> None:
    rule = mapping(value, place, "rule")
    names = texts(rule.get("resourceNames", []), f"{place}.resourceNames")
    for number, name in enumerate(names):
        _check_resource_name(name, f"{place}.resourceNames[{number}]", names[:number])
    for key, told in _WORDS.items():
        found = texts(rule.get(key, []), f"{place}.{key}")
        if not found:
            raise required(f"{place}.{key}")
        if len(found) > 1 and "*" in found:
            raise wrong(f"{place}.{key}", found, f"if '*' is present, must not specify other {told}")
    for number, operation in enumerate(rule["operations"]):
        one_of(operation, f"{place}.operations[{number}]", _OPERATIONS)
    for number, version in enumerate(rule["apiVersions"]):
        if not version:
            raise required(f"{place}.apiVersions[{number}]")
    _check_resources(texts(rule.get("resources", []), f"{place}.resources"), f"{place}.resources")
    one_of(rule.get("scope", "*"), f"{place}.scope", ("*", "Cluster", "Namespaced"))


def _check_resource_name(name: str, place: str, before: list[str]) -> None:
    if name in {".", ".."} or "/" in name or "%" in name:
        raise wrong(place, name, "may not be '.' or '..' and may not contain '/' or '%'")
    if name in before:
        raise PolicyError(f"{place}: Duplicate value: {name[:60]!r}")


def _check_resources(resources: list[str], place: str) -> None:
    if not resources:
        raise required(place)
    whole: set[str] = set()
    parts: set[str] = set()
    for number, each in enumerate(resources):
        if not each:
            raise required(f"{place}[{number}]")
        name, slash, part = each.partition("/")
        if not slash:
            continue
        if name in whole:
            raise wrong(f"{place}[{number}]", each, f"if '{name}/*' is present, must not specify {each}")
        if part in parts:
            raise wrong(f"{place}[{number}]", each, f"if '*/{part}' is present, must not specify {each}")
        whole |= {name} if part == "*" else set()
        parts |= {part} if name == "*" else set()
    if len(resources) > 1 and "*/*" in resources:
        raise wrong(place, resources, "if '*/*' is present, must not specify other resources")
    if "*" in resources and _ends_with_whole(resources):
        raise wrong(
            place, resources, "if '*' is present, must not specify other resources without subresources"
        )


def _ends_with_whole(resources: list[str]) -> bool:
    """Tell whether the last resource without a part is not `*`; an API server looks at no other."""
    without = [each for each in resources if "/" not in each]
    return without[-1] != "*"


def _check_selector(value: Any, place: str) -> None:
    selector = mapping(value, place, "selector")
    for key, found in mapping(selector.get("matchLabels", {}), f"{place}.matchLabels").items():
        qualified_name(key, f"{place}.matchLabels")
        if text(found, f"{place}.matchLabels.{key}"):
            label(found, f"{place}.matchLabels.{key}")
    for number, each in enumerate(items(selector.get("matchExpressions", []), f"{place}.matchExpressions")):
        _check_requirement(each, f"{place}.matchExpressions[{number}]")


def _check_requirement(value: Any, place: str) -> None:
    found = mapping(value, place, "requirement")
    values = texts(found.get("values", []), f"{place}.values")
    operator = found.get("operator", "")
    if operator not in _OPERATORS:
        raise wrong(f"{place}.operator", operator, "not a valid selector operator")
    if operator in {"In", "NotIn"} and not values:
        raise required(f"{place}.values", "must be specified when `operator` is 'In' or 'NotIn'")
    if operator in {"Exists", "DoesNotExist"} and values:
        raise PolicyError(
            f"{place}.values: Forbidden: may not be specified when `operator` is 'Exists' or 'DoesNotExist'"
        )
    qualified_name(text(found.get("key", ""), f"{place}.key"), f"{place}.key")
    for number, each in enumerate(values):
        if each:
            label(each, f"{place}.values[{number}]")
