"""The standing part of a cluster: every kind that a recorder lists, addresses that lead somewhere, no name twice."""

import json
from collections import Counter

import pytest

from itbench_sre.world.application.flows import containers_of
from itbench_sre.world.application.platform import TOOLBOX, platform
from itbench_sre.world.store.kinds import KINDS, RECORDED
from itbench_sre.world.store.quantities import units

# Controllers, kubelets or the application make these.
_MADE_LATER = {
    "Endpoints", "HorizontalPodAutoscaler", "Job", "PersistentVolume", "PersistentVolumeClaim", "Pod", "ReplicaSet",
    "ReplicationController", "VolumeAttachment",
}  # fmt: skip


@pytest.mark.parametrize("scale", [1, 2, 10])
def test_every_object_has_a_known_kind_and_a_name_of_its_own(scale: int) -> None:
    objects = platform(3, scale=scale).objects
    names = Counter(
        (body["kind"], body["metadata"].get("namespace"), body["metadata"]["name"]) for body in objects
    )
    assert [name for name, count in names.items() if count > 1] == []
    for body in objects:
        kind = KINDS[body["kind"]]
        assert body["apiVersion"] == kind.api_version
        assert ("namespace" in body["metadata"]) == kind.is_namespaced, body["metadata"]
    assert set(RECORDED) - {kind for kind, *_ in names} == _MADE_LATER


def test_it_is_small_and_grows_with_the_scale() -> None:
    small, large = (platform(3, scale=scale).objects for scale in (1, 10))
    assert sum(len(json.dumps(body)) for body in small) < 200_000
    assert len(small) < len(large)


def test_the_registry_holds_what_it_runs_and_each_fits_into_its_limit() -> None:
    made = platform(3, scale=10)
    images = {image.reference: image.program for image in made.images}
    ran = [container for body in made.objects for container in containers_of(body)]
    assert {container["image"] for container in ran} | {TOOLBOX.reference} == set(images)
    for container in ran:
        program, limit = images[container["image"]], container["resources"].get("limits", {}).get("memory")
        assert program is not None
        assert limit is None or program.memory < units(limit), container["name"]


def test_each_service_selects_pods_of_a_workload_that_listen_on_its_ports() -> None:
    made = platform(3, scale=10)
    workloads = [body for body in made.objects if body["kind"] in ("DaemonSet", "Deployment", "StatefulSet")]
    services = [body for body in made.objects if body["kind"] == "Service" and "selector" in body["spec"]]
    assert len(services) > 15
    for service in services:
        behind = [
            body
            for body in workloads
            if body["metadata"]["namespace"] == service["metadata"]["namespace"]
            and service["spec"]["selector"].items() <= body["spec"]["template"]["metadata"]["labels"].items()
        ]
        assert len(behind) == 1, service["metadata"]["name"]


def test_another_seed_is_another_cluster_of_the_same_make() -> None:
    one, other = (
        [body["metadata"]["name"] for body in platform(seed).objects if body["kind"] == "Node"]
        for seed in (1, 2)
    )
    assert len(one) == len(other) == 4
    assert not set(one) & set(other)
    assert platform(1) == platform(1)
