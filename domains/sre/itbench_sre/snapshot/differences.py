"""What changed between two versions of a Kubernetes object, without the noise of every pull."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from itbench import JsonObject, JsonValue

# Bookkeeping of the API server and of controllers; changes with every heartbeat.
_NOISE = frozenset(
    {
        "managedFields",
        "resourceVersion",
        "generation",
        "observedGeneration",
        "lastHeartbeatTime",
        "lastProbeTime",
        "lastTransitionTime",
        "lastUpdateTime",
        "renewTime",
        "endpoints.kubernetes.io/last-change-trigger-time",
        "control-plane.alpha.kubernetes.io/leader",
    }
)
_ABSENT = object()


@dataclass(frozen=True, slots=True)
class Difference:
    """One changed place; `before` or `after` is None where it was added or removed."""

    path: str
    before: JsonValue
    after: JsonValue


def meaningful(value: JsonValue) -> JsonValue:
    """Return the value without the keys that change all the time."""
    if isinstance(value, dict):
        return {key: meaningful(item) for key, item in value.items() if key not in _NOISE}
    if isinstance(value, list):
        return [meaningful(item) for item in value]
    return value


def differences(before: JsonObject, after: JsonObject) -> list[Difference]:
    """Return every changed leaf by its path, such as `spec.template.spec.containers[cart].image`.

    List items are compared by their `name`, or else by their `type`. JSON inside a string (a flag file in a ConfigMap) is compared inside.
    """
    return list(_compare("", meaningful(before), meaningful(after)))


def _compare(path: str, before: JsonValue, after: JsonValue) -> Iterator[Difference]:
    if before == after:
        return
    left, right = _opened(before), _opened(after)
    if isinstance(left, dict) and isinstance(right, dict):
        for key in [*left, *(key for key in right if key not in left)]:
            yield from _compare(_joined(path, key), left.get(key, _ABSENT), right.get(key, _ABSENT))
    elif isinstance(left, list) and isinstance(right, list):
        items, others = _by_name(left), _by_name(right)
        for name in [*items, *(name for name in others if name not in items)]:
            yield from _compare(f"{path}[{name}]", items.get(name, _ABSENT), others.get(name, _ABSENT))
    else:
        yield Difference(path, None if before is _ABSENT else before, None if after is _ABSENT else after)


def _opened(value: JsonValue) -> JsonValue:
    if not isinstance(value, str) or not value.lstrip().startswith(("{", "[")):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return value


def _joined(path: str, key: str) -> str:
    step = f'["{key}"]' if "." in key or "/" in key else key
    return step if not path else f"{path}{step}" if step.startswith("[") else f"{path}.{step}"


def _by_name(items: list[JsonValue]) -> dict[str, JsonValue]:
    for key in ("name", "type"):
        names = [item.get(key) for item in items if isinstance(item, dict)]
        texts = [name for name in names if isinstance(name, str)]
        if len(set(texts)) == len(items):
            return dict(zip(texts, items, strict=True))
    return {str(index): item for index, item in enumerate(items)}
