"""Ways of the controls that ask who is given a right: only a named account and a named group may be."""

from itbench_ciso.controls.control import Change, Parameters, Way, complies, violates
from itbench_ciso.controls.manifests.access import (
    aggregated_role,
    bind,
    bind_in,
    cluster_role,
    harmless_rule,
    known_role,
    role,
    someone,
)
from itbench_ciso.controls.manifests.names import NEAR
from itbench_ciso.controls.manifests.scene import Scene, Spelling
from itbench_ciso.controls.ways.aggregated import aggregated_ways
from itbench_ciso.controls.ways.rights import Given, Granting, Right, bad_grant, foreign_roles
from itbench_ciso.controls.ways.subjects import bound_to, subject_ways
from itbench_ciso.controls.ways.written import NEARLY_SYSTEM


def given_to_anyone(granting: Granting) -> Change:
    """Return the change that gives a rule in the whole cluster to an account that no task permits anything."""
    return bound_to(granting, lambda scene, _given: someone(scene))


def bound_ways(right: Right) -> tuple[Way, ...]:
    """Return all ways that any control of this kind has."""
    local = _cluster_wide_ways(right) if right.is_cluster_wide else local_ways(right.granted)
    return (
        *(bad_grant(f"a rule {name}", given_to_anyone, granting) for name, granting in right.grants()),
        bad_grant("one of three rules grants it", _middle_rule, right.granted),
        *aggregated_ways(right.granted),
        *subject_ways(right.granted),
        *local,
        *_harmless_ways(right),
    )


def known_role_ways(granting: tuple[str, ...], harmless: tuple[str, ...]) -> tuple[Way, ...]:
    """Return the ways about roles that Kubernetes brings: those that grant the right, and others."""

    def bound(name: str) -> Change:
        return lambda scene, _given: bind(scene, known_role(name), someone(scene))

    def all_bound(scene: Scene, _given: Parameters) -> None:
        for name in (*harmless, *(changed(name) for name in granting for _, changed in NEAR)):
            bind(scene, known_role(name), someone(scene))

    def of_that_name(scene: Scene, _given: Parameters) -> None:
        for name in granting:
            bind(scene, role(scene, harmless_rule(scene.random), name=name), someone(scene))

    return (
        *(violates(f"the built-in role `{name}` is bound", bound(name), bound("view")) for name in granting),
        complies("built-in roles that do not grant it, and roles of similar names, are bound", all_bound),
        complies("Roles happen to have the names of built-in ClusterRoles", of_that_name),
    )


def _middle_rule(granting: Granting) -> Change:
    def change(scene: Scene, _given: Parameters) -> None:
        found = cluster_role(scene)
        found["rules"] = [harmless_rule(scene.random), granting(scene), harmless_rule(scene.random)]
        bind(scene, found, someone(scene))

    return change


def _by_role(granting: Granting) -> Change:
    return lambda scene, _given: bind(scene, role(scene, granting(scene)), someone(scene))


def _by_cluster_role(granting: Granting) -> Change:
    return lambda scene, _given: bind_in(scene, cluster_role(scene, granting(scene)), None, someone(scene))


def _in_default(of_role: Spelling, of_binding: Spelling) -> Given:
    """Return what adds a Role and its binding in `default`; each says so in its own spelling."""

    def given(granting: Granting) -> Change:
        def change(scene: Scene, _given: Parameters) -> None:
            bound = role(scene, granting(scene), namespace="default")
            binding = bind(scene, bound, someone(scene))
            for manifest, spelling in ((bound, of_role), (binding, of_binding)):
                scene.unplace(manifest, spelling)

        return change

    return given


def local_ways(granting: Granting) -> tuple[Way, ...]:
    """Return the ways in which a RoleBinding gives what can be given in one namespace."""

    def by_role_of_other_namespace(scene: Scene, _given: Parameters) -> None:
        # Both ways round: neither name comes before the other one in the alphabet for sure.
        for here, there in (scene.namespaces, scene.namespaces[::-1]):
            bind_in(scene, role(scene, granting(scene), namespace=here), there, someone(scene))

    def by_placed_role(scene: Scene, _given: Parameters) -> None:
        scene.unplace(bind_in(scene, role(scene, granting(scene)), "default", someone(scene)))

    return (
        bad_grant("a RoleBinding gives it by a Role", _by_role, granting),
        bad_grant("a RoleBinding gives it by a ClusterRole", _by_cluster_role, granting),
        bad_grant(
            "neither the Role nor its binding names a namespace",
            _in_default(Spelling.ABSENT, Spelling.ABSENT),
            granting,
        ),
        bad_grant(
            "the Role names no namespace, its binding names `default`",
            _in_default(Spelling.ABSENT, Spelling.NAMED),
            granting,
        ),
        bad_grant(
            "the namespace of the Role is null, its binding names `default`",
            _in_default(Spelling.NULL, Spelling.NAMED),
            granting,
        ),
        complies("a RoleBinding names a Role of another namespace", by_role_of_other_namespace),
        complies("a RoleBinding without a namespace names a Role of another one", by_placed_role),
    )


def kind_ways(granting: Granting) -> tuple[Way, ...]:
    """Return the ways in which a binding names a role of the wrong kind."""

    def role_instead(scene: Scene, _given: Parameters) -> None:
        bound = cluster_role(scene, granting(scene))
        bind_in(scene, known_role(bound["metadata"]["name"], "Role"), None, someone(scene))

    def cluster_role_instead(scene: Scene, _given: Parameters) -> None:
        named = role(scene, granting(scene))["metadata"]
        bind(scene, known_role(named["name"]), someone(scene))
        bind_in(scene, known_role(named["name"]), named["namespace"], someone(scene))

    return (
        complies("a RoleBinding names a Role where a ClusterRole of that name grants it", role_instead),
        complies("bindings name a ClusterRole where a Role of that name grants it", cluster_role_instead),
    )


def _cluster_wide_ways(right: Right) -> tuple[Way, ...]:
    return (
        complies("a RoleBinding gives a ClusterRole in one namespace only", _by_cluster_role(right.granted)),
        complies("a RoleBinding gives a Role, which cannot grant it", _by_role(right.granted)),
    )


def _harmless_ways(right: Right) -> tuple[Way, ...]:
    def unbound(scene: Scene, _given: Parameters) -> None:
        cluster_role(scene, right.granted(scene))

    def of_kubernetes(scene: Scene, _given: Parameters) -> None:
        name = f"system:controller:{scene.name()}"
        bind(scene, cluster_role(scene, right.granted(scene), name=name), someone(scene))

    def of_other_group(scene: Scene, _given: Parameters) -> None:
        for foreign in foreign_roles(scene, right.granted, "ClusterRole"):
            bind(scene, known_role(foreign["metadata"]["name"]), someone(scene))

    def binding_of_other_group(scene: Scene, _given: Parameters) -> None:
        bound = cluster_role(scene, right.granted(scene))
        for binding in foreign_roles(scene, right.granted, "ClusterRoleBinding"):
            del binding["rules"], binding["metadata"]["namespace"]
            reference = {"kind": "ClusterRole", "name": bound["metadata"]["name"]}
            binding.update(roleRef=reference, subjects=[someone(scene)])

    def missing(scene: Scene, _given: Parameters) -> None:
        bind(scene, known_role(scene.name()), someone(scene))
        bind_in(scene, known_role(scene.name(), "Role"), None, someone(scene))

    def torn(scene: Scene, _given: Parameters) -> None:
        bind(scene, cluster_role(scene, *right.torn(scene)), someone(scene))

    def nearly(scene: Scene, _given: Parameters) -> None:
        bind(scene, cluster_role(scene, *right.nearly(scene)), someone(scene))

    return (
        *(
            bad_grant(f"a role whose name {what} grants it", so_called_and_bound(beginning), right.granted)
            for what, beginning in NEARLY_SYSTEM
        ),
        complies("verbs, resources and API groups of rules are nearly those that grant it", nearly),
        complies("a role that grants it is not bound", unbound),
        *kind_ways(right.granted),
        complies("a role of Kubernetes itself grants it", of_kubernetes),
        complies("what looks like the bound role belongs to another API group", of_other_group),
        complies("what looks like a binding belongs to another API group", binding_of_other_group),
        complies("bindings name roles that are not in the files", missing),
        complies("only several rules together have verb, resource and API group", torn),
        complies("a rule is about another API group", given_to_anyone(right.granted_elsewhere)),
        complies("a rule has no verbs or resources", _without_lists(right.granted)),
    )


def so_called_and_bound(beginning: str) -> Given:
    """Return what adds a ClusterRole whose name begins so, and binds it."""

    def given(granting: Granting) -> Change:
        def change(scene: Scene, _given: Parameters) -> None:
            name = f"{beginning}{scene.name()}"
            bind(scene, cluster_role(scene, granting(scene), name=name), someone(scene))

        return change

    return given


def _without_lists(granting: Granting) -> Change:
    def change(scene: Scene, _given: Parameters) -> None:
        rules = []
        for field in ("verbs", "resources", "apiGroups"):
            granted = granting(scene)
            rules.append({**granted, field: scene.random.pick((None, []))})
        bind(scene, cluster_role(scene, *rules), someone(scene))
        bind(scene, aggregated_role(scene, []), someone(scene))

    return change
