"""What the standing workloads of a cluster are, as rows: enough to make their objects and their programs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from itbench_sre.world.application import manifests as k8s
from itbench_sre.world.application.manifests.workloads import template
from itbench_sre.world.application.model import Image, Line, Program, Setting
from itbench_sre.world.store.refs import JsonObject

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One standing workload.

    Attributes:
        kind: `Deployment`, `DaemonSet` or `StatefulSet`.
        image: with its tag; `program` is its name.
        ports: that it listens on.
        service: ports of its Service, by name; none without one.
        memory_mib, cpu_m: that it uses; twice of it is asked for where `sizes` says nothing.
        sizes: CPU and memory requests, CPU and memory limits.
        volume: size of each pod's volume, of a StatefulSet.
        config: name of a ConfigMap -> (where it is mounted, files).
        release: its name, its chart, the application's version.
        tier: from which scale on it is there.
        critical: priority class, if any.
        probe: path and port of its probes.
        is_on_control_plane: whether it runs there alone; a DaemonSet otherwise runs everywhere.
    """

    name: str
    namespace: str
    image: str
    kind: str = "Deployment"
    replicas: int = 1
    language: str = "go"
    ports: Mapping[str, int] = field(default_factory=dict)
    service: Mapping[str, int] = field(default_factory=dict)
    service_name: str = ""
    memory_mib: int = 40
    cpu_m: int = 3
    sizes: tuple[str, str, str, str] = ("", "", "", "")
    volume: str = ""
    config: Mapping[str, tuple[str, Mapping[str, str]]] = field(default_factory=dict)
    release: tuple[str, str, str] = ("", "", "")
    tier: int = 1
    critical: str = ""
    probe: tuple[str, int] | None = None
    arguments: Sequence[str] = ()
    is_on_control_plane: bool = False
    account: str = ""
    host_network: bool = False

    @property
    def labels(self) -> dict[str, str]:
        """Return the labels of its pods."""
        labels = {"app.kubernetes.io/name": self.name}
        if self.release[0]:
            labels["app.kubernetes.io/instance"] = self.release[0]
        return labels

    @property
    def own_labels(self) -> dict[str, str]:
        """Return the labels of its own objects."""
        _, chart, version = self.release
        if not chart:
            return self.labels
        return self.labels | {
            "app.kubernetes.io/managed-by": "Helm",
            "app.kubernetes.io/version": version,
            "helm.sh/chart": chart,
        }


def image(row: Standing) -> Image:
    """Return what the registry holds for a workload."""
    settings = {}
    if row.config:
        path, files = next(iter(row.config.values()))
        settings["config"] = Setting(file=f"{path}/{next(iter(files))}", default="", is_required=True)
    program = Program(
        name=row.image.rpartition(":")[0].rpartition("/")[2],
        language=row.language,
        ports=row.ports or {"http": 8080},
        settings=settings,
        startup_us=1_500_000,
        startup_cpu_us=200_000,
        memory=row.memory_mib * MIB,
        idle_cpu_m=row.cpu_m,
        lines=(Line(body=f"{row.name} started", has_trace=False),),
    )
    return Image(reference=row.image, program=program, size=70_000_000)


def objects(row: Standing) -> list[JsonObject]:
    """Return a workload with its account, its ConfigMaps and its Service."""
    account = row.account or row.name
    annotations = (
        {"meta.helm.sh/release-name": row.release[0], "meta.helm.sh/release-namespace": row.namespace}
        if row.release[1]
        else {}
    )
    made = [k8s.service_account(account, row.namespace, row.own_labels, annotations)]
    made += [
        k8s.config_map(name, row.namespace, files, row.own_labels, annotations)
        for name, (_, files) in row.config.items()
    ]
    if row.service:
        made.append(_service(row, annotations))
    return [*made, _workload(row, account, annotations)]


def _service(row: Standing, annotations: Mapping[str, str]) -> JsonObject:
    ports = [
        k8s.port(number, name.removesuffix("/udp"), protocol="UDP" if name.endswith("/udp") else "TCP")
        for name, number in row.service.items()
    ]
    return k8s.service(
        row.service_name or row.name,
        row.namespace,
        ports,
        row.labels,
        labels=row.own_labels,
        annotations=annotations,
        is_headless=row.kind == "StatefulSet" and not row.service_name,
    )


def _workload(row: Standing, account: str, annotations: Mapping[str, str]) -> JsonObject:
    pod = template(row.labels, _pod(row, account))
    match row.kind:
        case "DaemonSet":
            return k8s.daemon_set(
                row.name, row.namespace, pod, row.labels, labels=row.own_labels, annotations=annotations
            )
        case "StatefulSet":
            claims = [k8s.persistent_volume_claim("data", row.namespace, row.volume)] if row.volume else []
            return k8s.stateful_set(
                row.name,
                row.namespace,
                pod,
                row.labels,
                replicas=row.replicas,
                labels=row.own_labels,
                annotations=annotations,
                service_name=row.service_name,
                claims=claims,
            )
    return k8s.deployment(
        row.name,
        row.namespace,
        pod,
        row.labels,
        replicas=row.replicas,
        labels=row.own_labels,
        annotations=annotations,
    )


def _pod(row: Standing, account: str) -> JsonObject:
    mounts = [{"mountPath": path, "name": name} for name, (path, _) in row.config.items()]
    if row.volume:
        mounts.append({"mountPath": "/data", "name": "data"})
    rest: JsonObject = {}
    if row.critical:
        rest["priorityClassName"] = row.critical
    if row.host_network:
        rest["hostNetwork"] = True
    if row.is_on_control_plane:
        rest["nodeSelector"] = {"node-role.kubernetes.io/control-plane": ""}
    if row.kind == "DaemonSet" or row.is_on_control_plane:
        rest["tolerations"] = [{"operator": "Exists"}]
    probes = {}
    if row.probe:
        probes = {
            "livenessProbe": k8s.http_probe(
                *row.probe, initialDelaySeconds=60, timeoutSeconds=5, failureThreshold=5
            ),
            "readinessProbe": k8s.http_probe(*row.probe),
        }
    return k8s.pod_spec(
        [
            k8s.container(
                row.name,
                row.image,
                ports=row.ports,
                arguments=row.arguments,
                mounts=mounts,
                resource=k8s.resources(*row.sizes),
                probes=probes,
            )
        ],
        volumes=[{"configMap": {"defaultMode": 420, "name": name}, "name": name} for name in row.config],
        account=account,
        **rest,
    )
