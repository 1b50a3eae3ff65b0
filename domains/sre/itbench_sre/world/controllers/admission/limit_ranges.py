"""LimitRange: the least and the most that a container, a pod or a claim may ask for."""

from collections.abc import Mapping

from itbench_sre.world.controllers.admission.words import forbidden
from itbench_sre.world.controllers.resources import amounts_of
from itbench_sre.world.store.quantities import quantity, thousandths
from itbench_sre.world.store.refs import JsonObject
from itbench_sre.world.store.store import Store


class LimitRangeAdmission:
    """Refuses what is outside the ranges of its namespace."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def admit(self, body: JsonObject, old: JsonObject | None, manager: str) -> JsonObject:
        """Return a new object as it is.

        Raises:
            Refusal: it asks for too little or too much.
        """
        if old is not None or body["kind"] not in ("Pod", "PersistentVolumeClaim"):
            return body
        errors: list[str] = []
        for limit_range in self._store.list("LimitRange", body["metadata"]["namespace"]):
            for limit in limit_range["spec"]["limits"]:
                errors += _violations(body, limit)
        if errors:
            raise forbidden(body, errors[0] if len(errors) == 1 else f"[{', '.join(errors)}]")
        return body


def _violations(body: JsonObject, limit: JsonObject) -> list[str]:
    kind = limit["type"]
    if body["kind"] == "PersistentVolumeClaim":
        requests = body["spec"]["resources"].get("requests") or {}
        return _out_of_range(kind, limit, requests, {}) if kind == "PersistentVolumeClaim" else []
    if kind == "Container":
        spec = body["spec"]
        parts = [
            each.get("resources") or {} for each in (*spec["containers"], *(spec.get("initContainers") or ()))
        ]
        return [
            error
            for part in parts
            for error in _out_of_range(kind, limit, part.get("requests") or {}, part.get("limits") or {})
        ]
    if kind == "Pod":
        return _out_of_range(kind, limit, _texts(body, "requests"), _texts(body, "limits"))
    return []


def _texts(body: JsonObject, part: str) -> dict[str, str]:
    return {
        name: quantity(amount, binary=name == "memory") for name, amount in amounts_of(body, part).items()
    }


def _out_of_range(
    kind: str, limit: JsonObject, requests: Mapping[str, str], limits: Mapping[str, str]
) -> list[str]:
    errors = []
    for name, least in (limit.get("min") or {}).items():
        if name not in requests:
            errors.append(f"minimum {name} usage per {kind} is {least}.  No request is specified")
        elif thousandths(requests[name]) < thousandths(least):
            errors.append(f"minimum {name} usage per {kind} is {least}, but request is {requests[name]}")
    for name, most in (limit.get("max") or {}).items():
        given = limits.get(name, requests.get(name) if kind == "PersistentVolumeClaim" else None)
        word = "request" if kind == "PersistentVolumeClaim" else "limit"
        if given is None:
            errors.append(f"maximum {name} usage per {kind} is {most}.  No limit is specified")
        elif thousandths(given) > thousandths(most):
            errors.append(f"maximum {name} usage per {kind} is {most}, but {word} is {given}")
    for name, ratio in (limit.get("maxLimitRequestRatio") or {}).items():
        errors += _ratio_error(name, kind, ratio, requests, limits)
    return errors


def _ratio_error(
    name: str, kind: str, ratio: str, requests: Mapping[str, str], limits: Mapping[str, str]
) -> list[str]:
    head = f"{name} max limit to request ratio per {kind} is {ratio}"
    if name not in requests or name not in limits or not thousandths(requests[name]):
        return [f"{head}, but no request is specified or request is 0"]
    most, request = thousandths(limits[name]), thousandths(requests[name])
    if most * 1000 <= thousandths(ratio) * request:
        return []
    share = f"{most // request}.{most * 1_000_000 // request % 1_000_000:06d}"
    return [f"{head}, but provided ratio is {share}"]
