"""The truth of an incident: what differs between the run with the fault and the same run without it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from itbench_sre.simulator.calls import CONSUMERS
from itbench_sre.simulator.catalog import BY_NAME, NAMESPACE
from itbench_sre.simulator.rules import RULES

if TYPE_CHECKING:
    from itbench_sre.simulator.faults import Fault
    from itbench_sre.simulator.world import World

JsonObject = dict[str, Any]
AlertKey = tuple[str, tuple[tuple[str, str], ...]]
# These rules have no `for`: a pod that is pulled during one scrape is enough, and means nothing.
_LEAST_EVALUATIONS = {"PendingPodsDetected": 3, "CrashLoopBackOffPodsDetected": 3}
_PODS = {"frontend": "frontend-(?!proxy-).*"}


class _Difference:
    """What the fault changed: alerts, failing or slow edges, workloads without pods."""

    def __init__(
        self, world: World, without: World, fault: Fault, fault_us: int, shown: set[AlertKey]
    ) -> None:
        self.alerts = [
            (name, dict(labels))
            for (name, labels), times in world.ruler.fired.items()
            if (name, labels) in shown
            and self._is_new(name, times, without.ruler.fired.get((name, labels), []), fault_us * 1000)
        ]
        order = {rule.name: place for place, rule in enumerate(RULES)}
        self.alerts.sort(key=lambda alert: (order[alert[0]], sorted(alert[1].items())))
        before = without.telemetry.edges
        self.edges = {
            edge: self._is_worse(counts, before.get(edge, [0, 0, 0]))
            for edge, counts in sorted(world.telemetry.edges.items())
        }
        self.calls = sorted({*world.telemetry.edges, *before})
        self.hits = list(fault.hits) or sorted(world.cluster.refused.keys() - without.cluster.refused.keys())

    @staticmethod
    def _is_new(name: str, times: list[int], before: list[int], since_ns: int) -> bool:
        """Whether an alert fires since the fault when it would not have; where innocents rang it too, for longer."""
        more = [time_ns for time_ns in times if time_ns > since_ns and time_ns not in before]
        return len(more) >= (3 if before else _LEAST_EVALUATIONS.get(name, 1))

    @staticmethod
    def _is_worse(counts: list[int], before: list[int]) -> str:
        if counts[1] - before[1] >= 3:
            return "fail"
        mean_us = counts[2] // max(counts[0], 1)
        before_us = before[2] // max(before[0], 1)
        return "are slow" if mean_us > before_us * 5 // 4 + 20_000 else ""


def _walk(difference: _Difference) -> list[tuple[str, str, str, str]]:
    """Return (source, target, condition, effect) between services, nearest to the fault first."""
    steps = []
    reached = list(difference.hits)
    for name in reached:
        for (caller, callee), worse in difference.edges.items():
            if callee != name or not worse or caller in reached or caller == "load-generator":
                continue
            reached.append(caller)
            condition = f"calls of {callee} {worse}"
            steps.append((callee, caller, condition, f"requests to {caller} {worse}"))
    quiet = [
        labels["service_name"]
        for name, labels in difference.alerts
        if name == "NoRequestsDetected" and labels["service_name"] not in reached
    ]
    calls = [*difference.calls, *(("checkout", consumer) for consumer in CONSUMERS)]
    while quiet:
        found = [(caller, callee) for caller, callee in calls if callee in quiet and caller in reached]
        if not found:
            break
        for caller, callee in found:
            if callee in quiet:
                quiet.remove(callee)
                reached.append(callee)
                steps.append(
                    (caller, callee, f"{caller} fails before it calls {callee}", f"{callee} gets no requests")
                )
    return steps


def _group(kind: str, name: str, pattern: str, namespace: str = NAMESPACE) -> JsonObject:
    return {"id": name, "kind": kind, "namespace": namespace, "filter": [pattern]}


def _workload_groups(name: str) -> list[JsonObject]:
    made = [
        _group("Service", f"{name}-service-1", rf"{name}\b"),
        _group("Pod", f"{name}-pod-1", f"{name}-.*"),
    ]
    return made if name in BY_NAME else made[1:]


def derive_truth(
    world: World, without: World, fault: Fault, fault_us: int, shown: set[AlertKey]
) -> JsonObject:
    """Return the truth in the flat v1 shape of FORMATS 4.1; `shown` are the alerts that some file shows."""
    difference = _Difference(world, without, fault, fault_us, shown)
    steps = _walk(difference)
    reached = list(dict.fromkeys([*difference.hits, *(step[1] for step in steps)]))
    root_id = f"{fault.name}-{fault.kind.lower()}-1"
    injected = {
        "category": fault.category,
        "condition": fault.condition,
        "entity": {"group_id": root_id, "kind": fault.kind, "name": fault.name},
        "fault_mechanism": fault.mechanism,
    }
    return {
        "fault": [injected],
        "alerts": _alerts(difference, reached),
        "groups": _groups(fault, root_id, reached),
        "aliases": _aliases(fault, root_id, reached),
        "propagations": _propagations(fault, root_id, difference.hits, steps),
        "recommended_actions": [{"solution": {"id": f"undo-{root_id}", "actions": [fault.solution]}}],
    }


def _groups(fault: Fault, root_id: str, reached: list[str]) -> list[JsonObject]:
    groups = [{**_group(fault.kind, root_id, fault.pattern, fault.namespace), "root_cause": True}]
    if fault.schedule:
        groups.append(_group("Schedule", f"{fault.name}-schedule-1", fault.schedule, fault.namespace))
    for name in reached:
        groups += _workload_groups(name)
    if fault.kind == "Deployment" and fault.name not in reached:
        groups.append(_group("Pod", f"{fault.name}-pod-1", f"{fault.name}-.*"))
    return groups


def _aliases(fault: Fault, root_id: str, reached: list[str]) -> list[list[str]]:
    is_workload = fault.kind == "Deployment"
    aliases = [[root_id, f"{fault.name}-schedule-1"]] if fault.schedule else []
    # The service of a changed Deployment suffers; only its pods are the change.
    others = [name for name in reached if not (is_workload and name == fault.name)]
    aliases += [[f"{name}-service-1", f"{name}-pod-1"] for name in others]
    return [*aliases, [root_id, f"{fault.name}-pod-1"]] if is_workload else aliases


def _propagations(
    fault: Fault, root_id: str, hits: list[str], steps: list[tuple[str, str, str, str]]
) -> list[JsonObject]:
    links = [(root_id, f"{name}-pod-1", fault.condition, fault.effect) for name in hits]
    links += [
        (f"{name}-pod-1", f"{name}-service-1", fault.effect, f"{name} cannot do its work") for name in hits
    ]
    links += [
        (f"{source}-service-1", f"{target}-service-1", condition, effect)
        for source, target, condition, effect in steps
    ]
    return [
        {"source": source, "target": target, "condition": condition, "effect": effect}
        for source, target, condition, effect in links
    ]


def _alerts(difference: _Difference, reached: list[str]) -> list[JsonObject]:
    found = []
    descriptions = {rule.name: rule.description.partition(" (current")[0] for rule in RULES}
    for name, labels in difference.alerts:
        service = labels.get("service_name")
        if service is None:
            group = f"{difference.hits[0]}-pod-1"
        elif service in reached:
            group = f"{service}-service-1"
        else:
            continue
        text = descriptions[name].format(**labels)
        found.append({"id": name, "group_id": group, "metadata": {"description": text}})
    return found
