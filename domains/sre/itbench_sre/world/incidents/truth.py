"""The truth of an incident, in the flat v1 shape of published truths, with what we know beyond it.

Ours are `page`, `changes` (what was done, and whether it was a root, a trigger or innocent), `family` (of the roots),
`nothing_is_wrong`, and `trigger: true` of groups.
"""

from typing import TYPE_CHECKING

from itbench_sre.world.clock.times import kubernetes_text
from itbench_sre.world.incidents.spread import Spread, Step, spread

if TYPE_CHECKING:
    from collections.abc import Sequence

    from itbench_sre.world.incidents.label import Label
    from itbench_sre.world.mechanisms.change import Change, Name
    from itbench_sre.world.store.refs import JsonObject
    from itbench_sre.world.telemetry.ruler import AlertKey
    from itbench_sre.world.world import World

_SERVICE_LABELS = (
    "service_name",
    "destination_canonical_service",
    "group",
    "horizontalpodautoscaler",
    "deployment",
)


def truth_of(full: "World", without: "World", changes: "Sequence[Change]", label: "Label") -> "JsonObject":
    """Return the truth of an incident, as `itbench_sre.truth` reads it.

    Parameters:
        full: at the end of the run with all changes.
        without: the same with the roots left out.
    """
    called = label.page.alert
    known = {
        "page": {
            "alert": called[0],
            "labels": dict(called[1]),
            "at": kubernetes_text(label.page.onset_ns // 1000),
        },
        "changes": [_known_change(change, label, place) for place, change in enumerate(changes)],
        "family": " and ".join(sorted({changes[place].family for place in label.roots})) or "nothing",
    }
    if not label.roots:
        empty: JsonObject = {"fault": [], "alerts": [], "groups": [], "aliases": [], "propagations": []}
        return {**empty, "recommended_actions": [], "nothing_is_wrong": True, **known}
    roots = [changes[place] for place in label.roots]
    alerts = _new_alerts(full, without, min(root.at_us for root in roots) * 1000)
    ordered = sorted(alerts, key=lambda alert: (alert != called, alert))
    made = _Writer(full, spread(full, without, roots, [service_of_alert(alert) for alert in ordered]))
    for number, root in enumerate(roots, 1):
        made.add_root(root, number)
    for number, place in enumerate(label.triggers, len(roots) + 1):
        made.add_trigger(changes[place], number)
    made.add_spread()
    for alert in ordered:
        made.add_alert(alert)
    return {**made.document, **known}


class _Writer:
    """Puts the document together."""

    def __init__(self, full: "World", found: Spread) -> None:
        self.document: JsonObject = {
            key: [] for key in ("fault", "alerts", "groups", "aliases", "propagations", "recommended_actions")
        }
        self._full = full
        self._spread = found
        self._namespace = full.application.namespace
        self._root_ids: list[str] = []
        self._root_names: set[tuple[str, str]] = set()

    def add_root(self, root: "Change", number: int) -> None:
        """Add a root's groups, what was broken, and how to undo it."""
        ids = [_id(name, number) for name in root.names]
        groups = [_group(name, id_) for name, id_ in zip(root.names, ids, strict=True)]
        groups[0]["root_cause"] = True
        self.document["groups"] += groups
        if len(ids) > 1:
            self.document["aliases"].append(ids)
        self._root_ids.append(ids[0])
        self._root_names |= {(name.kind, name.name) for name in root.names}
        first = root.names[0]
        self.document["fault"].append(
            {
                "category": root.family,
                "condition": root.condition,
                "entity": {"group_id": ids[0], "kind": first.kind, "name": first.name},
                "fault_mechanism": root.mechanism,
            }
        )
        solution = {"id": f"undo-{ids[0]}", "actions": [root.solution]}
        self.document["recommended_actions"].append({"solution": solution})

    def add_trigger(self, trigger: "Change", number: int) -> None:
        """Add the groups of a routine operation that only brought the fault to light."""
        self.document["groups"] += [
            {**_group(name, _id(name, number)), "trigger": True} for name in trigger.names
        ]

    def add_spread(self) -> None:
        """Add the workloads that were harmed, and how one harmed the other."""
        for name in self._spread.reached:
            self._add_workload(name)
        for root_id, fault in zip(self._root_ids, self.document["fault"], strict=True):
            for name in self._spread.hits:
                effect = f"{name} has too few ready pods" if name in self._spread.unready else f"{name} fails"
                self._link(root_id, f"{name}-pod-1", fault["condition"], effect)
        for name in self._spread.hits:
            service = self._place(name)
            if service != f"{name}-pod-1":
                self._link(f"{name}-pod-1", service, f"the pods of {name} fail", f"requests to {name} fail")
        for step in self._spread.steps:
            self._link(self._place(step.source), self._place(step.target), *_words(step))

    def add_alert(self, alert: "AlertKey") -> None:
        """Add an alert of something that was harmed."""
        service = service_of_alert(alert)
        names = self._spread.telemetry.get(service, []) if service else self._spread.hits
        reached = [name for name in names if name in self._spread.reached]
        if not reached:
            return
        text = _description(self._full, alert)
        group = self._place(reached[0]) if service else f"{reached[0]}-pod-1"
        item = {"id": alert[0], "group_id": group, "metadata": {"description": text}}
        if item not in self.document["alerts"]:
            self.document["alerts"].append(item)

    def _add_workload(self, name: str) -> None:
        pods = {"id": f"{name}-pod-1", "kind": "Pod", "namespace": self._namespace, "filter": [f"{name}-.*"]}
        groups = [] if ("Pod", name) in self._root_names else [pods]
        service = self._service_id(name)
        is_own = bool({("Pod", name), ("Service", service.removesuffix("-service-1"))} & self._root_names)
        if service and not is_own:
            plain = service.removesuffix("-service-1")
            groups.insert(
                0, {"id": service, "kind": "Service", "namespace": self._namespace, "filter": [rf"{plain}\b"]}
            )
            self.document["aliases"].append([service, f"{name}-pod-1"])
        known = {group["id"] for group in self.document["groups"]}
        self.document["groups"] += [group for group in groups if group["id"] not in known]

    def _service_id(self, name: str) -> str:
        services = self._spread.services.get(name)
        return f"{services[0]}-service-1" if services else ""

    def _place(self, name: str) -> str:
        """Return the group that a step leads to: the Service of a workload, else its pods."""
        return self._service_id(name) or f"{name}-pod-1"

    def _link(self, source: str, target: str, condition: str, effect: str) -> None:
        step = {"source": source, "target": target, "condition": condition, "effect": effect}
        if source != target and step not in self.document["propagations"]:
            self.document["propagations"].append(step)


def _words(step: Step) -> tuple[str, str]:
    if step.is_starved:
        return (
            f"calls of {step.target} by {step.source} {step.worse}",
            f"requests to {step.target} {step.worse}",
        )
    return f"calls of {step.source} {step.worse}", f"requests to {step.target} {step.worse}"


def _id(name: "Name", number: int) -> str:
    return f"{name.name}-{name.kind.lower()}-{number}"


def _group(name: "Name", id_: str) -> "JsonObject":
    filter_ = name.pattern.replace(r"\-", "-")
    place = {"namespace": name.namespace} if name.namespace else {}
    return {"id": id_, "kind": name.kind, **place, "filter": [filter_]}


def _known_change(change: "Change", label: "Label", place: int) -> "JsonObject":
    role = "root" if place in label.roots else "trigger" if place in label.triggers else "innocent"
    return {
        "role": role,
        "mechanism": change.mechanism,
        "family": change.family,
        "manager": change.manager,
        "at": kubernetes_text(change.at_us),
        "depth": change.depth,
        "condition": change.condition,
        "names": [_group(name, _id(name, place + 1)) for name in change.names],
    }


def service_of_alert(alert: "AlertKey") -> str:
    """Return the name in telemetry that an alert is about; empty where it is about none."""
    labels = dict(alert[1])
    return next((labels[key] for key in _SERVICE_LABELS if key in labels), "")


def _new_alerts(full: "World", without: "World", since_ns: int) -> "list[AlertKey]":
    """Return the alerts that fire since the first root, and would not have fired then without the roots."""
    return [
        alert
        for alert, times in full.ruler.fired.items()
        if any(time > since_ns and time not in without.ruler.fired.get(alert, ()) for time in times)
    ]


def _description(world: "World", alert: "AlertKey") -> str:
    name, labels = alert
    rules = (rule for group in world.ruler.groups for rule in group.rules if rule.alert == name)
    text = next(rules).description.partition(" (current")[0]
    for key, value in labels:
        text = text.replace(f"{{{{ $labels.{key} }}}}", value)
    return text
