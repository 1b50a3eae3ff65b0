"""Which alerts came up during the snapshot, those that stood from the start left out."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from itbench_sre.agents.names import workload_name
from itbench_sre.agents.symptoms import Symptom
from itbench_sre.snapshot import Alert, AlertPull

_WORKLOAD_LABELS = ("service_name", "deployment", "statefulset", "daemonset", "service", "container")


@dataclass(slots=True)
class AlertTable:
    """How often each alert was seen, by name and workload.

    Attributes:
        seen: pulls in which each fires.
        standing: those that fire in the first pull already.
        first: the first sight of each.
    first_ns: since when its condition held at that sight; 0 where unknown.
    """

    seen: dict[tuple[str, str], int] = field(default_factory=dict)
    standing: set[tuple[str, str]] = field(default_factory=set)
    first: dict[tuple[str, str], Alert] = field(default_factory=dict)
    first_ns: dict[tuple[str, str], int] = field(default_factory=dict)


def alert_workload(alert: Alert) -> str:
    """Return the workload that an alert is about; empty if it names none."""
    pod = alert.labels.get("pod")
    if pod:
        return workload_name("Pod", pod)
    return next((alert.labels[label] for label in _WORKLOAD_LABELS if alert.labels.get(label)), "")


def summarise_alerts(pulls: Sequence[AlertPull]) -> AlertTable:
    """Return what fires when; the pulls come in the order of time."""
    table = AlertTable()
    for pull in pulls:
        for alert in pull.alerts:
            key = (alert.name, alert_workload(alert))
            table.seen[key] = table.seen.get(key, 0) + 1
            if key not in table.first:
                table.first[key] = alert
                table.first_ns[key] = alert.active_ns or pull.seen_ns or 0
    # The pull of the first match is of the incident; a single pull tells nothing of before.
    regular = [pull for pull in pulls if not pull.is_first_match]
    if len(regular) > 1:
        table.standing = {(alert.name, alert_workload(alert)) for alert in regular[0].alerts}
    return table


def find_symptoms(table: AlertTable) -> list[Symptom]:
    """Return the alerts about a workload that came up during the snapshot."""
    return [
        Symptom(
            source="alerts",
            workload=workload,
            onset_ns=table.first_ns[name, workload],
            amount=1.0,
            text=f"alert {name} fires for {workload}",
            namespace=table.first[name, workload].labels.get("namespace", ""),
        )
        for name, workload in sorted(table.seen)
        if workload and (name, workload) not in table.standing and table.first_ns[name, workload]
    ]
