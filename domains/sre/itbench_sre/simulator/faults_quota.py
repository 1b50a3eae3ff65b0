"""Resource quotas that are too small: the namespace's quota is lowered, then something needs new pods."""

from __future__ import annotations

from typing import TYPE_CHECKING

from itbench_sre.simulator.catalog import BY_NAME
from itbench_sre.simulator.faults import Fault
from itbench_sre.simulator.paths import callers
from itbench_sre.simulator.triggers import deploy_good_image, replace_pods

if TYPE_CHECKING:
    from collections.abc import Callable

    from itbench_sre.simulator.faults import Case
    from itbench_sre.simulator.quotas import Quota
    from itbench_sre.simulator.world import World

_STAYING = frozenset({"flagd", "frontend", "frontend-proxy", "load-generator", "otel-collector"})


def _quota(world: World, resource: str) -> Quota:
    return next(quota for quota in world.cluster.quotas if resource in quota.hard)


def _lower(case: Case, resource: str, below: int) -> None:
    """Set the quota's `resource` to what is used now, less `below`."""
    world = case.world
    quota = _quota(world, resource)
    alive = [pod for pod in world.cluster.all_pods if not pod.is_gone]
    before = quota.hard[resource]
    quota.set_hard(
        resource, quota.used(alive)[resource] - below, world.loop.now_us, world.cluster.next_version()
    )
    if case.undo_us:
        world.loop.at(case.undo_us, _restore, world, quota, resource, before)


def _restore(world: World, quota: Quota, resource: str, amount: int) -> None:
    quota.set_hard(resource, amount, world.loop.now_us, world.cluster.next_version())


def _fault(case: Case, resource: str, below: int, prepare: Callable[[], None]) -> Fault:
    quota = _quota(case.world, resource).name

    def inject() -> None:
        _lower(case, resource, below)

    return Fault(
        kind="ResourceQuota",
        name=quota,
        pattern=quota,
        condition=f"{resource} of the ResourceQuota was lowered to less than the namespace needs",
        effect="the API server refuses to create pods: exceeded quota",
        category="Change",
        mechanism="insufficient-kubernetes-resource-quota",
        solution=f"raise {resource} of ResourceQuota {quota} to what it was before",
        inject=inject,
        prepare=prepare,
        path=(case.target, *callers(case.target)),
        still=frozenset(BY_NAME) if case.is_latent else frozenset(),
    )


def _memory(case: Case) -> Fault:
    def prepare() -> None:
        case.world.loop.at(case.trigger_us(), replace_pods, case, case.target)

    return _fault(case, "limits.memory", BY_NAME[case.target].memory_limit // 2, prepare)


def _pods(case: Case) -> Fault:
    def prepare() -> None:
        # In steps, so that the autoscaler keeps up where it may.
        for step, factor in enumerate((3, 3, 3, 3)):
            at_us = case.trigger_us() + step * 60_000_000
            case.world.loop.at(at_us, case.world.raise_traffic, "recommendations", factor)

    return _fault(case, "pods", 0, prepare)


def _limits(case: Case) -> Fault:
    def drain() -> None:
        cluster = case.world.cluster
        pod = cluster.deployments[case.target].pods[0]
        node = next(node for node in cluster.nodes if node.name == pod.node)
        cluster.drain(node, _STAYING, case.target)

    def prepare() -> None:
        case.world.loop.at(case.trigger_us(), drain)

    return _fault(case, "limits.cpu", BY_NAME[case.target].cpu_limit * 9 // 2, prepare)


def _requests(case: Case) -> Fault:
    def deploy() -> None:
        deploy_good_image(case.world, case.target, case.world.random.fork("good image"))

    def prepare() -> None:
        case.world.loop.at(case.trigger_us(), deploy)

    return _fault(case, "requests.memory", BY_NAME[case.target].memory_request // 2, prepare)


QUOTAS = {"quota-memory": _memory, "quota-pods": _pods, "quota-limits": _limits, "quota-requests": _requests}
