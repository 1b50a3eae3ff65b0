"""Ways that differ in who is given a right."""

from collections.abc import Callable
from typing import TypeAlias

from itbench import JsonObject
from itbench_ciso.controls.control import Change, Parameters, Way, complies
from itbench_ciso.controls.manifests.access import (
    account,
    bind,
    cluster_role,
    group,
    some_account,
    some_group,
    some_user,
    someone,
    user,
)
from itbench_ciso.controls.manifests.names import NEAR
from itbench_ciso.controls.manifests.scene import Scene
from itbench_ciso.controls.ways.permitted import permitted_account, permitted_group, permitted_user_name
from itbench_ciso.controls.ways.rights import Given, Granting, bad_grant

Subject: TypeAlias = Callable[[Scene, Parameters], JsonObject]


def bound_to(granting: Granting, *subjects: Subject) -> Change:
    """Return the change that gives a rule to subjects in the whole cluster."""

    def change(scene: Scene, given: Parameters) -> None:
        bound = cluster_role(scene, granting(scene))
        bind(scene, bound, *(subject(scene, given) for subject in subjects))

    return change


def somebody(scene: Scene, _given: Parameters) -> JsonObject:
    """Return a subject that no task permits anything."""
    return someone(scene)


def outsiders() -> list[tuple[str, tuple[Subject, ...]]]:
    """Return the subjects of a binding, one of which is not permitted, with what to call them."""
    return [
        ("a service account", (lambda scene, _given: some_account(scene),)),
        ("a user", (lambda scene, _given: some_user(scene),)),
        ("a group", (lambda scene, _given: some_group(scene),)),
        ("somebody after the permitted group", (permitted_group, somebody)),
        ("somebody before the permitted account", (somebody, permitted_account)),
        ("an account with the permitted one's name in another namespace", (_other_namespace,)),
        ("another account of the permitted one's namespace", (_neighbour,)),
        ("an account of another namespace, by user name", (_other_user_name,)),
        ("another account of the permitted one's namespace, by user name", (_neighbours_user_name,)),
        ("all accounts of the permitted one's namespace", (_whole_namespace,)),
        ("a user with the permitted group's name", (_group_as_user,)),
        ("a user with the permitted account's name", (_account_as_user,)),
        ("a user with the permitted account's name and a namespace", (_account_as_placed_user,)),
        ("an account with the permitted group's name", (_group_as_account,)),
        ("a group with the permitted account's user name", (_user_name_as_group,)),
        *(near for relation, changed in NEAR for near in _nearly_permitted(relation, changed)),
    ]


def _nearly_permitted(relation: str, changed: Callable[[str], str]) -> list[tuple[str, tuple[Subject, ...]]]:
    """Return the subjects that differ from a permitted one by a part of their name."""
    place, name, team = "permitted_namespace", "permitted_account", "permitted_group"
    return [
        (
            f"an account whose name {relation} the permitted one's",
            (lambda _scene, given: account(given[place], changed(given[name])),),
        ),
        (
            f"an account of a namespace whose name {relation} the permitted one's",
            (lambda _scene, given: account(changed(given[place]), given[name]),),
        ),
        (
            f"a user whose name {relation} the permitted account's user name",
            (lambda _scene, given: user(changed(f"system:serviceaccount:{given[place]}:{given[name]}")),),
        ),
        (
            f"a group whose name {relation} the permitted one's",
            (lambda _scene, given: group(changed(given[team])),),
        ),
    ]


def subject_ways(granting: Granting) -> tuple[Way, ...]:
    """Return the ways that differ in who is given the right."""
    return (
        *(bad_grant(f"{name} is given it", _to(subjects), granting) for name, subjects in outsiders()),
        complies("the permitted account is given it", bound_to(granting, permitted_account)),
        complies("the permitted group is given it", bound_to(granting, permitted_group)),
        complies("the permitted account is given it by user name", bound_to(granting, permitted_user_name)),
        complies(
            "the permitted ones are given it together",
            bound_to(granting, permitted_user_name, permitted_group, permitted_account),
        ),
        complies("bindings without subjects give it to nobody", _to_nobody(granting)),
    )


def _to(subjects: tuple[Subject, ...]) -> Given:
    return lambda granting: bound_to(granting, *subjects)


def _to_nobody(granting: Granting) -> Change:
    def change(scene: Scene, _given: Parameters) -> None:
        bound = cluster_role(scene, granting(scene))
        bind(scene, bound)
        bind(scene, bound)["subjects"] = None
        del bind(scene, bound)["subjects"]

    return change


def _other_namespace(scene: Scene, given: Parameters) -> JsonObject:
    return account(scene.random.pick(scene.namespaces), given["permitted_account"])


def _neighbour(scene: Scene, given: Parameters) -> JsonObject:
    return account(given["permitted_namespace"], scene.name())


def _other_user_name(scene: Scene, given: Parameters) -> JsonObject:
    namespace = scene.random.pick(scene.namespaces)
    return user(f"system:serviceaccount:{namespace}:{given['permitted_account']}")


def _neighbours_user_name(scene: Scene, given: Parameters) -> JsonObject:
    return user(f"system:serviceaccount:{given['permitted_namespace']}:{scene.name()}")


def _whole_namespace(_scene: Scene, given: Parameters) -> JsonObject:
    return group(f"system:serviceaccounts:{given['permitted_namespace']}")


def _group_as_user(_scene: Scene, given: Parameters) -> JsonObject:
    return user(given["permitted_group"])


def _account_as_user(_scene: Scene, given: Parameters) -> JsonObject:
    return user(given["permitted_account"])


def _account_as_placed_user(_scene: Scene, given: Parameters) -> JsonObject:
    return user(given["permitted_account"]) | {"namespace": given["permitted_namespace"]}


def _group_as_account(_scene: Scene, given: Parameters) -> JsonObject:
    return account(given["permitted_namespace"], given["permitted_group"])


def _user_name_as_group(_scene: Scene, given: Parameters) -> JsonObject:
    return group(f"system:serviceaccount:{given['permitted_namespace']}:{given['permitted_account']}")
