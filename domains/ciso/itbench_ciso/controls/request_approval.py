"""5.1.11: approving certificate signing requests."""

from itbench.interfaces.json import JsonObject
from itbench_ciso.controls.access import rule
from itbench_ciso.controls.bound_ways import bound_ways, given_to_anyone
from itbench_ciso.controls.control import Control, complies, violates
from itbench_ciso.controls.permitted import permitted
from itbench_ciso.controls.rights import Right
from itbench_ciso.controls.scene import Scene

_GROUP = "certificates.k8s.io"
_REQUESTS = "certificatesigningrequests"
_SIGNERS = ("kubernetes.io/kube-apiserver-client", "kubernetes.io/kubelet-serving", "meridian.example/mesh")
_RIGHT = Right(
    verbs=("update", "patch"), resources=(f"{_REQUESTS}/approval",), group=_GROUP, is_cluster_wide=True
)


def _every_approval(scene: Scene) -> JsonObject:
    return rule([scene.random.pick(_RIGHT.verbs)], ["*/approval"], _GROUP)


def _on_signer(scene: Scene) -> JsonObject:
    return rule(
        ["approve"], ["signers"], _GROUP, names=scene.random.pick(((), (scene.random.pick(_SIGNERS),)))
    )


def _asking(_scene: Scene) -> JsonObject:
    return rule(["create", "get", "list", "watch", "update", "delete"], [_REQUESTS], _GROUP)


def _status(_scene: Scene) -> JsonObject:
    return rule(["update", "patch"], [f"{_REQUESTS}/status"], _GROUP)


def _signing(scene: Scene) -> JsonObject:
    return rule(["sign", "attest"], ["signers"], _GROUP, names=[scene.random.pick(_SIGNERS)])


def _reading(_scene: Scene) -> JsonObject:
    return rule(["get"], [f"{_REQUESTS}/approval"], _GROUP)


CONTROL = Control(
    number="5.1.11",
    title="Certificates are approved only by those who are named",
    parameters=permitted,
    ways=(
        *bound_ways(_RIGHT),
        violates("the approval of every resource of the API group", given_to_anyone(_every_approval)),
        violates("approving for a signer", given_to_anyone(_on_signer)),
        complies("requests may be made and managed", given_to_anyone(_asking)),
        complies("the status of requests", given_to_anyone(_status)),
        complies("signing, not approving", given_to_anyone(_signing)),
        complies("an approval may be read", given_to_anyone(_reading)),
    ),
)
