"""Which requests a policy looks at."""

from typing import Any

import pytest

from itbench_ciso.engines.inside.matching import matches, selects
from itbench_ciso.engines.inside.requests import Request, plural, requests

RULE = {"apiGroups": ["apps"], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["deployments"]}


def deployment(**more: Any) -> dict[str, Any]:
    metadata = {"name": "web", "namespace": "shop", "labels": {"app": "web"}}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata, "spec": {}} | more


def request_of(manifest: dict[str, Any], *others: dict[str, Any]) -> Request:
    return requests([manifest, *others])[0]


@pytest.mark.parametrize(
    ("kind", "resource"),
    [
        ("Pod", "pods"),
        ("NetworkPolicy", "networkpolicies"),
        ("Ingress", "ingresses"),
        ("IngressClass", "ingressclasses"),
        ("Endpoints", "endpoints"),
        ("StorageClass", "storageclasses"),
        ("Gateway", "gateways"),
        ("ConfigMap", "configmaps"),
        ("Lynx", "lynxes"),
    ],
)
def test_the_resource_of_a_kind_is_its_plural(kind: str, resource: str) -> None:
    assert plural(kind) == resource


@pytest.mark.parametrize(
    ("change", "is_match"),
    [
        ({}, True),
        ({"apiGroups": ["*"]}, True),
        ({"apiGroups": [""]}, False),
        ({"apiVersions": ["v1beta1"]}, False),
        ({"apiVersions": ["*"]}, True),
        ({"operations": ["UPDATE"]}, False),
        ({"operations": ["UPDATE", "CREATE"]}, True),
        ({"operations": ["*"]}, True),
        ({"resources": ["*"]}, True),
        ({"resources": ["*/*"]}, True),
        ({"resources": ["deployments/*"]}, True),
        ({"resources": ["deployments/scale"]}, False),
        ({"resources": ["pods", "replicasets"]}, False),
        ({"scope": "Namespaced"}, True),
        ({"scope": "Cluster"}, False),
        ({"resourceNames": ["web"]}, True),
        ({"resourceNames": ["other"]}, False),
    ],
)
def test_a_rule_takes_in_what_all_of_its_parts_take_in(change: dict[str, Any], is_match: bool) -> None:
    assert matches({"resourceRules": [RULE | change]}, request_of(deployment())) is is_match
    excluded = {"resourceRules": [RULE], "excludeResourceRules": [RULE | change]}
    assert matches(excluded, request_of(deployment())) is not is_match


@pytest.mark.parametrize(
    ("selector", "is_match"),
    [
        ({}, True),
        ({"matchLabels": {"app": "web"}}, True),
        ({"matchLabels": {"app": "db"}}, False),
        ({"matchExpressions": [{"key": "app", "operator": "In", "values": ["web", "db"]}]}, True),
        ({"matchExpressions": [{"key": "app", "operator": "NotIn", "values": ["web"]}]}, False),
        ({"matchExpressions": [{"key": "none", "operator": "NotIn", "values": ["web"]}]}, True),
        ({"matchExpressions": [{"key": "app", "operator": "Exists"}]}, True),
        ({"matchExpressions": [{"key": "app", "operator": "DoesNotExist"}]}, False),
        ({"matchLabels": {"app": "web"}, "matchExpressions": [{"key": "x", "operator": "Exists"}]}, False),
    ],
)
def test_a_selector_takes_in_labels(selector: dict[str, Any], is_match: bool) -> None:
    assert selects(selector, {"app": "web"}) is is_match
    assert (
        matches({"resourceRules": [RULE], "objectSelector": selector}, request_of(deployment())) is is_match
    )


def test_a_namespace_is_selected_by_its_own_labels_and_by_its_name() -> None:
    namespace = {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {"name": "shop", "labels": {"team": "a"}},
    }
    everything = {key: ["*"] for key in RULE}
    for labels, is_match in (
        ({"team": "a"}, True),
        ({"team": "b"}, False),
        ({"kubernetes.io/metadata.name": "shop"}, True),
    ):
        constraints = {"resourceRules": [everything], "namespaceSelector": {"matchLabels": labels}}
        found = [matches(constraints, each) for each in requests([deployment(), namespace])]
        assert found == [is_match, is_match]
        role = {
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "ClusterRole",
            "metadata": {"name": "x"},
        }
        assert matches(constraints, request_of(role))


def test_a_request_is_what_an_api_server_would_see() -> None:
    manifest = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "x", "labels": None},
        "spec": {"a": None, "b": [{"c": None}]},
    }
    found = request_of(manifest)
    assert found.object["metadata"] == {"name": "x", "namespace": "default"}
    assert not {"a", "b"} & set(found.object["spec"])
    assert (found.group, found.version, found.resource, found.namespace) == ("", "v1", "pods", "default")
    assert found.namespace_object is not None
    assert found.namespace_object["metadata"]["labels"] == {"kubernetes.io/metadata.name": "default"}
    variable = found.as_variable()
    assert (variable["operation"], variable["kind"]["kind"], variable["name"]) == ("CREATE", "Pod", "x")


def test_what_is_no_object_is_passed_over() -> None:
    assert requests([None, 1, "x", [], {}, {"kind": 7}, {"kind": "Pod"}, {"apiVersion": "v1"}]) == []
    assert requests([{"apiVersion": "v1", "kind": "Pod", "metadata": "x"}]) == []
