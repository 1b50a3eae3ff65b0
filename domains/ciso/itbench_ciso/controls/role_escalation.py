"""5.1.8: taking more power than one has."""

from itbench.interfaces.json import JsonObject
from itbench_ciso.controls.access import RBAC_GROUP, rule
from itbench_ciso.controls.control import Control, complies, violates
from itbench_ciso.controls.rights import Right
from itbench_ciso.controls.scene import Scene
from itbench_ciso.controls.written_ways import (
    exempt_role_ways,
    exempt_roles,
    in_cluster_role,
    in_role,
    written_ways,
)

_RIGHT = Right(verbs=("bind", "escalate"), resources=("roles", "clusterroles"), group=RBAC_GROUP)
_IMPERSONATE = Right(verbs=("impersonate",), resources=("users", "groups", "serviceaccounts"))
_DETAILS = Right(
    verbs=("impersonate",), resources=("userextras/scopes", "uids"), group="authentication.k8s.io"
)


def _named(scene: Scene) -> JsonObject:
    return scene.random.pick((_RIGHT, _IMPERSONATE)).granted(scene) | {"resourceNames": ["view"]}


def _managing(_scene: Scene) -> JsonObject:
    return rule(["get", "list", "create", "update", "patch"], ["roles", "rolebindings"], RBAC_GROUP)


def _other_resource(scene: Scene) -> JsonObject:
    verb = scene.random.pick(("bind", "escalate", "impersonate"))
    return rule(["get", verb], ["configmaps"])


def _swapped_groups(scene: Scene) -> JsonObject:
    return scene.random.pick((rule(["impersonate"], ["users"], RBAC_GROUP), rule(["bind"], ["clusterroles"])))


CONTROL = Control(
    number="5.1.8",
    title="Roles do not let anybody bind, escalate or impersonate",
    parameters=exempt_roles,
    is_admission=True,
    ways=(
        *written_ways(_RIGHT),
        *exempt_role_ways(_RIGHT.granted),
        violates("a ClusterRole lets impersonate", in_cluster_role(_IMPERSONATE.granted)),
        violates("a Role lets impersonate", in_role(_IMPERSONATE.granted)),
        violates("a ClusterRole lets impersonate in part", in_cluster_role(_DETAILS.granted)),
        violates("a rule is for named objects", in_cluster_role(_named)),
        complies("roles may be managed", in_role(_managing)),
        complies("the verb has no meaning for the resource", in_cluster_role(_other_resource)),
        complies("the API group has no such resource", in_cluster_role(_swapped_groups)),
    ),
)
