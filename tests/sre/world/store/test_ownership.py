"""Who owns which field, against an object of a real cluster."""

import json
from pathlib import Path
from typing import Any

import pytest

from itbench_sre.world.store.ownership import managed_fields

_SAMPLES = Path(__file__).parents[4] / "../shared/reference/itbench/snapshot_samples"
_CART = _SAMPLES / "scenario2_get_k8_spec_Deployment_cart.json"
_REVISION = "deployment.kubernetes.io/revision"


def _config(data: dict[str, str], fields: list[dict[str, Any]]) -> dict[str, Any]:
    metadata = {"name": "flags", "namespace": "shop", "managedFields": fields}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data}


@pytest.mark.skipif(not _CART.exists(), reason="the recorded objects are not on this machine")
def test_a_recorded_deployment_has_the_owners_that_are_computed() -> None:
    body = json.loads(_CART.read_text())["observations"][0]["spec"]
    recorded = body["metadata"]["managedFields"]
    annotations = {k: v for k, v in body["metadata"]["annotations"].items() if k != _REVISION}
    metadata = {**body["metadata"], "annotations": annotations}
    applied = {key: value for key, value in body.items() if key != "status"} | {"metadata": metadata}
    metadata["managedFields"] = managed_fields(None, applied, "helm", recorded[0]["time"], "")
    made = managed_fields(applied, body, "kube-controller-manager", recorded[1]["time"], "status")
    assert made == recorded


def test_a_field_goes_over_to_who_changed_it_and_a_removed_one_to_nobody() -> None:
    first = _config({"a": "1", "b": "1", "c": "1"}, [])
    fields = managed_fields(None, first, "helm", "2025-01-01T00:00:00Z", "")
    first = _config({"a": "1", "b": "1", "c": "1"}, fields)
    second = _config({"a": "1", "b": "2"}, fields)
    made = managed_fields(first, second, "kubectl-edit", "2025-01-01T00:01:00Z", "")
    assert [(each["manager"], each["fieldsV1"]) for each in made] == [
        ("helm", {"f:data": {".": {}, "f:a": {}}}),
        ("kubectl-edit", {"f:data": {"f:b": {}}}),
    ]


def test_a_manager_that_loses_its_last_field_is_gone() -> None:
    first = _config({"a": "1"}, [])
    first["metadata"]["managedFields"] = managed_fields(None, first, "helm", "2025-01-01T00:00:00Z", "")
    second = {**first, "data": {"a": "2"}}
    second["metadata"] = {**first["metadata"]}
    second["metadata"]["managedFields"] = managed_fields(first, second, "argocd", "2025-01-01T00:01:00Z", "")
    third = {key: value for key, value in second.items() if key != "data"}
    made = managed_fields(second, third, "kubectl-edit", "2025-01-01T00:02:00Z", "")
    assert made == []


def test_entries_of_lists_are_owned_one_by_one() -> None:
    def deployment(*names: str) -> dict[str, Any]:
        container = {"name": "app", "env": [{"name": name, "value": "1"} for name in names]}
        spec = {"template": {"spec": {"containers": [container]}}}
        return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "app"}, "spec": spec}

    first = deployment("A")
    first["metadata"]["managedFields"] = managed_fields(None, first, "helm", "2025-01-01T00:00:00Z", "")
    made = managed_fields(first, deployment("A", "B"), "kubectl-set", "2025-01-01T00:01:00Z", "")
    container = made[1]["fieldsV1"]["f:spec"]["f:template"]["f:spec"]["f:containers"]['k:{"name":"app"}']
    assert container == {"f:env": {'k:{"name":"B"}': {".": {}, "f:name": {}, "f:value": {}}}}
