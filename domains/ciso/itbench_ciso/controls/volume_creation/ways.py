"""5.1.9: creating persistent volumes."""

from itbench import JsonObject
from itbench_ciso.controls.control import Control, complies
from itbench_ciso.controls.manifests.access import rule
from itbench_ciso.controls.manifests.scene import Scene
from itbench_ciso.controls.ways.bound import bound_ways, given_to_anyone, known_role_ways
from itbench_ciso.controls.ways.permitted import permitted
from itbench_ciso.controls.ways.rights import Right, bad_grant

_RIGHT = Right(verbs=("create",), resources=("persistentvolumes",), is_cluster_wide=True)


def _claims(_scene: Scene) -> JsonObject:
    return rule(["get", "create", "delete"], ["persistentvolumeclaims"])


def _other_verbs(_scene: Scene) -> JsonObject:
    return rule(
        ["get", "list", "watch", "update", "patch", "delete", "bind", "approve"], ["persistentvolumes"]
    )


def _subresource(_scene: Scene) -> JsonObject:
    return rule(["create", "update"], ["persistentvolumes/status", "*/status"])


def _named(scene: Scene) -> JsonObject:
    return _RIGHT.granted(scene) | {"resourceNames": [scene.name()]}


def _no_names(scene: Scene) -> JsonObject:
    return _RIGHT.granted(scene) | {"resourceNames": []}


def _null_names(scene: Scene) -> JsonObject:
    return _RIGHT.granted(scene) | {"resourceNames": None}


CONTROL = Control(
    number="5.1.9",
    title="Persistent volumes are created only by those who are named",
    parameters=permitted,
    ways=(
        *bound_ways(_RIGHT),
        *known_role_ways(("cluster-admin",), ("admin", "edit", "view")),
        bad_grant("the list of names is empty", given_to_anyone, _no_names),
        bad_grant("the list of names is null", given_to_anyone, _null_names),
        complies("claims may be created", given_to_anyone(_claims)),
        complies("everything but creating is allowed", given_to_anyone(_other_verbs)),
        complies("a rule is about a subresource", given_to_anyone(_subresource)),
        complies("a rule is for named volumes", given_to_anyone(_named)),
    ),
)
