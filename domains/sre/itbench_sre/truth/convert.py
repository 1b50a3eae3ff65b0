"""Turns a truth into JSON and back: v1's flat keys, which is what is stored."""

from collections.abc import Mapping
from typing import Any

from itbench import DataError
from itbench_sre.truth.check import payload, validate_truth
from itbench_sre.truth.model import Action, AlertTruth, Fault, Group, KnownChange, Propagation, Truth

JsonObject = dict[str, Any]


def truth_from_json(document: Mapping[str, Any], *, source: str = "truth") -> Truth:
    """Read a truth from its JSON, flat or wrapped; keys it does not know are left alone.

    Raises:
        DataError: something is wrong with it; the message names every fault.
    """
    faults = validate_truth(document)
    if faults:
        raise DataError(f"{source}: {_counted(faults)} in the truth: {'; '.join(faults)}")
    body = payload(document)
    return Truth(
        groups=tuple(_group(item) for item in body["groups"]),
        aliases=tuple(tuple(item) for item in body.get("aliases") or ()),
        propagations=tuple(_propagation(item) for item in body.get("propagations") or ()),
        alerts=tuple(_alert(item) for item in body.get("alerts") or ()),
        faults=tuple(_read_fault(item) for item in body.get("fault") or ()),
        recommended_actions=tuple(_action(item) for item in _actions(body)),
        canary=body.get("canary") or document.get("canary"),
        is_nothing_wrong=bool(body.get("nothing_is_wrong")),
        changes=tuple(_change(item) for item in body.get("changes") or ()),
    )


def truth_to_json(truth: Truth) -> JsonObject:
    """Write a truth as JSON with v1's flat keys; `truth_from_json` gives the same truth back."""
    document: JsonObject = {
        "groups": [_group_to_json(group) for group in truth.groups],
        "aliases": [list(ids) for ids in truth.aliases],
        "propagations": [_propagation_to_json(item) for item in truth.propagations],
        "alerts": [
            {"id": alert.id, "group_id": alert.group_id, "metadata": {"description": alert.description}}
            for alert in truth.alerts
        ],
        "fault": [_fault_to_json(fault) for fault in truth.faults],
        "recommended_actions": [
            {"solution": {"id": action.id, "actions": list(action.actions)}}
            for action in truth.recommended_actions
        ],
    }
    if truth.canary:
        document["canary"] = truth.canary
    if truth.is_nothing_wrong:
        document["nothing_is_wrong"] = True
    if truth.changes:
        document["changes"] = [_change_to_json(change) for change in truth.changes]
    return document


def _counted(faults: list[str]) -> str:
    return "1 fault" if len(faults) == 1 else f"{len(faults)} faults"


def _actions(body: Mapping[str, Any]) -> list[Any]:
    return [*(body.get("recommended_actions") or ()), *(body.get("recommendedActions") or ())]


def _group(item: Mapping[str, Any]) -> Group:
    filters = item.get("filter") or ()
    return Group(
        id=item["id"].strip(),
        kind=item["kind"].strip(),
        namespace=(item.get("namespace") or "").strip() or None,
        filters=(filters,) if isinstance(filters, str) else tuple(filters),
        name=item.get("name") or None,
        is_root_cause=bool(item.get("root_cause")),
        is_trigger=bool(item.get("trigger")),
    )


def _change(item: Mapping[str, Any]) -> KnownChange:
    names = tuple(_group(name) for name in item["names"])
    return KnownChange(item["role"], names, item.get("mechanism") or "", item.get("condition") or "")


def _propagation(item: Mapping[str, Any]) -> Propagation:
    return Propagation(item["source"], item["target"], item.get("condition") or "", item.get("effect") or "")


def _alert(item: Mapping[str, Any]) -> AlertTruth:
    description = (item.get("metadata") or {}).get("description") or ""
    return AlertTruth(item["id"], item.get("group_id") or "", description)


def _read_fault(item: Mapping[str, Any]) -> Fault:
    entity = item.get("entity") or {}
    return Fault(
        category=item.get("category") or "",
        condition=item.get("condition") or "",
        mechanism=item.get("fault_mechanism") or "",
        entity_group_id=entity.get("group_id") or "",
        entity_kind=entity.get("kind") or "",
        entity_name=entity.get("name") or "",
        changed=item.get("changed") or entity.get("changed"),
    )


def _action(item: Mapping[str, Any]) -> Action:
    return Action(item["solution"].get("id") or "", tuple(item["solution"].get("actions") or ()))


def _group_to_json(group: Group) -> JsonObject:
    document: JsonObject = {"id": group.id, "kind": group.kind}
    if group.namespace is not None:
        document["namespace"] = group.namespace
    if group.filters:
        document["filter"] = list(group.filters)
    if group.name is not None:
        document["name"] = group.name
    if group.is_root_cause:
        document["root_cause"] = True
    if group.is_trigger:
        document["trigger"] = True
    return document


def _change_to_json(change: KnownChange) -> JsonObject:
    return {
        "role": change.role,
        "mechanism": change.mechanism,
        "condition": change.condition,
        "names": [_group_to_json(group) for group in change.names],
    }


def _propagation_to_json(item: Propagation) -> JsonObject:
    return {"source": item.source, "target": item.target, "condition": item.condition, "effect": item.effect}


def _fault_to_json(fault: Fault) -> JsonObject:
    document: JsonObject = {
        "category": fault.category,
        "condition": fault.condition,
        "fault_mechanism": fault.mechanism,
        "entity": {"group_id": fault.entity_group_id, "kind": fault.entity_kind, "name": fault.entity_name},
    }
    if fault.changed is not None:
        document["changed"] = fault.changed
    return document
