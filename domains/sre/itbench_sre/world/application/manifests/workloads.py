"""Deployments, StatefulSets, DaemonSets, Jobs and CronJobs."""

from collections.abc import Mapping, Sequence
from typing import Any

from itbench_sre.world.application.manifests.objects import Texts, thing
from itbench_sre.world.store.refs import JsonObject


def template(labels: Mapping[str, str], spec: JsonObject, annotations: Texts = None) -> JsonObject:
    """Return the template of a workload's pods."""
    metadata: JsonObject = {"creationTimestamp": None, "labels": dict(labels)}
    if annotations:
        metadata["annotations"] = dict(annotations)
    return {"metadata": metadata, "spec": spec}


def deployment(
    name: str,
    space: str,
    pod: JsonObject,
    selector: Mapping[str, str],
    *,
    replicas: int = 1,
    labels: Texts = None,
    annotations: Texts = None,
    strategy: Mapping[str, Any] | None = None,
    **rest: Any,
) -> JsonObject:
    """Return a Deployment of the pods of a template."""
    spec: JsonObject = {
        "progressDeadlineSeconds": 600,
        "replicas": replicas,
        "revisionHistoryLimit": 10,
        "selector": {"matchLabels": dict(selector)},
        "strategy": dict(
            strategy
            or {"rollingUpdate": {"maxSurge": "25%", "maxUnavailable": "25%"}, "type": "RollingUpdate"}
        ),
        "template": pod,
        **rest,
    }
    return _workload("Deployment", name, space, spec, labels, annotations)


def stateful_set(
    name: str,
    space: str,
    pod: JsonObject,
    selector: Mapping[str, str],
    *,
    replicas: int = 1,
    labels: Texts = None,
    annotations: Texts = None,
    service_name: str = "",
    claims: Sequence[JsonObject] = (),
    is_parallel: bool = False,
) -> JsonObject:
    """Return a StatefulSet; `claims` are PersistentVolumeClaims, of which each pod gets its own."""
    spec: JsonObject = {
        "persistentVolumeClaimRetentionPolicy": {"whenDeleted": "Retain", "whenScaled": "Retain"},
        "podManagementPolicy": "Parallel" if is_parallel else "OrderedReady",
        "replicas": replicas,
        "revisionHistoryLimit": 10,
        "selector": {"matchLabels": dict(selector)},
        "serviceName": service_name or name,
        "template": pod,
        "updateStrategy": {"rollingUpdate": {"partition": 0}, "type": "RollingUpdate"},
    }
    if claims:
        spec["volumeClaimTemplates"] = [_claim(claim) for claim in claims]
    return _workload("StatefulSet", name, space, spec, labels, annotations)


def daemon_set(
    name: str,
    space: str,
    pod: JsonObject,
    selector: Mapping[str, str],
    *,
    labels: Texts = None,
    annotations: Texts = None,
) -> JsonObject:
    """Return a DaemonSet."""
    spec: JsonObject = {
        "revisionHistoryLimit": 10,
        "selector": {"matchLabels": dict(selector)},
        "template": pod,
        "updateStrategy": {"rollingUpdate": {"maxSurge": 0, "maxUnavailable": 1}, "type": "RollingUpdate"},
    }
    return _workload("DaemonSet", name, space, spec, labels, annotations)


def job(
    name: str,
    space: str,
    pod: JsonObject,
    *,
    labels: Texts = None,
    annotations: Texts = None,
    **rest: Any,
) -> JsonObject:
    """Return a Job."""
    return _workload("Job", name, space, _job_spec(pod, rest), labels, annotations, "batch/v1")


def cron_job(
    name: str,
    space: str,
    pod: JsonObject,
    schedule: str,
    *,
    labels: Texts = None,
    annotations: Texts = None,
    concurrency: str = "Forbid",
    **rest: Any,
) -> JsonObject:
    """Return a CronJob; `rest` are fields of its Jobs' spec."""
    made: JsonObject = {"metadata": {"creationTimestamp": None}, "spec": _job_spec(pod, rest, is_made=False)}
    spec: JsonObject = {
        "concurrencyPolicy": concurrency,
        "failedJobsHistoryLimit": 1,
        "jobTemplate": made,
        "schedule": schedule,
        "successfulJobsHistoryLimit": 3,
        "suspend": False,
    }
    return _workload("CronJob", name, space, spec, labels, annotations, "batch/v1")


def _job_spec(pod: JsonObject, rest: Mapping[str, Any], *, is_made: bool = True) -> JsonObject:
    given = {
        "backoffLimit": 6,
        "completionMode": "NonIndexed",
        "completions": 1,
        "parallelism": 1,
        "suspend": False,
    }
    return {**(given if is_made else {"backoffLimit": 6}), "template": pod, **rest}


def _claim(claim: JsonObject) -> JsonObject:
    metadata = {"creationTimestamp": None} | {
        key: value for key, value in claim["metadata"].items() if key != "namespace"
    }
    return {**claim, "metadata": metadata, "status": {"phase": "Pending"}}


def _workload(
    kind: str,
    name: str,
    space: str,
    spec: JsonObject,
    labels: Texts,
    annotations: Texts,
    api_version: str = "apps/v1",
) -> JsonObject:
    body = thing(
        kind,
        name,
        api_version=api_version,
        namespace=space,
        labels=labels,
        annotations=annotations,
        spec=spec,
    )
    body["metadata"]["generation"] = 1
    return body
