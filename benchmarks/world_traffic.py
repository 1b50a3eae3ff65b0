"""Processor time that traffic takes: 2,500 visits of an application of 20 services, about 25 calls each, in 20 minutes.

Run: `python benchmarks/world_traffic.py [--profile]`.
"""

import argparse
import cProfile
import pstats
import time

from itbench_sre.world.application.model import (
    Application,
    Call,
    Dependency,
    Image,
    Journey,
    Operation,
    Program,
    Protocol,
    Setting,
    Work,
)
from itbench_sre.world.clock.loop import MINUTE_US, Loop
from itbench_sre.world.runtime.place import Place
from itbench_sre.world.runtime.runtime import Runtime
from itbench_sre.world.runtime.users import Users
from itbench_sre.world.store.refs import Ref
from itbench_sre.world.store.store import Store

_START_US = 1_765_800_000_000_000
_SERVICES = 18


def _dependency(name: str, protocol: Protocol, pool: int = 0) -> Dependency:
    return Dependency(
        address=Setting(default=f"{name}:8080"),
        protocol=protocol,
        retries=Setting(default=1),
        pool=Setting(default=pool),
    )


def _server(number: int, children: list[int]) -> Program:
    steps: list[Work | Call] = [Work(700, 300)]
    steps += [
        Call(dependency=f"s{child}", operation="get", count=2 if child % 3 == 0 else 1) for child in children
    ]
    if number % 4 == 3:
        steps.append(Call(dependency="db", operation="SELECT"))
    return Program(
        name=f"s{number}",
        language="go",
        ports={"grpc": 8080},
        operations={"get": Operation(name="get", steps=tuple(steps), failure_per_million=500)},
        dependencies={f"s{child}": _dependency(f"s{child}", Protocol.GRPC) for child in children}
        | {"db": _dependency("db", Protocol.SQL, pool=10)},
        slots=32,
    )


def _programs() -> list[Program]:
    """Return a tree of services, an entrance before them and a database behind."""
    made = [_server(number, [c for c in (3 * number + 1, 3 * number + 2, 3 * number + 3) if c < _SERVICES])
            for number in range(_SERVICES)]  # fmt: skip
    entrance = Program(
        name="entrance",
        language="envoy",
        role="proxy",
        ports={"http": 8080},
        operations={
            "GET /": Operation(
                name="GET /",
                protocol=Protocol.HTTP,
                steps=(Work(500), Call(dependency="s0", operation="get")),
            )
        },
        dependencies={"s0": _dependency("s0", Protocol.GRPC)},
        slots=200,
    )
    database = Program(
        name="db",
        language="postgres",
        role="database",
        ports={"sql": 8080},
        operations={"SELECT": Operation(name="SELECT", protocol=Protocol.SQL, steps=(Work(500, 400),))},
        slots=32,
        settings={"max_connections": Setting(default=200)},
    )
    return [*made, entrance, database]


def _install(store: Store, runtime: Runtime, program: Program, number: int) -> None:
    ip = f"10.0.0.{number + 1}"
    service = {
        "kind": "Service",
        "apiVersion": "v1",
        "metadata": {"name": program.name, "namespace": "shop"},
        "spec": {"clusterIP": f"10.96.0.{number + 1}", "ports": [{"name": "main", "port": 8080}]},
    }
    endpoints = {
        "kind": "Endpoints",
        "apiVersion": "v1",
        "metadata": {"name": program.name, "namespace": "shop"},
        "subsets": [{"addresses": [{"ip": ip}], "ports": [{"name": "main", "port": 8080}]}],
    }
    store.create(service, "helm")
    store.create(endpoints, "kube-controller-manager")
    runtime.start(
        Place(
            pod=Ref("Pod", "shop", f"{program.name}-0"),
            uid=f"uid-{program.name}",
            container=program.name,
            restart=0,
            node=f"node-{number % 3}",
            pod_ip=ip,
            image=Image(reference=program.name, program=program),
            cpu_limit_m=2000,
            memory_limit=1 << 30,
        )
    )


def main() -> None:
    """Print the processor time and what it was for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--profile", action="store_true", help="print where the time goes")
    is_profiled = parser.parse_args().profile
    programs = _programs()
    loop = Loop(_START_US)
    store = Store(loop, 1)
    runtime = Runtime(loop, store, 1)
    for number, program in enumerate(programs):
        _install(store, runtime, program, number)
    application = Application(
        name="shop",
        namespace="shop",
        objects=(),
        images=tuple(Image(reference=program.name, program=program) for program in programs),
        entrance="entrance:8080",
        journeys=(Journey(name="visit", weight=1, operations=("GET /",)),),
        visits_per_minute=125,
    )
    users = Users(runtime, application, 1, is_flat=True)
    loop.run_until(_START_US + MINUTE_US)
    users.begin()
    profile = cProfile.Profile()
    began = time.process_time()
    if is_profiled:
        profile.enable()
    loop.run_until(_START_US + 21 * MINUTE_US)
    profile.disable()
    took = time.process_time() - began
    visits = sum(minute.visits for minute in users.minutes.values())
    failed = sum(minute.failed for minute in users.minutes.values())
    calls = sum(sum(counts) for counts in runtime.meters.edges.values())
    print(
        f"{took:.2f} s for {visits} visits ({failed} failed), {calls} calls: {took / calls * 1e6:.1f} us a call"
    )
    if is_profiled:
        pstats.Stats(profile).sort_stats("tottime").print_stats(22)


if __name__ == "__main__":
    main()
