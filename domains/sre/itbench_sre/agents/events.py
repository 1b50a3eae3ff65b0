"""Which Kubernetes warnings came up and went on, and what chaos experiments did."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from itbench_sre.agents.names import workload_name
from itbench_sre.agents.symptoms import Symptom
from itbench_sre.snapshot import ClusterEvent

# Pods that start often miss a probe or two; a warning counts when it goes on.
_LEAST_COUNT = 3
_MOMENTARY = {"FailedScheduling", "Unhealthy", "FailedMount", "ProvisioningFailed"}
_HARMLESS = {"Preempted", "Evicted"}
_APPLIED = re.compile(r"apply chaos for (\S+)")
_SPAWNED = re.compile(r"Create new object: (\S+)")
_CHAOS_ENDS = {"TimeUp", "Recovered", "Deleted", "Paused"}
_WARNING_LIMIT = 20_000


@dataclass(slots=True)
class Warnings:
    """Warnings of one reason about one workload."""

    first_ns: int
    last_ns: int
    text: str
    counts: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class Experiment:
    """One chaos object: when it was on, and what it touched."""

    namespace: str
    kind: str
    name: str
    targets: set[str] = field(default_factory=set)
    on_ns: list[int] = field(default_factory=list)
    off_ns: list[int] = field(default_factory=list)

    def is_on(self, time_ns: int) -> bool:
        """Tell whether it was on at a time."""
        begun = max((on for on in self.on_ns if on <= time_ns), default=None)
        return begun is not None and not any(begun < off <= time_ns for off in self.off_ns)


@dataclass(slots=True)
class Happenings:
    """The events of a snapshot in short.

    Attributes:
        rollouts: time of each new ReplicaSet that was scaled up from 0, by namespace and Deployment.
        spawned: the schedule of each chaos object that one made.
    """

    start_ns: int = 0
    warnings: dict[tuple[str, str, str], Warnings] = field(default_factory=dict)
    experiments: dict[str, Experiment] = field(default_factory=dict)
    rollouts: dict[tuple[str, str], list[int]] = field(default_factory=dict)
    spawned: dict[str, str] = field(default_factory=dict)


def summarise_events(events: Iterable[ClusterEvent]) -> Happenings:
    """Return what happened; events that merely expired are left out."""
    happenings = Happenings()
    for event in events:
        happenings.start_ns = min(happenings.start_ns or event.seen_ns, event.seen_ns)
        if event.watch == "DELETED":
            continue
        if event.kind.endswith("Chaos") or (event.kind == "Schedule" and _SPAWNED.search(event.message)):
            _add_chaos(happenings, event)
        elif event.type == "Warning":
            _add_warning(happenings, event)
        elif event.reason == "ScalingReplicaSet" and "from 0 to" in event.message:
            time_ns = event.last_ns or event.seen_ns
            happenings.rollouts.setdefault((event.namespace, event.name), []).append(time_ns)
    return happenings


def find_symptoms(happenings: Happenings) -> list[Symptom]:
    """Return the warnings that went on, most persistent first."""
    found = []
    for (namespace, workload, reason), warnings in happenings.warnings.items():
        count = sum(warnings.counts.values())
        if reason in _HARMLESS or (reason in _MOMENTARY and count < _LEAST_COUNT):
            continue
        found.append(
            Symptom(
                source="events",
                workload=workload,
                onset_ns=warnings.first_ns,
                # A readiness probe speaks every few seconds, a quota rarely.
                amount=min(count, 10),
                text=f"{reason}: {warnings.text}"[:400],
                namespace=namespace,
            )
        )
    return sorted(found, key=lambda symptom: (-symptom.amount, symptom.workload, symptom.text))


def _add_warning(happenings: Happenings, event: ClusterEvent) -> None:
    # Counts may run since the day before; only what the watcher saw happen is of this snapshot.
    time_ns = event.last_ns or event.seen_ns
    if time_ns < happenings.start_ns or len(happenings.warnings) > _WARNING_LIMIT:
        return
    key = (event.namespace, workload_name(event.kind, event.name), event.reason)
    warnings = happenings.warnings.get(key)
    if warnings is None:
        warnings = happenings.warnings[key] = Warnings(time_ns, time_ns, event.message)
    warnings.last_ns = max(warnings.last_ns, time_ns)
    counted = event.event_name or event.name
    warnings.counts[counted] = warnings.counts.get(counted, 0) + 1


def _add_chaos(happenings: Happenings, event: ClusterEvent) -> None:
    spawned = _SPAWNED.search(event.message)
    if spawned:
        happenings.spawned[spawned[1]] = event.name
        return
    experiment = happenings.experiments.setdefault(
        event.name, Experiment(event.namespace, event.kind, event.name)
    )
    time_ns = event.last_ns or event.seen_ns
    applied = _APPLIED.search(event.message)
    if applied:
        experiment.targets.add(workload_name("Pod", applied[1].rpartition("/")[2]))
    if applied or event.reason == "Started":
        experiment.on_ns.append(time_ns)
    elif event.reason in _CHAOS_ENDS:
        experiment.off_ns.append(time_ns)
