"""What the API server fills in where an object says nothing; each kind's as in objects of real clusters."""

from collections.abc import Callable

from itbench_sre.world.store.kinds import KINDS
from itbench_sre.world.store.pod_defaults import (
    filled,
    pod_spec_filled,
    quality_of_service,
    resources_filled,
    template_filled,
)
from itbench_sre.world.store.quantities import canonical
from itbench_sre.world.store.refs import JsonObject


def _pod(body: JsonObject) -> JsonObject:
    spec = pod_spec_filled(body["spec"], is_pod=True)
    status = filled(body.get("status") or {}, {"phase": "Pending", "qosClass": quality_of_service(spec)})
    return {**body, "spec": spec, "status": status}


def _deployment(body: JsonObject) -> JsonObject:
    spec = filled(
        body["spec"],
        {
            "progressDeadlineSeconds": 600,
            "replicas": 1,
            "revisionHistoryLimit": 10,
            "strategy": {"type": "RollingUpdate"},
        },
    )
    strategy = filled(spec["strategy"], {"type": "RollingUpdate"})
    if strategy["type"] == "RollingUpdate":
        rolling = filled(strategy.get("rollingUpdate") or {}, {"maxSurge": "25%", "maxUnavailable": "25%"})
        strategy = {**strategy, "rollingUpdate": rolling}
    return _templated({**body, "spec": {**spec, "strategy": strategy}})


def _replica_set(body: JsonObject) -> JsonObject:
    body = _templated({**body, "spec": filled(body["spec"], {"replicas": 1})})
    return {**body, "status": filled(body.get("status") or {}, {"replicas": 0})}


def _stateful_set(body: JsonObject) -> JsonObject:
    spec = filled(
        body["spec"],
        {
            "persistentVolumeClaimRetentionPolicy": {"whenDeleted": "Retain", "whenScaled": "Retain"},
            "podManagementPolicy": "OrderedReady",
            "replicas": 1,
            "revisionHistoryLimit": 10,
            "updateStrategy": {"type": "RollingUpdate"},
        },
    )
    if spec["updateStrategy"].get("type", "RollingUpdate") == "RollingUpdate":
        rolling = filled(spec["updateStrategy"].get("rollingUpdate") or {}, {"partition": 0})
        spec = {**spec, "updateStrategy": {"rollingUpdate": rolling, "type": "RollingUpdate"}}
    if spec.get("volumeClaimTemplates"):
        claims = [_claim_template(claim) for claim in spec["volumeClaimTemplates"]]
        spec = {**spec, "volumeClaimTemplates": claims}
    body = _templated({**body, "spec": spec})
    return {**body, "status": filled(body.get("status") or {}, {"availableReplicas": 0, "replicas": 0})}


def _claim_template(claim: JsonObject) -> JsonObject:
    made = filled(claim, {"apiVersion": "v1", "kind": "PersistentVolumeClaim"})
    metadata = {"creationTimestamp": None, **made["metadata"]}
    return _claim({**made, "metadata": metadata})


def _daemon_set(body: JsonObject) -> JsonObject:
    spec = filled(body["spec"], {"revisionHistoryLimit": 10, "updateStrategy": {"type": "RollingUpdate"}})
    if spec["updateStrategy"].get("type", "RollingUpdate") == "RollingUpdate":
        rolling = filled(
            spec["updateStrategy"].get("rollingUpdate") or {}, {"maxSurge": 0, "maxUnavailable": 1}
        )
        spec = {**spec, "updateStrategy": {"rollingUpdate": rolling, "type": "RollingUpdate"}}
    status = {
        "currentNumberScheduled": 0,
        "desiredNumberScheduled": 0,
        "numberMisscheduled": 0,
        "numberReady": 0,
    }
    body = _templated({**body, "spec": spec})
    return {**body, "status": filled(body.get("status") or {}, status)}


def _job_spec(spec: JsonObject) -> JsonObject:
    defaults = {
        "backoffLimit": 6,
        "completionMode": "NonIndexed",
        "parallelism": 1,
        "podReplacementPolicy": "TerminatingOrFailed",
        "suspend": False,
    }
    if spec.get("parallelism") is None:
        defaults["completions"] = 1
    made = filled(spec, defaults)
    return {**made, "template": template_filled(made["template"])}


def _job(body: JsonObject) -> JsonObject:
    spec = filled(_job_spec(body["spec"]), {"manualSelector": False})
    uid = body["metadata"].get("uid")
    if uid and "selector" not in spec:
        spec = {**spec, "selector": {"matchLabels": {"batch.kubernetes.io/controller-uid": uid}}}
        metadata = spec["template"]["metadata"]
        name = body["metadata"]["name"]
        labels = {
            **(metadata.get("labels") or {}),
            "batch.kubernetes.io/controller-uid": uid,
            "batch.kubernetes.io/job-name": name,
            "controller-uid": uid,
            "job-name": name,
        }
        spec["template"] = {**spec["template"], "metadata": {**metadata, "labels": labels}}
    return {**body, "spec": spec, "status": body.get("status") or {}}


def _cron_job(body: JsonObject) -> JsonObject:
    spec = filled(
        body["spec"],
        {
            "concurrencyPolicy": "Allow",
            "failedJobsHistoryLimit": 1,
            "successfulJobsHistoryLimit": 3,
            "suspend": False,
        },
    )
    template = spec["jobTemplate"]
    metadata = {"creationTimestamp": None, **(template.get("metadata") or {})}
    job = template_filled(template["spec"]["template"])
    made = {**template, "metadata": metadata, "spec": {**template["spec"], "template": job}}
    return {**body, "spec": {**spec, "jobTemplate": made}, "status": body.get("status") or {}}


def _templated(body: JsonObject) -> JsonObject:
    spec = body["spec"]
    return {
        **body,
        "spec": {**spec, "template": template_filled(spec["template"])},
        "status": body.get("status") or {},
    }


def _service(body: JsonObject) -> JsonObject:
    spec = filled(body["spec"], {"sessionAffinity": "None", "type": "ClusterIP"})
    if spec["type"] != "ExternalName":
        spec = filled(spec, {"internalTrafficPolicy": "Cluster"})
        spec = {**spec, "ports": [_service_port(port) for port in spec.get("ports") or ()]}
        if not spec["ports"]:
            del spec["ports"]
    if spec["type"] in ("NodePort", "LoadBalancer"):
        spec = filled(spec, {"externalTrafficPolicy": "Cluster"})
    if spec["type"] == "LoadBalancer":
        spec = filled(spec, {"allocateLoadBalancerNodePorts": True})
    return {**body, "spec": spec, "status": filled(body.get("status") or {}, {"loadBalancer": {}})}


def _service_port(port: JsonObject) -> JsonObject:
    return filled(port, {"protocol": "TCP", "targetPort": port["port"]})


def _namespace(body: JsonObject) -> JsonObject:
    metadata = body["metadata"]
    labels = filled(metadata.get("labels") or {}, {"kubernetes.io/metadata.name": metadata["name"]})
    return {
        **body,
        "metadata": {**metadata, "labels": labels},
        "spec": body.get("spec", {"finalizers": ["kubernetes"]}),
        "status": filled(body.get("status") or {}, {"phase": "Active"}),
    }


def _claim(body: JsonObject) -> JsonObject:
    spec = filled(body["spec"], {"volumeMode": "Filesystem"})
    spec = {**spec, "resources": resources_filled(spec.get("resources") or {})}
    return {**body, "spec": spec, "status": filled(body.get("status") or {}, {"phase": "Pending"})}


def _volume(body: JsonObject) -> JsonObject:
    spec = filled(body["spec"], {"persistentVolumeReclaimPolicy": "Retain", "volumeMode": "Filesystem"})
    return {**body, "spec": spec, "status": filled(body.get("status") or {}, {"phase": "Pending"})}


def _storage_class(body: JsonObject) -> JsonObject:
    return filled(body, {"reclaimPolicy": "Delete", "volumeBindingMode": "Immediate"})


def _quota(body: JsonObject) -> JsonObject:
    spec = body.get("spec") or {}
    hard = {name: canonical(amount) for name, amount in (spec.get("hard") or {}).items()}
    return {**body, "spec": {**spec, "hard": hard} if hard else spec, "status": body.get("status") or {}}


def _limit_range(body: JsonObject) -> JsonObject:
    return {**body, "spec": {**body["spec"], "limits": [_limit(each) for each in body["spec"]["limits"]]}}


def _limit(item: JsonObject) -> JsonObject:
    made = {
        part: {name: canonical(amount) for name, amount in value.items()}
        if isinstance(value, dict)
        else value
        for part, value in item.items()
    }
    if made.get("type") != "Container":
        return made
    limits = {**made.get("max", {}), **made.get("default", {})}
    requests = {**made.get("min", {}), **limits, **made.get("defaultRequest", {})}
    return {
        **made,
        **({"default": limits} if limits else {}),
        **({"defaultRequest": requests} if requests else {}),
    }


def _autoscaler(body: JsonObject) -> JsonObject:
    utilization = {"averageUtilization": 80, "type": "Utilization"}
    metric = {"resource": {"name": "cpu", "target": utilization}, "type": "Resource"}
    spec = filled(body["spec"], {"metrics": [metric], "minReplicas": 1})
    return {
        **body,
        "spec": spec,
        "status": filled(body.get("status") or {}, {"currentMetrics": None, "desiredReplicas": 0}),
    }


def _budget(body: JsonObject) -> JsonObject:
    status = {"currentHealthy": 0, "desiredHealthy": 0, "disruptionsAllowed": 0, "expectedPods": 0}
    return {**body, "status": filled(body.get("status") or {}, status)}


def _network_policy(body: JsonObject) -> JsonObject:
    spec = body["spec"]
    types = ["Ingress", "Egress"] if spec.get("egress") else ["Ingress"]
    return {**body, "spec": filled(spec, {"podSelector": {}, "policyTypes": types})}


def _secret(body: JsonObject) -> JsonObject:
    return filled(body, {"type": "Opaque"})


def _priority_class(body: JsonObject) -> JsonObject:
    return filled(body, {"preemptionPolicy": "PreemptLowerPriority"})


_DEFAULTS: dict[str, Callable[[JsonObject], JsonObject]] = {
    "CronJob": _cron_job,
    "DaemonSet": _daemon_set,
    "Deployment": _deployment,
    "HorizontalPodAutoscaler": _autoscaler,
    "Job": _job,
    "LimitRange": _limit_range,
    "Namespace": _namespace,
    "NetworkPolicy": _network_policy,
    "PersistentVolume": _volume,
    "PersistentVolumeClaim": _claim,
    "Pod": _pod,
    "PodDisruptionBudget": _budget,
    "PriorityClass": _priority_class,
    "ReplicaSet": _replica_set,
    "ResourceQuota": _quota,
    "Secret": _secret,
    "Service": _service,
    "StatefulSet": _stateful_set,
    "StorageClass": _storage_class,
}


def with_defaults(body: JsonObject) -> JsonObject:
    """Return an object with what the API server fills in; itself where its kind has no defaults."""
    known = KINDS.get(body["kind"])
    if known is not None and "apiVersion" not in body:
        body = {"apiVersion": known.api_version, **body}
    fill = _DEFAULTS.get(body["kind"])
    return fill(body) if fill else body
