"""The published evaluator, written anew from its description for tests: another way to the same numbers.

Steps: `Tool::key argument[::...]`, kinds normalised, the pod suffixes cut, the namespace left out. Process measures are against the better
of two paths, by F1 and then by whether the path's steps come in order.
"""

import re
from typing import Any

ALIASES = """
pod pods po=pods;service services svc=services;deployment deployments deploy=deployments;statefulset statefulsets sts=statefulsets;
daemonset daemonsets ds=daemonsets;configmap configmaps cm=configmaps;secret secrets=secrets;
persistentvolumeclaim persistentvolumeclaims pvc=persistentvolumeclaims;replicaset replicasets rs=replicasets;
ingress ingresses ing=ingresses;networkpolicy networkpolicies netpol=networkpolicies;serviceaccount serviceaccounts sa=serviceaccounts;
job jobs=jobs;endpoint endpoints ep=endpoints;persistentvolume persistentvolumes pv=persistentvolumes;namespace namespaces ns=namespaces;
node nodes no=nodes;storageclass storageclasses sc=storageclasses;event events=events;resourcequota resourcequotas=resourcequota
"""
KINDS = {
    word: plural
    for entry in ALIASES.replace("\n", "").split(";")
    for names, plural in [entry.split("=")]
    for word in names.split()
}
KEYS = {
    "GetResources": ["resource_type"],
    "DescribeResource": ["resource_type", "name"],
    "CheckNodeServiceStatus": ["node_name", "service_name"],
    "GetClusterConfiguration": [],
    "GetAlerts": [],
    "GetErrorLogs": ["service_name"],
    "GetRecentLogs": ["service_name"],
    "GetServiceDependencies": ["service_name"],
    "GetAppYAML": ["app_name"],
    "CheckServiceConnectivity": ["service_name", "port"],
}


def plain(value: Any) -> str:
    return "" if value is None else str(value).strip().lower()


def outcome(answer: Any, truth: dict[str, Any]) -> dict[str, float]:
    found = dict.fromkeys(("accuracy_at_1", "accuracy_at_3", "partial_at_1", "partial_at_3"), 0.0)
    predictions = answer.get("top_3_predictions") if isinstance(answer, dict) else None
    found["task_completion"] = 1.0 if isinstance(predictions, list) and predictions else 0.0
    for place, prediction in enumerate(predictions[:3] if isinstance(predictions, list) else []):
        same = {
            field: plain(prediction.get(field)) == plain(truth[field])
            for field in ("fault_taxonomy", "fault_object", "root_cause")
        }
        if same["fault_object"] and same["root_cause"]:
            for measure in ("partial", "accuracy") if same["fault_taxonomy"] else ("partial",):
                found[f"{measure}_at_3"] = 1.0
                if place == 0:
                    found[f"{measure}_at_1"] = 1.0
    return found


def step(tool: str, arguments: dict[str, Any]) -> str | None:
    for argument in KEYS[tool]:
        if plain(arguments.get(argument)) == "":
            return None
    if tool == "GetResources":
        kind = plain(arguments["resource_type"])
        return f"GetResources::{KINDS.get(kind, kind)}"
    if tool == "DescribeResource":
        kind, name = plain(arguments["resource_type"]), str(arguments["name"])
        kind = KINDS.get(kind, kind)
        if kind != "pods":
            return f"DescribeResource::{kind}::{name.strip()}"
        with_hash = re.match(r"^([a-z0-9-]+)-[a-f0-9]{8,10}-[a-z0-9]{4,6}$", name)
        without = re.match(r"^([a-z0-9-]+)-[a-z0-9]{5}$", name)
        cut = with_hash or without
        return f"DescribeResource::pods::{cut[1] if cut else name}"
    if not KEYS[tool]:
        return f"{tool}::"
    return "::".join([tool] + [str(arguments[argument]).strip() for argument in KEYS[tool]])


def process(calls: list[dict[str, Any]], paths: dict[str, list[str]]) -> dict[str, float]:
    steps, invalid = [], 0
    for call in calls:
        made = None if call["is_error"] else step(call["tool"], call["arguments"])
        if made is None:
            invalid += 1
        else:
            steps.append(made)
    best: tuple[float, float, dict[str, float]] | None = None
    for name in ("path1", "path2"):
        path = paths[name]
        hits = len({each for each in steps if each in path})
        relevance = hits / len(set(steps)) if steps else 0.0
        coverage = hits / len(set(path)) if steps and path else 0.0
        f1 = 0.0 if hits == 0 else 2 * relevance * coverage / (relevance + coverage)
        position = 0
        for each in steps:
            if position < len(path) and each == path[position]:
                position += 1
        in_order = 1.0 if position == len(path) else 0.0
        measures = {
            "relevance": relevance,
            "coverage": coverage,
            "in_order": in_order,
            "any_order": 1.0 if all(each in steps for each in path) else 0.0,
            "exact": 1.0 if steps == path else 0.0,
        }
        if best is None or f1 > best[0] or (f1 == best[0] and in_order > best[1]):
            best = (f1, in_order, measures)
    assert best is not None
    repeated = sum(steps.count(each) - 1 for each in sorted(set(steps)))
    return best[2] | {
        "steps": float(len(steps)),
        "invalid_actions": float(invalid),
        "redundant_action_rate": repeated / len(steps) if steps else 0.0,
    }
