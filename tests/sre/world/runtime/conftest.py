"""A town of processes without kubelets: each is started where a test puts it, with a Service in front."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from itbench_sre.world.application.model import (
    Call,
    Dependency,
    Image,
    Operation,
    Program,
    Protocol,
    Setting,
    Work,
)
from itbench_sre.world.clock.loop import SECOND_US, Loop
from itbench_sre.world.clock.randomness import Randomness, mixed
from itbench_sre.world.runtime.frames import Attempt, Frame, Request, Sink
from itbench_sre.world.runtime.place import Place
from itbench_sre.world.runtime.process import Process
from itbench_sre.world.runtime.runtime import Runtime
from itbench_sre.world.store.refs import JsonObject, Ref
from itbench_sre.world.store.store import Store

START_US = 1_765_800_000_000_000
NAMESPACE = "shop"


class Ears(Sink):
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.frames: list[Frame] = []
        self.attempts: list[Attempt] = []
        self.lines: list[tuple[str, dict[str, Any]]] = []

    def served(self, frame: Frame) -> None:
        self.frames.append(frame)

    def called(self, attempt: Attempt) -> None:
        self.attempts.append(attempt)

    def line(self, process: Process, line: Any, fields: dict[str, Any], request: Request | None) -> None:
        self.lines.append((line.body, fields))


class Kubelets:
    """Stands for all kubelets: notes what ended, and starts nothing again."""

    def __init__(self) -> None:
        self.ends: list[tuple[str, int, str]] = []

    def __contains__(self, node: str) -> bool:
        return True

    def __getitem__(self, node: str) -> "Kubelets":
        return self

    def ended(self, process: Process, exit_code: int, reason: str) -> None:
        self.ends.append((process.place.pod.name, exit_code, reason))


class Town:
    """Processes, Services in front of them, and users who ask."""

    def __init__(self) -> None:
        self.loop = Loop(START_US)
        self.store = Store(self.loop, 1)
        self.ears = Ears()
        self.runtime = Runtime(self.loop, self.store, 1, self.ears)
        self.kubelets = Kubelets()
        self.runtime.kubelets = self.kubelets
        self.ended: list[Frame] = []
        self._ips = 0

    def run(self, seconds: int) -> None:
        self.loop.run_until(self.loop.now_us + seconds * SECOND_US)

    def image(self, program: Program, **more: Any) -> Image:
        return Image(reference=f"{program.name}:1", program=program, **more)

    def start(
        self, program: Program, *, image: Image | None = None, number: int = 0, **place: Any
    ) -> Process:
        """Start a process of a program; its pod has the label `app`."""
        self._ips += 1
        found = Place(
            **{
                "pod": Ref("Pod", NAMESPACE, f"{program.name}-{number}"),
                "uid": f"uid-{program.name}-{number}-{self._ips}",
                "container": program.name,
                "restart": 0,
                "node": "node-1",
                "pod_ip": f"10.0.0.{self._ips}",
                "image": image or self.image(program),
                "labels": {"app": program.name},
                **place,
            }
        )
        return self.runtime.start(found)

    def serve(self, program: Program, *processes: Process, target_port: int = 8080) -> None:
        """Put a Service before processes."""
        service = Ref("Service", NAMESPACE, program.name)
        if self.store.get(service) is None:
            self._ips += 1
            spec = {"clusterIP": f"10.96.0.{self._ips}", "ports": [{"name": "main", "port": 8080}]}
            self.create("Service", program.name, spec=spec)
        addresses = [{"ip": process.place.pod_ip} for process in processes]
        subsets = (
            [{"addresses": addresses, "ports": [{"name": "main", "port": target_port}]}] if processes else []
        )
        endpoints = Ref("Endpoints", NAMESPACE, program.name)
        if self.store.get(endpoints) is None:
            self.create("Endpoints", program.name, subsets=subsets)
        else:
            self.store.edit(endpoints, {("subsets",): subsets}, "kube-controller-manager")

    def create(self, kind: str, name: str, namespace: str = NAMESPACE, **parts: Any) -> JsonObject:
        metadata: JsonObject = {"name": name, **parts.pop("metadata", {})}
        if namespace:
            metadata["namespace"] = namespace
        return self.store.create({"apiVersion": "v1", "kind": kind, "metadata": metadata, **parts}, "helm")

    def up(self, program: Program, **place: Any) -> Process:
        """Start a process with its Service."""
        process = self.start(program, **place)
        self.serve(program, process)
        return process

    def ask(self, process: Process, operation: str, times: int = 1, every_us: int = 100_000) -> None:
        """Let a process do an operation by itself, so many times."""
        for number in range(times):
            self.loop.after(number * every_us, self._ask, process, operation, len(self.ended) + number)

    def _ask(self, process: Process, operation: str, number: int) -> None:
        if process.is_over:
            return
        request = Request(
            number,
            "user",
            f"{number + 1:032x}",
            True,
            Randomness(mixed(7, f"{operation} {number}")),
            {"group": "all"},
        )
        frame = Frame(process, process.plans[operation], request, None, self.loop.now_us)
        frame.then = self.ended.append
        self.runtime.calls.begin(frame)

    def failures(self) -> list[str]:
        """Return the codes of what the callers' calls failed with, in order."""
        return [attempt.failure.code for attempt in self.ears.attempts if attempt.failure is not None]

    def messages(self) -> list[str]:
        return [attempt.failure.message for attempt in self.ears.attempts if attempt.failure is not None]


def server(
    name: str,
    cpu_us: int = 1_000,
    *calls: Call,
    needs: Mapping[str, Dependency] | None = None,
    protocol: Protocol = Protocol.GRPC,
    operation: str = "Get",
    wait_us: int = 0,
    writes: int = 0,
    **more: Any,
) -> Program:
    """Return a program with one operation that works, then calls."""
    made = Operation(name=operation, protocol=protocol, steps=(Work(cpu_us, wait_us), *calls), writes=writes)
    return Program(
        **{
            "name": name,
            "language": "go",
            "ports": {"main": 8080},
            "operations": {operation: made},
            "dependencies": needs or {},
            "startup_us": 500_000,
            **more,
        }
    )


def on(name: str, protocol: Protocol = Protocol.GRPC, **more: Any) -> Dependency:
    """Return a dependency on a Service."""
    parts: dict[str, Any] = {
        key: Setting(default=value) if type(value) is int else value for key, value in more.items()
    }
    address = Setting(variable=f"{name.upper()}_ADDR", default=f"{name}:8080")
    return Dependency(address=address, protocol=protocol, **parts)


@pytest.fixture
def town() -> Town:
    """Return a town in which nothing runs yet."""
    return Town()


@pytest.fixture
def pair(town: Town) -> Callable[..., tuple[Process, Process]]:
    """Return a maker of a caller and the server that it calls."""

    def make(server_of: Program | None = None, **dependency: Any) -> tuple[Process, Process]:
        behind = server_of or server("back")
        operation = next(iter(behind.operations.values()))
        protocol = operation.protocol
        call = Call(dependency=behind.name, operation=operation.name)
        front = server("front", 500, call, needs={behind.name: on(behind.name, protocol, **dependency)})
        made = town.up(front), town.up(behind)
        town.run(3)
        return made

    return make
