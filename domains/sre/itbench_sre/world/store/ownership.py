"""Who owns which field: `metadata.managedFields` as the API server keeps it.

Sets of fields have the form FieldsV1 throughout: a node is a mapping of steps (`f:spec`, `k:{"name":"cart"}`), empty
where it is a field without owned fields below it, with the step `.` where it is owned itself and fields below it are.
"""

import json
from collections.abc import Mapping
from typing import Any

from itbench_sre.world.store.kinds import KINDS
from itbench_sre.world.store.refs import JsonObject

FieldSet = dict[str, Any]

_UNTRACKED = frozenset(
    {
        "name",
        "namespace",
        "uid",
        "creationTimestamp",
        "resourceVersion",
        "generation",
        "managedFields",
        "deletionTimestamp",
        "deletionGracePeriodSeconds",
    }
)
# Lists whose entries have keys; all others change as a whole.
_LIST_KEYS: dict[str, tuple[str, ...]] = {
    "containers": ("name",),
    "initContainers": ("name",),
    "ephemeralContainers": ("name",),
    "env": ("name",),
    "volumes": ("name",),
    "volumeMounts": ("mountPath",),
    "volumeDevices": ("devicePath",),
    "imagePullSecrets": ("name",),
    "secrets": ("name",),
    "conditions": ("type",),
    "addresses": ("type",),
    "hostAliases": ("ip",),
    "podIPs": ("ip",),
    "ownerReferences": ("uid",),
    "topologySpreadConstraints": ("topologyKey", "whenUnsatisfiable"),
}
_WHOLE_ENTRIES = frozenset({"ownerReferences"})
_SETS = frozenset({"finalizers", "podCIDRs"})
_WHOLE_MAPS = frozenset(
    {
        "selector",
        "nodeSelector",
        "podSelector",
        "namespaceSelector",
        "labelSelector",
        "fieldRef",
        "configMapKeyRef",
        "secretKeyRef",
        "resourceFieldRef",
        "secretRef",
        "roleRef",
        "involvedObject",
        "targetRef",
        "dataSource",
        "dataSourceRef",
        "required",
        "matchLabelKeys",
    }
)
# Parts that are there in an empty object of their kind already, so that nobody owns them as such.
_STANDING = frozenset(
    {
        "metadata",
        "spec",
        "status",
        "template",
        "jobTemplate",
        "containers",
        "strategy",
        "updateStrategy",
        "resources",
        "source",
        "scaleTargetRef",
        "loadBalancer",
        "nodeInfo",
        "daemonEndpoints",
        "kubeletEndpoint",
    }
)
_NOTHING: Mapping[str, Any] = {}


class _Comparison:
    """What a write took and removed, going down both objects at once."""

    __slots__ = ("is_custom", "removed", "unset")

    def __init__(self, kind: str) -> None:
        known = KINDS.get(kind)
        self.is_custom = known is None or known.is_custom
        # An event's texts stand in an empty event already.
        self.unset: tuple[str | None, ...] = (None, "") if kind == "Event" else (None,)
        self.removed: list[tuple[str, ...]] = []

    def entries(
        self, old: Mapping[str, Any], new: Mapping[str, Any], path: tuple[str, ...], is_new: bool
    ) -> FieldSet:
        """Return what differs among the entries of two mappings."""
        taken: FieldSet = {}
        for key, value in new.items():
            before = old.get(key)
            if value is before or (before is None and value in self.unset):
                continue
            step = f"f:{key}"
            found = self.field(key, before, value, (*path, step), is_new)
            if found is not None:
                taken[step] = found
        for key in old:
            if new.get(key) is None and old[key] is not None:
                self.removed.append((*path, f"f:{key}"))
        return taken

    def field(self, key: str, old: Any, new: Any, path: tuple[str, ...], is_new: bool) -> FieldSet | None:
        """Return what differs in one field; None where nothing does, an empty set where it is taken as a whole."""
        if isinstance(new, dict) and key not in _WHOLE_MAPS and (new or old):
            is_made = is_new or (old is None and key not in _STANDING)
            taken = self.entries(old or _NOTHING, new, path, is_made)
        elif isinstance(new, list) and not self.is_custom and (new or old) and self._has_keys(key, new, old):
            taken = self._items(key, old or [], new, path)
        elif key == "finalizers":
            taken = {f"v:{json.dumps(each)}": {} for each in new if each not in (old or ())}
            for each in old or ():
                if each not in new:
                    self.removed.append((*path, f"v:{json.dumps(each)}"))
        else:
            return {} if new != old else None
        if old is None and taken and (is_new or key not in _STANDING):
            taken["."] = {}
        return taken or None

    def _has_keys(self, key: str, new: list[Any], old: list[Any] | None) -> bool:
        if key == "ports":
            return all(
                isinstance(each, dict) and _port_keys(each) is not None for each in (*new, *(old or ()))
            )
        return key in _LIST_KEYS

    def _items(self, key: str, old: list[Any], new: list[Any], path: tuple[str, ...]) -> FieldSet:
        before = {_item_step(key, item): item for item in old}
        taken: FieldSet = {}
        for item in new:
            step = _item_step(key, item)
            was = before.pop(step, None)
            if was is item or was == item:
                continue
            if key in _WHOLE_ENTRIES:
                taken[step] = {}
                continue
            found = self.entries(was or _NOTHING, item, (*path, step), was is None)
            if was is None:
                found["."] = {}
            if found:
                taken[step] = found
        self.removed.extend((*path, step) for step in before)
        return taken


def _port_keys(item: JsonObject) -> tuple[str, ...] | None:
    if "containerPort" in item:
        return ("containerPort", "protocol")
    return ("port", "protocol") if "port" in item else None


def _item_step(key: str, item: JsonObject) -> str:
    keys = _LIST_KEYS.get(key) or _port_keys(item) or ()
    if len(keys) == 1 and '"' not in (value := str(item.get(keys[0]))):
        return f'k:{{"{keys[0]}":"{value}"}}'
    return "k:" + json.dumps({each: item.get(each) for each in keys}, separators=(",", ":"), sort_keys=True)


def managed_fields(
    old: JsonObject | None, new: JsonObject, manager: str, time: str, subresource: str
) -> list[JsonObject]:
    """Return who owns which field of `new` after `manager` wrote it in place of `old`."""
    comparison = _Comparison(new["kind"])
    taken = comparison.entries(_tracked(old), _tracked(new), (), False)
    entries: list[JsonObject] = list(old["metadata"].get("managedFields") or ()) if old else []
    if not taken and not comparison.removed:
        return entries
    mine: FieldSet | None = taken or None
    kept = []
    for entry in entries:
        fields: FieldSet | None = entry["fieldsV1"]
        is_mine = (
            entry["manager"] == manager
            and entry.get("subresource", "") == subresource
            and entry["operation"] == "Update"
        )
        for path in comparison.removed:
            fields = _without_path(fields, path) if fields else None
        if is_mine and taken and fields:
            mine = _union(fields, taken)
            continue
        if fields and taken and not is_mine:
            fields = _minus(fields, taken)
        if fields:
            kept.append(entry if fields is entry["fieldsV1"] else {**entry, "fieldsV1": fields})
    if mine is not None:
        kept.append(_entry(new["apiVersion"], manager, mine, time, subresource))
    return sorted(kept, key=_order)


def _order(entry: JsonObject) -> tuple[str, str, str, str]:
    return entry["operation"], entry["time"], entry["manager"], entry.get("subresource", "")


def _entry(api_version: str, manager: str, fields: FieldSet, time: str, subresource: str) -> JsonObject:
    entry: JsonObject = {
        "apiVersion": api_version,
        "fieldsType": "FieldsV1",
        "fieldsV1": fields,
        "manager": manager,
        "operation": "Update",
        "time": time,
    }
    if subresource:
        entry["subresource"] = subresource
    return entry


def _tracked(body: JsonObject | None) -> Mapping[str, Any]:
    if body is None:
        return {"metadata": {}}
    # The empty `reportingInstance` of an event is nobody's.
    tracked = {key: value for key, value in body.items() if key not in ("apiVersion", "kind") and value != ""}
    tracked["metadata"] = {key: value for key, value in body["metadata"].items() if key not in _UNTRACKED}
    return tracked


def _union(first: FieldSet, second: FieldSet) -> FieldSet:
    if not first or not second:
        both = first or second
        return {".": {}, **both} if both and "." not in both else both
    made = dict(first)
    for step, below in second.items():
        made[step] = _union(made[step], below) if step in made else below
    return made


def _minus(fields: FieldSet, taken: FieldSet) -> FieldSet | None:
    """Return `fields` without those in `taken`, None where nothing is left; the same object where nothing changes."""
    if not fields:
        return None if not taken or "." in taken else fields
    if not taken:
        rest = {step: below for step, below in fields.items() if step != "."}
        return fields if len(rest) == len(fields) else rest or None
    made = fields
    for step, below in taken.items():
        if step not in fields:
            continue
        left = _minus(fields[step], below)
        if left is fields[step]:
            continue
        if made is fields:
            made = dict(fields)
        if left is None:
            del made[step]
        else:
            made[step] = left
    return made or None


def _without_path(fields: FieldSet, path: tuple[str, ...]) -> FieldSet | None:
    step, rest = path[0], path[1:]
    if step not in fields:
        return fields
    left = _without_path(fields[step], rest) if rest else None
    if left is fields[step]:
        return fields
    made = {each: below for each, below in fields.items() if each != step}
    if left is not None:
        made[step] = left
    return made or None
