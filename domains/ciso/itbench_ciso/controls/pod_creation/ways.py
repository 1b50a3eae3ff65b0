"""5.1.4: creating pods."""

from collections.abc import Iterator

from itbench import JsonObject
from itbench_ciso.controls.control import Control, Parameters, Way, complies
from itbench_ciso.controls.manifests.access import cluster_role, role, rule
from itbench_ciso.controls.manifests.scene import Scene
from itbench_ciso.controls.ways.rights import Granting, Right, bad_grant, other_verbs
from itbench_ciso.controls.ways.written import (
    exempt_role_ways,
    exempt_roles,
    in_cluster_role,
    in_role,
    written_ways,
)

_RIGHT = Right(verbs=("create",), resources=("pods", "replicationcontrollers"))
_MAKERS = {
    "apps": ("deployments", "replicasets", "statefulsets", "daemonsets"),
    "batch": ("jobs", "cronjobs"),
}
_MAKER_RIGHTS = [
    Right(verbs=("create",), resources=resources, group=group) for group, resources in _MAKERS.items()
]

_UNGUARDED = (
    "secrets",
    "nodes",
    "roles",
    "users",
    "serviceaccounts",
    "persistentvolumes",
    "services",
    "configmaps",
)


def _maker_ways() -> Iterator[Way]:
    """Yield the ways about what runs pods, in both kinds of roles."""
    for right in _MAKER_RIGHTS:
        for place, (name, granting) in enumerate(right.grants()):
            kind, given = (("ClusterRole", in_cluster_role), ("Role", in_role))[place % 2]
            yield bad_grant(f"for `{right.group}`, a rule of a {kind} {name}", given, granting)
        yield bad_grant(
            f"a rule lets do everything in `{right.group}`", in_cluster_role, _everything_of(right)
        )


def _everything_of(right: Right) -> Granting:
    return lambda scene: right.granted(scene) | {"verbs": ["*"], "resources": ["*"]}


def _no_names(scene: Scene) -> JsonObject:
    return _RIGHT.granted(scene) | {"resourceNames": []}


def _null_names(scene: Scene) -> JsonObject:
    return _RIGHT.granted(scene) | {"resourceNames": None}


def _named(scene: Scene) -> JsonObject:
    return _RIGHT.granted(scene) | {"resourceNames": [scene.name()]}


def _subresources(_scene: Scene) -> JsonObject:
    return rule(["create"], ["pods/exec", "pods/eviction", "pods/portforward", "*/scale", "*/exec"])


def _changing(scene: Scene) -> JsonObject:
    right = scene.random.pick((_RIGHT, *_MAKER_RIGHTS))
    return rule(other_verbs(right), right.resources, right.group)


def _nearly_makers(scene: Scene, _given: Parameters) -> None:
    cluster_role(scene, *(each for right in _MAKER_RIGHTS for each in right.nearly(scene)))


def _exempt_makers(scene: Scene, given: Parameters) -> None:
    rules = [right.granted(scene) for right in _MAKER_RIGHTS]
    role(scene, *rules, name=given["exempt_role"], namespace=given["exempt_role_namespace"])
    cluster_role(scene, *rules, name=given["exempt_cluster_role"])


def _wrong_groups(_scene: Scene) -> JsonObject:
    return rule(["create"], [*_RIGHT.resources, *_MAKERS["batch"], *_UNGUARDED], "apps")


def _wrong_core(_scene: Scene) -> JsonObject:
    return rule(["create"], [*_MAKERS["apps"], *_MAKERS["batch"], *_UNGUARDED])


def _wrong_batch(_scene: Scene) -> JsonObject:
    return rule(["create"], [*_RIGHT.resources, *_MAKERS["apps"], *_UNGUARDED], "batch")


def _others(_scene: Scene) -> JsonObject:
    return rule(["create"], ["podtemplates", "services", "configmaps", "persistentvolumeclaims", *_UNGUARDED])


CONTROL = Control(
    number="5.1.4",
    title="Roles do not let anybody create pods",
    parameters=exempt_roles,
    is_admission=True,
    ways=(
        *written_ways(_RIGHT),
        *exempt_role_ways(_RIGHT.granted),
        *_maker_ways(),
        bad_grant("the list of names is empty", in_cluster_role, _no_names),
        bad_grant("the list of names is null", in_cluster_role, _null_names),
        complies("a rule is for named pods", in_role(_named)),
        complies("a rule is about subresources", in_role(_subresources)),
        complies("everything but creating is allowed", in_cluster_role(_changing)),
        complies("verbs, resources and API groups are nearly those of what runs pods", _nearly_makers),
        complies("the exempt roles grant it for what runs pods", _exempt_makers),
        complies("`apps` has no such resources", in_cluster_role(_wrong_groups)),
        complies("the core API group has no such resources", in_cluster_role(_wrong_core)),
        complies("`batch` has no such resources", in_cluster_role(_wrong_batch)),
        complies("other resources may be created", in_cluster_role(_others)),
    ),
)
