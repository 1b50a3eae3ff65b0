"""Pods and what owns them: the state of the cluster that both Kubernetes and the requests act on."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from itbench_sre.simulator.events import Subject

if TYPE_CHECKING:
    from itbench_sre.simulator.catalog import Service
    from itbench_sre.simulator.frames import Attempt, Frame
    from itbench_sre.simulator.pools import Pool


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """The pod template of a workload, as far as it changes anything."""

    image: str
    command: tuple[str, ...] = ()
    environment: tuple[tuple[str, str], ...] = ()
    readiness_port: int = 0
    annotations: tuple[tuple[str, str], ...] = ()
    cpu_request: int
    cpu_limit: int
    memory_request: int
    memory_limit: int


@dataclass(slots=True, kw_only=True, eq=False)
class Change:
    """One entry of managedFields: who wrote which top-level parts, and when."""

    manager: str
    time_us: int
    path: tuple[str, ...]


@dataclass(slots=True, kw_only=True, eq=False)
class Deployment:
    """A Deployment of the shop's namespace and the ReplicaSets it made."""

    name: str
    service: Service
    template: Template
    replicas: int
    is_recreated: bool
    uid: str
    version: int
    created_us: int
    labels: dict[str, str]
    annotations: dict[str, str]
    generation: int = 1
    revision: int = 0
    sets: list[ReplicaSet] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    changed_us: int = 0

    @property
    def pods(self) -> list[Pod]:
        """All pods of all its ReplicaSets, those going away included."""
        return [pod for owner in self.sets for pod in owner.pods]

    def subject(self, namespace: str) -> Subject:
        """Return how events name it."""
        return Subject(
            kind="Deployment",
            name=self.name,
            namespace=namespace,
            uid=self.uid,
            api_version="apps/v1",
            version=self.version,
        )


@dataclass(slots=True, kw_only=True, eq=False)
class ReplicaSet:
    """A ReplicaSet: one template, a wished number of pods."""

    name: str
    suffix: str
    deployment: Deployment
    template: Template
    uid: str
    version: int
    created_us: int
    desired: int = 0
    failure: str = ""
    failed_us: int = 0
    retries: int = 0
    is_retry_due: bool = False
    pods: list[Pod] = field(default_factory=list)

    def subject(self, namespace: str) -> Subject:
        """Return how events name it."""
        return Subject(
            kind="ReplicaSet",
            name=self.name,
            namespace=namespace,
            uid=self.uid,
            api_version="apps/v1",
            version=self.version,
        )


@dataclass(slots=True, kw_only=True, eq=False)
class Pod:
    """A pod: its Kubernetes state, and the server that runs in it."""

    name: str
    owner: ReplicaSet
    service: Service
    template: Template
    uid: str
    version: int
    created_us: int
    node: str = ""
    address: str = ""
    scheduled_us: int = 0
    started_us: int = 0
    ready_us: int = 0
    phase: str = "Pending"
    waiting: str = "ContainerCreating"
    waiting_message: str = ""
    restarts: int = 0
    attempts: int = 0
    is_serving: bool = False
    is_ready: bool = False
    is_deleting: bool = False
    is_gone: bool = False
    settings: dict[str, str] = field(default_factory=dict)
    overrides: dict[str, str] = field(default_factory=dict)
    active: int = 0
    queue: deque[Attempt] = field(default_factory=deque)
    frames: dict[int, Frame] = field(default_factory=dict)
    pools: dict[str, Pool] = field(default_factory=dict)
    connections: int = 0
    cpu_us: int = 0
    handled: int = 0

    @property
    def container(self) -> str:
        """The name of its one container."""
        return self.service.name

    def subject(self, namespace: str, *, is_container: bool = False) -> Subject:
        """Return how events name it, or its container."""
        return Subject(
            kind="Pod",
            name=self.name,
            namespace=namespace,
            uid=self.uid,
            version=self.version,
            field_path=f"spec.containers{{{self.container}}}" if is_container else "",
        )
