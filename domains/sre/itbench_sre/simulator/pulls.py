"""The recorder's pulls of all Kubernetes objects: every five minutes, each kind at its own moment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from itbench_sre.simulator.catalog import SERVICES
from itbench_sre.simulator.manifests import JsonObject, body
from itbench_sre.simulator.settings import (
    autoscaler_object,
    configmap_object,
    endpoints_object,
    node_object,
    policy_object,
    quota_object,
    service_object,
)
from itbench_sre.simulator.workloads import deployment_object, pod_object, set_object
from itbench_sre.world.clock.loop import MINUTE_US

if TYPE_CHECKING:
    from itbench_sre.simulator.background import Background
    from itbench_sre.simulator.world import World

_INTERVAL_US = 5 * MINUTE_US
RESOURCES = (
    "pods",
    "services",
    "endpoints",
    "configmaps",
    "serviceaccounts",
    "namespaces",
    "nodes",
    "resourcequotas",
    "deployments",
    "daemonsets",
    "statefulsets",
    "replicasets",
    "networkpolicies",
    "storageclasses",
    "horizontalpodautoscalers",
    "customresourcedefinitions",
    "jobs",
    "persistentvolumeclaims",
    "poddisruptionbudgets",
    "roles",
    "rolebindings",
)


class Pulls:
    """Keeps (time in ns, resource, namespace, JSON) of every object at every pull."""

    def __init__(self, world: World, background: Background) -> None:
        self.rows: list[tuple[int, str, str, str]] = []
        self._world = world
        self._background = background
        random = world.random.fork("pulls")
        self._identities = {service.name: (random.uid(), random.uid()) for service in SERVICES}
        self._version = 1_200_000 + random.below(40_000)
        first_us = world.start_us + random.delay_us(20, 70)
        for resource in random.shuffled(RESOURCES):
            first_us += random.between(4_000, 700_000)
            world.loop.at(first_us, self._pull, resource, random.below(1000))

    def _pull(self, resource: str, nanoseconds: int) -> None:
        objects = [*self._shop(resource), *self._background.objects.get(resource, [])]
        now_ns = self._world.loop.now_us * 1000 + nanoseconds
        places = [
            (made["metadata"].get("namespace", ""), made["metadata"]["name"], place)
            for place, made in enumerate(objects)
        ]
        for namespace, _, place in sorted(places):
            self.rows.append((now_ns, resource, namespace, body(objects[place])))
        self._world.loop.after(_INTERVAL_US + nanoseconds, self._pull, resource, nanoseconds)

    def _shop(self, resource: str) -> list[JsonObject]:
        cluster: Any = self._world.cluster
        deployments = list(cluster.deployments.values())
        match resource:
            case "pods":
                return [pod_object(pod, cluster) for pod in cluster.all_pods if not pod.is_gone]
            case "deployments":
                return [deployment_object(deployment) for deployment in deployments]
            case "replicasets":
                return [set_object(owner) for deployment in deployments for owner in deployment.sets]
            case "configmaps":
                return [configmap_object(configmap) for configmap in cluster.configmaps.values()]
            case "resourcequotas":
                return [quota_object(quota, cluster) for quota in cluster.quotas]
            case "networkpolicies":
                return [policy_object(policy) for policy in cluster.policies]
            case "horizontalpodautoscalers":
                return [autoscaler_object(scaler) for scaler in self._world.autoscalers]
            case "nodes":
                return [node_object(node, cluster) for node in cluster.nodes]
            case "services" | "endpoints":
                return self._networked(resource)
            case _:
                return []

    def _networked(self, resource: str) -> list[JsonObject]:
        cluster = self._world.cluster
        made = []
        for number, (name, (service_uid, endpoints_uid)) in enumerate(self._identities.items()):
            if resource == "services":
                made.append(service_object(name, cluster, service_uid, self._version + number))
            else:
                made.append(endpoints_object(name, cluster, endpoints_uid, self._version + number))
        return made
