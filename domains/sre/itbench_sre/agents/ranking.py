"""Ranks what may have caused the trouble by sums of explained parts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from itbench_sre.agents.changes import Change
from itbench_sre.agents.gravity import is_workload
from itbench_sre.agents.links import (
    Suspect,
    changed_words,
    find_link,
    named_settings,
    names_outright,
    new_values,
    timing,
)
from itbench_sre.agents.symptoms import Symptom, weighted
from itbench_sre.agents.topology import Topology, addressed, targets
from itbench_sre.snapshot import ObjectId

# Spans tell best where it fails; alerts ring upstream as well.
_SOURCE_WEIGHTS = {"calls": 1.2, "logs": 1.0, "events": 1.0, "latency": 0.6, "alerts": 0.5}
_FAR_NAMESPACE = 0.3
_UNTIMELY = 0.2
_WITHOUT_A_CHANGE = 0.4
_REASON_LIMIT = 6


@dataclass(slots=True)
class Candidate:
    """A possible root cause with its score and the parts it is the sum of, the largest first."""

    change: Change
    score: float
    parts: list[tuple[float, str, Symptom | None]] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The entity, as `namespace/Kind/name`."""
        return str(self.change.id)


def rank(
    changes: Sequence[Change], symptoms: Sequence[Symptom], topology: Topology, namespaces: Mapping[str, str]
) -> list[Candidate]:
    """Return a candidate for each changed object and each failing workload, the likeliest first.

    `namespaces` has the namespace of each workload that was seen at work.
    """
    every = [*changes, *_unchanged(changes, symptoms, namespaces)]
    shares = weighted(list(symptoms))
    held = _held_back(changes, symptoms)
    best: dict[ObjectId, Candidate] = {}
    for change in every:
        suspect = _suspect(change, topology, set(namespaces), held)
        candidate = _score(suspect, shares, set(namespaces.values()))
        if change.id not in best or candidate.score > best[change.id].score:
            best[change.id] = candidate
    return sorted(best.values(), key=lambda candidate: (-round(candidate.score, 6), candidate.name))


def _suspect(change: Change, topology: Topology, names: set[str], held: Mapping[str, set[str]]) -> Suspect:
    id_ = change.id
    return Suspect(
        change=change,
        targets=change.targets
        | targets(id_, change.body, topology)
        | {workload for workload, holders in held.items() if str(id_) in holders},
        addressed=addressed(change.body, names) if change.what == "created" else set(),
        settings=named_settings(change, names),
        values=new_values(change),
        words=changed_words(change),
        is_held_back=is_workload(id_.kind) and bool(held.get(id_.name, set()) - {str(id_)}),
    )


def _score(suspect: Suspect, shares: Sequence[tuple[Symptom, float]], namespaces: set[str]) -> Candidate:
    change = suspect.change
    parts: list[tuple[float, str, Symptom | None]] = []
    timeliest = _UNTIMELY
    for symptom, share in shares:
        fit = timing(change, symptom)
        timeliest = max(timeliest, fit)
        link = find_link(suspect, symptom)
        if link is None or fit == 0:
            continue
        part = _SOURCE_WEIGHTS[symptom.source] * share * link.strength * fit
        if change.what == "unchanged":
            part *= _WITHOUT_A_CHANGE
        parts.append((part, link.reason, symptom))
    near = (
        not namespaces
        or change.id.namespace in namespaces
        or change.what == "experiment"
        or not change.id.namespace
    )
    gravity = change.gravity * timeliest * (1.0 if near else _FAR_NAMESPACE)
    if gravity:
        parts.append((gravity, f"a change of this kind, at this time: {change.text}", None))
    parts.sort(key=lambda part: (-part[0], part[1]))
    return Candidate(change, sum(part for part, _, _ in parts), parts[:_REASON_LIMIT])


def _held_back(changes: Sequence[Change], symptoms: Sequence[Symptom]) -> dict[str, set[str]]:
    """Return the changed objects that warnings about a workload name as what keeps it from running."""
    held: dict[str, set[str]] = {}
    for symptom in symptoms:
        if symptom.source != "events":
            continue
        for change in changes:
            if change.id.namespace in {symptom.namespace, ""} and names_outright(change, symptom):
                held.setdefault(symptom.workload, set()).add(str(change.id))
    return held


def _unchanged(
    changes: Sequence[Change], symptoms: Sequence[Symptom], namespaces: Mapping[str, str]
) -> list[Change]:
    """Return the failing workloads themselves, for the case that nothing explains them."""
    known = {change.id.name for change in changes if is_workload(change.id.kind)}
    first: dict[str, Symptom] = {}
    for symptom in symptoms:
        for name in {symptom.workload, symptom.peer} - known - {""}:
            is_workload_name = name in namespaces or symptom.source == "events"
            if is_workload_name and (name not in first or symptom.onset_ns < first[name].onset_ns):
                first[name] = symptom
    default = next((namespace for namespace in namespaces.values() if namespace), "")
    return [
        Change(
            id=ObjectId(
                namespaces.get(name) or (symptom.namespace if name == symptom.workload else "") or default,
                "Deployment",
                name,
            ),
            what="unchanged",
            time_ns=symptom.onset_ns,
            gravity=0.0,
            text="it fails, and no change explains it",
        )
        for name, symptom in sorted(first.items())
    ]
