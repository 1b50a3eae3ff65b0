"""The rest of the cluster: other namespaces, what runs there, and what happens there without meaning anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

from itbench_sre.simulator.catalog import NAMESPACE
from itbench_sre.simulator.events import Subject
from itbench_sre.simulator.manifests import JsonObject, controlled_by, fields, metadata, owned
from itbench_sre.simulator.namespaced import add_namespaced
from itbench_sre.simulator.telemetry import BOUNDS_MS

if TYPE_CHECKING:
    from itbench_sre.simulator.randomness import Randomness
    from itbench_sre.simulator.world import World

_DEPLOYMENTS: tuple[tuple[str, str, str], ...] = (
    ("chaos-mesh", "chaos-controller-manager", "ghcr.io/chaos-mesh/chaos-mesh:v2.7.2"),
    ("chaos-mesh", "chaos-dashboard", "ghcr.io/chaos-mesh/chaos-dashboard:v2.7.2"),
    ("clickhouse", "clickhouse", "docker.io/clickhouse/clickhouse-server:25.3"),
    ("clickhouse-operator", "altinity-clickhouse-operator", "docker.io/altinity/clickhouse-operator:0.25.3"),
    ("ingress-nginx", "ingress-nginx-controller", "registry.k8s.io/ingress-nginx/controller:v1.13.2"),
    ("kube-system", "coredns", "registry.k8s.io/coredns/coredns:v1.12.1"),
    ("kube-system", "metrics-server", "registry.k8s.io/metrics-server/metrics-server:v0.8.0"),
    (
        "opentelemetry-collectors",
        "kubernetes-events-watcher-collector",
        "docker.io/otel/opentelemetry-collector-contrib:0.141.0",
    ),
    (
        "opentelemetry-collectors",
        "kubernetes-objects-snapshot-collector",
        "docker.io/otel/opentelemetry-collector-contrib:0.141.0",
    ),
    (
        "opentelemetry-operator",
        "opentelemetry-operator",
        "ghcr.io/open-telemetry/opentelemetry-operator/opentelemetry-operator:0.137.0",
    ),
    (
        "prometheus",
        "prometheus-kube-state-metrics",
        "registry.k8s.io/kube-state-metrics/kube-state-metrics:v2.17.0",
    ),
    (
        "prometheus",
        "prometheus-kube-prometheus-operator",
        "quay.io/prometheus-operator/prometheus-operator:v0.86.1",
    ),
)
_RECORDERS = ("prometheus-alert-recorder", "clickhouse-unified-recorder", "jaeger-traces-recorder")
_DEFINITIONS = (
    "networkchaos.chaos-mesh.org",
    "podchaos.chaos-mesh.org",
    "schedules.chaos-mesh.org",
    "stresschaos.chaos-mesh.org",
    "opentelemetrycollectors.opentelemetry.io",
    "prometheusrules.monitoring.coreos.com",
    "servicemonitors.monitoring.coreos.com",
)


class Background:
    """Objects outside the shop; those of the recorders appear while the window runs."""

    def __init__(self, world: World) -> None:
        self.objects: dict[str, list[JsonObject]] = {}
        self._world = world
        self._random: Randomness = world.random.fork("background")
        self._installed_us = world.cluster.deployed_us - 86_000_000_000
        for namespace in sorted(
            {NAMESPACE, "book-info", "default", "load-lab", "staging", *(item[0] for item in _DEPLOYMENTS)}
        ):
            self._namespace(namespace, self._installed_us)
        for namespace, name, image in _DEPLOYMENTS:
            self._workload(namespace, name, image)
        self._controlled("daemonsets", "DaemonSet", "chaos-mesh", "chaos-daemon", 3)
        self._controlled("daemonsets", "DaemonSet", "kube-system", "aws-node", 3)
        self._controlled(
            "statefulsets", "StatefulSet", "prometheus", "prometheus-prometheus-kube-prometheus-prometheus", 1
        )
        for name in _DEFINITIONS:
            self._add(
                "customresourcedefinitions", "apiextensions.k8s.io/v1", "CustomResourceDefinition", name
            )
        for name in ("gp3", "kops-ssd-1-17"):
            extra: JsonObject = {
                "provisioner": "ebs.csi.aws.com",
                "volumeBindingMode": "WaitForFirstConsumer",
            }
            self._add("storageclasses", "storage.k8s.io/v1", "StorageClass", name, **extra)
        self._add("serviceaccounts", "v1", "ServiceAccount", NAMESPACE, NAMESPACE)
        self._add("configmaps", "v1", "ConfigMap", "otel-collector", NAMESPACE, data={"relay": _relay()})
        add_namespaced(self._add, self._installed_us)
        offset_us = self._random.delay_us(100, 330)
        world.loop.at(world.start_us + offset_us, self._start_recorders)
        world.loop.at(world.start_us + self._random.delay_us(20, 900), self._reload_ingress)

    def _add(
        self,
        resource: str,
        api: str,
        kind: str,
        name: str,
        namespace: str = "",
        created_us: int = 0,
        about: JsonObject | None = None,
        **content: object,
    ) -> JsonObject:
        created_us = created_us or self._installed_us
        version = self._world.cluster.next_version()
        managed = [owned("helm", api, created_us, fields(dict(content)) or {"f:metadata": {}})]
        made = {
            "apiVersion": api,
            "kind": kind,
            "metadata": metadata(
                name, namespace, self._random.uid(), version, created_us, managed, **(about or {})
            ),
            **content,
        }
        self.objects.setdefault(resource, []).append(made)
        return made

    def _namespace(self, name: str, created_us: int) -> None:
        labels = {"labels": {"kubernetes.io/metadata.name": name}}
        self._add("namespaces", "v1", "Namespace", name, "", created_us, labels, status={"phase": "Active"})
        self._add("serviceaccounts", "v1", "ServiceAccount", "default", name, created_us)
        data = {"ca.crt": f"-----BEGIN CERTIFICATE-----\n{'MIIC' * 12}\n-----END CERTIFICATE-----\n"}
        self._add("configmaps", "v1", "ConfigMap", "kube-root-ca.crt", name, created_us, data=data)

    def _workload(self, namespace: str, name: str, image: str) -> None:
        labels = {"app.kubernetes.io/name": name}
        template = {
            "metadata": {"labels": labels},
            "spec": {"containers": [{"image": image, "name": name}], "restartPolicy": "Always"},
        }
        status = {"availableReplicas": 1, "observedGeneration": 1, "readyReplicas": 1, "replicas": 1}
        selector = {"matchLabels": labels}
        spec = {"replicas": 1, "selector": selector, "template": template}
        about: JsonObject = {"labels": labels}
        deployment = self._add(
            "deployments", "apps/v1", "Deployment", name, namespace, 0, about, spec=spec, status=status
        )
        owner = controlled_by("Deployment", name, deployment["metadata"]["uid"])
        suffix = self._random.suffix(10)
        about = {"labels": labels, "ownerReferences": owner}
        replica_set = self._add(
            "replicasets",
            "apps/v1",
            "ReplicaSet",
            f"{name}-{suffix}",
            namespace,
            0,
            about,
            spec=spec,
            status=status,
        )
        owner = controlled_by("ReplicaSet", f"{name}-{suffix}", replica_set["metadata"]["uid"])
        self._pod(namespace, f"{name}-{suffix}-{self._random.suffix()}", image, name, 0, owner)
        ports = [{"port": 8080, "protocol": "TCP", "targetPort": 8080}]
        service = {"ports": ports, "selector": labels, "type": "ClusterIP"}
        self._add("services", "v1", "Service", name, namespace, 0, {"labels": labels}, spec=service)

    def _controlled(self, resource: str, kind: str, namespace: str, name: str, count: int) -> None:
        """Add a DaemonSet or StatefulSet and its pods."""
        labels = {"app.kubernetes.io/name": name}
        image = f"registry.k8s.io/{name}:v1.4.2"
        template = {"metadata": {"labels": labels}, "spec": {"containers": [{"image": image, "name": name}]}}
        spec = {"selector": {"matchLabels": labels}, "template": template}
        made = self._add(resource, "apps/v1", kind, name, namespace, 0, {"labels": labels}, spec=spec)
        owner = controlled_by(kind, name, made["metadata"]["uid"])
        for number in range(count):
            suffix = self._random.suffix() if kind == "DaemonSet" else str(number)
            self._pod(namespace, f"{name}-{suffix}", image, name, 0, owner)

    def _pod(
        self, namespace: str, name: str, image: str, container: str, created_us: int, owner: list[JsonObject]
    ) -> JsonObject:
        node = self._random.pick(self._world.cluster.nodes)
        spec = {"containers": [{"image": image, "name": container}], "nodeName": node.name}
        ready = [{"status": "True", "type": "Ready"}]
        status = {"conditions": ready, "hostIP": node.address, "phase": "Running"}
        about: JsonObject = {"ownerReferences": owner}
        return self._add("pods", "v1", "Pod", name, namespace, created_us, about, spec=spec, status=status)

    def _start_recorders(self) -> None:
        loop = self._world.loop
        self._namespace("data-recorders", loop.now_us)
        for place, name in enumerate(_RECORDERS):
            loop.after(place * self._random.delay_us(15, 45), self._record, name)

    def _record(self, name: str) -> None:
        now_us = self._world.loop.now_us
        image = "quay.io/it-bench/recorders:v1.0.0"
        pod = self._pod("data-recorders", f"{name}-0", image, name, now_us, [])
        subject = Subject(
            kind="Pod",
            name=f"{name}-0",
            namespace="data-recorders",
            uid=pod["metadata"]["uid"],
            version=int(pod["metadata"]["resourceVersion"]),
        )
        emit = self._world.cluster.events.emit
        message = (
            f'running PreBind plugin "VolumeBinding": Operation cannot be fulfilled on persistentvolumeclaims '
            f'"records-{name}-0": the object has been modified; please apply your changes to the latest version '
            "and try again"
        )
        emit(subject, "FailedScheduling", message, "default-scheduler", type_="Warning")
        node = pod["spec"]["nodeName"]
        assigned = f"Successfully assigned data-recorders/{name}-0 to {node}"
        later = self._world.loop.after
        later(1_100_000, emit, subject, "Scheduled", assigned, "default-scheduler")
        for delay_us, reason, text in (
            (1_900_000, "Pulling", f'Pulling image "{image}"'),
            (5_400_000, "Created", f"Created container: {name}"),
            (5_600_000, "Started", f"Started container {name}"),
        ):
            later(delay_us, self._kubelet_says, subject, reason, text, node)

    def _kubelet_says(self, subject: Subject, reason: str, text: str, node: str) -> None:
        self._world.cluster.events.emit(subject, reason, text, "kubelet", host=node)

    def _reload_ingress(self) -> None:
        pod = next(item for item in self.objects["pods"] if item["metadata"]["namespace"] == "ingress-nginx")
        subject = Subject(
            kind="Pod",
            name=pod["metadata"]["name"],
            namespace="ingress-nginx",
            uid=pod["metadata"]["uid"],
            version=int(pod["metadata"]["resourceVersion"]),
        )
        text = "NGINX reload triggered due to a change in configuration"
        self._world.cluster.events.emit(subject, "RELOAD", text, "nginx-ingress-controller")


def _relay() -> str:
    bounds = "".join(f"          - {bound}ms\n" for bound in BOUNDS_MS)
    return (
        "connectors:\n  spanmetrics:\n    histogram:\n      explicit:\n        buckets:\n"
        + bounds
        + "    metrics_flush_interval: 15s\nexporters:\n  prometheus:\n    endpoint: 0.0.0.0:8889\n"
        "    resource_to_telemetry_conversion:\n      enabled: false\n"
    )
