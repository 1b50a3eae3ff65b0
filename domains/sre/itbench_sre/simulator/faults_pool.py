"""Connections that run out: a pool too small, a leak, a squatter, a server that admits too few."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from itbench_sre.simulator.catalog import POOLS, Service
from itbench_sre.simulator.faults import Fault
from itbench_sre.simulator.paths import callers
from itbench_sre.simulator.triggers import built_image, replace_pods
from itbench_sre.world.clock.loop import SECOND_US

if TYPE_CHECKING:
    from itbench_sre.simulator.faults import Case

_DATABASE_CLIENTS = ("product-catalog", "accounting")
_POOL_MECHANISM = "connection-pool-exhaustion"


def _size(case: Case) -> Fault:
    world, target = case.world, case.target
    configmap, key = POOLS[target, "postgresql"]

    def inject() -> None:
        world.cluster.edit_configmap(configmap, key, "1", "kubectl-edit")

    def prepare() -> None:
        world.loop.at(case.trigger_us(), replace_pods, case, target)
        world.loop.at(case.trigger_us() + 20 * SECOND_US, world.raise_traffic, "product", 7)

    return Fault(
        kind="ConfigMap",
        name=configmap,
        pattern=configmap,
        condition=f"{key} was lowered to 1",
        effect=f"{target} waits for its only connection to postgresql and times out",
        category="Change",
        mechanism=_POOL_MECHANISM,
        solution=f"restore {key} in ConfigMap {configmap} and restart {target}",
        inject=inject,
        prepare=prepare,
        hits=(target,),
        path=(target, "postgresql", *callers(target)),
        still=frozenset({target}),
    )


# (server, hundredths of a query in which a connection gets lost if the pool is to be empty after a second)
_LEAKS = {"cart": ("valkey-cart", 8), "product-catalog": ("postgresql", 11)}
_LEAST_LEAK_S = 150


def _leak(case: Case) -> Fault:
    world, target = case.world, case.target
    server, hundredths = _LEAKS[target]
    image = built_image(target, world.random.fork("build"))

    def inject() -> None:
        world.mesh.leaking_images[image] = max(case.lag_s, _LEAST_LEAK_S) * hundredths // 100
        path = ("spec", "containers", target, "image")
        world.cluster.change_template(target, "argocd-controller", path, image=image)

    return Fault(
        kind="Deployment",
        name=target,
        pattern=rf"{target}\b",
        condition=f"the new image {image} does not give connections to {server} back",
        effect=f"the pool of {target} runs empty and its calls time out",
        category="Change",
        mechanism=_POOL_MECHANISM,
        solution=f"roll Deployment {target} back to its previous image",
        inject=inject,
        hits=(target,),
        path=(target, server, *callers(target)),
        still=frozenset({target}),
    )


def _reporter(name: str, release: int) -> Service:
    return Service(
        name=name,
        language="python",
        port=8080,
        replicas=3,
        cpu_limit=200,
        memory_request=64,
        memory_limit=128,
        image=f"ghcr.io/astronomy-shop/{name}:1.{release}.0",
        has_metrics=False,
    )


_SESSIONS = 34


def _squatter(case: Case) -> Fault:
    world, target = case.world, case.target
    name = world.random.fork("name").pick(
        ("sales-report", "order-export", "inventory-sync", "revenue-dashboard")
    )
    service = _reporter(name, world.random.fork("tag").below(9))

    def inject() -> None:
        deployment = world.cluster.add_deployment(service, world.loop.now_us)
        deployment.labels = {"app.kubernetes.io/name": name, "opentelemetry.io/name": name}
        deployment.annotations = {}
        settings = (
            ("DATABASE_URL", "postgresql://reporting@postgresql:5432/otel"),
            ("DB_POOL_MIN_SIZE", str(_SESSIONS)),
        )
        deployment.template = replace(deployment.template, environment=settings)
        world.kubelet.holds[name] = (_SESSIONS, max(case.lag_s, 24) * SECOND_US // _SESSIONS)
        world.cluster.sync(deployment)
        world.loop.after(40_000_000, report)

    def report() -> None:
        for pod in world.cluster.deployments[name].pods:
            held = sum(len(pool.opened) for pool in pod.pools.values())
            world.telemetry.log(pod, "INFO", 9, f"report refreshed, sessions={held}")
        world.loop.after(60_000_000, report)

    return Fault(
        kind="Deployment",
        name=name,
        pattern=rf"{name}\b",
        condition=f"the new Deployment {name} opens {_SESSIONS} sessions per pod and keeps them",
        effect=f"{target} has no connection slots left for its other clients",
        category="Change",
        mechanism=_POOL_MECHANISM,
        solution=f"scale Deployment {name} down, or put a connection pooler before {target}",
        inject=inject,
        hits=_DATABASE_CLIENTS,
        path=("product-catalog", target, "frontend"),
        still=frozenset({target}),
    )


def _server(case: Case) -> Fault:
    world, target = case.world, case.target
    configmap = f"{target}-config"

    def inject() -> None:
        world.cluster.edit_configmap(configmap, "max_connections", "5", "kubectl-edit")

    def prepare() -> None:
        world.loop.at(case.trigger_us(), replace_pods, case, target)

    return Fault(
        kind="ConfigMap",
        name=configmap,
        pattern=configmap,
        condition="max_connections was lowered from 100 to 5, three of them reserved",
        effect=f"{target} turns clients away: remaining connection slots are reserved",
        category="Change",
        mechanism=_POOL_MECHANISM,
        solution=f"restore max_connections in ConfigMap {configmap} and restart {target}",
        inject=inject,
        prepare=prepare,
        hits=_DATABASE_CLIENTS,
        path=("product-catalog", target, "frontend"),
        still=frozenset({target}),
    )


POOL_FAULTS = {
    "pool-size": _size,
    "pool-leak": _leak,
    "pool-squatter": _squatter,
    "pool-server": _server,
}
