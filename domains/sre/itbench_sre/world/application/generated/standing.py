"""Manifests of what a generated application brings along: databases, caches, broker, flag store, relay, load, limits."""

from collections.abc import Mapping, Sequence

import yaml

from itbench_sre.world.application import manifests as k8s
from itbench_sre.world.application.generated.objects import Manifests
from itbench_sre.world.application.generated.programs import BROKER_PORT, FLAG_PORT, STORE_PORTS, Made, Maker
from itbench_sre.world.application.manifests.workloads import template
from itbench_sre.world.store.quantities import quantity, thousandths
from itbench_sre.world.store.refs import JsonObject

IMAGES = {
    "postgres": "docker.io/library/postgres:{tag}",
    "redis": "docker.io/library/redis:{tag}",
    "redpanda": "docker.redpanda.com/redpandadata/redpanda:{tag}",
    "flag-server": "ghcr.io/open-toggles/flag-server:{tag}",
    "otelcol-contrib": "docker.io/otel/otelcol-contrib:{tag}",
}
TAGS: Mapping[str, tuple[str, tuple[str, ...], tuple[str, ...]]] = {
    "postgres": (
        "16.4",
        ("16.3", "16.2", "15.8"),
        tuple(f"16.{n}" for n in range(5, 16)) + tuple(f"17.{n}" for n in range(1, 9)),
    ),
    "redis": (
        "7.4.1",
        ("7.4.0", "7.2.6"),
        tuple(f"7.4.{n}" for n in range(2, 12)) + tuple(f"8.0.{n}" for n in range(9)),
    ),
    "redpanda": (
        "v24.2.7",
        ("v24.2.6", "v24.1.17"),
        tuple(f"v24.{m}.{n}" for m in (2, 3) for n in range(8, 18)),
    ),
    "flag-server": ("1.6.2", ("1.6.1", "1.5.9"), tuple(f"1.{m}.{n}" for m in (6, 7) for n in range(3, 13))),
    "otelcol-contrib": ("0.131.0", ("0.130.1", "0.129.0"), tuple(f"0.{n}.0" for n in range(132, 152))),
}
BACKEND_MIB = 3  # that each connection takes of a database's memory


class Standing:
    """Writes the manifests of one application's standing parts."""

    def __init__(self, manifests: Manifests, maker: Maker, makes: Sequence[Made]) -> None:
        self._manifests = manifests
        self._style = manifests.style
        self._maker = maker
        self._makes = makes

    def image(self, program: str) -> str:
        """Return the image that a standing program runs from."""
        return IMAGES[program].format(tag=TAGS[program][0])

    def connections(self, store: str) -> int:
        """Return how many connections all pools of the application may open to a store."""
        return sum(made.pools.get(store, 0) * made.replicas for made in self._makes)

    def store_limit_mib(self) -> int:
        """Return the memory limit of the databases: of the one with most connections."""
        most = max(self.connections(store) for store in self._maker.shape.stores)
        return 160 + most * BACKEND_MIB * 3 // 2

    def databases(self) -> list[JsonObject]:
        """Return StatefulSets with their volumes, Secrets and ConfigMaps."""
        made: list[JsonObject] = []
        for store in self._maker.shape.stores:
            base = store.removesuffix("-db").replace("-", "_")
            most = max(60, self.connections(store) * 3 // 2 + 10)
            text = f"max_connections = {most}\nsuperuser_reserved_connections = 3\nshared_buffers_mb = 64\nstatement_timeout = 0\n"
            variables = k8s.env(
                {
                    "POSTGRES_DB": base,
                    "POSTGRES_USER": base,
                    "POSTGRES_PASSWORD": ("secret", f"{store}-auth", "password"),
                    "PGDATA": "/var/lib/postgresql/data/pgdata",
                }
            )
            container = k8s.container(
                "postgres",
                self.image("postgres"),
                ports={"sql": STORE_PORTS["db"]},
                variables=variables,
                resource=k8s.resources("200m", "256Mi", "2", f"{max(384, self.store_limit_mib())}Mi"),
                mounts=[
                    {"mountPath": "/etc/postgresql", "name": "config"},
                    {"mountPath": "/var/lib/postgresql/data", "name": "data"},
                ],
                probes={
                    "readinessProbe": k8s.exec_probe(["pg_isready", "-U", base]),
                    "livenessProbe": k8s.tcp_probe(STORE_PORTS["db"], initialDelaySeconds=30),
                },
            )
            made += [
                self._manifests.secret(f"{store}-auth", "data", {"password": self._maker.passwords[store]}),
                self._manifests.config(f"{store}-config", "data", {"postgresql.conf": text}),
                *self._stateful(store, container, STORE_PORTS["db"], "sql", f"{store}-config", "10Gi"),
            ]
        return made

    def caches(self) -> list[JsonObject]:
        """Return the caches."""
        made: list[JsonObject] = []
        for cache in self._maker.shape.caches:
            text = "maxclients 1000\nmaxmemory-mb 64\nmaxmemory-policy allkeys-lru\n"
            variables = (
                k8s.env({"REDIS_PASSWORD": ("secret", f"{cache}-auth", "password")})
                if self._maker.has_cache_password
                else []
            )
            container = k8s.container(
                "redis",
                self.image("redis"),
                ports={"redis": STORE_PORTS["cache"]},
                variables=variables,
                resource=k8s.resources("50m", "48Mi", "500m", "128Mi"),
                mounts=[{"mountPath": "/etc/redis", "name": "config"}],
                probes={"readinessProbe": k8s.tcp_probe(STORE_PORTS["cache"], periodSeconds=5)},
            )
            made.append(self._manifests.config(f"{cache}-config", "data", {"redis.conf": text}))
            if self._maker.has_cache_password:
                made.append(
                    self._manifests.secret(
                        f"{cache}-auth", "data", {"password": self._maker.passwords[cache]}
                    )
                )
            made += self._deployed(
                cache, "data", container, {"redis": STORE_PORTS["cache"]}, f"{cache}-config"
            )
        return made

    def broker(self) -> list[JsonObject]:
        """Return the broker."""
        name = self._maker.shape.broker
        container = k8s.container(
            "redpanda",
            self.image("redpanda"),
            ports={"kafka": BROKER_PORT},
            resource=k8s.resources("250m", "384Mi", "1", "640Mi"),
            mounts=[{"mountPath": "/var/lib/redpanda/data", "name": "data"}],
            probes={"readinessProbe": k8s.tcp_probe(BROKER_PORT, initialDelaySeconds=5)},
        )
        return self._stateful(name, container, BROKER_PORT, "kafka", "", "20Gi")

    def flags(self, text: str) -> list[JsonObject]:
        """Return the store of feature flags."""
        name = self._maker.shape.flags
        container = k8s.container(
            name,
            self.image("flag-server"),
            ports={"grpc": FLAG_PORT},
            resource=k8s.resources("20m", "40Mi", "200m", "96Mi"),
            mounts=[{"mountPath": "/etc/flags", "name": "config"}],
            probes={"readinessProbe": k8s.tcp_probe(FLAG_PORT)},
        )
        config = self._manifests.config(f"{name}-flags", "platform", {"flags.json": text})
        return [config, *self._deployed(name, "platform", container, {"grpc": FLAG_PORT}, f"{name}-flags")]

    def relay(self) -> list[JsonObject]:
        """Return the collector."""
        name = self._maker.shape.relay
        pipeline = {"exporters": ["otlp"], "processors": ["memory_limiter", "batch"], "receivers": ["otlp"]}
        text = yaml.safe_dump(
            {
                "connectors": {"spanmetrics": {}},
                "exporters": {
                    "otlp": {"endpoint": "jaeger-collector.jaeger.svc.cluster.local:4317"},
                    "prometheus": {"endpoint": "0.0.0.0:8889"},
                },
                "processors": {
                    "batch": {},
                    "memory_limiter": {"check_interval": "5s", "limit_percentage": 80},
                },
                "receivers": {"otlp": {"protocols": {"grpc": {}, "http": {}}}},
                "service": {
                    "pipelines": {
                        "logs": pipeline,
                        "metrics": {
                            **pipeline,
                            "exporters": ["prometheus"],
                            "receivers": ["otlp", "spanmetrics"],
                        },
                        "traces": {**pipeline, "exporters": ["otlp", "spanmetrics"]},
                    }
                },
            }
        )
        ports = {"otlp": 4317, "otlp-http": 4318, "metrics": 8889}
        container = k8s.container(
            name,
            self.image("otelcol-contrib"),
            ports=ports,
            arguments=["--config=/etc/otelcol/config.yaml"],
            resource=k8s.resources("100m", "128Mi", "", "320Mi"),
            mounts=[{"mountPath": "/etc/otelcol", "name": "config"}],
            probes={"livenessProbe": k8s.http_probe("/", 13133)},
        )
        config = self._manifests.config(f"{name}-config", "platform", {"config.yaml": text})
        return [config, *self._deployed(name, "platform", container, ports, f"{name}-config")]

    def load(self) -> list[JsonObject]:
        """Return the workload that plays users; none where they come from outside."""
        name = self._maker.shape.load
        if not name:
            return []
        host = self._maker.habits.host_of(self._maker.shape.gateway.name, self._style.space)
        variables = {
            "TARGET_URL": f"http://{host}:{self._maker.port}",
            "SIMULATED_USERS": "40",
            "AUTOSTART": "true",
            "OTEL_SERVICE_NAME": name,
        }
        container = k8s.container(
            name,
            f"{self._style.registry}/user-simulator:{self._style.tags[0]}",
            ports={"http": 8089},
            variables=k8s.env(variables),
            resource=k8s.resources("100m", "96Mi", "1", "512Mi"),
        )
        return self._deployed(name, "testing", container, {"http": 8089}, "")

    def edge(self) -> list[JsonObject]:
        """Return the Ingress, and the limits of the namespace."""
        style, gateway = self._style, self._maker.shape.gateway.name
        made = [
            k8s.ingress(
                gateway,
                style.space,
                f"www.{style.application}.example",
                gateway,
                self._maker.port,
                labels=style.own(gateway, "edge"),
                annotations=style.annotations("Ingress", gateway),
            )
        ]
        made.append(
            k8s.limit_range(
                "container-defaults",
                style.space,
                {"cpu": "1", "memory": "512Mi"},
                {"cpu": "50m", "memory": "64Mi"},
                labels=style.own("", "platform"),
                annotations=style.annotations("LimitRange", "container-defaults"),
            )
        )
        return made

    def quota(self, objects: Sequence[JsonObject]) -> list[JsonObject]:
        """Return a quota with room for some growth, in applications that have one."""
        if not self._style.has_quota:
            return []
        cpu = memory = pods = 0
        for body in objects:
            if body["kind"] not in ("Deployment", "StatefulSet"):
                continue
            replicas = body["spec"]["replicas"]
            pods += replicas
            for container in body["spec"]["template"]["spec"]["containers"]:
                asked = container["resources"].get("requests", {})
                cpu += replicas * thousandths(asked.get("cpu", "50m"))
                memory += replicas * thousandths(asked.get("memory", "64Mi"))
        hard = {
            "pods": str(pods * 2 + 10),
            "requests.cpu": quantity(cpu * 17 // 10),
            "requests.memory": quantity((memory * 17 // 10) >> 20 << 20, binary=True),
        }
        annotations = self._style.annotations("ResourceQuota", "namespace-quota")
        return [
            k8s.resource_quota(
                "namespace-quota", self._style.space, hard, self._style.own("", "platform"), annotations
            )
        ]

    def _stateful(
        self, name: str, container: JsonObject, port: int, port_name: str, config: str, size: str
    ) -> list[JsonObject]:
        style = self._style
        pod = k8s.pod_spec(
            [container], volumes=self._volumes(config), account=self._manifests.account_of(name), grace_s=60
        )
        claim = k8s.persistent_volume_claim("data", style.space, size)
        return [
            *self._manifests.account(name, "data"),
            self._manifests.service(name, "data", [k8s.port(port, port_name)]),
            k8s.stateful_set(
                name,
                style.space,
                template(style.pods(name, "data"), pod),
                style.selector(name),
                labels=style.own(name, "data"),
                annotations=style.annotations("StatefulSet", name),
                claims=[claim],
            ),
        ]

    def _deployed(
        self, name: str, tier: str, container: JsonObject, ports: Mapping[str, int], config: str
    ) -> list[JsonObject]:
        style = self._style
        pod = k8s.pod_spec(
            [container], volumes=self._volumes(config), account=self._manifests.account_of(name)
        )
        return [
            *self._manifests.account(name, tier),
            self._manifests.service(name, tier, [k8s.port(number, key) for key, number in ports.items()]),
            k8s.deployment(
                name,
                style.space,
                template(style.pods(name, tier), pod),
                style.selector(name),
                labels=style.own(name, tier),
                annotations=style.annotations("Deployment", name),
            ),
        ]

    def _volumes(self, config: str) -> list[JsonObject]:
        if not config:
            return []
        own = self._style.config_name(config)
        return [{"configMap": {"defaultMode": 420, "name": own}, "name": "config"}]
