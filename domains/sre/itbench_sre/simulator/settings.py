"""The shop's other objects: services, endpoints, ConfigMaps, quotas, policies, autoscalers, nodes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from itbench_sre.simulator.catalog import BY_NAME, CHART, NAMESPACE, VERSION, service_address
from itbench_sre.simulator.manifests import JsonObject, changed, fields, metadata, owned
from itbench_sre.simulator.quotas import quantity
from itbench_sre.world.clock.times import kubernetes_text

if TYPE_CHECKING:
    from itbench_sre.simulator.autoscaler import Autoscaler
    from itbench_sre.simulator.cluster import Cluster
    from itbench_sre.simulator.places import ConfigMap, Node, Policy
    from itbench_sre.simulator.quotas import Quota

_HELM = {"meta.helm.sh/release-name": NAMESPACE, "meta.helm.sh/release-namespace": NAMESPACE}
_PART_OF = {
    "app.kubernetes.io/managed-by": "Helm",
    "app.kubernetes.io/part-of": "opentelemetry-demo",
    "app.kubernetes.io/version": VERSION,
    "helm.sh/chart": CHART,
}


def configmap_object(configmap: ConfigMap) -> JsonObject:
    """Return a ConfigMap of the shop."""
    part = {"f:data": fields(configmap.data), "f:metadata": {"f:labels": fields(_PART_OF)}}
    managed = [owned("helm", "v1", configmap.created_us, part), *changed(configmap.changes, "v1")]
    about = metadata(
        configmap.name,
        NAMESPACE,
        configmap.uid,
        configmap.version,
        configmap.created_us,
        managed,
        annotations=_HELM,
        labels=_PART_OF,
    )
    return {"apiVersion": "v1", "data": dict(configmap.data), "kind": "ConfigMap", "metadata": about}


def quota_object(quota: Quota, cluster: Cluster) -> JsonObject:
    """Return a ResourceQuota with what is used of it."""
    used = quota.used([pod for pod in cluster.all_pods if not pod.is_gone])
    hard = {name: quantity(name, value) for name, value in quota.hard.items()}
    managed = [
        owned("helm", "v1", quota.created_us, {"f:spec": {"f:hard": fields(hard)}}),
        owned("kube-controller-manager", "v1", quota.changed_us, {"f:status": {"f:hard": {}}}, "status"),
    ]
    if quota.manager != "helm":
        managed.insert(1, owned(quota.manager, "v1", quota.changed_us, {"f:spec": {"f:hard": {}}}))
    about = metadata(quota.name, NAMESPACE, quota.uid, quota.version, quota.created_us, managed)
    return {
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "metadata": about,
        "spec": {"hard": hard},
        "status": {"hard": hard, "used": {name: quantity(name, value) for name, value in used.items()}},
    }


def policy_object(policy: Policy) -> JsonObject:
    """Return a NetworkPolicy: one that lets every pod of the cluster in, or nobody."""
    spec: JsonObject = {
        "podSelector": {"matchLabels": {"opentelemetry.io/name": policy.service}},
        "policyTypes": ["Ingress"],
    }
    if policy.is_allowing:
        spec["ingress"] = [{"from": [{"namespaceSelector": {}}]}]
    part: JsonObject = {"f:spec": {"f:podSelector": {}, "f:policyTypes": {}}}
    managed = [owned(policy.manager, "networking.k8s.io/v1", policy.created_us, part)]
    about = metadata(
        policy.name, NAMESPACE, policy.uid, policy.version, policy.created_us, managed, generation=1
    )
    return {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": about, "spec": spec}


def autoscaler_object(scaler: Autoscaler) -> JsonObject:
    """Return a HorizontalPodAutoscaler with what it sees."""
    deployment = scaler.cluster.deployments[scaler.name]
    target = {"averageUtilization": scaler.target, "type": "Utilization"}
    spec = {
        "maxReplicas": scaler.most,
        "metrics": [{"resource": {"name": "cpu", "target": target}, "type": "Resource"}],
        "minReplicas": scaler.least,
        "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": scaler.name},
    }
    used = deployment.template.cpu_request * scaler.current // 100
    current = {"averageUtilization": scaler.current, "averageValue": f"{used}m"}
    alive = [pod for pod in deployment.pods if not pod.is_deleting]
    status: JsonObject = {
        "currentMetrics": [{"resource": {"current": current, "name": "cpu"}, "type": "Resource"}],
        "currentReplicas": len(alive),
        "desiredReplicas": max(scaler.wished, deployment.replicas),
    }
    if scaler.scaled_us:
        status["lastScaleTime"] = kubernetes_text(scaler.scaled_us)
    managed = [owned("helm", "autoscaling/v2", scaler.created_us, {"f:spec": fields(spec)})]
    about = metadata(
        scaler.name, NAMESPACE, scaler.uid, scaler.version, scaler.created_us, managed, annotations=_HELM
    )
    return {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": about,
        "spec": spec,
        "status": status,
    }


def service_object(name: str, cluster: Cluster, uid: str, version: int) -> JsonObject:
    """Return a Service of the shop."""
    port = BY_NAME[name].port
    address = service_address(name)
    spec = {
        "clusterIP": address,
        "clusterIPs": [address],
        "internalTrafficPolicy": "Cluster",
        "ipFamilies": ["IPv4"],
        "ipFamilyPolicy": "SingleStack",
        "ports": [{"name": "tcp-service", "port": port, "protocol": "TCP", "targetPort": port}],
        "selector": {"opentelemetry.io/name": name},
        "sessionAffinity": "None",
        "type": "ClusterIP",
    }
    labels = {**_PART_OF, "opentelemetry.io/name": name}
    part = {"f:metadata": {"f:labels": fields(labels)}, "f:spec": fields(spec)}
    managed = [owned("helm", "v1", cluster.deployed_us, part)]
    about = metadata(
        name, NAMESPACE, uid, version, cluster.deployed_us, managed, annotations=_HELM, labels=labels
    )
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": about,
        "spec": spec,
        "status": {"loadBalancer": {}},
    }


def endpoints_object(name: str, cluster: Cluster, uid: str, version: int) -> JsonObject:
    """Return the Endpoints of a Service: ready pods, and those that are not."""
    port = [{"name": "tcp-service", "port": BY_NAME[name].port, "protocol": "TCP"}]
    ready = cluster.endpoints[name]
    others = [
        pod
        for pod in cluster.all_pods
        if pod.service.name == name and pod.address and not pod.is_ready and not pod.is_deleting
    ]
    subset: JsonObject = {}
    for key, pods in (
        ("addresses", ready),
        ("notReadyAddresses", [pod for pod in others if not pod.is_gone]),
    ):
        if pods:
            subset[key] = [
                {
                    "ip": pod.address,
                    "nodeName": pod.node,
                    "targetRef": {"kind": "Pod", "name": pod.name, "namespace": NAMESPACE, "uid": pod.uid},
                }
                for pod in pods
            ]
    version, changed_us = cluster.endpoint_changes.get(name, (version, cluster.deployed_us))
    managed = [owned("kube-controller-manager", "v1", changed_us, {"f:subsets": {}})]
    about = metadata(
        name,
        NAMESPACE,
        uid,
        version,
        cluster.deployed_us,
        managed,
        labels={**_PART_OF, "opentelemetry.io/name": name},
    )
    made: JsonObject = {"apiVersion": "v1", "kind": "Endpoints", "metadata": about}
    if subset:
        made["subsets"] = [{**subset, "ports": port}]
    return made


def node_object(node: Node, cluster: Cluster) -> JsonObject:
    """Return a Node."""
    capacity = {"cpu": "8", "ephemeral-storage": "125753328Ki", "memory": "32386548Ki", "pods": "110"}
    labels = {
        "kubernetes.io/arch": "amd64",
        "kubernetes.io/hostname": node.name,
        "kubernetes.io/os": "linux",
        "node-role.kubernetes.io/node": "",
        "node.kubernetes.io/instance-type": "m6i.2xlarge",
    }
    spec: JsonObject = {"podCIDR": f"100.96.{node.subnet}.0/24", "podCIDRs": [f"100.96.{node.subnet}.0/24"]}
    if not node.is_schedulable:
        spec["unschedulable"] = True
        spec["taints"] = [{"effect": "NoSchedule", "key": "node.kubernetes.io/unschedulable"}]
    created_us = cluster.deployed_us - 86_400_000_000
    conditions = [
        {
            "lastTransitionTime": kubernetes_text(created_us),
            "message": message,
            "reason": reason,
            "status": "True" if kind == "Ready" else "False",
            "type": kind,
        }
        for kind, reason, message in (
            ("MemoryPressure", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
            ("DiskPressure", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
            ("PIDPressure", "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
            ("Ready", "KubeletReady", "kubelet is posting ready status"),
        )
    ]
    managed = [owned("kubelet", "v1", created_us, {"f:metadata": {"f:labels": fields(labels)}})]
    about = metadata(node.name, "", node.uid, node.version, created_us, managed, labels=labels)
    status = {
        "addresses": [{"address": node.address, "type": "InternalIP"}],
        "allocatable": capacity,
        "capacity": capacity,
        "conditions": conditions,
        "nodeInfo": {"architecture": "amd64", "kubeletVersion": "v1.32.4", "operatingSystem": "linux"},
    }
    return {"apiVersion": "v1", "kind": "Node", "metadata": about, "spec": spec, "status": status}
