"""From evidence to ranked candidates, and from these to the answer."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from itbench import JsonObject
from itbench_sre.agents import alerts, calls, events, logs
from itbench_sre.agents.changes import find_changes, find_experiments, find_rollouts
from itbench_sre.agents.evidence import Evidence
from itbench_sre.agents.names import mentions
from itbench_sre.agents.ranking import Candidate, rank
from itbench_sre.agents.symptoms import Symptom
from itbench_sre.agents.topology import read_topology

_NEAR_TIE = 0.02
_PROPAGATION_LIMIT = 6
_LAST_SECOND = 253_402_300_799


def find_candidates(evidence: Evidence) -> tuple[list[Symptom], list[Candidate]]:
    """Return what went wrong, and what may have caused it, the likeliest first."""
    namespaces = evidence.namespaces
    symptoms = [
        *calls.find_symptoms(evidence.calls),
        *_with_peers(logs.find_symptoms(evidence.logs), {*namespaces, *evidence.calls.callers}),
        *_nearby(events.find_symptoms(evidence.events), set(namespaces.values())),
        *alerts.find_symptoms(evidence.alerts),
    ]
    changes = [
        *find_changes(evidence.histories, begin_ns=evidence.begin_ns),
        *find_rollouts(evidence.events, evidence.histories),
        *find_experiments(evidence.events),
    ]
    return symptoms, rank(changes, symptoms, read_topology(evidence.histories), namespaces)


def choose(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Return the likeliest candidate, and any other that is as good as equal to it."""
    if not candidates:
        return []
    least = candidates[0].score * (1 - _NEAR_TIE)
    return [candidate for candidate in candidates if candidate.score >= least][:2]


def make_answer(
    symptoms: Sequence[Symptom], candidates: Sequence[Candidate], evidence: Evidence
) -> JsonObject:
    """Return the answer in the format of ITBench-AA, with propagations."""
    chosen = choose(candidates)
    return {
        "contributing_factors": [_factor(candidate) for candidate in chosen],
        "propagations": _propagations(chosen, symptoms, evidence),
    }


def _factor(candidate: Candidate) -> JsonObject:
    change = candidate.change
    seconds = min(max(change.time_ns // 1_000_000_000, 0), _LAST_SECOND)
    moment = datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S")
    reasons = "; ".join(f"{reason} (+{part:.2f})" for part, reason, _ in candidate.parts)
    quotes = [f"{symptom.place}: {symptom.text}" for _, _, symptom in candidate.parts if symptom]
    return {
        "name": candidate.name,
        "reasoning": f"{change.what} at {moment} UTC; score {candidate.score:.2f}: {reasons}"[:2000],
        "evidence": " | ".join([change.text, *quotes])[:2000],
    }


def _propagations(
    chosen: Sequence[Candidate], symptoms: Sequence[Symptom], evidence: Evidence
) -> list[JsonObject]:
    """Return the way from the chosen change over the workload that it strikes first to its callers."""
    if not chosen:
        return []
    top = chosen[0]
    struck = next((symptom for _, _, symptom in top.parts if symptom), None)
    if struck is None:
        return []
    first = struck.peer or struck.workload
    namespace = evidence.namespaces.get(first) or struck.namespace
    steps = [_step(top.name, f"{namespace}/Deployment/{first}", top.change.text, struck.text)]
    failing = {symptom.workload for symptom in symptoms}
    for caller in sorted(evidence.calls.callers.get(first, set()) & failing):
        callee = f"{namespace}/Deployment/{first}"
        steps.append(
            _step(
                callee,
                f"{namespace}/Deployment/{caller}",
                struck.text,
                f"{caller} fails when it calls {first}",
            )
        )
    return steps[:_PROPAGATION_LIMIT]


def _step(source: str, target: str, condition: str, effect: str) -> JsonObject:
    return {"source": source, "target": target, "condition": condition[:300], "effect": effect[:300]}


def _with_peers(symptoms: Sequence[Symptom], names: set[str]) -> list[Symptom]:
    """Give each complaint the other workload that it names most, which is the one it could not reach."""
    found = []
    for symptom in symptoms:
        counts = {
            name: symptom.text.count(name)
            for name in sorted(names - {symptom.workload})
            if mentions(symptom.text, name)
        }
        peer = max(counts, key=lambda name: (counts[name], len(name)), default="")
        found.append(replace(symptom, peer=peer))
    return found


def _nearby(symptoms: Sequence[Symptom], namespaces: set[str]) -> list[Symptom]:
    """Leave out warnings from namespaces in which no traced application runs."""
    known = namespaces - {""}
    return [symptom for symptom in symptoms if not known or symptom.namespace in known]
