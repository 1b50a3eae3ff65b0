"""One simulated cluster under load, put together from its parts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from itbench_sre.simulator.autoscaler import Autoscaler
from itbench_sre.simulator.calls import CONSUMERS, GAP_TABLE, LOAD, REQUESTS
from itbench_sre.simulator.catalog import NAMESPACE, POOLS, SERVICES
from itbench_sre.simulator.chaos import ChaosMesh
from itbench_sre.simulator.cluster import Cluster
from itbench_sre.simulator.flags import flag_file
from itbench_sre.simulator.frames import Failure, Request
from itbench_sre.simulator.kubelet import Kubelet
from itbench_sre.simulator.mesh import Mesh
from itbench_sre.simulator.narration import Narration
from itbench_sre.simulator.network import Network
from itbench_sre.simulator.quotas import Quota
from itbench_sre.simulator.randomness import Randomness, mixed
from itbench_sre.simulator.rules import Ruler
from itbench_sre.simulator.scrapes import Scrapes
from itbench_sre.simulator.telemetry import Telemetry
from itbench_sre.world.clock.loop import MINUTE_US, SECOND_US, Loop
from itbench_sre.world.clock.times import epoch_s

if TYPE_CHECKING:
    from itbench_sre.simulator.pods import Pod

WARM_UP_US = 200 * SECOND_US
WINDOW_US = 20 * MINUTE_US
_GAP_US = 440_000
_SAMPLING = 11
_STREAM_US = 600 * SECOND_US


class World:
    """The shop in its cluster from a little before the recording window to its end."""

    def __init__(self, seed: int) -> None:
        self.random = Randomness(mixed(seed, "world"))
        calendar = self.random.fork("calendar")
        day_s = epoch_s(2025, 11, 3) + calendar.below(54) * 86_400
        self.start_us = (day_s + 7 * 3600 + calendar.below(12 * 3600)) * SECOND_US + calendar.below(SECOND_US)
        self.end_us = self.start_us + WINDOW_US
        self.loop = Loop(self.start_us - WARM_UP_US)
        self.cluster = Cluster(self.loop, self.random)
        self.kubelet = Kubelet(self.cluster)
        self.network = Network()
        self.telemetry = Telemetry(self.loop, self.start_us)
        self.narration = Narration(self.loop, self.telemetry)
        self.mesh = Mesh(self.loop, self.network, self.telemetry, self.narration, self.cluster.endpoints)
        self.chaos = ChaosMesh(self)
        self.gap_us = _GAP_US
        self.autoscalers: list[Autoscaler] = []
        self._stop_process = self.cluster.stop_pod
        self.cluster.stop_pod = self._stop_pod
        self._settle()
        self.scrapes = Scrapes(self.loop, self.random, self.cluster, self.telemetry)
        self.ruler = Ruler(self.loop, self.scrapes, self.random.fork("rules"))
        self.ruler.start()
        self._start_load()
        self._expire_old_events()

    def _settle(self) -> None:
        cluster = self.cluster
        cluster.add_configmap("flagd-config", {"demo.flagd.json": flag_file()}, cluster.deployed_us)
        cluster.deploy_shop()
        names = self.random.fork("quota names")
        self._limit(
            names.pick(("memory-budget", "otel-demo-memory", "team-memory")),
            "limits.memory",
            "requests.memory",
        )
        self._limit(
            names.pick(("compute-resources", "otel-demo-compute", "team-compute")),
            "limits.cpu",
            "pods",
            "requests.cpu",
        )
        for service in SERVICES:
            if service.max_replicas:
                scaler = Autoscaler(
                    name=service.name,
                    cluster=cluster,
                    target=55,
                    least=service.replicas,
                    most=service.max_replicas,
                    uid=self.random.fork(service.name).uid(),
                    version=cluster.next_version(),
                    created_us=cluster.deployed_us,
                )
                self.autoscalers.append(scaler)
                self.loop.after(7_000_000, scaler.tick)

    def _limit(self, name: str, *resources: str) -> None:
        """Give the namespace a quota of twice what it uses."""
        cluster = self.cluster
        quota = Quota(
            name=name,
            hard=dict.fromkeys(resources, 0),
            uid=self.random.fork(name).uid(),
            version=cluster.next_version(),
            created_us=cluster.deployed_us,
            manager="helm",
            changed_us=cluster.deployed_us,
        )
        used = quota.used(cluster.all_pods)
        quota.hard = {resource: -(-amount * 2 // 10) * 10 for resource, amount in used.items()}
        cluster.quotas.append(quota)

    def _start_load(self) -> None:
        self._arrivals = self.random.fork("arrivals")
        self._request_seed = self._arrivals.bits()
        self._kinds = [kind for weight, kind, _ in REQUESTS for _ in range(weight)]
        self._number = 0
        self._next_arrival()
        for consumer in CONSUMERS:
            self.loop.after(1_000, self.mesh.poll_orders, consumer)
        for consumer, server in POOLS:
            self.loop.after(
                self.random.fork(f"gauge {consumer}").below(MINUTE_US), self._gauge, consumer, server
            )
        for name in ("ad", "fraud-detection", "recommendation"):
            offset_us = self.random.fork(f"stream {name}").below(_STREAM_US)
            self.loop.after(offset_us, self._stream_ends, name)

    def raise_traffic(self, kind: str, factor: int) -> None:
        """Bring `factor` times as many requests of `kind`, and no fewer of the others."""
        count = sum(weight for weight, name, _ in REQUESTS if name == kind) * (factor - 1)
        self.gap_us = self.gap_us * len(self._kinds) // (len(self._kinds) + count)
        self._kinds += [kind] * count
        for pod in self.cluster.endpoints["load-generator"]:
            self.telemetry.log(pod, "INFO", 9, f"Ramping to {10 * factor} users at a rate of 1.00 per second")

    def _next_arrival(self) -> None:
        bits = self._arrivals.bits()
        self._number += 1
        kind = self._kinds[(bits >> 8) % len(self._kinds)]
        self.mesh.begin_request(self._request(kind), LOAD[kind])
        self.loop.after(self.gap_us * GAP_TABLE[bits & 63] >> 8, self._next_arrival)

    def _gauge(self, consumer: str, server: str) -> None:
        """Let a service log how full its pool is, as it does once a minute."""
        for pod in self.cluster.endpoints[consumer]:
            pool = pod.pools[server]
            text = f"pool stats: open={len(pool.opened)} idle={len(pool.idle)} waiting={len(pool.waiters)}"
            severity = "Information" if pod.service.language == "dotnet" else "INFO"
            self.telemetry.log(pod, severity, 9, text)
        self.loop.after(MINUTE_US, self._gauge, consumer, server)

    def _request(self, kind: str) -> Request:
        random = Randomness(self._request_seed + self._number * 0x5851F42D4C957F2D)
        return Request(
            number=self._number,
            kind=kind,
            trace_id=random.hexadecimal(32),
            is_sampled=random.below(_SAMPLING) == 0,
            random=random,
            user=random.uid(),
        )

    def _stream_ends(self, name: str) -> None:
        """End the ten-minute stream of flag changes, which clients report as a failed call."""
        for pod in self.cluster.endpoints[name][:1]:
            number = self.loop.now_us
            random = Randomness(mixed(number, name))
            request = Request(number, "stream", random.hexadecimal(32), True, random, "")  # sampled
            failure = Failure("DEADLINE_EXCEEDED", "stream closed due to server-side timeout")
            self.telemetry.span(
                pod,
                "/flagd.evaluation.v1.Service/EventStream",
                "Client",
                "rpc",
                "flagd",
                self.loop.now_us - _STREAM_US,
                request,
                random.hexadecimal(16),
                "",
                failure,
            )
        self.loop.after(_STREAM_US, self._stream_ends, name)

    def _expire_old_events(self) -> None:
        """Let the API server drop the events of the deployment some time in the window."""
        random = self.random.fork("expiry")
        expires_us = self.start_us + random.delay_us(20, 700)
        for pod in self.cluster.all_pods:
            expires_us += random.between(3_000, 90_000)
            subject = pod.subject(NAMESPACE)
            assigned = f"Successfully assigned {NAMESPACE}/{pod.name} to {pod.node}"
            expire = self.cluster.events.expire
            self.loop.at(
                expires_us, expire, subject, "Scheduled", assigned, "default-scheduler", "", pod.created_us
            )
            subject = pod.subject(NAMESPACE, is_container=True)
            started = f"Started container {pod.container}"
            self.loop.at(
                expires_us + 40_000, expire, subject, "Started", started, "kubelet", pod.node, pod.started_us
            )

    def _stop_pod(self, pod: Pod) -> None:
        if pod.service.name == "kafka":
            self.telemetry.closures["kafka"] = self.loop.now_us
        self.mesh.stop(pod, self._stop_process)

    def run(self) -> None:
        """Simulate to the end of the window."""
        self.loop.run_until(self.end_us)
