"""The shop's Deployments, ReplicaSets and Pods as the API server shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from itbench_sre.simulator.catalog import BY_NAME, NAMESPACE, READS, VERSION
from itbench_sre.simulator.manifests import JsonObject, changed, controlled_by, fields, metadata, owned
from itbench_sre.simulator.quotas import quantity
from itbench_sre.world.clock.times import kubernetes_text

if TYPE_CHECKING:
    from itbench_sre.simulator.cluster import Cluster
    from itbench_sre.simulator.pods import Deployment, Pod, ReplicaSet, Template

_APPS = "apps/v1"


def _labels(name: str) -> dict[str, str]:
    return {
        "app.kubernetes.io/component": name,
        "app.kubernetes.io/name": name,
        "opentelemetry.io/name": name,
    }


def _environment(name: str, template: Template) -> list[JsonObject]:
    entries: list[JsonObject] = [{"name": key, "value": value} for key, value in template.environment]
    if name in BY_NAME:
        attributes = f"service.name={name},service.namespace=opentelemetry-demo,service.version={VERSION}"
        entries += [
            {"name": "OTEL_SERVICE_NAME", "value": name},
            {"name": "OTEL_EXPORTER_OTLP_ENDPOINT", "value": "http://otel-collector:4317"},
            {"name": "OTEL_RESOURCE_ATTRIBUTES", "value": attributes},
        ]
    return entries


def _container(name: str, port: int, template: Template) -> JsonObject:
    container: JsonObject = {
        "env": _environment(name, template),
        "image": template.image,
        "imagePullPolicy": "IfNotPresent",
        "name": name,
        "ports": [{"containerPort": port, "name": "service", "protocol": "TCP"}],
        "readinessProbe": {
            "failureThreshold": 3,
            "initialDelaySeconds": 2,
            "periodSeconds": 5,
            "successThreshold": 1,
            "tcpSocket": {"port": template.readiness_port},
            "timeoutSeconds": 1,
        },
        "resources": {
            "limits": {
                "cpu": quantity("cpu", template.cpu_limit),
                "memory": quantity("memory", template.memory_limit),
            },
            "requests": {
                "cpu": quantity("cpu", template.cpu_request),
                "memory": quantity("memory", template.memory_request),
            },
        },
        "terminationMessagePath": "/dev/termination-log",
        "terminationMessagePolicy": "File",
    }
    if template.command:
        container["command"] = list(template.command)
    if name in READS:
        container["envFrom"] = [{"configMapRef": {"name": READS[name]}}]
    return container


def _pod_spec(name: str, port: int, template: Template) -> JsonObject:
    return {
        "containers": [_container(name, port, template)],
        "dnsPolicy": "ClusterFirst",
        "restartPolicy": "Always",
        "schedulerName": "default-scheduler",
        "securityContext": {},
        "serviceAccount": NAMESPACE if name in BY_NAME else "default",
        "serviceAccountName": NAMESPACE if name in BY_NAME else "default",
        "terminationGracePeriodSeconds": 30,
    }


def _pod_template(name: str, port: int, template: Template, labels: dict[str, str]) -> JsonObject:
    about: JsonObject = {"creationTimestamp": None, "labels": labels}
    if template.annotations:
        about["annotations"] = dict(template.annotations)
    return {"metadata": about, "spec": _pod_spec(name, port, template)}


def deployment_object(deployment: Deployment) -> JsonObject:
    """Return a Deployment with its status."""
    name, service = deployment.name, deployment.service
    rolling = {"rollingUpdate": {"maxSurge": "25%", "maxUnavailable": "25%"}, "type": "RollingUpdate"}
    spec: JsonObject = {
        "progressDeadlineSeconds": 600,
        "replicas": deployment.replicas,
        "revisionHistoryLimit": 10,
        "selector": {"matchLabels": {"opentelemetry.io/name": name}},
        "strategy": {"type": "Recreate"} if deployment.is_recreated else rolling,
        "template": _pod_template(name, service.port, deployment.template, _labels(name)),
    }
    first = {"f:metadata": {"f:labels": fields(deployment.labels)}, "f:spec": fields(spec)}
    status = _deployment_status(deployment)
    managed = [
        owned("helm" if deployment.annotations else "kubectl-create", _APPS, deployment.created_us, first),
        *changed(deployment.changes, _APPS),
        owned(
            "kube-controller-manager", _APPS, deployment.changed_us, {"f:status": fields(status)}, "status"
        ),
    ]
    annotations = {
        "deployment.kubernetes.io/revision": str(max(deployment.revision, 1)),
        **deployment.annotations,
    }
    about = metadata(
        name,
        NAMESPACE,
        deployment.uid,
        deployment.version,
        deployment.created_us,
        managed,
        annotations=annotations,
        labels=deployment.labels,
        generation=deployment.generation,
    )
    return {"apiVersion": _APPS, "kind": "Deployment", "metadata": about, "spec": spec, "status": status}


def _condition(type_: str, reason: str, message: str, time_us: int, *, holds: bool) -> JsonObject:
    return {
        "lastTransitionTime": kubernetes_text(time_us),
        "lastUpdateTime": kubernetes_text(time_us),
        "message": message,
        "reason": reason,
        "status": "True" if holds else "False",
        "type": type_,
    }


def _deployment_status(deployment: Deployment) -> JsonObject:
    pods = [pod for pod in deployment.pods if not pod.is_deleting]
    ready = sum(pod.is_ready for pod in pods)
    updated = sum(pod.template == deployment.template for pod in pods)
    numbers = {
        "availableReplicas": ready,
        "readyReplicas": ready,
        "replicas": len(pods),
        "unavailableReplicas": max(deployment.replicas - ready, 0),
        "updatedReplicas": updated,
    }
    status: JsonObject = {key: value for key, value in numbers.items() if value}
    conditions = _deployment_conditions(deployment, ready, updated)
    return {**status, "conditions": conditions, "observedGeneration": deployment.generation}


def _deployment_conditions(deployment: Deployment, ready: int, updated: int) -> list[JsonObject]:
    at_us = deployment.changed_us
    is_available = ready >= deployment.replicas - deployment.replicas // 4
    reason = "MinimumReplicasAvailable" if is_available else "MinimumReplicasUnavailable"
    text = f"Deployment {'has' if is_available else 'does not have'} minimum availability."
    conditions = [_condition("Available", reason, text, at_us, holds=is_available)]
    failing = next((owner for owner in deployment.sets if owner.failure), None)
    if failing:
        text, failed_us = failing.failure, failing.failed_us
        conditions.append(_condition("ReplicaFailure", "FailedCreate", text, failed_us, holds=True))
    if deployment.sets:
        is_done = updated >= deployment.replicas and ready >= deployment.replicas
        reason = "NewReplicaSetAvailable" if is_done else "ReplicaSetUpdated"
        verb = "has successfully progressed" if is_done else "is progressing"
        text = f'ReplicaSet "{deployment.sets[-1].name}" {verb}.'
        conditions.append(_condition("Progressing", reason, text, at_us, holds=True))
    return conditions


def set_object(owner: ReplicaSet) -> JsonObject:
    """Return a ReplicaSet with its status."""
    deployment = owner.deployment
    labels = {**_labels(deployment.name), "pod-template-hash": owner.suffix}
    spec = {
        "replicas": owner.desired,
        "selector": {
            "matchLabels": {"opentelemetry.io/name": deployment.name, "pod-template-hash": owner.suffix}
        },
        "template": _pod_template(deployment.name, deployment.service.port, owner.template, labels),
    }
    alive = [pod for pod in owner.pods if not pod.is_deleting]
    ready = sum(pod.is_ready for pod in alive)
    status: JsonObject = {"observedGeneration": 1, "replicas": len(alive)}
    if ready:
        status |= {"availableReplicas": ready, "fullyLabeledReplicas": len(alive), "readyReplicas": ready}
    if owner.failure:
        condition = _condition("ReplicaFailure", "FailedCreate", owner.failure, owner.failed_us, holds=True)
        condition.pop("lastUpdateTime")
        status["conditions"] = [condition]
    part = {"f:metadata": {"f:labels": fields(labels)}, "f:spec": {"f:replicas": {}, "f:selector": {}}}
    about = metadata(
        owner.name,
        NAMESPACE,
        owner.uid,
        owner.version,
        owner.created_us,
        [owned("kube-controller-manager", _APPS, owner.created_us, part)],
        annotations={
            "deployment.kubernetes.io/desired-replicas": str(deployment.replicas),
            "deployment.kubernetes.io/revision": str(deployment.sets.index(owner) + 1),
        },
        labels=labels,
        ownerReferences=controlled_by("Deployment", deployment.name, deployment.uid),
        generation=1,
    )
    return {"apiVersion": _APPS, "kind": "ReplicaSet", "metadata": about, "spec": spec, "status": status}


def pod_object(pod: Pod, cluster: Cluster) -> JsonObject:
    """Return a Pod with its status."""
    name = pod.service.name
    labels = {**_labels(name), "pod-template-hash": pod.owner.suffix}
    spec = _pod_spec(name, pod.service.port, pod.template)
    if pod.node:
        spec["nodeName"] = pod.node
    made = {"f:metadata": {"f:labels": fields(labels)}, "f:spec": {"f:containers": {}}}
    reported: JsonObject = {"f:status": {"f:conditions": {}, "f:containerStatuses": {}, "f:podIP": {}}}
    reported_us = max(pod.ready_us, pod.started_us, pod.created_us)
    about = metadata(
        pod.name,
        NAMESPACE,
        pod.uid,
        pod.version,
        pod.created_us,
        [
            owned("kube-controller-manager", "v1", pod.created_us, made),
            owned("kubelet", "v1", reported_us, reported, "status"),
        ],
        labels=labels,
        annotations=dict(pod.template.annotations),
        generateName=f"{pod.owner.name}-",
        ownerReferences=controlled_by("ReplicaSet", pod.owner.name, pod.owner.uid),
    )
    host = next((node.address for node in cluster.nodes if node.name == pod.node), "")
    status = _pod_status(pod, host)
    return {"apiVersion": "v1", "kind": "Pod", "metadata": about, "spec": spec, "status": status}


def _container_status(pod: Pod) -> JsonObject:
    state: JsonObject
    if pod.waiting:
        waiting = {"reason": pod.waiting}
        state = {"waiting": {**waiting, "message": pod.waiting_message} if pod.waiting_message else waiting}
    else:
        state = {"running": {"startedAt": kubernetes_text(pod.started_us)}}
    return {
        "image": pod.template.image,
        "imageID": "" if pod.waiting else f"{pod.template.image}@sha256",
        "lastState": {},
        "name": pod.container,
        "ready": pod.is_ready,
        "restartCount": pod.restarts,
        "started": not pod.waiting,
        "state": state,
    }


def _pod_status(pod: Pod, host: str) -> JsonObject:
    since = kubernetes_text(max(pod.ready_us, pod.scheduled_us, pod.created_us))
    unready = {
        "message": f"containers with unready status: [{pod.container}]",
        "reason": "ContainersNotReady",
    }
    conditions = [
        {
            "lastProbeTime": None,
            "lastTransitionTime": since,
            "status": "True" if pod.is_ready or kind == "PodScheduled" else "False",
            "type": kind,
            **({} if pod.is_ready or kind == "PodScheduled" else unready),
        }
        for kind in ("Ready", "ContainersReady", "PodScheduled")
    ]
    status: JsonObject = {
        "conditions": conditions,
        "containerStatuses": [_container_status(pod)],
        "phase": pod.phase,
        "qosClass": "Burstable",
    }
    if pod.node:
        status |= {
            "hostIP": host,
            "podIP": pod.address,
            "podIPs": [{"ip": pod.address}],
            "startTime": kubernetes_text(pod.scheduled_us),
        }
    return status
