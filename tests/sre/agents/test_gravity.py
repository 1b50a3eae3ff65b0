"""How grave a change is by itself."""

import pytest

from itbench_sre.agents.gravity import NO_GRAVITY, change_gravity, creation_gravity, deletion_gravity
from itbench_sre.snapshot import Difference


@pytest.mark.parametrize(
    ("kind", "path", "before", "after", "gravity"),
    [
        ("Deployment", "spec.template.spec.containers[till].image", "a", "b", 2.0),
        ("Deployment", "spec.template.spec.containers[till].env[ADDR].value", "a", "b", 2.0),
        ("Deployment", "spec.template.spec.containers[till].readinessProbe.tcpSocket.port", 1, 2, 2.0),
        ("Deployment", "spec.template.spec.dnsPolicy", "a", "b", 2.0),
        ("Deployment", "spec.replicas", 1, 2, 0.3),
        ("Deployment", "spec.replicas", 1, 0, 2.0),
        ("Deployment", 'spec.template.metadata.annotations["kubectl.kubernetes.io/restartedAt"]', "a", "b", NO_GRAVITY),
        ("Deployment", "metadata.annotations.image", "a", "b", NO_GRAVITY),
        ("ResourceQuota", 'spec.hard["limits.memory"]', "2Gi", "1Gi", 1.5),
        ("NetworkPolicy", "spec.podSelector", {}, {"a": "b"}, 2.0),
        ("ConfigMap", 'data["flags.json"].flags.x.defaultVariant', "off", "on", 1.0),
        ("ConfigMap", 'data["flags.json"].flags.x.description', "a", "b", NO_GRAVITY),
        ("Service", "spec.selector.app", "a", "b", 2.0),
        ("Namespace", "metadata.labels.mesh", "a", "b", 1.0),
        ("Role", "rules", [], [1], NO_GRAVITY),
    ],
)  # fmt: skip
def test_the_gravity_of_a_changed_place(kind, path, before, after, gravity):
    assert change_gravity(kind, Difference(path, before, after)) == gravity


def test_new_and_lost_objects_differ_in_gravity():
    assert creation_gravity("NetworkPolicy") > creation_gravity("Deployment") > creation_gravity("ConfigMap")
    assert deletion_gravity("Service") > deletion_gravity("NetworkPolicy") > deletion_gravity("Role")
