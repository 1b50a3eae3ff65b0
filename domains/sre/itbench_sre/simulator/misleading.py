"""Innocent things near the trouble: as grave as a cause, at about the right time, on the failing path."""

from __future__ import annotations

from typing import TYPE_CHECKING

from itbench_sre.simulator.catalog import BY_NAME, NAMESPACE, READS
from itbench_sre.simulator.faults import EASY
from itbench_sre.simulator.places import Policy
from itbench_sre.simulator.triggers import change_log_level, change_resources, deploy_good_image
from itbench_sre.world.clock.loop import SECOND_US

if TYPE_CHECKING:
    from collections.abc import Callable

    from itbench_sre.simulator.events import Subject
    from itbench_sre.simulator.faults import Case, Fault
    from itbench_sre.simulator.quotas import Quota

COUNTS = (1, 3, 4)
"""How many misleading things an incident of each difficulty has; a latent or undone fault is one of them."""
_NEVER = frozenset({"flagd", "load-generator", "otel-collector"})
_HARMLESS: dict[str, tuple[tuple[str, str], ...]] = {
    "accounting-config": (("DB_POOL_MAX_SIZE", "3"), ("DB_POOL_TIMEOUT", "4s")),
    "cart-config": (("VALKEY_POOL_SIZE", "8"), ("VALKEY_POOL_TIMEOUT", "3s")),
    "product-catalog-config": (("DB_POOL_MAX_SIZE", "12"), ("DB_CONN_MAX_LIFETIME", "120s")),
    "postgresql-config": (("max_connections", "90"), ("shared_buffers", "48MB")),
    "valkey-cart-config": (("maxclients", "5000"), ("appendonly", "yes")),
    "checkout-config": (("GRPC_KEEPALIVE_TIME", "10s"), ("LOG_LEVEL", "debug")),
    "frontend-config": (("SESSION_TTL", "1800"), ("NODE_OPTIONS", "--max-old-space-size=224")),
    "payment-config": (("CARD_CACHE_SIZE", "100"), ("LOG_LEVEL", "debug")),
    "recommendation-config": (("CACHE_SIZE", "50"), ("MAX_WORKERS", "8")),
    "shipping-config": (("MAX_CONNECTIONS_PER_HOST", "32"), ("HTTP_KEEPALIVE", "15")),
}
"""ConfigMap -> changes that look as if they could matter, and do not at this load."""


class Misleading:
    """Schedules the misleading things of one incident; the same ones with and without its fault."""

    def __init__(self, case: Case, fault: Fault) -> None:
        self._world = case.world
        self._fault = fault
        self._onset_us = case.onset_us
        self._random = case.world.random.fork("misleading")
        self.kinds: list[str] = []
        inherent = int(case.is_latent) + bool(case.undo_us)
        menu: list[Callable[[], bool]] = [
            self._rollout,
            self._rollout,
            self._configuration,
            self._policy,
            self._delay,
            self._kill,
            self._quota,
        ]
        count = COUNTS[case.difficulty] - inherent
        sure = [self._remedy] if case.difficulty > EASY else []
        for choose in (*sure, *self._random.shuffled(menu)):
            if len(self.kinds) < count and choose():
                self.kinds.append(choose.__name__.removeprefix("_"))

    def _before_us(self, low_s: int = 50, high_s: int = 230) -> int:
        """Return a moment shortly before the trouble begins."""
        return self._onset_us - self._random.delay_us(low_s, high_s)

    def _about_us(self) -> int:
        """Return a moment shortly before the trouble begins, or just when it does."""
        if self._random.below(2):
            return self._before_us()
        return self._onset_us + self._random.delay_us(0, 40) - 10 * SECOND_US

    def _movable(self) -> list[str]:
        """Return the services of the failing path that may be restarted, the root's own workload left out."""
        spared = {*self._fault.still, *_NEVER}
        spared |= {self._fault.name} if self._fault.kind == "Deployment" else set()
        return [name for name in dict.fromkeys(self._fault.path) if name in BY_NAME and name not in spared]

    def _rollout(self) -> bool:
        movable = self._movable()
        if not movable:
            return False
        service = movable[0] if self._random.below(3) else self._random.pick(movable)
        change = self._random.pick((deploy_good_image, deploy_good_image, change_resources, change_log_level))
        self._world.loop.at(self._before_us(), change, self._world, service, self._random)
        return True

    def _remedy(self) -> bool:
        """Deploy something just after the trouble began, as somebody does who wants to help."""
        movable = self._movable()
        if self._fault.kind == "NetworkChaos":
            # An experiment holds the pods that it was applied to; new ones would be free of it.
            movable = [name for name in movable if name not in self._fault.path[:2]]
        service = self._random.pick([*movable[:2], "image-provider", "fraud-detection"])
        change = self._random.pick((deploy_good_image, deploy_good_image, change_resources))
        at_us = self._onset_us + self._random.delay_us(15, 50)
        self._world.loop.at(at_us, change, self._world, service, self._random)
        return True

    def _configuration(self) -> bool:
        readers = [
            (READS[name], name)
            for name in self._fault.path
            if name in READS and READS[name] != self._fault.name
        ]
        if not readers:
            return False
        configmap, reader = self._random.pick(readers)
        key, value = self._random.pick(_HARMLESS[configmap])
        at_us = self._before_us(60, 240)
        cluster = self._world.cluster
        self._world.loop.at(at_us, cluster.edit_configmap, configmap, key, value, "kubectl-edit")
        if reader in self._movable():
            self._world.loop.at(at_us + self._random.delay_us(4, 25), cluster.restart, reader)
        return True

    def _policy(self) -> bool:
        """Let everybody in the cluster reach a service of the failing path, which they could before."""
        taken = self._fault.path[0] if self._fault.kind == "NetworkPolicy" else ""
        services = [name for name in self._fault.path if name != taken]
        service = services[0]
        name = self._random.pick((f"{service}-ingress", f"{service}-baseline", f"{service}-segmentation"))
        uid = self._random.uid()
        self._world.loop.at(self._about_us(), self._allow, service, name, uid)
        return True

    def _allow(self, service: str, name: str, uid: str) -> None:
        cluster = self._world.cluster
        policy = Policy(
            name=name,
            service=service,
            uid=uid,
            version=cluster.next_version(),
            created_us=self._world.loop.now_us,
            is_allowing=True,
        )
        cluster.policies.append(policy)

    def _delay(self) -> bool:
        """Delay the packets of the failing path by a millisecond; some of these experiments run out, others go on."""
        path = self._fault.path
        ends = (path[0], path[1] if len(path) > 1 else path[0])
        name = self._world.chaos.draw_name()
        length_us = self._random.pick((0, 120, 180)) * SECOND_US
        later = self._random.below(4) == 0
        at_us = self._onset_us + self._random.delay_us(25, 60) if later else self._before_us(70, 210)
        self._world.loop.at(at_us, self._begin_delay, name, ends, length_us)
        return True

    def _begin_delay(self, name: str, ends: tuple[str, str], length_us: int) -> None:
        world = self._world
        pods = [f"{NAMESPACE}/{pod.name}" for end in ends for pod in world.cluster.endpoints[end]]
        child = world.chaos.spawn(name, "NetworkChaos", pods)
        world.network.delays_us |= {ends: 1_000, (ends[1], ends[0]): 1_000}
        if length_us:
            world.loop.after(length_us, self._end_delay, child, pods, ends)

    def _end_delay(self, child: Subject, pods: list[str], ends: tuple[str, str]) -> None:
        self._world.chaos.recover(child, pods)
        for pair in (ends, (ends[1], ends[0])):
            self._world.network.delays_us.pop(pair, None)

    def _kill(self) -> bool:
        """Kill one of two pods of a service, which the other one and its successor make up for."""
        doubled = [
            name for name in ("recommendation", "ad", "image-provider") if name not in self._fault.still
        ]
        near = [name for name in doubled if name in self._fault.path]
        if not doubled:
            return False
        name = self._world.chaos.draw_name()
        self._world.loop.at(self._before_us(), self._kill_one, name, self._random.pick(near or doubled))
        return True

    def _kill_one(self, name: str, service: str) -> None:
        pods = self._world.cluster.endpoints[service]
        if len(pods) > 1:
            self._world.chaos.spawn(name, "PodChaos", [f"{NAMESPACE}/{pods[0].name}"])
            self._world.cluster.delete_pod(pods[0])

    def _quota(self) -> bool:
        """Lower a quota of which enough is left."""
        others = [quota for quota in self._world.cluster.quotas if quota.name != self._fault.name]
        self._world.loop.at(self._about_us(), self._lower, self._random.pick(others))
        return True

    def _lower(self, quota: Quota) -> None:
        cluster = self._world.cluster
        resource = min(quota.hard)
        amount = quota.hard[resource] * 4 // 5
        quota.set_hard(resource, amount // 10 * 10, self._world.loop.now_us, cluster.next_version())
