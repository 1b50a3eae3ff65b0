"""A tiny made-up shop that writes snapshots, and a way to run agents on them."""

import asyncio
import csv
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from itbench.interfaces.agent import AgentRequest
from itbench.interfaces.task import HandIn, Limits, Task
from itbench.interfaces.trace import Trace
from itbench.interfaces.workspace import Input
from itbench.sandbox.plain.sandbox import LocalSandbox
from itbench_sre.agents.specs import AGENTS

NS = 1_000_000_000
BEGIN_S = int(datetime(2031, 3, 4, 5, 0, 0, tzinfo=UTC).timestamp())
ANSWER = "agent_output.json"
LOG_COLUMNS = [
    *("Timestamp", "TimestampTime", "TraceId", "SpanId", "TraceFlags", "SeverityText", "SeverityNumber"),
    *("ServiceName", "Body", "ResourceSchemaUrl", "ResourceAttributes", "ScopeSchemaUrl", "ScopeName"),
    *("ScopeVersion", "ScopeAttributes", "LogAttributes", "EventName"),
]
TRACE_COLUMNS = [
    *("Timestamp", "TraceId", "SpanId", "ParentSpanId", "TraceState", "SpanName", "SpanKind", "ServiceName"),
    *("ResourceAttributes", "ScopeName", "ScopeVersion", "SpanAttributes", "Duration", "StatusCode"),
    *(
        "StatusMessage",
        "Events.Timestamp",
        "Events.Name",
        "Events.Attributes",
        "Links.TraceId",
        "Links.SpanId",
    ),
    *("Links.TraceState", "Links.Attributes"),
]


def ns(at_s: float) -> int:
    """Seconds since the shop opened as nanoseconds since 1970."""
    return int((BEGIN_S + at_s) * NS)


def stamp(at_s: float) -> str:
    moment = datetime.fromtimestamp(BEGIN_S + at_s, UTC)
    return moment.strftime("%Y-%m-%d %H:%M:%S.%f000")


def zulu(at_s: float) -> str:
    return datetime.fromtimestamp(BEGIN_S + at_s, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def thing(
    kind: str,
    name: str,
    *,
    namespace: str = "shop",
    created_s: float = -9000,
    edited_s: float | None = None,
    owned: bool = False,
    **body: Any,
) -> dict[str, Any]:
    """A Kubernetes object."""
    metadata: dict[str, Any] = {"name": name, "namespace": namespace, "creationTimestamp": zulu(created_s)}
    if edited_s is not None:
        metadata["managedFields"] = [{"manager": "kubectl", "operation": "Update", "time": zulu(edited_s)}]
    if owned:
        metadata["ownerReferences"] = [{"kind": "Deployment", "name": "other"}]
    metadata |= body.pop("metadata", {})
    return {"apiVersion": "v1", "kind": kind, "metadata": metadata, **body}


def deployment(
    name: str,
    *,
    env: dict[str, str] | None = None,
    image: str = "shop:1",
    config: str = "",
    replicas: int = 1,
    **more: Any,
) -> dict[str, Any]:
    """A Deployment with one container, which may read a ConfigMap."""
    container: dict[str, Any] = {
        "name": name,
        "image": image,
        "env": [{"name": key, "value": value} for key, value in (env or {}).items()],
    }
    if config:
        container["envFrom"] = [{"configMapRef": {"name": config}}]
    template = {"metadata": {"labels": {"app": name}}, "spec": {"containers": [container]}}
    return thing("Deployment", name, spec={"replicas": replicas, "template": template}, **more)


@dataclass
class Shop:
    """Rows of a snapshot; times are seconds since it opened. `till` calls `stock`, which calls `vault`."""

    rows: dict[str, list[tuple[str, dict[str, Any]]]] = field(default_factory=dict)
    pulls: list[tuple[float, list[dict[str, Any]]]] = field(default_factory=list)
    spans: int = 0
    events: int = 0

    def pull(self, at_s: float, *objects: dict[str, Any]) -> None:
        for body in objects:
            self._row("k8s_objects_raw.tsv", at_s, Body=json.dumps(body, sort_keys=True))

    def event(
        self,
        at_s: float,
        kind: str,
        name: str,
        reason: str,
        message: str,
        *,
        namespace: str = "shop",
        level: str = "Warning",
        watch: str = "ADDED",
    ) -> None:
        self.events += 1
        event = {
            "involvedObject": {"kind": kind, "name": name, "namespace": namespace},
            "metadata": {"name": f"{name}.{self.events}", "uid": f"u{self.events}"},
            "reason": reason, "message": message, "type": level, "count": 1,
            "firstTimestamp": zulu(at_s), "lastTimestamp": zulu(at_s),
        }  # fmt: skip
        self._row("k8s_events_raw.tsv", at_s, Body=json.dumps({"object": event, "type": watch}))

    def log(self, at_s: float, service: str, body: str, *, severity: str = "ERROR") -> None:
        resource = {"k8s.deployment.name": service, "k8s.namespace.name": "shop"}
        number = {"ERROR": 17, "INFO": 9}.get(severity, 0)
        self._row("otel_logs_raw.tsv", at_s, ServiceName=service, Body=body, SeverityText=severity, SeverityNumber=number, ResourceAttributes=repr(resource), LogAttributes="{}")  # fmt: skip

    def span(
        self,
        at_s: float,
        service: str,
        name: str,
        kind: str,
        *,
        parent: str = "",
        error: str | None = None,
        ms: int = 5,
        **attributes: str,
    ) -> str:
        self.spans += 1
        span_id = f"{self.spans:016x}"
        resource = {"k8s.deployment.name": service, "k8s.namespace.name": "shop"}
        self._row("otel_traces_raw.tsv", at_s, TraceId="t", SpanId=span_id, ParentSpanId=parent, SpanName=name, SpanKind=kind, ServiceName=service,
                  ResourceAttributes=repr(resource), SpanAttributes=repr({key.replace("_", "."): value for key, value in attributes.items()}), Duration=ms * 1_000_000,
                  StatusCode="Unset" if error is None else "Error", StatusMessage=error or "")  # fmt: skip
        return span_id

    def request(
        self, at_s: float, *, broken: str = "", error: str = "connection refused", slow_ms: int = 5
    ) -> None:
        """One request; `broken` is the service that cannot be reached."""
        is_bad = broken != ""
        root = self.span(
            at_s, "till", "GET /", "Server", error="upstream" if is_bad else None, ms=slow_ms + 20
        )
        call = self.span(
            at_s, "till", "stock/Get", "Client", parent=root, error=error if is_bad else None, ms=slow_ms + 15
        )
        if broken == "stock":
            return
        stock = self.span(
            at_s,
            "stock",
            "stock/Get",
            "Server",
            parent=call,
            error=error if is_bad else None,
            ms=slow_ms + 10,
        )
        self.span(
            at_s,
            "stock",
            "vault/Open",
            "Client",
            parent=stock,
            error=error if is_bad else None,
            ms=slow_ms,
            server_address="vault",
        )

    def traffic(
        self, *, end_s: int = 1200, broken: str = "", from_s: int = 600, error: str = "connection refused"
    ) -> None:
        """A request every five seconds, all of which fail from `from_s` on where a service is broken."""
        for at_s in range(0, end_s, 5):
            is_bad = broken != "" and at_s >= from_s
            self.request(at_s, broken=broken if is_bad else "", error=error)
            self.log(at_s, "till", f"GET / {at_s}", severity="INFO")
            if is_bad:
                self.log(at_s, "till", f"call of {broken} failed: {error}")

    def alerts(
        self, directory: Path, at_s: float, *alerts: dict[str, str], prefix: str = "alerts_at_"
    ) -> None:
        content = [
            {
                "labels": {key: value for key, value in alert.items() if key != "active"},
                "annotations": {},
                "state": "firing",
                "activeAt": alert.get("active", zulu(at_s - 30)),
                "value": "1",
            }
            for alert in alerts
        ]
        folder = directory / "alerts"
        folder.mkdir(parents=True, exist_ok=True)
        name = datetime.fromtimestamp(BEGIN_S + at_s, UTC).strftime("%Y-%m-%dT%H-%M-%S.%f")
        (folder / f"{prefix}{name}.json").write_text(json.dumps(content))

    def write(self, directory: Path) -> Path:
        directory.mkdir(parents=True, exist_ok=True)
        for name, rows in self.rows.items():
            columns = TRACE_COLUMNS if "traces" in name else LOG_COLUMNS
            with (directory / name).open("w", encoding="utf-8", newline="") as file:
                writer = csv.writer(file, delimiter="\t", lineterminator="\n")
                writer.writerow(columns)
                for _, row in sorted(rows, key=lambda row: row[0]):
                    writer.writerow([row.get(column, "") for column in columns])
        return directory

    def _row(self, name: str, at_s: float, **row: Any) -> None:
        time = stamp(at_s)
        self.rows.setdefault(name, []).append((time, {"Timestamp": time, **row}))


@dataclass
class Attempt:
    """What an agent did: its answer, its trace, and the paths that it touched."""

    answer: Any
    trace: Trace
    paths: list[str]

    @property
    def names(self) -> list[str]:
        return (
            [] if self.answer is None else [factor["name"] for factor in self.answer["contributing_factors"]]
        )

    @property
    def notes(self) -> str:
        return "\n".join(event.data for event in self.trace.events if event.kind == "note")


class RecordingWorkspace:
    """A workspace that notes every path it is asked for."""

    tools: Sequence[Any] = ()

    def __init__(self, inner: Any) -> None:
        self.inner = inner
        self.path = inner.path
        self.paths: list[str] = []

    async def execute(self, command: Any, **options: Any) -> Any:
        raise AssertionError(f"no agent of this domain runs commands, this one ran {command!r}")

    async def session(self, *, pty: bool = False) -> Any:
        raise AssertionError("no agent of this domain opens a session")

    async def expose(self, name: str, port: int, server: Any) -> None:
        raise AssertionError("no agent of this domain exposes a server")

    async def read_file(self, path: str, *, max_bytes: int | None = None) -> bytes:
        self.paths.append(path)
        data: bytes = await self.inner.read_file(path, max_bytes=max_bytes)
        return data

    async def write_file(self, path: str, data: bytes) -> None:
        self.paths.append(path)
        await self.inner.write_file(path, data)

    async def list_files(self, path: str = ".") -> list[str]:
        self.paths.append(path)
        paths: list[str] = await self.inner.list_files(path)
        return paths


def attempt(
    agent_name: str, directory: Path, *, limits: Limits | None = None, answer: str = ANSWER
) -> Attempt:
    """Run an agent on a snapshot in a real workspace."""
    spec = next(spec for spec in AGENTS if spec.name == agent_name)
    agent = spec.create(AgentRequest(name=agent_name))
    task = Task(
        id="sre-x",
        title="Incident",
        instructions="Find the cause.",
        hand_in=HandIn(answer=answer),
        limits=limits or Limits(),
    )
    files = sorted(path for path in directory.rglob("*") if path.is_file())
    inputs = [Input(path.relative_to(directory).as_posix(), path) for path in files]

    async def work() -> Attempt:
        async with LocalSandbox().open(inputs) as inner:
            workspace = RecordingWorkspace(inner)
            trace = Trace(limits=task.limits)
            await agent.solve(task, workspace, trace)
            written = answer in await inner.list_files()
            return Attempt(
                json.loads(await inner.read_file(answer)) if written else None, trace, workspace.paths
            )

    return asyncio.run(work())


@pytest.fixture
def make() -> Any:
    """The builders above; test modules cannot import this one."""
    return sys.modules[__name__]


@pytest.fixture
def shop() -> Shop:
    return Shop()
