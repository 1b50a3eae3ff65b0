"""5.1.1: full power over the cluster."""

from itbench.interfaces.json import JsonObject
from itbench_ciso.controls.access import (
    account,
    bind,
    bind_in,
    group,
    harmless_rule,
    known_role,
    role,
    rule,
    someone,
    user,
)
from itbench_ciso.controls.bound_ways import aggregated, given_to_anyone
from itbench_ciso.controls.control import Control, Parameters, complies, violates
from itbench_ciso.controls.permitted import permitted, permitted_account, permitted_group, permitted_user_name
from itbench_ciso.controls.rights import foreign_role
from itbench_ciso.controls.scene import Scene

_ADMIN = known_role("cluster-admin")
_MASTERS = group("system:masters")


def _everything(_scene: Scene) -> JsonObject:
    return rule(["*"], ["*"], "*")


def _to_somebody(scene: Scene, _given: Parameters) -> None:
    bind(scene, _ADMIN, someone(scene))


def _in_a_namespace(scene: Scene, _given: Parameters) -> None:
    bind_in(scene, _ADMIN, None, someone(scene))


def _beside_permitted(scene: Scene, given: Parameters) -> None:
    bind(scene, _ADMIN, permitted_group(scene, given), someone(scene))


def _account_elsewhere(scene: Scene, given: Parameters) -> None:
    bind(scene, _ADMIN, account(scene.random.pick(scene.namespaces), given["permitted_account"]))


def _group_as_user(scene: Scene, given: Parameters) -> None:
    bind(scene, _ADMIN, user(given["permitted_group"]))


def _masters_by_other_name(scene: Scene, _given: Parameters) -> None:
    bind(scene, _ADMIN, _MASTERS)


def _built_in_with_more(scene: Scene, _given: Parameters) -> None:
    bind(scene, _ADMIN, _MASTERS, someone(scene), name="cluster-admin")


def _permitted_group(scene: Scene, given: Parameters) -> None:
    bind(scene, _ADMIN, permitted_group(scene, given))


def _permitted_account(scene: Scene, given: Parameters) -> None:
    bind_in(scene, _ADMIN, None, permitted_account(scene, given), permitted_user_name(scene, given))


def _built_in(scene: Scene, _given: Parameters) -> None:
    bind(scene, _ADMIN, _MASTERS, name="cluster-admin")


def _nobody(scene: Scene, _given: Parameters) -> None:
    bind(scene, _ADMIN)


def _role_of_that_name(scene: Scene, _given: Parameters) -> None:
    bind(scene, role(scene, harmless_rule(scene.random), name="cluster-admin"), someone(scene))


def _similar_name(scene: Scene, _given: Parameters) -> None:
    name = scene.random.pick(("admin", "cluster-administration-view", "cluster-admin-tools"))
    bind(scene, known_role(name), someone(scene))


def _user_of_that_name(scene: Scene, _given: Parameters) -> None:
    bind(scene, known_role("view"), user("cluster-admin"), name=scene.random.pick((None, "cluster-admin")))


def _foreign_binding(scene: Scene, _given: Parameters) -> None:
    binding = foreign_role(scene, harmless_rule(scene.random), "ClusterRoleBinding")
    binding |= {"roleRef": {"kind": "ClusterRole", "name": "cluster-admin"}, "subjects": [someone(scene)]}


CONTROL = Control(
    number="5.1.1",
    title="Full power over the cluster is only for those who are named",
    parameters=permitted,
    ways=(
        violates("cluster-admin is bound to somebody", _to_somebody),
        violates("cluster-admin is bound in one namespace", _in_a_namespace),
        violates("somebody stands beside the permitted group", _beside_permitted),
        violates("an account with the permitted one's name in another namespace", _account_elsewhere),
        violates("a user with the permitted group's name", _group_as_user),
        violates("system:masters by a binding of another name", _masters_by_other_name),
        violates("somebody stands beside system:masters in the built-in binding", _built_in_with_more),
        violates("a role of another name can do everything", given_to_anyone(_everything)),
        violates("an aggregated role can do everything", aggregated(_everything, is_matched=True)),
        complies("the permitted group", _permitted_group),
        complies("the permitted account, by both of its names", _permitted_account),
        complies("the built-in binding", _built_in),
        complies("a binding without subjects", _nobody),
        complies("a Role happens to have that name", _role_of_that_name),
        complies("a role of a similar name", _similar_name),
        complies("a user and a binding happen to have that name", _user_of_that_name),
        complies("what looks like a binding belongs to another API group", _foreign_binding),
    ),
)
