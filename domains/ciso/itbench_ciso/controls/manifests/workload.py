"""Hardened pods, and the workloads of every kind that hold them."""

from dataclasses import dataclass

from itbench import JsonObject
from itbench.kit import Randomness
from itbench_ciso.controls.manifests.names import HOUSE_REGISTRY

API_VERSIONS = {
    "Pod": "v1",
    "Deployment": "apps/v1",
    "ReplicaSet": "apps/v1",
    "StatefulSet": "apps/v1",
    "DaemonSet": "apps/v1",
    "Job": "batch/v1",
    "CronJob": "batch/v1",
    "ReplicationController": "v1",
    "PodTemplate": "v1",
}
WORKLOAD_KINDS = tuple(API_VERSIONS)
TEMPLATE_KINDS = tuple(kind for kind in WORKLOAD_KINDS if kind != "Pod")
_REPLICATED = ("Deployment", "ReplicaSet", "StatefulSet", "ReplicationController")
_PORTS = (8080, 8081, 8443, 9000, 9090, 3000)


@dataclass(frozen=True, slots=True)
class Workload:
    """One object that holds a pod spec."""

    object: JsonObject
    random: Randomness

    @property
    def kind(self) -> str:
        """Return the object's kind."""
        return str(self.object["kind"])

    @property
    def metadata(self) -> JsonObject:
        """Return the object's metadata."""
        metadata: JsonObject = self.object["metadata"]
        return metadata

    @property
    def spec(self) -> JsonObject:
        """Return the pod spec, wherever this kind has it."""
        holder: JsonObject = self.object
        if self.kind == "PodTemplate":
            holder = holder["template"]
        elif self.kind == "CronJob":
            holder = holder["spec"]["jobTemplate"]["spec"]["template"]
        elif self.kind != "Pod":
            holder = holder["spec"]["template"]
        spec: JsonObject = holder["spec"]
        return spec

    @property
    def container(self) -> JsonObject:
        """Return the first container."""
        container: JsonObject = self.spec["containers"][0]
        return container

    @property
    def context(self) -> JsonObject:
        """Return the pod's security context."""
        context: JsonObject = self.spec["securityContext"]
        return context

    def second_container(self) -> JsonObject:
        """Add a container after the first one."""
        return self._added("containers", "helper")

    def third_container(self) -> JsonObject:
        """Add one more container."""
        return self._added("containers", "watcher")

    def init_container(self) -> JsonObject:
        """Add a container that runs before the others."""
        return self._added("initContainers", "prepare")

    def sidecar(self) -> JsonObject:
        """Add an init container that keeps running."""
        container = self._added("initContainers", "proxy")
        container["restartPolicy"] = "Always"
        return container

    def ephemeral_container(self) -> JsonObject:
        """Add a container as `kubectl debug` does; only Pods have them."""
        container = self._added("ephemeralContainers", "debugger")
        container["targetContainerName"] = self.container["name"]
        return container

    def make_for_windows(self) -> None:
        """Turn the pod into one for Windows, without the fields that Kubernetes forbids there."""
        self.spec["os"] = {"name": "windows"}
        for field in ("runAsUser", "runAsGroup", "seccompProfile"):
            self.context.pop(field, None)
        for container in self.spec["containers"]:
            container["securityContext"] = {"windowsOptions": {"runAsUserName": "ContainerUser"}}

    def _added(self, field: str, name: str) -> JsonObject:
        container = hardened_container(name, self.random)
        self.spec.setdefault(field, []).append(container)
        return container


def hardened_container(name: str, random: Randomness) -> JsonObject:
    """Return a container that complies with every control."""
    digest = "".join(f"{random.bits():016x}" for _ in range(4))
    return {
        "name": name,
        "image": f"{HOUSE_REGISTRY}/{random.pick(('apps', 'base', 'tools'))}/{name}@sha256:{digest}",
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
            "readOnlyRootFilesystem": True,
        },
    }


def hardened_pod(name: str, account: str, random: Randomness) -> JsonObject:
    """Return a pod spec that complies with every control."""
    user = random.between(1000, 60000)
    container = hardened_container(name, random)
    container["ports"] = [{"name": "http", "containerPort": random.pick(_PORTS)}]
    container["volumeMounts"] = [{"name": "scratch", "mountPath": "/tmp"}]  # noqa: S108 - a path in a container
    return {
        "serviceAccountName": account,
        "automountServiceAccountToken": False,
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": user,
            "runAsGroup": user,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "containers": [container],
        "volumes": [{"name": "scratch", "emptyDir": {}}],
    }


def new_workload(kind: str, metadata: JsonObject, account: str, random: Randomness) -> Workload:
    """Return an object of that kind whose pod complies with every control."""
    name = str(metadata["name"])
    labels = {"app": name}
    template = {"metadata": {"labels": labels}, "spec": hardened_pod(name, account, random)}
    head: JsonObject = {"apiVersion": API_VERSIONS[kind], "kind": kind, "metadata": metadata}
    return Workload(head | _body(kind, template, labels, random), random)


def _body(kind: str, template: JsonObject, labels: JsonObject, random: Randomness) -> JsonObject:
    if kind == "Pod":
        return {"spec": template["spec"]}
    if kind == "PodTemplate":
        return {"template": template}
    if kind in {"Job", "CronJob"}:
        template["spec"]["restartPolicy"] = "Never"
        job = {"backoffLimit": random.between(1, 6), "template": template}
        schedule = f"{random.below(60)} {random.below(24)} * * *"
        return {"spec": job if kind == "Job" else {"schedule": schedule, "jobTemplate": {"spec": job}}}
    spec: JsonObject = {"replicas": random.between(1, 5)} if kind in _REPLICATED else {}
    if kind == "StatefulSet":
        spec["serviceName"] = labels["app"]
    spec["selector"] = dict(labels) if kind == "ReplicationController" else {"matchLabels": dict(labels)}
    return {"spec": spec | {"template": template}}
