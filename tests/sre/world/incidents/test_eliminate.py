"""Worked examples of the elimination program: rows by hand, and what is left of the changes that they show."""

from typing import Any

import pytest

from itbench_sre.world.incidents.eliminate import eliminate
from itbench_sre.world.incidents.rows import ALERTS, EVENTS, LOGS, OBJECTS, SPANS, Row

PAGE = {"alertname": "ErrorBudgetBurn", "namespace": "shop", "service_name": "front"}
AT = "2025-12-15 17:30:00.000000000"


def span(
    id_: str, service: str, callee: str = "", parent: str = "", message: str = "", *, is_failed: bool = True
) -> Row:
    fields = {
        "trace": "t", "parent": parent, "service": service, "name": "work", "kind": "Client" if callee else "Server",
        "status": "Error" if is_failed else "Unset", "message": message, "duration_ns": 5_000_000,
        "usual_ns": 5_000_000, "attributes": {"server.address": callee, "server.port": "80"} if callee else {},
    }  # fmt: skip
    return Row(SPANS, id_, "changed", AT, fields)


def chain(message: str = "dial tcp 10.0.0.1:80: connect: connection refused") -> list[Row]:
    """Return the spans of a request of `front` that fails since `cart` cannot reach `store`."""
    return [
        span("a", "front"),
        span("b", "front", "cart", "a", "unavailable"),
        span("c", "cart", "", "b"),
        span("d", "cart", "store", "c", message),
    ]


def edited(plural: str, name: str, before: dict[str, Any] | None, after: dict[str, Any] | None) -> Row:
    """Return the row of an object whose spec was edited; without one before it is new, without one after it is gone."""
    bodies = [
        None if spec is None else {"metadata": {"name": name, "namespace": "shop"}, **spec}
        for spec in (before, after)
    ]
    what = "gone" if after is None else "added" if before is None else "changed"
    return Row(OBJECTS, f"shop/{plural}/{name}@{AT}", what, AT, {"before": bodies[0], "body": bodies[1]})


def replicas(name: str, before: int, after: int) -> Row:
    both = ({"spec": {"replicas": number}, "status": {"readyReplicas": number}} for number in (before, after))
    return edited("deployments", name, *both)


def event(reason: str, kind: str, name: str, message: str, api_version: str = "v1") -> Row:
    about = {"kind": kind, "name": name, "namespace": "shop", "apiVersion": api_version}
    if "chaos" in api_version:
        about["namespace"] = "chaos-mesh"
    return Row(
        EVENTS, f"{name}.1", "added", AT, {"reason": reason, "message": message, "involvedObject": about}
    )


def template(image: str) -> dict[str, Any]:
    containers = [{"name": "main", "image": image}]
    return {"spec": {"template": {"spec": {"containers": containers}}}, "status": {"readyReplicas": 1}}


def ready(count: int) -> dict[str, Any]:
    return {**template("store:1"), "status": {"readyReplicas": count}}


POLICY = {
    "spec": {
        "podSelector": {"matchLabels": {"app": "store"}},
        "policyTypes": ["Ingress"],
        "ingress": [{"from": [{"podSelector": {"matchLabels": {"app": "billing"}}}]}],
    }
}
CHAOS = "chaos-mesh.org/v1alpha1"


@pytest.mark.parametrize(
    ("rows", "left"),
    [
        ([replicas("store", 1, 0), replicas("quote", 1, 0), replicas("cart", 2, 1)], ["shop/Deployment/store"]),
        ([replicas("store", 1, 2), replicas("other", 1, 0)], []),
        (
            [
                edited("services", "store", {"spec": {"selector": {"app": "store"}}}, None),
                edited("services", "cart", {"spec": {"selector": {"app": "cart"}}}, {"spec": {"selector": {"app": "cart", "x": "y"}}}),
            ],
            ["shop/Service/store"],
        ),
        (
            [edited("networkpolicies", "guard", None, POLICY), replicas("quote", 1, 0)],
            ["shop/NetworkPolicy/guard"],
        ),
        (
            [edited("networkpolicies", "guard", None, {"spec": {**POLICY["spec"], "ingress": [{}]}})],
            [],
        ),
        (
            [
                edited("deployments", "store", template("store:1"), template("store:2")),
                edited("deployments", "quote", template("quote:1"), template("quote:2")),
                event("BackOff", "Pod", "store-7d9c8b6f5d-x7k2p", "Back-off pulling image"),
                event("BackOff", "Pod", "quote-7d9c8b6f5d-x7k2p", "Back-off pulling image"),
                edited("endpoints", "store", {"subsets": [{"addresses": [{"ip": "10.0.0.1"}]}]}, {"subsets": []}),
            ],
            ["shop/Deployment/store"],
        ),
        (
            [
                edited("resourcequotas", name, None, {"spec": {"hard": {"pods": "3"}}})
                for name in ("team", "guard")
            ]
            + [
                edited("deployments", "store", ready(1), ready(0)),
                event("FailedCreate", "ReplicaSet", "store-7d9c8b6f5d", "pods is forbidden: exceeded quota: team, requested: pods=1")
            ],
            ["shop/ResourceQuota/team"],
        ),
        (
            [
                event("Spawned", "Schedule", "drill-3", "Create new object: drill-3-x7k2p", CHAOS),
                event("Applied", "PodChaos", "drill-3-x7k2p", "Successfully apply chaos for shop/store-7d9c8b6f5d-x7k2p/main", CHAOS),
                event("Spawned", "Schedule", "drill-4", "Create new object: drill-4-x7k2p", CHAOS),
                event("Applied", "PodChaos", "drill-4-x7k2p", "Successfully apply chaos for shop/quote-7d9c8b6f5d-x7k2p/main", CHAOS),
            ],
            ["chaos-mesh/Schedule/drill-3"],
        ),
        ([replicas("store", 1, 0), edited("services", "store", {"spec": {}}, None)], ["shop/Deployment/store", "shop/Service/store"]),
    ],
    ids=[
        "scaled to nothing", "none fits", "a Service gone", "a policy that blocks", "a policy that allows", "an image",
        "a quota by its name", "an experiment by its pods", "two that each suffice",
    ],
)  # fmt: skip
def test_what_could_have_caused_the_failing_calls_is_left(rows: list[Row], left: list[str]) -> None:
    assert eliminate([*rows, *chain()], PAGE) == left


def test_a_wrong_password_without_any_object_is_something_done_inside_the_server() -> None:
    rows = [replicas("quote", 1, 0), *chain("WRONGPASS invalid username-password pair")]
    assert eliminate(rows, PAGE) == ["shop/Deployment/store"]


def test_a_wrong_password_after_a_restart_is_the_secret_that_the_client_reads() -> None:
    entry = {"name": "PASSWORD", "valueFrom": {"secretKeyRef": {"name": "store-login", "key": "password"}}}
    spec = {"containers": [{"name": "main", "env": [entry]}]}
    before = {"spec": {"template": {"metadata": {}, "spec": spec}}}
    stamp = {"annotations": {"kubectl.kubernetes.io/restartedAt": "2025-12-15T17:29:00Z"}}
    after = {"spec": {"template": {"metadata": stamp, "spec": spec}}}
    rows = [edited("deployments", "cart", before, after), *chain("password authentication failed")]
    assert eliminate(rows, PAGE) == ["shop/Secret/store-login"]


def test_calls_that_the_caller_survives_lead_nowhere() -> None:
    rows = [
        *chain(),
        span("e", "front", "ads", "f", "connection refused"),
        replicas("ads", 1, 0),
        replicas("store", 1, 0),
    ]
    assert eliminate(rows, PAGE) == ["shop/Deployment/store"]


def test_a_slow_page_is_not_explained_by_calls_that_fail_at_once() -> None:
    rows = chain("disk error")
    for row in rows:
        row.fields["duration_ns"] = 4_000_000_000
    rows.append(span("e", "cart", "tax", "c", "no such host"))
    rows += [edited("services", "tax", {"spec": {}}, None), replicas("store", 1, 0)]
    assert eliminate(rows, {**PAGE, "alertname": "LatencyBudgetBurn"}) == ["shop/Deployment/store"]
    assert eliminate(rows, PAGE) == ["shop/Deployment/store", "shop/Service/tax"]


def test_without_spans_the_alerts_of_a_mesh_and_the_log_tell_whose_calls_fail() -> None:
    labels = {"alertname": "HighRequestErrorRate", "source_canonical_service": "front",
              "destination_canonical_service": "cart", "response_code": "503"}  # fmt: skip
    record = {
        "service": "cart",
        "pod": "",
        "severity": "ERROR",
        "number": 17,
        "body": "cannot connect to store:3306",
        "trace": "",
    }
    rows = [
        Row(f"{ALERTS}/x.json", "x", "added", AT, {"labels": labels}),
        Row(LOGS, "x", "added", AT, record),
    ]
    page = {
        "alertname": "ErrorBudgetBurn",
        "destination_canonical_service": "front",
        "destination_workload_namespace": "shop",
    }
    assert eliminate([*rows, replicas("store", 1, 0), replicas("quote", 1, 0)], page) == [
        "shop/Deployment/store"
    ]


def test_without_a_page_nothing_is_wrong() -> None:
    assert eliminate([*chain(), replicas("store", 1, 0)], {}) == []
