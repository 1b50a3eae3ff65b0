"""5.1.1: full power, over the cluster or in one namespace."""

from itbench import JsonObject
from itbench_ciso.controls.control import Change, Control, Parameters, Way, complies, violates
from itbench_ciso.controls.manifests.access import (
    bind,
    bind_in,
    cluster_role,
    group,
    harmless_rule,
    known_role,
    role,
    rule,
    some_group,
    someone,
    user,
)
from itbench_ciso.controls.manifests.names import NEAR
from itbench_ciso.controls.manifests.scene import Scene
from itbench_ciso.controls.ways.aggregated import aggregated_ways
from itbench_ciso.controls.ways.bound import given_to_anyone, kind_ways, local_ways, so_called_and_bound
from itbench_ciso.controls.ways.permitted import (
    permitted,
    permitted_account,
    permitted_group,
    permitted_user_name,
)
from itbench_ciso.controls.ways.rights import Given, Granting, bad_grant, foreign_roles
from itbench_ciso.controls.ways.subjects import Subject, bound_to, outsiders, somebody
from itbench_ciso.controls.ways.written import NEARLY_SYSTEM

_ADMIN, _VIEW = known_role("cluster-admin"), known_role("view")
_MASTERS = group("system:masters")
_ASTERISKS = ("verbs", "apiGroups", "resources")


def _everything(_scene: Scene) -> JsonObject:
    return rule(["*"], ["*"], "*")


def _everything_among_others(scene: Scene) -> JsonObject:
    return {field: scene.random.shuffled(["*", "get"]) for field in _ASTERISKS} | {"resourceNames": []}


def _unnamed(scene: Scene) -> JsonObject:
    return _everything(scene) | {"resourceNames": None}


def _another_group(scene: Scene, _given: Parameters) -> JsonObject:
    return some_group(scene)


def _near_masters(name: str) -> Change:
    return lambda scene, _given: bind(scene, _ADMIN, group(name), name="cluster-admin")


def _named(scene: Scene) -> JsonObject:
    return rule(["*"], ["*"], "*", names=[scene.name()])


def _all_but(field: str) -> Granting:
    """Return what grants everything but for one list, which names what it grants."""
    named = {"verbs": ["get", "update"], "apiGroups": ["", "apps"], "resources": ["configmaps", "secrets"]}
    return lambda scene: _everything(scene) | {field: named[field]}


def _bound(bound: JsonObject, *subjects: Subject) -> Change:
    return lambda scene, given: bind(scene, bound, *(subject(scene, given) for subject in subjects))


def _outsider_ways() -> list[Way]:
    return [
        violates(f"`cluster-admin` is given to {name}", _bound(_ADMIN, *subjects), _bound(_VIEW, *subjects))
        for name, subjects in outsiders()
    ]


def _in_a_namespace(bound: JsonObject, namespace: str | None = None) -> Change:
    return lambda scene, _given: bind_in(scene, bound, namespace, someone(scene))


def _unplaced(bound: JsonObject) -> Change:
    return lambda scene, _given: scene.unplace(bind_in(scene, bound, "default", someone(scene)))


def _masters(bound: JsonObject, name: str | None, *subjects: Subject) -> Change:
    def change(scene: Scene, given: Parameters) -> None:
        bind(scene, bound, _MASTERS, *(subject(scene, given) for subject in subjects), name=name)

    return change


def _masters_in_a_namespace(bound: JsonObject) -> Change:
    return lambda scene, _given: bind_in(scene, bound, None, _MASTERS, name="cluster-admin")


def _masters_by_other_role(name: str) -> Given:
    def given(granting: Granting) -> Change:
        return lambda scene, _given: bind(
            scene, cluster_role(scene, granting(scene), name=name), _MASTERS, name="cluster-admin"
        )

    return given


def _masters_as_user(bound: JsonObject) -> Change:
    return lambda scene, _given: bind(scene, bound, user("system:masters"), name="cluster-admin")


def _permitted_in_namespace(scene: Scene, given: Parameters) -> None:
    bind_in(scene, _ADMIN, None, permitted_account(scene, given), permitted_user_name(scene, given))


def _by_role_permitted(scene: Scene, given: Parameters) -> None:
    bind(scene, role(scene, _everything(scene)), permitted_group(scene, given))


def _nobody(scene: Scene, _given: Parameters) -> None:
    bind(scene, _ADMIN)
    bind(scene, _ADMIN)["subjects"] = None
    del bind(scene, _ADMIN)["subjects"]


def _role_of_that_name(scene: Scene, _given: Parameters) -> None:
    bind(scene, role(scene, harmless_rule(scene.random), name="cluster-admin"), someone(scene))


def _similar_names(scene: Scene, _given: Parameters) -> None:
    # No name that another way gives to a role which can do everything.
    for name in ("view", "edit", "admin", "cluster-admin-view", "not-cluster-admin", "cluster-ad"):
        bind(scene, known_role(name), someone(scene))


def _user_of_that_name(scene: Scene, _given: Parameters) -> None:
    bind(scene, _VIEW, user("cluster-admin"), name=scene.random.pick((None, "cluster-admin")))


def _foreign_binding(scene: Scene, _given: Parameters) -> None:
    for binding in foreign_roles(scene, lambda scene: harmless_rule(scene.random), "ClusterRoleBinding"):
        del binding["rules"], binding["metadata"]["namespace"]
        reference = {"kind": "ClusterRole", "name": "cluster-admin"}
        binding.update(roleRef=reference, subjects=[someone(scene)])


def _foreign_bound(scene: Scene, _given: Parameters) -> None:
    for foreign in foreign_roles(scene, _everything, "ClusterRole"):
        bind(scene, known_role(foreign["metadata"]["name"]), someone(scene))


def _unbound(scene: Scene, _given: Parameters) -> None:
    cluster_role(scene, _everything(scene))
    role(scene, _everything(scene))


def _of_kubernetes(scene: Scene, _given: Parameters) -> None:
    found = cluster_role(scene, _everything(scene), name=f"system:controller:{scene.name()}")
    bind(scene, found, someone(scene))


def _torn(scene: Scene, _given: Parameters) -> None:
    bind(scene, cluster_role(scene, *(_all_but(field)(scene) for field in _ASTERISKS)), someone(scene))


CONTROL = Control(
    number="5.1.1",
    title="Full power, over the cluster or in one namespace, is only for those who are named",
    parameters=permitted,
    ways=(
        *_outsider_ways(),
        violates(
            "`cluster-admin` is given in one namespace", _in_a_namespace(_ADMIN), _in_a_namespace(_VIEW)
        ),
        violates(
            "`cluster-admin` is given by a RoleBinding without a namespace",
            _unplaced(_ADMIN),
            _unplaced(_VIEW),
        ),
        violates(
            "system:masters stands in a binding of another name",
            _masters(_ADMIN, None),
            _masters(_VIEW, None),
        ),
        violates(
            "somebody stands beside system:masters in the built-in binding",
            _masters(_ADMIN, "cluster-admin", somebody),
            _masters(_ADMIN, "cluster-admin", permitted_group),
        ),
        violates(
            "system:masters stands in a RoleBinding with the built-in binding's name",
            _masters_in_a_namespace(_ADMIN),
            _masters_in_a_namespace(_VIEW),
        ),
        violates(
            "a user with the name system:masters stands in the built-in binding",
            _masters_as_user(_ADMIN),
            _masters(_ADMIN, "cluster-admin"),
        ),
        *(
            bad_grant(
                f"the built-in binding's name, but a role whose name {relation} cluster-admin",
                _masters_by_other_role(changed("cluster-admin")),
                _everything,
            )
            for relation, changed in NEAR
        ),
        bad_grant("a ClusterRole of another name can do everything", given_to_anyone, _everything),
        bad_grant("everything stands among other things", given_to_anyone, _everything_among_others),
        bad_grant("a list of names is null", given_to_anyone, _unnamed),
        *local_ways(_everything),
        *(
            bad_grant(
                f"a role whose name {what} can do everything", so_called_and_bound(beginning), _everything
            )
            for what, beginning in NEARLY_SYSTEM
        ),
        violates(
            "another group stands beside system:masters in the built-in binding",
            _masters(_ADMIN, "cluster-admin", _another_group),
            _masters(_ADMIN, "cluster-admin", permitted_group),
        ),
        *(
            violates(
                f"system:masters stands in a binding whose name {relation} the built-in one's",
                _masters(_ADMIN, changed("cluster-admin")),
                _masters(_VIEW, changed("cluster-admin")),
            )
            for relation, changed in NEAR
        ),
        *(
            violates(
                f"a group whose name {relation} system:masters stands in the built-in binding",
                _near_masters(changed("system:masters")),
                _masters(_ADMIN, "cluster-admin"),
            )
            for relation, changed in NEAR
        ),
        *aggregated_ways(_everything),
        complies("the permitted group", _bound(_ADMIN, permitted_group)),
        complies("the permitted account, by both of its names", _permitted_in_namespace),
        complies("the permitted group by a Role", _by_role_permitted),
        complies(
            "the permitted ones by a ClusterRole of another name",
            bound_to(_everything, permitted_account, permitted_group, permitted_user_name),
        ),
        complies("the built-in binding", _masters(_ADMIN, "cluster-admin")),
        complies("bindings without subjects", _nobody),
        complies("a Role happens to have that name", _role_of_that_name),
        complies("roles of similar names", _similar_names),
        complies("a user and a binding happen to have that name", _user_of_that_name),
        complies("what looks like a binding belongs to another API group", _foreign_binding),
        complies("what looks like the bound role belongs to another API group", _foreign_bound),
        *kind_ways(_everything),
        complies("roles that can do everything are not bound", _unbound),
        complies("a role of Kubernetes itself can do everything", _of_kubernetes),
        complies("everything, but for named objects only", given_to_anyone(_named)),
        complies("no rule has asterisks in all three lists", _torn),
        *(
            complies(f"everything, but {field} are named", given_to_anyone(_all_but(field)))
            for field in _ASTERISKS
        ),
    ),
)
