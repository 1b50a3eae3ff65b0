"""5.1.13: creating tokens of service accounts."""

from itbench import JsonObject
from itbench_ciso.controls.control import Control, complies
from itbench_ciso.controls.manifests.access import rule
from itbench_ciso.controls.manifests.scene import Scene
from itbench_ciso.controls.ways.bound import bound_ways, given_to_anyone, known_role_ways
from itbench_ciso.controls.ways.permitted import permitted
from itbench_ciso.controls.ways.rights import Right, bad_grant

_RIGHT = Right(verbs=("create",), resources=("serviceaccounts/token",), part="*/token")


def _named(scene: Scene) -> JsonObject:
    return _RIGHT.granted(scene) | {"resourceNames": [scene.name()]}


def _accounts(_scene: Scene) -> JsonObject:
    return rule(["get", "create", "update"], ["serviceaccounts"])


def _reviews(_scene: Scene) -> JsonObject:
    return rule(["create"], ["tokenreviews"], "authentication.k8s.io")


def _reading(_scene: Scene) -> JsonObject:
    return rule(["get", "update", "patch"], ["serviceaccounts/token"])


def _other_parts(_scene: Scene) -> JsonObject:
    return rule(["create"], ["*/tokens", "pods/token", "token"])


CONTROL = Control(
    number="5.1.13",
    title="Tokens of service accounts are created only by those who are named",
    parameters=permitted,
    ways=(
        *bound_ways(_RIGHT),
        *known_role_ways(("cluster-admin", "admin", "edit"), ("view",)),
        bad_grant("the tokens of named accounts", given_to_anyone, _named),
        complies("accounts may be created", given_to_anyone(_accounts)),
        complies("tokens may be reviewed", given_to_anyone(_reviews)),
        complies("other verbs", given_to_anyone(_reading)),
        complies("other subresources", given_to_anyone(_other_parts)),
    ),
)
