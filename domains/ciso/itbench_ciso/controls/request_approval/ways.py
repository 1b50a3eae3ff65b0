"""5.1.11: approving certificate signing requests."""

from itbench import JsonObject
from itbench_ciso.controls.control import Change, Control, Parameters, complies, violates
from itbench_ciso.controls.manifests.access import bind, cluster_role, rule, someone
from itbench_ciso.controls.manifests.scene import Scene
from itbench_ciso.controls.ways.bound import bound_ways, given_to_anyone, known_role_ways
from itbench_ciso.controls.ways.permitted import permitted
from itbench_ciso.controls.ways.rights import Right, bad_grant, disarmed, other_verbs

_GROUP = "certificates.k8s.io"
_REQUESTS = "certificatesigningrequests"
_SIGNERS = ("kubernetes.io/kube-apiserver-client", "kubernetes.io/kubelet-serving", "meridian.example/mesh")
_RIGHT = Right(
    verbs=("update", "patch"),
    resources=(f"{_REQUESTS}/approval",),
    group=_GROUP,
    is_cluster_wide=True,
    part="*/approval",
)
_SIGNERS_RIGHT = Right(verbs=("approve",), resources=("signers",), group=_GROUP)


def _named_request(scene: Scene) -> JsonObject:
    return _RIGHT.granted(scene) | {"resourceNames": [scene.name()]}


def _named_signer(scene: Scene) -> JsonObject:
    return _SIGNERS_RIGHT.granted(scene) | {"resourceNames": [scene.random.pick(_SIGNERS)]}


def _whole(*, is_harmless: bool) -> Change:
    """Return the change that gives both rights that approving takes, as Kubernetes documents it."""

    def change(scene: Scene, _given: Parameters) -> None:
        rules = [_RIGHT.granted, _named_signer]
        granted = [(disarmed(each) if is_harmless else each)(scene) for each in rules]
        reading = rule(["get", "list", "watch"], [_REQUESTS], _GROUP)
        bind(scene, cluster_role(scene, reading, *granted), someone(scene))

    return change


def _asking(_scene: Scene) -> JsonObject:
    return rule(["create", "get", "list", "watch", "update", "delete"], [_REQUESTS], _GROUP)


def _status(_scene: Scene) -> JsonObject:
    return rule(["update", "patch"], [f"{_REQUESTS}/status", "*/status"], _GROUP)


def _signing(scene: Scene) -> JsonObject:
    return rule(["sign", "attest"], ["signers"], _GROUP, names=[scene.random.pick(_SIGNERS)])


def _reading(_scene: Scene) -> JsonObject:
    return rule(other_verbs(_RIGHT), [f"{_REQUESTS}/approval", "*/approval"], _GROUP)


def _approving_others(_scene: Scene) -> JsonObject:
    return rule(["approve"], [_REQUESTS, f"{_REQUESTS}/approval"], _GROUP)


def _elsewhere(scene: Scene) -> JsonObject:
    return _named_signer(scene) | {"apiGroups": ["estate.meridian.example", ""]}


CONTROL = Control(
    number="5.1.11",
    title="The rights that approving certificates takes are only for those who are named",
    parameters=permitted,
    ways=(
        *bound_ways(_RIGHT),
        *known_role_ways(("cluster-admin",), ("admin", "edit", "view")),
        *(
            bad_grant(f"for signers, a rule {name}", given_to_anyone, granting)
            for name, granting in _SIGNERS_RIGHT.grants()
        ),
        violates("both rights are given together", _whole(is_harmless=False), _whole(is_harmless=True)),
        bad_grant("the approval of named requests", given_to_anyone, _named_request),
        bad_grant("approving for named signers", given_to_anyone, _named_signer),
        complies("requests may be made and managed", given_to_anyone(_asking)),
        complies("the status of requests", given_to_anyone(_status)),
        complies("signing, not approving", given_to_anyone(_signing)),
        complies("other verbs on approvals", given_to_anyone(_reading)),
        complies("the verb `approve` on other resources", given_to_anyone(_approving_others)),
        complies("signers of another API group", given_to_anyone(_elsewhere)),
    ),
)
