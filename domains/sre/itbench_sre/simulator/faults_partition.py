"""Partitions: packets between two services, or to one, vanish."""

from __future__ import annotations

from typing import TYPE_CHECKING

from itbench_sre.simulator.catalog import NAMESPACE
from itbench_sre.simulator.chaos import CHAOS_NAMESPACE
from itbench_sre.simulator.faults import EASY, Fault
from itbench_sre.simulator.paths import callers
from itbench_sre.simulator.places import Policy
from itbench_sre.simulator.triggers import replace_pods

if TYPE_CHECKING:
    from itbench_sre.simulator.faults import Case


def _chaos(case: Case) -> Fault:
    world = case.world
    caller, _, callee = case.target.partition(">")
    schedule = world.chaos.draw_name()
    # An experiment with the direction `to` is applied to the sender alone; it cuts the path as well.
    ends = (caller, callee) if case.difficulty == EASY else (caller,)

    def inject() -> None:
        pods = [f"{NAMESPACE}/{pod.name}" for name in ends for pod in world.cluster.endpoints[name]]
        world.chaos.spawn(schedule, "NetworkChaos", pods)
        world.network.cut.add((caller, callee))

    return Fault(
        kind="NetworkChaos",
        name=schedule,
        pattern=f"{schedule}.*",
        condition=f"an experiment drops all packets between {caller} and {callee}",
        effect=f"calls of {callee} by {caller} get no answer",
        category="Network",
        mechanism="network_partition",
        solution=f"delete Schedule {schedule} in {CHAOS_NAMESPACE} and the NetworkChaos it spawned",
        inject=inject,
        namespace=CHAOS_NAMESPACE,
        hits=(caller,),
        schedule=schedule,
        path=(caller, callee, *callers(caller)),
    )


def _policy(case: Case) -> Fault:
    world, target = case.world, case.target
    random = world.random.fork("policy")
    name = random.pick((f"{target}-ingress", f"{target}-baseline", f"{target}-hardening"))

    def inject() -> None:
        cluster = world.cluster
        cluster.policies.append(
            Policy(
                name=name,
                service=target,
                uid=random.uid(),
                version=cluster.next_version(),
                created_us=world.loop.now_us,
            )
        )
        # Connections that stand survive a policy; those of the next pods are never made.
        world.loop.at(case.trigger_us() + 2_000_000, world.network.denied.add, target)

    def prepare() -> None:
        world.loop.at(case.trigger_us(), replace_pods, case, target)

    return Fault(
        kind="NetworkPolicy",
        name=name,
        pattern=name,
        condition=f"a NetworkPolicy without ingress rules selects the pods of {target}",
        effect=f"no packet reaches {target}",
        category="Network",
        mechanism="ingress-port-blocking-network-policy",
        solution=f"delete NetworkPolicy {name}",
        inject=inject,
        prepare=prepare,
        hits=(target,),
        path=(target, *callers(target)),
        still=frozenset({target, *callers(target)}),
    )


PARTITIONS = {
    "partition-chaos": _chaos,
    "partition-hub": _chaos,
    "partition-store": _chaos,
    "partition-policy": _policy,
}
