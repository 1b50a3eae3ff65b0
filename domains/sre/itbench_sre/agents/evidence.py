"""Everything that the baseline reads out of a workspace, one file at a time."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from itbench import DataError, Trace, Workspace
from itbench_sre.agents.alerts import AlertTable, summarise_alerts
from itbench_sre.agents.calls import Calls, summarise_calls
from itbench_sre.agents.events import Happenings, summarise_events
from itbench_sre.agents.files import read_input
from itbench_sre.agents.logs import Complaints, summarise_logs
from itbench_sre.snapshot import (
    AlertPull,
    ObjectHistory,
    ObjectId,
    is_alert_file,
    read_alerts,
    read_events,
    read_histories,
    read_logs,
    read_spans,
)

_FAULT_LIMIT = 20


@dataclass(slots=True)
class Evidence:
    """The snapshot in short."""

    alerts: AlertTable = field(default_factory=AlertTable)
    events: Happenings = field(default_factory=Happenings)
    histories: dict[ObjectId, ObjectHistory] = field(default_factory=dict)
    logs: Complaints = field(default_factory=Complaints)
    calls: Calls = field(default_factory=Calls)

    @property
    def namespaces(self) -> dict[str, str]:
        """The namespace of each workload that spans or logs show at work."""
        return self.logs.namespaces | self.calls.namespaces

    @property
    def begin_ns(self) -> int:
        """When the telemetry begins; 0 if there is none."""
        starts = (self.events.start_ns, self.logs.start_ns, self.calls.start_ns)
        return min((start for start in starts if start), default=0)


async def gather(workspace: Workspace, trace: Trace) -> Evidence:
    """Read the workspace; what cannot be read is noted in the trace and left out."""
    evidence = Evidence()
    paths = await workspace.list_files()
    trace.record("note", about="files", text=f"{len(paths)} files")
    evidence.alerts = summarise_alerts(await _read_alerts(workspace, paths, trace))
    for path in paths:
        summarise = _SUMMARIES.get(path.rpartition("/")[2])
        if summarise is None:
            continue
        trace.turn()
        file = await read_input(workspace, path, trace)
        if file is None:
            continue
        faults: list[str] = []
        try:
            said = await asyncio.to_thread(summarise, evidence, file, faults)
        except (DataError, RecursionError) as error:
            # JSON that is nested too deep is a bad file like any other.
            faults.append(str(error))
            said = "nothing"
        trace.record(
            "note", about=path, text=said, faults=list(faults[:_FAULT_LIMIT]), fault_count=len(faults)
        )
    return evidence


async def _read_alerts(workspace: Workspace, paths: list[str], trace: Trace) -> list[AlertPull]:
    trace.turn()
    pulls: list[AlertPull] = []
    for path in paths:
        file = await read_input(workspace, path, trace) if is_alert_file(path) else None
        if file is None:
            continue
        try:
            pulls.append(await asyncio.to_thread(read_alerts, file))
        except DataError as error:
            trace.record("note", about=path, text=str(error))
    return sorted(pulls, key=lambda pull: (pull.seen_ns or 0, str(pull.path)))


def _add_events(evidence: Evidence, file: Path, faults: list[str]) -> str:
    evidence.events = summarise_events(read_events(file, faults=faults))
    return (
        f"{len(evidence.events.warnings)} kinds of warnings, {len(evidence.events.experiments)} experiments"
    )


def _add_objects(evidence: Evidence, file: Path, faults: list[str]) -> str:
    # Pods and what is made with them follow from others; what they tell is in the events.
    evidence.histories = read_histories(
        file, is_wanted=lambda id_: id_.kind not in {"Pod", "ReplicaSet", "Endpoints"}, faults=faults
    )
    return f"{len(evidence.histories)} objects"


def _add_logs(evidence: Evidence, file: Path, faults: list[str]) -> str:
    evidence.logs = summarise_logs(read_logs(file, faults=faults))
    return f"{len(evidence.logs.by_template)} kinds of complaints"


def _add_spans(evidence: Evidence, file: Path, faults: list[str]) -> str:
    evidence.calls = summarise_calls(read_spans(file, faults=faults))
    return f"{evidence.calls.count} spans, failing deepest in {len(evidence.calls.failures)} places"


_SUMMARIES: dict[str, Callable[[Evidence, Path, list[str]], str]] = {
    "k8s_events_raw.tsv": _add_events,
    "k8s_objects_raw.tsv": _add_objects,
    "otel_logs_raw.tsv": _add_logs,
    "otel_traces_raw.tsv": _add_spans,
}
