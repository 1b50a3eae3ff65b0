"""What also happens, and means nothing: harmless changes, chaos that is not active, blips of probes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from itbench_sre.simulator.catalog import NAMESPACE, VERSION
from itbench_sre.simulator.flags import flag_file, flag_names
from itbench_sre.simulator.places import Policy
from itbench_sre.simulator.triggers import change_log_level
from itbench_sre.world.clock.loop import MINUTE_US, SECOND_US

if TYPE_CHECKING:
    from collections.abc import Callable

    from itbench_sre.simulator.faults import Fault
    from itbench_sre.simulator.randomness import Randomness
    from itbench_sre.simulator.world import World

_EXPERIMENTS = (
    ("NetworkChaos", "currency"),
    ("NetworkChaos", "fraud-detection"),
    ("NetworkChaos", "image-provider"),
    ("NetworkChaos", "quote"),
    ("StressChaos", "ad"),
    ("StressChaos", "email"),
    ("StressChaos", "payment"),
    ("IOChaos", "recommendation"),
)
_ELSEWHERE = ("book-info", "load-lab", "staging")


class Decoys:
    """Schedules the decoys of one incident; the same ones with and without its fault."""

    def __init__(self, world: World, fault: Fault, fault_us: int) -> None:
        self._world = world
        self._fault = fault
        self._random: Randomness = world.random.fork("decoys")
        self._allow_collector()
        self._schedule_chaos(must_exist=fault.kind == "NetworkChaos")
        self._schedule_changes(fault_us)
        loop, random = world.loop, self._random
        for _ in range(random.between(1, 3)):
            loop.at(world.start_us + random.delay_us(60, 1200), self._probe_blip)

    def _allow_collector(self) -> None:
        cluster = self._world.cluster
        policy = Policy(
            name="allow-otlp",
            service="otel-collector",
            uid=self._random.uid(),
            version=cluster.next_version(),
            created_us=cluster.deployed_us,
            is_allowing=True,
            manager="helm",
        )
        cluster.policies.append(policy)

    def _schedule_changes(self, fault_us: int) -> None:
        changes: list[Callable[[], None]] = [self._annotate, self._scale, self._edit_flags, self._redeploy]
        world, random = self._world, self._random
        changes += [self._tune, self._export]
        first, *rest = random.shuffled(changes)
        if random.below(2):
            world.loop.at(world.start_us + random.delay_us(100, 380), first)
        else:
            rest.append(first)
        # The last change always comes after the fault has shown itself.
        at_us = fault_us + random.delay_us(110, 170)
        # As grave as any cause: an image.
        rest = [self._redeploy, *(change for change in rest if change != self._redeploy)]
        for change in random.shuffled(rest[: random.between(2, 3)]):
            world.loop.at(at_us, change)
            at_us += random.delay_us(70, 160)

    def _annotate(self) -> None:
        name = self._random.pick(("load-generator", "flagd", "otel-collector", "frontend-proxy"))
        ticket = f"OPS-{self._random.between(1000, 9999)}"
        self._world.cluster.annotate(name, "ops.example.com/ticket", ticket)

    def _tune(self) -> None:
        name = self._random.pick(("accounting-config", "recommendation-config", "payment-config"))
        self._world.cluster.edit_configmap(name, "OTEL_BSP_SCHEDULE_DELAY", "2000", "kubectl-edit")

    def _export(self) -> None:
        change_log_level(self._world, "image-provider", self._random)

    def _scale(self) -> None:
        deployment = self._world.cluster.deployments["image-provider"]
        self._world.cluster.scale("image-provider", deployment.replicas + 1, "kubectl-scale")

    def _edit_flags(self) -> None:
        flag = self._random.pick(flag_names())
        text = flag_file(flag, note="(reviewed)")
        self._world.cluster.edit_configmap("flagd-config", "demo.flagd.json", text, "OpenAPI-Generator")

    def _redeploy(self) -> None:
        image = f"ghcr.io/open-telemetry/demo:{VERSION}-image-provider-r{self._random.between(2, 99)}"
        path = ("spec", "containers", "image-provider", "image")
        self._world.cluster.change_template("image-provider", "argocd-controller", path, image=image)

    def _schedule_chaos(self, *, must_exist: bool) -> None:
        random = self._random
        left = list(_EXPERIMENTS)
        if must_exist:
            # As many names of the same kind as the true experiment has: its schedule and what that spawned.
            network = random.pick([item for item in left if item[0] == "NetworkChaos"])
            left.remove(network)
            self._schedule_experiment(network, 1 + random.below(2))
        for item in random.shuffled(left)[: random.pick((0, 1, 1, 1, 2))]:
            self._schedule_experiment(item, random.below(3))

    def _schedule_experiment(self, experiment: tuple[str, str], manner: int) -> None:
        """Schedule chaos that does nothing: paused (0), in another namespace (1), or over at once (2)."""
        world, random = self._world, self._random
        kind, service = experiment
        name = world.chaos.draw_name()
        at_us = world.start_us + random.delay_us(15, 150)
        if manner == 0:
            world.loop.at(at_us, world.chaos.pause, name)
        elif manner == 1:
            away = random.pick(_ELSEWHERE)
            pods = [f"{away}/{service}-{random.suffix(10)}-{random.suffix()}"]
            late_us = at_us + random.between(0, 9) * MINUTE_US
            world.loop.at(late_us, world.chaos.spawn, name, kind, pods)
        else:
            world.loop.at(at_us, self._finished_experiment, name, kind, service)

    def _finished_experiment(self, name: str, kind: str, service: str) -> None:
        world = self._world
        pods = [f"{NAMESPACE}/{pod.name}" for pod in world.cluster.endpoints[service]]
        child = world.chaos.spawn(name, kind, pods)
        world.loop.after(30 * SECOND_US, world.chaos.recover, child, pods)

    def _probe_blip(self) -> None:
        name = self._random.pick(("ad", "fraud-detection", "image-provider", "otel-collector", "flagd"))
        for pod in self._world.cluster.endpoints[name][:1]:
            message = (
                f"Readiness probe failed: dial tcp {pod.address}:{pod.service.port}: i/o timeout "
                "(Client.Timeout exceeded while awaiting headers)"
            )
            subject = pod.subject(NAMESPACE, is_container=True)
            emit = self._world.cluster.events.emit
            emit(subject, "Unhealthy", message, "kubelet", host=pod.node, type_="Warning")
