"""Parts that all Kubernetes objects share: metadata, managedFields, quantities."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from itbench_sre.world.clock.times import kubernetes_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from itbench_sre.simulator.pods import Change

JsonObject = dict[str, Any]


def fields(value: Any) -> JsonObject:
    """Return the FieldsV1 form of a part of an object: `f:` keys, list items by their `name`."""
    if isinstance(value, dict):
        return {f"f:{key}": fields(part) for key, part in value.items()}
    if isinstance(value, list) and value and isinstance(value[0], dict) and "name" in value[0]:
        return {f'k:{{"name":"{item["name"]}"}}': {".": {}, **fields(item)} for item in value}
    return {}


def owned(manager: str, api: str, time_us: int, part: JsonObject, subresource: str = "") -> JsonObject:
    """Return an entry of managedFields."""
    entry = {
        "apiVersion": api,
        "fieldsType": "FieldsV1",
        "fieldsV1": part,
        "manager": manager,
        "operation": "Update",
        "time": kubernetes_text(time_us),
    }
    return {**entry, "subresource": subresource} if subresource else entry


def changed(changes: Iterable[Change], api: str) -> list[JsonObject]:
    """Return the managedFields entries of later changes, one per manager and path."""
    entries = []
    for change in changes:
        part: JsonObject = {}
        for step in reversed(change.path):
            part = {f"f:{step}": part}
        entries.append(owned(change.manager, api, change.time_us, part))
    return entries


def metadata(
    name: str,
    namespace: str,
    uid: str,
    version: int,
    created_us: int,
    managed: list[JsonObject],
    **more: Any,
) -> JsonObject:
    """Return `metadata`; empty parts are left out, as the API server does."""
    made: JsonObject = {
        "creationTimestamp": kubernetes_text(created_us),
        "managedFields": managed,
        "name": name,
        "resourceVersion": str(version),
        "uid": uid,
        **{key: value for key, value in more.items() if value},
    }
    if namespace:
        made["namespace"] = namespace
    return made


def controlled_by(kind: str, name: str, uid: str, api: str = "apps/v1") -> list[JsonObject]:
    """Return ownerReferences with one controller."""
    reference = {"apiVersion": api, "blockOwnerDeletion": True, "controller": True, "kind": kind}
    return [{**reference, "name": name, "uid": uid}]


def body(value: Mapping[str, Any]) -> str:
    """Return JSON as Go writes it: sorted keys, no spaces, `<`, `>` and `&` escaped."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")
