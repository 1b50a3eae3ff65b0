"""5.1.4: creating pods."""

from collections.abc import Iterator

from itbench.interfaces.json import JsonObject
from itbench_ciso.controls.access import rule
from itbench_ciso.controls.control import Control, Way, complies
from itbench_ciso.controls.rights import Right, bad_grant
from itbench_ciso.controls.scene import Scene
from itbench_ciso.controls.written_ways import (
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
    """Yield the ways about what runs pods, each resource once, in both kinds of roles."""
    for group, resources in _MAKERS.items():
        for place, resource in enumerate(resources):
            right = Right(verbs=("create",), resources=(resource,), group=group)
            kind, given = (("ClusterRole", in_cluster_role), ("Role", in_role))[place % 2]
            yield bad_grant(f"a rule of a {kind} lets create `{resource}`", given, right.granted)
        every = Right(verbs=("create", "*"), resources=("*",), group=group)
        yield bad_grant(f"a rule lets create everything of `{group}`", in_cluster_role, every.granted)


def _no_names(scene: Scene) -> JsonObject:
    return _RIGHT.granted(scene) | {"resourceNames": []}


def _null_names(scene: Scene) -> JsonObject:
    return _RIGHT.granted(scene) | {"resourceNames": None}


def _named(scene: Scene) -> JsonObject:
    return _RIGHT.granted(scene) | {"resourceNames": [scene.name()]}


def _subresources(_scene: Scene) -> JsonObject:
    return rule(["create"], ["pods/exec", "pods/eviction", "pods/portforward", "*/scale", "*/exec"])


def _changing(scene: Scene) -> JsonObject:
    verbs = ["get", "list", "watch", "update", "patch", "delete"]
    return scene.random.pick((rule(verbs, ["pods"]), rule(verbs, ["deployments", "daemonsets"], "apps")))


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
        complies("`apps` has no such resources", in_cluster_role(_wrong_groups)),
        complies("the core API group has no such resources", in_cluster_role(_wrong_core)),
        complies("`batch` has no such resources", in_cluster_role(_wrong_batch)),
        complies("other resources may be created", in_cluster_role(_others)),
    ),
)
