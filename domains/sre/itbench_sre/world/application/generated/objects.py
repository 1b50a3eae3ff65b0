"""Manifests of a generated application's services, workers and jobs."""

from collections.abc import Mapping, Sequence
from typing import Any

from itbench_sre.world.application import manifests as k8s
from itbench_sre.world.application.generated.chance import happens, one_of
from itbench_sre.world.application.generated.programs import Made, Maker
from itbench_sre.world.application.generated.style import Style
from itbench_sre.world.application.manifests.workloads import template
from itbench_sre.world.application.model import Protocol
from itbench_sre.world.clock.randomness import Randomness
from itbench_sre.world.store.refs import JsonObject

TIERS = {"server": "backend", "worker": "worker", "job": "batch", "proxy": "edge"}


class Manifests:
    """Writes the manifests of one application."""

    def __init__(self, random: Randomness, style: Style, maker: Maker) -> None:
        self._random = random
        self.style = style
        self._maker = maker
        self._relay = maker.habits.host_of(maker.shape.relay, style.space)

    def of(self, made: Made, callers: Sequence[str]) -> list[JsonObject]:
        """Return the objects of one service, worker or job; `callers` are those that may reach it."""
        name, tier = made.part.name, TIERS[made.part.role]
        objects = [*self.account(name, tier), *self._given(made, tier)]
        if made.program.ports:
            target: int | str = made.port if happens(self._random, 50) else next(iter(made.program.ports))
            port = k8s.port(made.port, next(iter(made.program.ports)), target)
            objects.append(self.service(name, tier, [port]))
        objects.append(self._workload(made, tier))
        if made.part.role in ("server", "proxy"):
            objects += self._around(made, tier, callers)
        return objects

    def account(self, name: str, tier: str) -> list[JsonObject]:
        """Return a workload's own ServiceAccount, in applications that have such."""
        if not self.style.has_own_accounts:
            return []
        return [
            k8s.service_account(
                name,
                self.style.space,
                self.style.own(name, tier),
                self.style.annotations("ServiceAccount", name),
            )
        ]

    def account_of(self, name: str) -> str:
        """Return the name of the ServiceAccount that a workload runs as."""
        return name if self.style.has_own_accounts else self.style.application

    def service(
        self, name: str, tier: str, ports: Sequence[JsonObject], *, is_headless: bool = False
    ) -> JsonObject:
        """Return a Service for a workload."""
        return k8s.service(
            name,
            self.style.space,
            ports,
            self.style.selector(name),
            labels=self.style.own(name, tier),
            annotations=self.style.annotations("Service", name),
            is_headless=is_headless,
        )

    def config(self, name: str, tier: str, data: Mapping[str, str]) -> JsonObject:
        """Return a ConfigMap."""
        own = self.style.config_name(name)
        return k8s.config_map(
            own, self.style.space, data, self.style.own("", tier), self.style.annotations("ConfigMap", own)
        )

    def secret(self, name: str, tier: str, data: Mapping[str, str]) -> JsonObject:
        """Return a Secret."""
        return k8s.secret(
            name, self.style.space, data, self.style.own("", tier), self.style.annotations("Secret", name)
        )

    def _given(self, made: Made, tier: str) -> list[JsonObject]:
        name, writer = made.part.name, made.writer
        objects = []
        if writer.config:
            objects.append(self.config(f"{name}-env", tier, writer.config))
        if writer.content:
            objects.append(
                self.config(f"{name}-config", tier, {writer.path.rpartition("/")[2]: writer.text()})
            )
        if writer.secrets:
            objects.append(self.secret(f"{name}-credentials", tier, writer.secrets))
        return objects

    def _workload(self, made: Made, tier: str) -> JsonObject:
        style, name = self.style, made.part.name
        pod = template(style.pods(name, tier), self._pod(made), self._pod_annotations(made))
        labels = style.own(name, tier)
        if made.part.role == "job":
            schedule = one_of(self._random, ("*/5 * * * *", "*/10 * * * *", "*/15 * * * *", "7 * * * *"))
            return k8s.cron_job(
                name,
                style.space,
                pod,
                schedule,
                labels=labels,
                annotations=style.annotations("CronJob", name),
                activeDeadlineSeconds=600,
            )
        strategies: Sequence[Mapping[str, Any] | None] = (
            None,
            None,
            {"rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}, "type": "RollingUpdate"},
            {"type": "Recreate"} if made.replicas == 1 else None,
        )
        return k8s.deployment(
            name,
            style.space,
            pod,
            style.selector(name),
            replicas=made.replicas,
            labels=labels,
            annotations=style.annotations("Deployment", name),
            strategy=one_of(self._random, strategies),
        )

    def _pod_annotations(self, made: Made) -> dict[str, str]:
        if self.style.tool == "helm" and made.writer.content:
            return {"checksum/config": self._random.hexadecimal(32) + self._random.hexadecimal(32)}
        return {"prometheus.io/scrape": "true"} if happens(self._random, 30) else {}

    def _pod(self, made: Made) -> JsonObject:
        name, writer, random = made.part.name, made.writer, self._random
        mounts, volumes = [], []
        if writer.content:
            own = self.style.config_name(f"{name}-config")
            mounts.append({"mountPath": writer.path.rpartition("/")[0], "name": "config"})
            volumes.append({"configMap": {"defaultMode": 420, "name": own}, "name": "config"})
        if made.part.role == "server" and happens(random, 25):
            mounts.append({"mountPath": "/tmp", "name": "scratch"})  # noqa: S108 - a path in a container
            volumes.append({"emptyDir": {"sizeLimit": "256Mi"}, "name": "scratch"})
        container = k8s.container(
            name,
            f"{self.style.registry}/{name}:{self.style.tags[0]}",
            ports=made.program.ports,
            variables=k8s.env(self._variables(made)),
            sources=self._sources(made),
            resource=self._resources(made),
            arguments=["--task", "run"] if made.part.role == "job" else [],
            mounts=mounts,
            security=one_of(
                random, ({}, {"allowPrivilegeEscalation": False, "runAsNonRoot": True, "runAsUser": 1000})
            ),
            probes=self._probes(made),
        )
        rest = self._placement(made)
        return k8s.pod_spec(
            [container],
            init=self._init(made),
            volumes=volumes,
            account=self.account_of(name),
            restart="OnFailure" if made.part.role == "job" else "Always",
            grace_s=one_of(random, (30, 30, 45, 60)),
            **rest,
        )

    def _variables(self, made: Made) -> dict[str, str | tuple[str, ...]]:
        variables: dict[str, str | tuple[str, ...]] = {}
        if made.part.language not in ("envoy", "nginx"):
            variables = {
                "OTEL_SERVICE_NAME": made.part.name,
                "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://{self._relay}:4317",
                "OTEL_RESOURCE_ATTRIBUTES": f"service.namespace={self.style.application},"
                f"service.version={self.style.tags[0]}",
            }
        if made.writer.style == "env":
            variables |= {
                key: ("secret", f"{made.part.name}-credentials", key) for key in made.writer.secrets
            }
        return variables | made.writer.variables

    def _sources(self, made: Made) -> list[JsonObject]:
        name, writer = made.part.name, made.writer
        config = [self.style.config_name(f"{name}-env")] if writer.config else []
        secrets = [f"{name}-credentials"] if writer.secrets and writer.style != "env" else []
        return k8s.env_from(config=config, secrets=secrets)

    def _resources(self, made: Made) -> JsonObject:
        asked_mib = made.program.memory // (1 << 20) * 11 // 10 + 8
        heavy = made.part.language in ("java", "dotnet", "ruby", "python")
        cpu = one_of(self._random, ("100m", "150m", "200m") if heavy else ("50m", "80m", "100m"))
        limit = one_of(self._random, ("1", "1500m", "2") if heavy else ("400m", "500m", "1"))
        memory, most = f"{asked_mib}Mi", f"{max(made.limit_mib, asked_mib + 8)}Mi"
        return one_of(
            self._random,
            (
                k8s.resources(cpu, memory, limit, most),
                k8s.resources(cpu, memory, limit, most),
                k8s.resources(cpu, memory, "", most),
                k8s.resources(cpu, most, cpu if limit == "" else limit, most),
            ),
        )

    def _probes(self, made: Made) -> dict[str, JsonObject]:
        if made.part.role == "job" or not made.program.ports:
            return {}
        random, port = self._random, made.port
        if made.part.protocol is Protocol.GRPC:
            ready = one_of(random, (k8s.grpc_probe(port), k8s.tcp_probe(port)))
        else:
            path = one_of(random, ("/healthz", "/ready", "/health/ready", "/actuator/health/readiness"))
            ready = one_of(
                random,
                (
                    k8s.http_probe(path, port),
                    k8s.http_probe(path, port, periodSeconds=5),
                    k8s.tcp_probe(port),
                ),
            )
        probes = {"readinessProbe": ready}
        slow = made.part.language in ("java", "ruby")
        if slow or happens(random, 20):
            probes["startupProbe"] = {**ready, "failureThreshold": 30, "periodSeconds": 5}
        if happens(random, 70):
            probes["livenessProbe"] = {
                **ready,
                "initialDelaySeconds": 20,
                "periodSeconds": 15,
                "timeoutSeconds": 3,
            }
        if happens(random, 10):
            return {}
        return probes

    def _init(self, made: Made) -> list[JsonObject]:
        stores = [name for name in made.program.dependencies if name.endswith(("-db", "-cache"))]
        if not stores or not happens(self._random, 40):
            return []
        port = 5432 if stores[0].endswith("-db") else 6379
        host = self._maker.habits.host_of(stores[0], self.style.space)
        script = f"until nc -z -w5 {host} {port}; do echo waiting for {stores[0]}; sleep 2; done;"
        return [
            k8s.container(
                f"wait-for-{stores[0]}",
                "busybox:1.37",
                command=("sh", "-c", script),
                resource=k8s.resources("10m", "16Mi", "50m", "32Mi"),
            )
        ]

    def _placement(self, made: Made) -> JsonObject:
        selector = {"matchLabels": self.style.selector(made.part.name)}
        rest: JsonObject = {}
        if made.replicas > 1 and happens(self._random, 35):
            rest["topologySpreadConstraints"] = [
                {
                    "labelSelector": selector,
                    "maxSkew": 1,
                    "topologyKey": one_of(
                        self._random, ("topology.kubernetes.io/zone", "kubernetes.io/hostname")
                    ),
                    "whenUnsatisfiable": "ScheduleAnyway",
                }
            ]
        elif made.replicas > 1 and happens(self._random, 35):
            term = {"labelSelector": selector, "topologyKey": "kubernetes.io/hostname"}
            preferred = [{"podAffinityTerm": term, "weight": 100}]
            rest["affinity"] = {
                "podAntiAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": preferred}
            }
        if made.part.role == "proxy" or (made.part.layer == 1 and happens(self._random, 20)):
            rest["priorityClassName"] = "business-critical"
        elif made.part.role == "job" and happens(self._random, 50):
            rest["priorityClassName"] = "batch-low"
        return rest

    def _around(self, made: Made, tier: str, callers: Sequence[str]) -> list[JsonObject]:
        """Return autoscaler, disruption budget and network policy, of those that have any."""
        style, name, random = self.style, made.part.name, self._random
        labels, objects = style.own(name, tier), []
        if happens(random, 35):
            objects.append(
                k8s.autoscaler(
                    name,
                    style.space,
                    name,
                    made.replicas,
                    made.replicas + random.between(2, 6),
                    cpu_per_cent=random.between(60, 85),
                    labels=labels,
                    annotations=style.annotations("HorizontalPodAutoscaler", name),
                )
            )
        if made.replicas > 1 and happens(random, 60):
            rule: Mapping[str, Any] = one_of(random, ({"least": 1}, {"most_missing": 1}, {"least": "50%"}))
            objects.append(
                k8s.disruption_budget(
                    name,
                    style.space,
                    style.selector(name),
                    labels=labels,
                    annotations=style.annotations("PodDisruptionBudget", name),
                    **rule,
                )
            )
        if style.has_policies and callers and made.part.role == "server":
            sources = [style.selector(caller) for caller in callers]
            objects.append(
                k8s.network_policy(
                    f"{name}-callers",
                    style.space,
                    style.selector(name),
                    sources,
                    [made.port],
                    labels=labels,
                    annotations=style.annotations("NetworkPolicy", f"{name}-callers"),
                )
            )
        return objects
