"""Configuration of containers: variables, mounted files, and what is missing of them."""

import base64
import json
from typing import Any

import pytest

from itbench_sre.world.application.model import Image
from itbench_sre.world.kubelet.references import parsed
from itbench_sre.world.store.refs import JsonObject, Ref

from .conftest import Act, Cluster


def _configmap(cluster: Cluster, name: str = "config", **data: str) -> Ref:
    body: JsonObject = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": name, "namespace": "shop"},
    }
    cluster.store.create({**body, "data": data}, "helm")
    return Ref("ConfigMap", "shop", name)


def _secret(cluster: Cluster, name: str, **data: str) -> Ref:
    body: JsonObject = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name, "namespace": "shop"}}
    encoded = {key: base64.b64encode(value.encode()).decode() for key, value in data.items()}
    cluster.store.create({**body, "type": "Opaque", "data": encoded}, "helm")
    return Ref("Secret", "shop", name)


def _variable(name: str, kind: str, source: str, key: str, **more: Any) -> JsonObject:
    return {"name": name, "valueFrom": {f"{kind}KeyRef": {"name": source, "key": key, **more}}}


def test_variables_are_resolved_when_the_container_is_created(cluster: Cluster) -> None:
    _configmap(cluster, HOST="cart")
    _secret(cluster, "login", password="xyz")
    cluster.pod(
        container={
            "envFrom": [{"prefix": "APP_", "configMapRef": {"name": "config"}}],
            "env": [
                {"name": "PORT", "value": "8080"},
                {"name": "ADDRESS", "value": "$(APP_HOST):$(PORT) $$(PORT) $(UNKNOWN)"},
                _variable("PASSWORD", "secret", "login", "password"),
                _variable("NOTHING", "configMap", "config", "other", optional=True),
                {"name": "POD", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}},
                {"name": "APP", "valueFrom": {"fieldRef": {"fieldPath": "metadata.labels['app']"}}},
                {"name": "IP", "valueFrom": {"fieldRef": {"fieldPath": "status.podIP"}}},
                {"name": "LIMIT", "valueFrom": {"resourceFieldRef": {"resource": "limits.memory"}}},
            ],
            "resources": {"limits": {"memory": "64Mi"}},
            "command": ["/cart", "--address=$(ADDRESS)"],
        }
    )
    cluster.run(20)
    (place,) = cluster.machines.started
    assert place.environment == {
        "APP_HOST": "cart",
        "PORT": "8080",
        "ADDRESS": "cart:8080 $(PORT) $(UNKNOWN)",
        "PASSWORD": "xyz",
        "POD": "cart-0",
        "APP": "cart",
        "IP": place.pod_ip,
        "LIMIT": str(64 << 20),
    }
    assert place.command == ("/cart", "--address=cart:8080 $(PORT) $(UNKNOWN)")
    assert place.memory_limit == place.memory_request == 64 << 20


@pytest.mark.parametrize(
    ("container", "message"),
    [
        ({"env": [_variable("A", "secret", "absent", "key")]}, 'secret "absent" not found'),
        (
            {"env": [_variable("A", "configMap", "config", "key")]},
            "couldn't find key key in ConfigMap shop/config",
        ),
        ({"envFrom": [{"configMapRef": {"name": "absent"}}]}, 'configmap "absent" not found'),
    ],
)
def test_a_reference_that_leads_nowhere_is_a_config_error_until_it_is_there(
    container: JsonObject, message: str
) -> None:
    cluster = Cluster()
    _configmap(cluster, other="x")
    pod = cluster.pod(container=container)
    cluster.run(90)
    assert cluster.said("Failed") == [f"Error: {message}"]
    waiting = cluster.container(pod)["state"]["waiting"]
    assert waiting == {"message": message, "reason": "CreateContainerConfigError"}
    _secret(cluster, "absent", key="x")
    if "absent" in message and "configmap" in message:
        _configmap(cluster, "absent", key="x")
    cluster.store.edit(Ref("ConfigMap", "shop", "config"), {("data", "key"): "x"}, "kubectl-edit")
    cluster.run(30)
    assert cluster.container(pod)["state"].keys() == {"running"}


def test_a_volume_that_is_missing_keeps_the_pod_waiting(cluster: Cluster) -> None:
    pod = cluster.pod(volumes=[{"name": "settings", "configMap": {"name": "absent"}}])
    cluster.run(200)
    assert cluster.said("FailedMount") == [
        'MountVolume.SetUp failed for volume "settings" : configmap "absent" not found',
        (
            "Unable to attach or mount volumes: unmounted volumes=[settings], unattached volumes=[], "
            "failed to process volumes=[]: context deadline exceeded"
        ),
    ]
    assert cluster.container(pod)["state"] == {"waiting": {"reason": "ContainerCreating"}}
    assert cluster.conditions(pod)["PodReadyToStartContainers"] == "False"
    _configmap(cluster, "absent", key="x")
    cluster.run(130)
    assert cluster.status(pod)["phase"] == "Running"


def test_mounted_files_follow_edits_after_a_minute_or_so_but_sub_paths_and_variables_do_not(
    cluster: Cluster,
) -> None:
    config = _configmap(cluster, **{"app.yaml": "a: 1", "other": "x"})
    cluster.pod(
        container={
            "env": [_variable("OTHER", "configMap", "config", "other")],
            "volumeMounts": [
                {"name": "config", "mountPath": "/etc/app"},
                {"name": "config", "mountPath": "/fixed.yaml", "subPath": "app.yaml"},
            ],
        },
        volumes=[{"name": "config", "configMap": {"name": "config"}}],
    )
    cluster.run(20)
    (place,) = cluster.machines.started
    assert place.files == {"/etc/app/app.yaml": "a: 1", "/etc/app/other": "x", "/fixed.yaml": "a: 1"}
    edited_us = cluster.loop.now_us
    cluster.store.edit(config, {("data", "app.yaml"): "a: 2"}, "kubectl-edit")
    cluster.run(59)
    assert cluster.machines.renewed == []
    cluster.run(32)
    ((at_us, seen),) = cluster.machines.renewed
    assert 60_000_000 <= at_us - edited_us <= 90_000_000
    assert seen == {"/etc/app/app.yaml": "a: 2", "/etc/app/other": "x", "/fixed.yaml": "a: 1"}
    assert place.environment["OTHER"] == "x"


def test_what_an_init_container_writes_into_an_empty_dir_is_seen_by_the_others(cluster: Cluster) -> None:
    cluster.machines.acts["copy"] = Act(ends_after_s=5)
    mount = [{"name": "scratch", "mountPath": "/scratch"}]
    cluster.pod(
        initContainers=[{"name": "copy", "image": "busybox", "volumeMounts": mount}],
        container={"volumeMounts": [{"name": "scratch", "mountPath": "/etc/flagd"}]},
        volumes=[{"name": "scratch", "emptyDir": {}}],
    )
    cluster.run(4)
    (process,) = cluster.machines.running
    cluster.kubelets.wrote(process, "/scratch/demo.json", "{}")
    cluster.run(20)
    assert cluster.machines.started[-1].files == {"/etc/flagd/demo.json": "{}"}


def _docker_config(password: str) -> str:
    auth = base64.b64encode(f"robot:{password}".encode()).decode()
    return json.dumps({"auths": {"ghcr.io": {"auth": auth}}})


def test_a_private_image_needs_the_right_password(cluster: Cluster) -> None:
    cluster.registry.passwords["ghcr.io/shop"] = "right"
    without = cluster.pod("without", imagePullSecrets=[{"name": "absent"}])
    _secret(cluster, "wrong", **{".dockerconfigjson": _docker_config("wrong")})
    _secret(cluster, "right", **{".dockerconfigjson": _docker_config("right")})
    with_wrong = cluster.pod("with-wrong", imagePullSecrets=[{"name": "wrong"}])
    cluster.run(30)
    assert [cluster.status(pod)["phase"] for pod in (without, with_wrong)] == ["Pending", "Pending"]
    with_right = cluster.pod("with-right", imagePullSecrets=[{"name": "right"}])
    cluster.run(60)
    # What one pod has pulled is there for all of its node.
    assert {cluster.status(pod)["phase"] for pod in (without, with_wrong, with_right)} == {"Running"}
    assert cluster.said("FailedToRetrieveImagePullSecret") == [
        "Unable to retrieve some image pull secrets (absent); attempting to pull the image may not succeed."
    ]
    failed = [message for message in cluster.said("Failed") if message.startswith("Failed to pull")]
    assert any(message.endswith("401 Unauthorized") for message in failed)
    assert any(message.endswith("403 Forbidden") for message in failed)


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        ("unreachable", "i/o timeout"),
        ("unavailable", "503 Service Unavailable"),
        ("limited", "429 Too Many Requests"),
    ],
)
def test_a_registry_in_trouble_stops_pulls_but_not_what_is_there(trouble: Any, words: str) -> None:
    cluster = Cluster()
    cluster.kubelets.preload("ghcr.io/shop/cart:1.0")
    cluster.registry.troubles["ghcr.io"] = trouble
    there = cluster.pod("there")
    pulled = cluster.pod("pulled", container={"image": "ghcr.io/shop/cart:2.0"})
    cluster.run(60)
    assert cluster.status(there)["phase"] == "Running"
    assert cluster.status(pulled)["phase"] == "Pending"
    assert any(words in message for message in cluster.said("Failed"))
    del cluster.registry.troubles["ghcr.io"]
    cluster.run(120)
    assert cluster.status(pulled)["phase"] == "Running"


@pytest.mark.parametrize(
    ("text", "full"),
    [
        ("busybox", "docker.io/library/busybox:latest"),
        ("shop/cart:1", "docker.io/shop/cart:1"),
        ("ghcr.io/open-telemetry/demo:2.1.3-cart", "ghcr.io/open-telemetry/demo:2.1.3-cart"),
        ("localhost:5000/cart", "localhost:5000/cart:latest"),
        ("Cart:1", "None"),
        ("cart:", "None"),
    ],
)
def test_references_of_images(text: str, full: str) -> None:
    assert str(parsed(text)) == full


def test_an_image_without_the_nodes_architecture_in_a_plain_manifest_is_pulled_and_told_to_the_runtime() -> (
    None
):
    cluster = Cluster()
    cluster.registry.add(Image(reference="ghcr.io/shop/only:1", program=None, architectures=("arm64",)))
    cluster.pod(container={"image": "ghcr.io/shop/only:1"})
    cluster.run(20)
    (place,) = cluster.machines.started
    assert place.architecture not in place.image.architectures
