"""What the API server refuses, in its words, and what it adds."""

from typing import Any

import pytest

from itbench_sre.world.store.refs import JsonObject, Ref
from itbench_sre.world.store.refusal import Refusal

from .clusters import Cluster, template

_QUOTA = Ref("ResourceQuota", "shop", "compute")


def _pod(cluster: Cluster, name: str = "tool", **resources: Any) -> JsonObject:
    container = {"name": "app", "image": "good:1", "resources": resources}
    return cluster.create("Pod", name, spec={"containers": [container]})


def _quota(cluster: Cluster, **hard: str) -> None:
    cluster.create("ResourceQuota", "compute", spec={"hard": hard})
    cluster.run(2)


def test_a_quota_refuses_in_the_servers_words_and_names_what_is_used(cluster: Cluster) -> None:
    _quota(cluster, **{"requests.memory": "3Gi", "pods": "10"})
    for number in range(3):
        _pod(cluster, f"tool-{number}", requests={"memory": "1000Mi"})
    words = (
        '^pods "tool" is forbidden: exceeded quota: compute, requested: requests.memory=1Gi, '
        "used: requests.memory=3000Mi, limited: requests.memory=3Gi$"
    )
    with pytest.raises(Refusal, match=words):
        _pod(cluster, requests={"memory": "1Gi"})


def test_a_quota_of_limits_asks_for_them(cluster: Cluster) -> None:
    _quota(cluster, **{"limits.cpu": "2", "requests.memory": "1Gi"})
    words = '^pods "tool" is forbidden: failed quota: compute: must specify limits.cpu for: app; requests.memory for: app$'
    with pytest.raises(Refusal, match=words):
        _pod(cluster)


def test_refusals_are_counted_as_a_work_queue_retries_and_end_when_there_is_room(cluster: Cluster) -> None:
    _quota(cluster, pods="2")
    ref = cluster.deployment("cart", 3)
    cluster.run(60)
    events = cluster.events("FailedCreate")
    assert len(events) == 10
    assert all(
        "exceeded quota: compute, requested: pods=1, used: pods=2, limited: pods=2" in each[1]
        for each in events
    )
    assert events[-1][1].startswith("(combined from similar events): Error creating: pods ")
    # 5 ms, 10 ms, 20 ms, ...: 14 tries and what other changes cause, within the first minute.
    assert 12 <= sum(count for _, _, count in events) <= 18
    conditions = cluster.store.expect(ref)["status"]["conditions"]
    failure = next(each for each in conditions if each["type"] == "ReplicaFailure")
    assert (failure["status"], failure["reason"]) == ("True", "FailedCreate")
    cluster.edit(_QUOTA, {("spec", "hard", "pods"): "3"})
    cluster.run(120)
    status = cluster.store.expect(ref)["status"]
    assert status["readyReplicas"] == 3
    assert all(each["type"] != "ReplicaFailure" for each in status["conditions"])
    assert cluster.store.expect(_QUOTA)["status"] == {"hard": {"pods": "3"}, "used": {"pods": "3"}}


def test_what_goes_is_free_again(cluster: Cluster) -> None:
    _quota(cluster, pods="1", configmaps="5")
    _pod(cluster)
    cluster.run(10)
    assert cluster.store.expect(_QUOTA)["status"]["used"] == {"pods": "1", "configmaps": "1"}
    cluster.store.delete(Ref("Pod", "shop", "tool"), "kubectl-delete")
    cluster.run(10)
    assert cluster.store.expect(_QUOTA)["status"]["used"]["pods"] == "0"


def test_a_limit_range_gives_defaults_and_refuses_what_is_outside(cluster: Cluster) -> None:
    limit = {
        "type": "Container",
        "default": {"cpu": "500m"},
        "defaultRequest": {"cpu": "100m"},
        "max": {"memory": "1Gi"},
    }
    cluster.create("LimitRange", "bounds", spec={"limits": [limit]})
    body = _pod(cluster, limits={"memory": "512Mi"})
    assert body["spec"]["containers"][0]["resources"] == {
        "limits": {"cpu": "500m", "memory": "512Mi"},
        "requests": {"cpu": "100m", "memory": "512Mi"},
    }
    words = '^pods "big" is forbidden: maximum memory usage per Container is 1Gi, but limit is 2Gi$'
    with pytest.raises(Refusal, match=words):
        _pod(cluster, "big", limits={"memory": "2Gi"})


def test_an_account_that_is_not_there_is_told_before_the_name_is_made(cluster: Cluster) -> None:
    cluster.deployment("cart", 1, pod={"serviceAccountName": "carts"})
    cluster.run(5)
    name = next(cluster.store.list("ReplicaSet"))["metadata"]["name"]
    words = f'Error creating: pods "{name}-" is forbidden: error looking up service account shop/carts: serviceaccount "carts" not found'
    assert [each[1] for each in cluster.events("FailedCreate")] == [words]


def test_a_new_pod_has_what_the_server_adds(cluster: Cluster) -> None:
    spec = _pod(cluster)["spec"]
    volume = spec["volumes"][0]["name"]
    assert volume.startswith("kube-api-access-")
    assert spec["containers"][0]["volumeMounts"][0]["name"] == volume
    assert [(each["key"], each["tolerationSeconds"]) for each in spec["tolerations"]] == [
        ("node.kubernetes.io/not-ready", 300),
        ("node.kubernetes.io/unreachable", 300),
    ]
    assert (spec["priority"], spec["serviceAccountName"], spec["enableServiceLinks"]) == (0, "default", True)


def _deployment(**changes: Any) -> JsonObject:
    return {"selector": {"matchLabels": {"app": "cart"}}, "template": template("cart"), **changes}


@pytest.mark.parametrize(
    ("kind", "spec", "words"),
    [
        ("Deployment", _deployment(replicas=-1),
         "spec.replicas: Invalid value: -1: must be greater than or equal to 0"),
        ("Deployment", _deployment(selector={"matchLabels": {"app": "ad"}}),
         'spec.template.metadata.labels: Invalid value: map[string]string{"app":"cart"}: `selector` does not match template `labels`'),
        ("Deployment", _deployment(template=template("cart", image="")),
         "spec.template.spec.containers[0].image: Required value"),
        ("Deployment", _deployment(strategy={"rollingUpdate": {"maxSurge": 0, "maxUnavailable": 0}}),
         "spec.strategy.rollingUpdate.maxUnavailable: Invalid value: 0: may not be 0 when `maxSurge` is 0"),
        ("Job", {"template": {"spec": {"containers": [{"name": "a", "image": "b"}]}}},
         'spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"'),
        ("Service", {"selector": {"app": "cart"}}, "spec.ports: Required value"),
        ("HorizontalPodAutoscaler", {"minReplicas": 3, "maxReplicas": 2, "scaleTargetRef": {}},
         "spec.maxReplicas: Invalid value: 2: must be greater than or equal to `minReplicas`"),
    ],
    ids=["negative", "labels", "image", "surge", "restart policy", "ports", "autoscaler"],
)  # fmt: skip
def test_mistakes_are_refused(cluster: Cluster, kind: str, spec: JsonObject, words: str) -> None:
    with pytest.raises(Refusal) as caught:
        cluster.create(kind, "cart", spec=spec)
    assert caught.value.message.endswith(f'"cart" is invalid: {words}')
    assert caught.value.code == 422


def test_a_request_above_its_limit_is_refused(cluster: Cluster) -> None:
    with pytest.raises(Refusal) as caught:
        _pod(cluster, requests={"memory": "2Gi"}, limits={"memory": "1Gi"})
    assert caught.value.message == (
        'Pod "tool" is invalid: spec.containers[0].resources.requests: Invalid value: "2Gi": '
        "must be less than or equal to memory limit of 1Gi"
    )


def test_what_cannot_be_read_is_a_bad_request(cluster: Cluster) -> None:
    with pytest.raises(Refusal, match="quantities must match the regular expression") as caught:
        _pod(cluster, requests={"memory": "1Gib"})
    assert caught.value.code == 400


def test_what_must_not_change_is_refused(cluster: Cluster) -> None:
    ref = cluster.deployment("cart")
    labels = {
        ("spec", "selector", "matchLabels"): {"app": "ad"},
        ("spec", "template", "metadata", "labels"): {"app": "ad"},
    }
    with pytest.raises(Refusal, match=r"spec\.selector: Invalid value: .*: field is immutable"):
        cluster.edit(ref, labels)
    cluster.run(10)
    pod = cluster.pods()[0]["metadata"]["name"]
    with pytest.raises(Refusal, match="pod updates may not change fields other than"):
        cluster.edit(
            Ref("Pod", "shop", pod), {("spec", "containers", 0, "env"): [{"name": "A", "value": "1"}]}
        )


def test_nothing_is_made_where_there_is_no_namespace(cluster: Cluster) -> None:
    with pytest.raises(Refusal, match=r'^namespaces "nowhere" not found$'):
        cluster.create("ConfigMap", "a", namespace="nowhere")


def test_a_namespace_goes_with_all_that_is_in_it(cluster: Cluster) -> None:
    cluster.deployment("cart", 2)
    cluster.create("Service", "cart", spec={"ports": [{"port": 80}], "selector": {"app": "cart"}})
    cluster.run(10)
    namespace = Ref("Namespace", "", "shop")
    cluster.store.delete(namespace, "kubectl-delete")
    assert cluster.store.expect(namespace)["status"]["phase"] == "Terminating"
    with pytest.raises(
        Refusal, match="unable to create new content in namespace shop because it is being terminated"
    ):
        cluster.create("ConfigMap", "late")
    cluster.run(10)
    assert cluster.store.get(namespace) is None
    assert set(cluster.store.kinds()) <= {"Node", "Event"}


def test_services_have_addresses_of_their_own(cluster: Cluster) -> None:
    specs = [
        cluster.create("Service", name, spec={"ports": [{"port": 80}], "type": "NodePort"})["spec"]
        for name in ("cart", "ad")
    ]
    assert specs[0]["clusterIP"] != specs[1]["clusterIP"]
    assert specs[0]["clusterIPs"] == [specs[0]["clusterIP"]]
    assert 30000 <= specs[0]["ports"][0]["nodePort"] < 32768
