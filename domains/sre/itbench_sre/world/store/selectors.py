"""Which objects a label selector means: that of an object, and that of a command line."""

import re
from collections.abc import Mapping
from typing import Any

_NO_LABELS: Mapping[str, str] = {}


def labels_of(body: Mapping[str, Any]) -> Mapping[str, str]:
    """Return the labels of an object."""
    return body["metadata"].get("labels") or _NO_LABELS


def has_labels(wanted: Mapping[str, str], labels: Mapping[str, str]) -> bool:
    """Return whether all of `wanted` are among `labels`."""
    for key, value in wanted.items():  # noqa: SIM110 - asked of each pod and Service: `all` takes twice as long
        if labels.get(key) != value:
            return False
    return True


def is_selected(selector: Mapping[str, Any] | None, labels: Mapping[str, str]) -> bool:
    """Return whether a LabelSelector means an object; an empty one means all, None means nothing."""
    if selector is None:
        return False
    wanted, expressions = selector.get("matchLabels"), selector.get("matchExpressions")
    if wanted and not has_labels(wanted, labels):
        return False
    return not expressions or all(
        is_met(each["key"], each["operator"], each.get("values") or (), labels) for each in expressions
    )


def is_met(key: str, operator: str, values: Any, labels: Mapping[str, str]) -> bool:
    """Return whether labels meet one requirement, with the operators of label and of node selectors."""
    has, value = key in labels, labels.get(key)
    if operator == "In":
        return has and value in values
    if operator == "NotIn":
        return not has or value not in values
    if operator == "Exists":
        return has
    if operator == "DoesNotExist":
        return not has
    if operator in ("Gt", "Lt") and value is not None and value.lstrip("-").isdigit():
        return int(value) > int(values[0]) if operator == "Gt" else int(value) < int(values[0])
    return False


def parsed(text: str) -> dict[str, Any]:
    """Return a command line's selector (`app=cart,tier in (a, b),!old`) as a LabelSelector.

    Raises:
        ValueError: it cannot be read; the message is that of the API server.
    """
    parts = re.split(r",(?![^(]*\))", text) if text else ()
    return {"matchExpressions": [_requirement(part.strip(), text) for part in parts]}


def _requirement(part: str, text: str) -> dict[str, Any]:
    if found := re.fullmatch(r"([\w./-]+)\s+(in|notin)\s+\(([^)]*)\)", part):
        values = [value.strip() for value in found[3].split(",")]
        return {"key": found[1], "operator": "In" if found[2] == "in" else "NotIn", "values": values}
    if found := re.fullmatch(r"([\w./-]+)\s*(==|=|!=)\s*([\w.-]*)", part):
        return {"key": found[1], "operator": "NotIn" if found[2] == "!=" else "In", "values": [found[3]]}
    if found := re.fullmatch(r"(!?)([\w./-]+)", part):
        return {"key": found[2], "operator": "DoesNotExist" if found[1] else "Exists"}
    raise ValueError(f"unable to parse requirement: {text!r}")
