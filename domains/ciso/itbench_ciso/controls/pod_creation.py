"""5.1.4: creating pods."""

from itbench.interfaces.json import JsonObject
from itbench_ciso.controls.access import rule
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

_RIGHT = Right(verbs=("create",), resources=("pods",))
_SETS = Right(
    verbs=("create",), resources=("deployments", "replicasets", "statefulsets", "daemonsets"), group="apps"
)
_JOBS = Right(verbs=("create",), resources=("jobs", "cronjobs"), group="batch")
_CONTROLLERS = Right(verbs=("create",), resources=("replicationcontrollers",))


def _every_resource(scene: Scene) -> JsonObject:
    return rule(["create", "get"], ["*"], scene.random.pick(("apps", "batch")))


def _named(scene: Scene) -> JsonObject:
    return _RIGHT.granted(scene) | {"resourceNames": [scene.name()]}


def _subresources(scene: Scene) -> JsonObject:
    return rule(["create"], scene.random.shuffled(["pods/exec", "pods/eviction", "pods/portforward"])[:2])


def _changing(scene: Scene) -> JsonObject:
    verbs = ["get", "list", "watch", "update", "patch", "delete"]
    return scene.random.pick((rule(verbs, ["pods"]), rule(verbs, ["deployments", "daemonsets"], "apps")))


def _wrong_group(scene: Scene) -> JsonObject:
    return scene.random.pick((rule(["create"], ["pods"], "apps"), rule(["create"], ["deployments"])))


CONTROL = Control(
    number="5.1.4",
    title="Roles do not let anybody create pods",
    parameters=exempt_roles,
    is_admission=True,
    ways=(
        *written_ways(_RIGHT),
        *exempt_role_ways(_RIGHT.granted),
        violates("a ClusterRole lets create what runs pods", in_cluster_role(_SETS.granted)),
        violates("a Role lets create what runs pods", in_role(_SETS.granted)),
        violates("a ClusterRole lets create jobs", in_cluster_role(_JOBS.granted)),
        violates("a Role lets create replication controllers", in_role(_CONTROLLERS.granted)),
        violates("a rule lets create everything of an API group", in_cluster_role(_every_resource)),
        complies("a rule is for named pods", in_role(_named)),
        complies("a rule is about subresources of pods", in_role(_subresources)),
        complies("everything but creating is allowed", in_cluster_role(_changing)),
        complies("the API group has no such resource", in_cluster_role(_wrong_group)),
    ),
)
