"""5.1.12: changing admission webhooks."""

from itbench import JsonObject
from itbench_ciso.controls.control import Control, Parameters, complies
from itbench_ciso.controls.manifests.access import role, rule
from itbench_ciso.controls.manifests.scene import Scene
from itbench_ciso.controls.ways.rights import Right, bad_grant, other_verbs
from itbench_ciso.controls.ways.written import (
    exempt_cluster_role,
    exempt_cluster_role_ways,
    in_cluster_role,
    written_ways,
)

_GROUP = "admissionregistration.k8s.io"
_HOOKS = ("validatingwebhookconfigurations", "mutatingwebhookconfigurations")
_RIGHT = Right(
    verbs=("create", "update", "patch", "delete", "deletecollection"),
    resources=_HOOKS,
    group=_GROUP,
    is_cluster_wide=True,
)


def _named(scene: Scene) -> JsonObject:
    return rule([scene.random.pick(("update", "patch", "delete"))], _HOOKS, _GROUP, names=[scene.name()])


def _reading(_scene: Scene) -> JsonObject:
    return rule(other_verbs(_RIGHT), _HOOKS, _GROUP)


def _policies(_scene: Scene) -> JsonObject:
    return rule(["create", "update"], ["validatingadmissionpolicies", "*/status"], _GROUP)


def _role_of_exempt_name(scene: Scene, given: Parameters) -> None:
    role(scene, _RIGHT.granted(scene), name=given["exempt_cluster_role"])


CONTROL = Control(
    number="5.1.12",
    title="Roles do not let anybody change admission webhooks",
    parameters=exempt_cluster_role,
    is_admission=True,
    ways=(
        *written_ways(_RIGHT),
        *exempt_cluster_role_ways(_RIGHT.granted),
        bad_grant("a rule is for named webhooks", in_cluster_role, _named),
        complies("webhooks may be read", in_cluster_role(_reading)),
        complies("other resources of the API group", in_cluster_role(_policies)),
        complies("a Role has the exempt ClusterRole's name", _role_of_exempt_name),
    ),
)
