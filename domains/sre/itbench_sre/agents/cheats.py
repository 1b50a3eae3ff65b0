"""Agents that know nothing of incidents and try to score; what they reach is the floor of a suite."""

import asyncio
import re
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

from itbench import DataError, Task, Trace, Workspace, json_text
from itbench_sre.agents.alerts import alert_workload
from itbench_sre.agents.changes import find_changes
from itbench_sre.agents.files import read_input
from itbench_sre.agents.names import workload_name
from itbench_sre.snapshot import (
    AlertPull,
    ObjectHistory,
    ObjectId,
    is_alert_file,
    read_alerts,
    read_events,
    read_histories,
    read_spans,
)

# The answer's schema takes no more.
NAME_LIMIT = 200
_SEVERITIES = ("critical", "page", "error", "warning", "info", "none")
_WORKLOAD_KINDS = {"Pod", "ReplicaSet", "Job"}
_COMMON_KINDS = {"Namespace", "Node", "Pod", "ReplicaSet", "Service", "Endpoints", "EndpointSlice"}
_WORD = re.compile(r"[a-z0-9][a-z0-9.-]+[a-z0-9]")

Record = TypeVar("Record")
Cheat = Callable[[Workspace, Trace], Awaitable[list[str]]]


class CheatAgent:
    """Names the entities that one simple trick yields."""

    def __init__(self, trick: Cheat) -> None:
        self._trick = trick

    async def solve(self, task: Task, workspace: Workspace, trace: Trace) -> None:
        """Write the names as an answer."""
        trace.turn()
        names = list(dict.fromkeys(await self._trick(workspace, trace)))[:NAME_LIMIT]
        factors = [{"name": name, "reasoning": "", "evidence": ""} for name in names]
        if task.hand_in.answer is not None:
            await workspace.write_file(
                task.hand_in.answer, json_text({"contributing_factors": factors}).encode()
            )


def make_cheat(name: str) -> CheatAgent:
    """Return the cheat of that name.

    Raises:
        KeyError: there is none.
    """
    return CheatAgent(_TRICKS[name])


async def _name_everything(workspace: Workspace, trace: Trace) -> list[str]:
    """Every object of events and pulls by its ungenerated name; those most spoken of first."""
    seen: Counter[str] = Counter()
    for event in await _read(workspace, trace, "k8s_events_raw.tsv", read_events):
        seen[_entity(event.namespace, event.kind, event.name)] += 1
    for id_ in await _histories(workspace, trace):
        seen[_entity(id_.namespace, id_.kind, id_.name)] += 1
    return [name for name, _ in sorted(seen.items(), key=lambda item: (-item[1], item[0]))]


async def _loudest_alert(workspace: Workspace, trace: Trace) -> list[str]:
    """The workload of the alert seen most often, the more severe one of two."""
    counts: Counter[tuple[str, str]] = Counter()
    severities: dict[tuple[str, str], int] = {}
    for path in filter(is_alert_file, await workspace.list_files()):
        for pull in await _read(workspace, trace, path, _one_pull):
            for alert in pull.alerts:
                workload = alert_workload(alert)
                if workload:
                    entity = _entity(alert.labels.get("namespace", ""), "Deployment", workload)
                    counts[entity, alert.name] += 1
                    severities[entity, alert.name] = _severity(alert.labels.get("severity", ""))
    if not counts:
        return []
    return [min(counts, key=lambda key: (-counts[key], severities[key], key))[0]]


async def _last_change(workspace: Workspace, trace: Trace) -> list[str]:
    """The object that was changed or made last."""
    histories = await _histories(workspace, trace)
    changes = find_changes(histories, begin_ns=min((h.first_ns for h in histories.values()), default=0))
    return [str(max(changes, key=lambda change: (change.time_ns, str(change.id))).id)] if changes else []


async def _any_chaos(workspace: Workspace, trace: Trace) -> list[str]:
    """Every chaos object and schedule in events."""
    events = await _read(workspace, trace, "k8s_events_raw.tsv", read_events)
    return [
        event.entity
        for event in events
        if event.kind.endswith("Chaos") or event.kind in {"Schedule", "Workflow"}
    ]


async def _first_error(workspace: Workspace, trace: Trace) -> list[str]:
    """The service with the most spans that are errors."""
    counts: Counter[str] = Counter()
    for span in await _read(workspace, trace, "otel_traces_raw.tsv", read_spans):
        if span.status == "Error":
            counts[_entity(span.resource.get("k8s.namespace.name", ""), "Deployment", span.service)] += 1
    return [min(counts, key=lambda name: (-counts[name], name))] if counts else []


async def _loudest_warning(workspace: Workspace, trace: Trace) -> list[str]:
    """The object that Warning events are about, or name in their text, most often, but for the common kinds."""
    by_name: dict[str, set[str]] = {}
    for id_ in await _histories(workspace, trace):
        if id_.kind not in _COMMON_KINDS:
            by_name.setdefault(id_.name, set()).add(_entity(id_.namespace, id_.kind, id_.name))
    counts: Counter[str] = Counter()
    for event in await _read(workspace, trace, "k8s_events_raw.tsv", read_events):
        if event.type == "Warning":
            counts[_entity(event.namespace, event.kind, event.name)] += 1
            counts.update(
                name for word in set(_WORD.findall(event.message)) for name in by_name.get(word, ())
            )
    return [min(counts, key=lambda name: (-counts[name], name))] if counts else []


async def _empty(workspace: Workspace, trace: Trace) -> list[str]:
    """Nothing, as if nothing were wrong."""
    del workspace, trace
    return []


_TRICKS: dict[str, Cheat] = {
    "empty": _empty,
    "name-everything": _name_everything,
    "loudest-alert": _loudest_alert,
    "last-change": _last_change,
    "any-chaos": _any_chaos,
    "first-error": _first_error,
    "loudest-warning": _loudest_warning,
}


def _entity(namespace: str, kind: str, name: str) -> str:
    if kind in _WORKLOAD_KINDS:
        return f"{namespace or 'cluster'}/Deployment/{workload_name(kind, name)}"
    return f"{namespace or 'cluster'}/{kind}/{name}"


def _severity(word: str) -> int:
    word = word.lower()
    return _SEVERITIES.index(word) if word in _SEVERITIES else len(_SEVERITIES)


def _one_pull(path: Path, **_: object) -> Iterator[AlertPull]:
    yield read_alerts(path)


async def _read(
    workspace: Workspace, trace: Trace, name: str, reader: Callable[..., Iterator[Record]]
) -> Sequence[Record]:
    """Return all records of the file of that name or path; none where there is none or it cannot be read."""
    found: list[Record] = []
    for path in await workspace.list_files():
        if path != name and path.rpartition("/")[2] != name:
            continue
        file = await read_input(workspace, path, trace)
        if file is None:
            continue
        try:
            found += await asyncio.to_thread(_listed, reader, file)
        except (DataError, RecursionError) as error:
            trace.record("note", about=path, text=str(error))
    return found


def _listed(reader: Callable[..., Iterator[Record]], file: Path) -> list[Record]:
    return list(reader(file, faults=[]))


async def _histories(workspace: Workspace, trace: Trace) -> dict[ObjectId, ObjectHistory]:
    def read(path: Path, *, faults: list[str]) -> Iterator[tuple[ObjectId, ObjectHistory]]:
        yield from read_histories(path, faults=faults).items()

    return dict(await _read(workspace, trace, "k8s_objects_raw.tsv", read))
