"""Policies that are nearly right: each asks for one thing that no requirement states, and a variant tells it from the reference."""

import pytest

from itbench.kit.generated.randomness import Randomness
from itbench_ciso.controls.manifests.scene import Scene
from itbench_ciso.controls.register import controls
from itbench_ciso.controls.texts import solution_policy

pytestmark = pytest.mark.slow  # Makes a cluster of each way, and judges them by many policies.

PEERS, PORTS = "listed(rule, peers[direction])", 'listed(rule, "ports")'
MOUNTED = "some holder in spec.{}\n\tsome mount in holder.volumeMounts\n\tmount.name == volume.name\n\t"
INIT = '\tsome holder in array.concat(spec.containers, object.get(spec, "initContainers", []))\n'
SOURCE, SECRET = "some source in volume.projected.sources", "secret.metadata.name == volume.secret.secretName"
ASKED_OF_PEERS = (
    'each != {"namespaceSelector": {}}',
    'each != {"podSelector": {}}',
    'object.get(each, ["ipBlock", "cidr"], "") != "0.0.0.0/0"',
    "not each.ipBlock",
)
ASKED_OF_PORTS = ("each.port", "not each.endPort", "is_number(each.port)", "each != {}")
GIVEN_GROUP = '\n\tbinding.roleRef.apiGroup == "rbac.authorization.k8s.io"'
CASES = {
    "5.3.2": [
        *((f"count({PEERS})", f"count([each | some each in {PEERS}; {asked}])") for asked in ASKED_OF_PEERS),
        *((f"count({PORTS})", f"count([each | some each in {PORTS}; {asked}])") for asked in ASKED_OF_PORTS),
    ],
    "5.1.6": [
        ('["serviceAccountName", "serviceAccount"]', '["serviceAccount", "serviceAccountName"]'),
        (SOURCE, MOUNTED.format("containers") + SOURCE),
        (SOURCE, MOUNTED.format("initContainers") + SOURCE),
        (SOURCE, SOURCE + "\n\tnot source.serviceAccountToken.audience"),
        (SECRET, MOUNTED.format("containers") + SECRET),
        (SECRET, INIT + MOUNTED.format("containers").partition("\n")[2] + SECRET),
        (SECRET, SECRET + "\n\tnot volume.secret.optional"),
        (SECRET, SECRET + "\n\tnot volume.secret.items"),
    ],
    "5.1.7": [("some binding in input.resources", "some binding in input.resources" + GIVEN_GROUP)],
    "5.1.2": [("some binding in input.resources", "some binding in input.resources" + GIVEN_GROUP)],
    "5.1.4": [("some role in input.resources", "some role in input.resources\n\tnot role.aggregationRule")],
    "5.7.3": [("some sysctl in ", "not resource.spec.replicas == 0\n\tsome sysctl in ")],
}


@pytest.mark.parametrize("number", CASES)
def test_a_policy_that_asks_for_more_is_judged_wrong(number, rego):
    control = controls()[number]
    parameters = control.parameters(Randomness(5))
    reference = solution_policy(control, parameters)
    assert all(old in reference for old, _ in CASES[number])
    policies = {place: reference.replace(old, new) for place, (old, new) in enumerate(CASES[number])}
    policies["reference"] = reference
    labels, scenes = [], []
    for way in control.ways:
        for change in filter(None, (way.change, way.repaired)):
            scene = Scene(Randomness(5).fork(way.name))
            change(scene, parameters)
            labels.append(way.is_compliant or change is way.repaired)
            scenes.append({"resources": scene.settled()})
    found = rego(policies, scenes)
    wrong = {
        name
        for name in policies
        if any(each[name] is not label for each, label in zip(found, labels, strict=True))
    }
    assert wrong == set(policies) - {"reference"}
