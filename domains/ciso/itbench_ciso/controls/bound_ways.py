"""Ways of the controls that ask who is given a right: only a named account and a named group may be."""

from collections.abc import Callable
from typing import TypeAlias

from itbench.interfaces.json import JsonObject
from itbench_ciso.controls.access import (
    account,
    aggregated_role,
    bind,
    bind_in,
    cluster_role,
    group,
    known_role,
    role,
    some_account,
    some_group,
    some_user,
    someone,
    user,
)
from itbench_ciso.controls.control import Change, Parameters, Way, complies, violates
from itbench_ciso.controls.permitted import permitted_account, permitted_group, permitted_user_name
from itbench_ciso.controls.rights import Right, foreign_role
from itbench_ciso.controls.scene import Scene

Subject: TypeAlias = Callable[[Scene, Parameters], JsonObject]
Granting: TypeAlias = Callable[[Scene], JsonObject]

_LABEL = "meridian.example/aggregate-to-{}"
_PARTS = ("operations", "support", "delivery", "review")


def bound_to(granting: Granting, *subjects: Subject) -> Change:
    """Return the change that gives a rule to subjects in the whole cluster."""

    def change(scene: Scene, given: Parameters) -> None:
        bound = cluster_role(scene, granting(scene))
        bind(scene, bound, *(subject(scene, given) for subject in subjects))

    return change


def given_to_anyone(granting: Granting) -> Change:
    """Return the change that gives a rule in the whole cluster to somebody whom no task permits anything."""
    return bound_to(granting, lambda scene, _given: someone(scene))


def bound_ways(right: Right) -> tuple[Way, ...]:
    """Return all ways that any control of this kind has."""
    local = _cluster_wide_ways(right) if right.is_cluster_wide else _namespaced_ways(right)
    return (*_givers(right), *subject_ways(right.granted), *local, *_harmless_ways(right))


def subject_ways(granting: Granting) -> tuple[Way, ...]:
    """Return the ways that differ in who is given the right."""

    def other_namespace(scene: Scene, given: Parameters) -> JsonObject:
        return account(scene.random.pick(scene.namespaces), given["permitted_account"])

    def whole_namespace(_scene: Scene, given: Parameters) -> JsonObject:
        return group(f"system:serviceaccounts:{given['permitted_namespace']}")

    def group_as_user(_scene: Scene, given: Parameters) -> JsonObject:
        return user(given["permitted_group"])

    def other_user_name(scene: Scene, given: Parameters) -> JsonObject:
        namespace = scene.random.pick(scene.namespaces)
        return user(f"system:serviceaccount:{namespace}:{given['permitted_account']}")

    return (
        violates("a service account is given it", bound_to(granting, lambda scene, _: some_account(scene))),
        violates("a user is given it", bound_to(granting, lambda scene, _: some_user(scene))),
        violates("a group is given it", bound_to(granting, lambda scene, _: some_group(scene))),
        violates(
            "somebody is given it beside the permitted group",
            bound_to(granting, permitted_group, lambda scene, _: someone(scene)),
        ),
        violates(
            "an account with the permitted one's name in another namespace is given it",
            bound_to(granting, other_namespace),
        ),
        violates(
            "an account of another namespace is given it by user name", bound_to(granting, other_user_name)
        ),
        violates(
            "all accounts of the permitted one's namespace are given it", bound_to(granting, whole_namespace)
        ),
        violates("a user with the permitted group's name is given it", bound_to(granting, group_as_user)),
        complies("the permitted account is given it", bound_to(granting, permitted_account)),
        complies("the permitted group is given it", bound_to(granting, permitted_group)),
        complies("the permitted account is given it by user name", bound_to(granting, permitted_user_name)),
        complies("a binding without subjects gives it to nobody", bound_to(granting)),
    )


def _givers(right: Right) -> tuple[Way, ...]:
    return (
        violates("a rule grants it among other things", given_to_anyone(right.granted_among_others)),
        violates(
            "a rule grants every verb", given_to_anyone(lambda scene: right.granted(scene) | {"verbs": ["*"]})
        ),
        violates(
            "a rule grants it in every API group",
            given_to_anyone(lambda scene: right.granted(scene) | {"apiGroups": ["*"]}),
        ),
        violates("an aggregated role has it from another role", aggregated(right.granted, is_matched=True)),
        complies("an aggregated role's selector does not match", aggregated(right.granted, is_matched=False)),
    )


def aggregated(granting: Granting, *, is_matched: bool) -> Change:
    """Return the change that binds an aggregated role and adds a role that it has the rules of, or has not."""

    def change(scene: Scene, _given: Parameters) -> None:
        part, other = scene.random.shuffled(_PARTS)[:2]
        bind(scene, aggregated_role(scene, _LABEL.format(part)), someone(scene))
        label = _LABEL.format(part if is_matched else other)
        cluster_role(scene, granting(scene), labels={label: "true"})

    return change


def _namespaced_ways(right: Right) -> tuple[Way, ...]:
    def by_role(scene: Scene, _given: Parameters) -> None:
        bind(scene, role(scene, right.granted(scene)), someone(scene))

    def by_cluster_role(scene: Scene, _given: Parameters) -> None:
        bind_in(scene, cluster_role(scene, right.granted(scene)), None, someone(scene))

    def by_role_of_other_namespace(scene: Scene, _given: Parameters) -> None:
        here, there = scene.namespaces
        bind_in(scene, role(scene, right.granted(scene), namespace=here), there, someone(scene))

    return (
        violates("a RoleBinding gives it by a Role", by_role),
        violates("a RoleBinding gives it by a ClusterRole", by_cluster_role),
        complies("a RoleBinding names a Role of another namespace", by_role_of_other_namespace),
    )


def _cluster_wide_ways(right: Right) -> tuple[Way, ...]:
    def by_binding_in_namespace(scene: Scene, _given: Parameters) -> None:
        bind_in(scene, cluster_role(scene, right.granted(scene)), None, someone(scene))

    def by_role(scene: Scene, _given: Parameters) -> None:
        bind(scene, role(scene, right.granted(scene)), someone(scene))

    return (
        complies("a RoleBinding gives a ClusterRole in one namespace only", by_binding_in_namespace),
        complies("a RoleBinding gives a Role, which cannot grant it", by_role),
    )


def _harmless_ways(right: Right) -> tuple[Way, ...]:
    def unbound(scene: Scene, _given: Parameters) -> None:
        cluster_role(scene, right.granted(scene))

    def of_other_kind(scene: Scene, _given: Parameters) -> None:
        bound = cluster_role(scene, right.granted(scene))
        bind_in(scene, known_role(bound["metadata"]["name"], "Role"), None, someone(scene))

    def of_kubernetes(scene: Scene, _given: Parameters) -> None:
        name = f"system:controller:{scene.name()}"
        bind(scene, cluster_role(scene, right.granted(scene), name=name), someone(scene))

    def of_other_group(scene: Scene, _given: Parameters) -> None:
        foreign = foreign_role(scene, right.granted(scene), "ClusterRole")
        bind(scene, known_role(foreign["metadata"]["name"]), someone(scene))

    return (
        complies("a role that grants it is not bound", unbound),
        complies("a RoleBinding names a Role where a ClusterRole of that name grants it", of_other_kind),
        complies("a role of Kubernetes itself grants it", of_kubernetes),
        complies("what looks like the bound role belongs to another API group", of_other_group),
        complies("a rule is about another API group", given_to_anyone(right.granted_elsewhere)),
    )
