"""The Kubernetes control plane of the shop's namespace: deployments, replica sets, quotas, nodes, endpoints."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from itbench_sre.simulator.catalog import (
    ADDRESSES,
    CHART,
    CONFIGURATIONS,
    NAMESPACE,
    SERVICES,
    VERSION,
    Service,
)
from itbench_sre.simulator.events import Events, Subject
from itbench_sre.simulator.places import ConfigMap, Node, Policy
from itbench_sre.simulator.pods import Change, Deployment, Pod, ReplicaSet, Template

if TYPE_CHECKING:
    from collections.abc import Callable

    from itbench_sre.simulator.quotas import Quota
    from itbench_sre.simulator.randomness import Randomness
    from itbench_sre.world.clock.loop import Loop


class Cluster:
    """All objects that change, and the controllers that change them."""

    def __init__(self, loop: Loop, random: Randomness) -> None:
        self.loop = loop
        self.random = random.fork("cluster")
        # Their own, so that one edit more shifts nothing else.
        self._versions = random.fork("versions")
        self.events = Events(loop, random.fork("events"))
        self._version = 1_250_000 + self.random.below(400_000)
        self.deployed_us = loop.now_us - (900 + self.random.below(1200)) * 1_000_000
        self.nodes = [self._node(number) for number in range(3)]
        self.deployments: dict[str, Deployment] = {}
        self.configmaps: dict[str, ConfigMap] = {}
        self.quotas: list[Quota] = []
        self.policies: list[Policy] = []
        self.endpoints: dict[str, list[Pod]] = {}
        self.endpoint_changes: dict[str, tuple[int, int]] = {}
        self.start_pod: Callable[[Pod], None]
        self.stop_pod: Callable[[Pod], None]
        self.all_pods: list[Pod] = []
        self.refused: dict[str, int] = {}
        for name, data in CONFIGURATIONS.items():
            self.add_configmap(name, dict(data), self.deployed_us)

    def _node(self, number: int) -> Node:
        return Node(
            name=f"i-0{self.random.hexadecimal(16)}",
            address=f"10.0.{self.random.between(160, 220)}.{self.random.between(4, 250)}",
            uid=self.random.uid(),
            subnet=number + 2,
            version=self.next_version(),
        )

    def next_version(self) -> int:
        """Return the next resourceVersion."""
        self._version += self._versions.between(1, 9)
        return self._version

    def add_configmap(self, name: str, data: dict[str, str], created_us: int) -> ConfigMap:
        """Create a ConfigMap."""
        made = ConfigMap(
            name=name, data=data, uid=self.random.uid(), version=self.next_version(), created_us=created_us
        )
        self.configmaps[name] = made
        return made

    def edit_configmap(self, name: str, key: str, value: str, manager: str) -> None:
        """Set one key of a ConfigMap; containers that run do not notice."""
        configmap = self.configmaps[name]
        configmap.data[key] = value
        configmap.version = self.next_version()
        configmap.changes.append(Change(manager=manager, time_us=self.loop.now_us, path=("data", key)))

    def deploy_shop(self) -> None:
        """Put the whole shop in place as it was deployed some time ago: everything runs, no events."""
        for service in SERVICES:
            deployment = self.add_deployment(service, self.deployed_us)
            owner = self._new_set(deployment, self.deployed_us)
            owner.desired = deployment.replicas
            for _ in range(deployment.replicas):
                self.start_pod(self._new_pod(owner, self.deployed_us))

    def add_deployment(self, service: Service, created_us: int) -> Deployment:
        """Create the Deployment of a service; `sync` brings its pods."""
        labels = {
            "app.kubernetes.io/component": service.name,
            "app.kubernetes.io/managed-by": "Helm",
            "app.kubernetes.io/name": service.name,
            "app.kubernetes.io/part-of": "opentelemetry-demo",
            "app.kubernetes.io/version": VERSION,
            "helm.sh/chart": CHART,
            "opentelemetry.io/name": service.name,
        }
        deployment = Deployment(
            name=service.name,
            service=service,
            template=_template(service),
            replicas=service.replicas,
            is_recreated=service.is_recreated,
            uid=self.random.uid(),
            version=self.next_version(),
            created_us=created_us,
            labels=labels,
            annotations={"meta.helm.sh/release-name": NAMESPACE, "meta.helm.sh/release-namespace": NAMESPACE},
            changed_us=created_us,
        )
        self.deployments[service.name] = deployment
        self.endpoints.setdefault(service.name, [])
        return deployment

    def change_template(self, name: str, manager: str, path: tuple[str, ...], **values: object) -> None:
        """Change fields of a Deployment's pod template, as `kubectl` or a pipeline called `manager` does."""
        deployment = self.deployments[name]
        deployment.template = replace(deployment.template, **values)  # type: ignore[arg-type]  # names are ours
        self._changed(deployment, manager, ("spec", "template", *path))

    def undo(self, name: str, template: Template) -> None:
        """Do `kubectl rollout undo`: give a Deployment an earlier pod template."""
        deployment = self.deployments[name]
        deployment.template = template
        self._changed(deployment, "kubectl-rollout", ("spec", "template"))

    def restart(self, name: str) -> None:
        """Do `kubectl rollout restart`."""
        from itbench_sre.world.clock.times import kubernetes_text

        stamp = ("kubectl.kubernetes.io/restartedAt", kubernetes_text(self.loop.now_us))
        self.change_template(
            name, "kubectl-rollout", ("metadata", "annotations", stamp[0]), annotations=(stamp,)
        )

    def scale(self, name: str, replicas: int, manager: str) -> None:
        """Set the wished number of replicas of a Deployment."""
        deployment = self.deployments[name]
        deployment.replicas = replicas
        self._changed(deployment, manager, ("spec", "replicas"))

    def annotate(self, name: str, key: str, value: str) -> None:
        """Annotate a Deployment; nothing rolls out."""
        deployment = self.deployments[name]
        deployment.annotations[key] = value
        deployment.version = self.next_version()
        change = Change(
            manager="kubectl-annotate", time_us=self.loop.now_us, path=("metadata", "annotations", key)
        )
        deployment.changes.append(change)

    def _changed(self, deployment: Deployment, manager: str, path: tuple[str, ...]) -> None:
        deployment.generation += 1
        deployment.version = self.next_version()
        deployment.changes.append(Change(manager=manager, time_us=self.loop.now_us, path=path))
        self.loop.after(self.random.between(8_000, 60_000), self.sync, deployment)

    def sync(self, deployment: Deployment) -> None:
        """Bring the ReplicaSets of a Deployment one step nearer to its template and replicas."""
        current = next((owner for owner in deployment.sets if owner.template == deployment.template), None)
        current = current or self._new_set(deployment, self.loop.now_us)
        old = [owner for owner in deployment.sets if owner is not current and owner.desired > 0]
        if deployment.is_recreated:
            for owner in old:
                self._scale_set(owner, 0)
            if not any(owner.pods for owner in deployment.sets if owner is not current):
                self._scale_set(current, deployment.replicas)
        elif old:
            self._roll(deployment, current, old)
        else:
            self._scale_set(current, deployment.replicas)

    def _roll(self, deployment: Deployment, current: ReplicaSet, old: list[ReplicaSet]) -> None:
        # maxSurge 25 % is rounded up, maxUnavailable 25 % down (kubernetes deployment/util, ResolveFenceposts).
        surge, unavailable = -(-deployment.replicas // 4), deployment.replicas // 4
        room = deployment.replicas + surge - sum(owner.desired for owner in (current, *old))
        if room > 0 and current.desired < deployment.replicas:
            self._scale_set(current, min(deployment.replicas, current.desired + room))
        ready = {owner.name: sum(pod.is_ready for pod in owner.pods) for owner in (current, *old)}
        unready_new = current.desired - ready[current.name]
        desired = sum(owner.desired for owner in (current, *old))
        spare = desired - (deployment.replicas - unavailable) - unready_new
        for owner in old:
            step = min(spare, owner.desired)
            if step > 0:
                self._scale_set(owner, owner.desired - step)
                spare -= step

    def _new_set(self, deployment: Deployment, created_us: int) -> ReplicaSet:
        suffix = self.random.suffix(self.random.between(9, 10))
        owner = ReplicaSet(
            name=f"{deployment.name}-{suffix}",
            suffix=suffix,
            deployment=deployment,
            template=deployment.template,
            uid=self.random.uid(),
            version=self.next_version(),
            created_us=created_us,
        )
        deployment.sets.append(owner)
        deployment.revision += 1
        self.touch(deployment)
        return owner

    def _scale_set(self, owner: ReplicaSet, desired: int) -> None:
        if owner.desired != desired:
            direction = "up" if desired > owner.desired else "down"
            self.events.emit(
                owner.deployment.subject(NAMESPACE),
                "ScalingReplicaSet",
                f"Scaled {direction} replica set {owner.name} from {owner.desired} to {desired}",
                "deployment-controller",
            )
            owner.desired = desired
            owner.retries = 0
            owner.version = self.next_version()
        self.sync_set(owner)

    def sync_set(self, owner: ReplicaSet) -> None:
        """Create missing pods of a ReplicaSet and delete surplus ones."""
        alive = [pod for pod in owner.pods if not pod.is_deleting]
        surplus = max(len(alive) - owner.desired, 0)
        for pod in sorted(alive, key=lambda pod: (pod.is_ready, -pod.created_us))[:surplus]:
            self.delete_pod(pod)
        for _ in range(owner.desired - len(alive)):
            if owner.is_retry_due or not self._create_pod(owner):
                break

    def _create_pod(self, owner: ReplicaSet) -> bool:
        refusal = self._refusal(owner.template)
        if refusal:
            name = f"{owner.name}-{self.random.suffix()}"
            message = f'pods "{name}" is forbidden: exceeded quota: {refusal}'
            self.events.emit(
                owner.subject(NAMESPACE),
                "FailedCreate",
                f"Error creating: {message}",
                "replicaset-controller",
                type_="Warning",
            )
            owner.failure, owner.failed_us = message, owner.failed_us or self.loop.now_us
            self.refused.setdefault(owner.deployment.name, self.loop.now_us)
            self._retry(owner)
            return False
        owner.failure, owner.failed_us, owner.retries = "", 0, 0
        pod = self._new_pod(owner, self.loop.now_us)
        message = f"Created pod: {pod.name}"
        self.events.emit(owner.subject(NAMESPACE), "SuccessfulCreate", message, "replicaset-controller")
        self.start_pod(pod)
        return True

    def _retry(self, owner: ReplicaSet) -> None:
        owner.version = self.next_version()
        self.touch(owner.deployment)
        if owner.is_retry_due:
            return
        owner.is_retry_due = True
        delay_us = min(400_000 << min(owner.retries, 9), 120_000_000)
        owner.retries += 1
        self.loop.after(delay_us, self._try_again, owner)

    def _try_again(self, owner: ReplicaSet) -> None:
        owner.is_retry_due = False
        self.sync_set(owner)

    def _refusal(self, template: Template) -> str:
        pods = [pod for pod in self.all_pods if not pod.is_gone]
        return next((text for text in (quota.refusal(template, pods) for quota in self.quotas) if text), "")

    def _new_pod(self, owner: ReplicaSet, created_us: int) -> Pod:
        pod = Pod(
            name=f"{owner.name}-{self.random.suffix()}",
            owner=owner,
            service=owner.deployment.service,
            template=owner.template,
            uid=self.random.uid(),
            version=self.next_version(),
            created_us=created_us,
        )
        owner.pods.append(pod)
        self.all_pods.append(pod)
        self._recount(owner.deployment)
        return pod

    def delete_pod(self, pod: Pod) -> None:
        """Take a pod out of service and remove it once its grace has passed."""
        if pod.is_deleting:
            return
        pod.is_deleting = True
        self.set_ready(pod, is_ready=False)
        if pod.phase == "Running":
            self.events.emit(
                pod.subject(NAMESPACE, is_container=True),
                "Killing",
                f"Stopping container {pod.container}",
                "kubelet",
                host=pod.node,
            )
        if pod.owner.desired < len([other for other in pod.owner.pods if not other.is_gone]):
            message = f"Deleted pod: {pod.name}"
            self.events.emit(
                pod.owner.subject(NAMESPACE), "SuccessfulDelete", message, "replicaset-controller"
            )
        self.loop.after(self.random.between(900_000, 2_400_000), self._remove_pod, pod)

    def _remove_pod(self, pod: Pod) -> None:
        self.stop_pod(pod)
        pod.is_gone = True
        pod.owner.pods.remove(pod)
        self._recount(pod.owner.deployment)
        self.loop.after(self.random.between(5_000, 40_000), self._after_removal, pod.owner)

    def _after_removal(self, owner: ReplicaSet) -> None:
        self.sync_set(owner)
        self.sync(owner.deployment)

    def set_ready(self, pod: Pod, *, is_ready: bool) -> None:
        """Put a pod into or out of the endpoints of its service."""
        if pod.is_ready == is_ready:
            return
        pod.is_ready = is_ready
        pod.ready_us = self.loop.now_us
        pod.version = self.next_version()
        members = self.endpoints[pod.service.name]
        if is_ready:
            members.append(pod)
        else:
            members.remove(pod)
        self.endpoint_changes[pod.service.name] = (self.next_version(), self.loop.now_us)
        self.touch(pod.owner.deployment)
        self.loop.after(self.random.between(5_000, 60_000), self.sync, pod.owner.deployment)

    def _recount(self, deployment: Deployment) -> None:
        self.touch(deployment)
        for quota in self.quotas:
            quota.version = self.next_version()

    def touch(self, deployment: Deployment) -> None:
        """Note that the status of a Deployment and its sets has changed."""
        deployment.version = self.next_version()
        deployment.changed_us = self.loop.now_us
        for owner in deployment.sets:
            owner.version = self.next_version()

    def drain(self, node: Node, staying: frozenset[str], first: str = "") -> None:
        """Do `kubectl drain`: cordon the node and evict the shop's pods, but those of the services `staying`.

        The pods of the service `first` go at once, the others some seconds later.
        """
        node.is_schedulable = False
        node.version = self.next_version()
        subject = Subject(kind="Node", name=node.name, namespace="", uid=node.name, version=node.version)
        message = f"Node {node.name} status is now: NodeNotSchedulable"
        self.events.emit(subject, "NodeNotSchedulable", message, "kubelet", host=node.name)
        for pod in [pod for pod in self.all_pods if pod.node == node.name]:
            if pod.service.name == first:
                self.delete_pod(pod)
            elif pod.service.name not in staying:
                self.loop.after(self.random.delay_us(4, 6), self.delete_pod, pod)

    def place(self) -> Node:
        """Return the schedulable node with the fewest pods."""
        counts = {node.name: 0 for node in self.nodes}
        for pod in self.all_pods:
            if not pod.is_gone and pod.node:
                counts[pod.node] += 1
        return min((node for node in self.nodes if node.is_schedulable), key=lambda node: counts[node.name])


def _template(service: Service) -> Template:
    return Template(
        image=service.image_name,
        environment=tuple(ADDRESSES.get(service.name, {}).items()),
        readiness_port=service.port,
        cpu_request=service.cpu_request,
        cpu_limit=service.cpu_limit,
        memory_request=service.memory_request,
        memory_limit=service.memory_limit,
    )
