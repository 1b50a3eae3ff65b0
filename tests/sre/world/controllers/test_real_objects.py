"""Objects as a real cluster has them: against recorded ones, and against the schemas of Kubernetes."""

import importlib.resources
import json
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import referencing
import referencing.jsonschema

from itbench_sre.world.store.kinds import KINDS
from itbench_sre.world.store.paths import REMOVED, changed, value_at
from itbench_sre.world.store.refs import JsonObject, ref_of

from .clusters import Cluster, template

_SAMPLES = Path(__file__).parents[4] / "../shared/reference/itbench/snapshot_samples"
_RESTARTED = ("spec", "template", "metadata", "annotations", "kubectl.kubernetes.io/restartedAt")
_SCHEMAS = "kubernetes-json-schema/v1.37.0-local-strict"
_DIFFERS = {
    "uid",
    "resourceVersion",
    "time",
    "creationTimestamp",
    "lastTransitionTime",
    "lastUpdateTime",
    "message",
}


def _recorded(name: str) -> JsonObject:
    text = (_SAMPLES / f"scenario2_get_k8_spec_Deployment_{name}.json").read_text()
    body: JsonObject = json.loads(text)["observations"][0]["spec"]
    return body


def _leaves(value: Any, path: tuple[str, ...] = ()) -> dict[tuple[str, ...], Any]:
    if isinstance(value, dict) and value:
        return {
            key: leaf for name, each in value.items() for key, leaf in _leaves(each, (*path, name)).items()
        }
    if isinstance(value, list) and value:
        return {
            key: leaf
            for at, each in enumerate(value)
            for key, leaf in _leaves(each, (*path, str(at))).items()
        }
    return {path: None if path[-1] in _DIFFERS else value}


@pytest.mark.skipif(not _SAMPLES.exists(), reason="the recorded objects are not beside this repository")
@pytest.mark.parametrize("name", ["cart", "flagd"])
def test_a_deployment_is_as_a_recorded_one(cluster: Cluster, name: str) -> None:
    recorded = _recorded(name)
    cluster.create("Namespace", "otel-demo", namespace="")
    account = recorded["spec"]["template"]["spec"]["serviceAccountName"]
    cluster.create("ServiceAccount", account, namespace="otel-demo")
    kept = {key: recorded["metadata"][key] for key in ("labels", "name", "namespace")}
    given = recorded["metadata"]["annotations"].items()
    kept["annotations"] = {key: value for key, value in given if key.startswith("meta.helm")}
    manifest = {key: recorded[key] for key in ("apiVersion", "kind", "spec")}
    restarted = value_at(recorded, _RESTARTED)
    if restarted:
        manifest = changed(manifest, {_RESTARTED: REMOVED})
    ref = ref_of(cluster.store.create({**manifest, "metadata": kept}, "helm"))
    cluster.run(30)
    if restarted:
        cluster.edit(ref, {_RESTARTED: restarted}, "kubectl-rollout")
        cluster.run(30)
    made, wanted = _leaves(cluster.store.expect(ref)), _leaves(recorded)
    assert sorted(made) == sorted(wanted)
    assert made == wanted


@lru_cache(maxsize=1)
def _definitions() -> "referencing.Registry[Any]":
    root = importlib.resources.files("kubernetes_validate") / _SCHEMAS
    contents = json.loads((root / "_definitions.json").read_text())
    resource = referencing.jsonschema.DRAFT202012.create_resource(contents)
    return referencing.Registry().with_resource("/api/_definitions.json", resource).crawl()


@lru_cache(maxsize=64)
def _validator(kind: str, api_version: str) -> jsonschema.Draft202012Validator:
    group = re.sub(r"^([^./]*)(?:\.[^/]*)?/", r"\1-", api_version)
    root = importlib.resources.files("kubernetes_validate") / _SCHEMAS
    schema = json.loads((root / f"{kind.lower()}-{group}.json").read_text())
    return jsonschema.Draft202012Validator(schema, registry=_definitions())


def _everything(cluster: Cluster) -> None:
    cluster.usage["web"] = 90
    cluster.create("StorageClass", "disk", namespace="", provisioner="ebs.csi.aws.com")
    cluster.create("PriorityClass", "high", namespace="", value=1000)
    claim = {
        "accessModes": ["ReadWriteOnce"],
        "resources": {"requests": {"storage": "1Gi"}},
        "storageClassName": "disk",
    }
    cluster.deployment("web", 2, pod={"priorityClassName": "high"})
    cluster.deployment("stuck", 1, cpu="90")
    claims = [{"metadata": {"name": "data"}, "spec": claim}]
    common = {"selector": {"matchLabels": {"app": "db"}}, "template": template("db")}
    cluster.create("StatefulSet", "db", spec={**common, "serviceName": "db", "volumeClaimTemplates": claims})
    common = {"selector": {"matchLabels": {"app": "agent"}}, "template": template("agent")}
    cluster.create("DaemonSet", "agent", spec=common)
    job = {"template": {"spec": {"containers": [{"image": "job", "name": "app"}], "restartPolicy": "Never"}}}
    cluster.create("Job", "load", spec=job)
    cluster.create("CronJob", "tick", spec={"jobTemplate": {"spec": job}, "schedule": "* * * * *"})
    ports = [{"port": 80, "targetPort": "http"}]
    cluster.create("Service", "web", spec={"ports": ports, "selector": {"app": "web"}})
    target = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}
    cluster.create("HorizontalPodAutoscaler", "web", spec={"maxReplicas": 3, "scaleTargetRef": target})
    budget = {"minAvailable": 1, "selector": {"matchLabels": {"app": "web"}}}
    cluster.create("PodDisruptionBudget", "web", spec=budget)
    cluster.create("ResourceQuota", "compute", spec={"hard": {"pods": "40", "requests.cpu": "200"}})
    limit = {"defaultRequest": {"cpu": "50m"}, "type": "Container"}
    cluster.create("LimitRange", "bounds", spec={"limits": [limit]})
    cluster.create("NetworkPolicy", "closed", spec={"podSelector": {}})


def test_every_object_is_valid_by_the_schemas_of_kubernetes(cluster: Cluster) -> None:
    _everything(cluster)
    cluster.run(150)
    seen: dict[str, int] = {}
    errors = []
    for kind in cluster.store.kinds():
        for body in cluster.store.list(kind):
            seen[kind] = seen.get(kind, 0) + 1
            if seen[kind] > 12:
                continue
            found = _validator(kind, body["apiVersion"]).iter_errors(body)
            errors += [(str(ref_of(body)), list(each.absolute_path), each.message[:200]) for each in found]
    assert errors == []
    assert len(seen) >= 22


def test_every_kind_of_kubernetes_itself_has_a_schema() -> None:
    for kind in KINDS.values():
        if not kind.is_custom:
            assert _validator(kind.name, kind.api_version)


def test_a_field_that_kubernetes_does_not_know_is_found(cluster: Cluster) -> None:
    body = cluster.store.expect(cluster.deployment("cart"))
    wrong = {**body, "spec": {**body["spec"], "replica": 1}}
    (error,) = _validator("Deployment", "apps/v1").iter_errors(wrong)
    assert "'replica' was unexpected" in error.message
