"""What the log records complain of more often than before."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from itbench_sre.agents.onset import find_rise
from itbench_sre.agents.symptoms import Symptom
from itbench_sre.snapshot import LogRecord

_BAD = {"error", "fatal", "warning"}
# Stores and proxies often log without a severity.
_BAD_WORDS = re.compile(
    r"\b(?:error|fatal|panic|exception|fail(?:ed|ure)|refused|timed? ?out|deadline|unavailable|exhausted"
    r"|too many|unreachable|denied|oom|out of memory|noauth|no such host)\b",
    re.IGNORECASE,
)
_VARIABLE = re.compile(r"\b[0-9a-f]{8,}(?:-[0-9a-f]{4,})*\b|\d+", re.IGNORECASE)
_TEXT_LENGTH = 300
_TEMPLATE_LENGTH = 160
_TEMPLATE_LIMIT = 5_000


@dataclass(slots=True)
class Complaint:
    """Log records of one workload that differ in numbers and ids only."""

    text: str
    namespace: str
    times_ns: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Complaints:
    """All complaints by workload and template, the time that the logs span, and the namespace of each workload."""

    start_ns: int = 0
    end_ns: int = 0
    namespaces: dict[str, str] = field(default_factory=dict)
    by_template: dict[tuple[str, str], Complaint] = field(default_factory=dict)


def summarise_logs(records: Iterable[LogRecord]) -> Complaints:
    """Return the complaints among log records."""
    complaints = Complaints()
    for record in records:
        complaints.start_ns = min(complaints.start_ns or record.time_ns, record.time_ns)
        complaints.end_ns = max(complaints.end_ns, record.time_ns)
        workload = record.resource.get("k8s.deployment.name") or record.service
        namespace = complaints.namespaces.setdefault(workload, record.resource.get("k8s.namespace.name", ""))
        if record.severity not in _BAD and not (
            record.severity == "" and _BAD_WORDS.search(record.body[:1000])
        ):
            continue
        key = (workload, _VARIABLE.sub("#", record.body[:_TEMPLATE_LENGTH]))
        complaint = complaints.by_template.get(key)
        if complaint is None:
            if len(complaints.by_template) >= _TEMPLATE_LIMIT:
                continue
            complaint = complaints.by_template[key] = Complaint(record.body[:_TEXT_LENGTH], namespace)
        complaint.times_ns.append(record.time_ns)
    return complaints


def find_symptoms(complaints: Complaints) -> list[Symptom]:
    """Return the complaints that became more frequent, most first."""
    found: list[Symptom] = []
    for (workload, _), complaint in complaints.by_template.items():
        rise = find_rise(complaint.times_ns, complaints.start_ns, complaints.end_ns)
        if rise:
            found.append(
                Symptom(
                    source="logs",
                    workload=workload,
                    onset_ns=rise.onset_ns,
                    amount=rise.excess,
                    text=complaint.text,
                    namespace=complaint.namespace,
                )
            )
    return sorted(found, key=lambda symptom: (-symptom.amount, symptom.workload, symptom.text))
