"""5.1.5: the service account that every namespace has."""

from collections.abc import Callable
from typing import TypeAlias

from itbench import JsonObject, JsonValue
from itbench_ciso.controls.control import Change, Control, Parameters, Way, complies, violates
from itbench_ciso.controls.manifests.access import (
    account,
    bind,
    bind_in,
    group,
    harmless_rule,
    known_role,
    role,
    someone,
    user,
)
from itbench_ciso.controls.manifests.names import NEAR
from itbench_ciso.controls.manifests.scene import Scene
from itbench_ciso.controls.manifests.workload import Workload
from itbench_ciso.controls.ways.exceptions import (
    ORDINALS,
    exempt_namespaces,
    namespace_ways,
    other_system_namespace,
)
from itbench_ciso.controls.ways.pods import (
    HARDENED,
    bad,
    edited,
    every_kind,
    foreign_look_alikes,
    pod_edit,
    text_look_alikes,
)
from itbench_ciso.controls.ways.rights import foreign_roles

_FIELD = "automountServiceAccountToken"
_USER_NAME = "system:serviceaccount:{}:default"
_VIEW = known_role("view")
_Bound: TypeAlias = Callable[[Scene, JsonObject], object]
_Subject: TypeAlias = Callable[[str], JsonObject]


def _says(value: JsonValue) -> Change:
    return lambda scene, _given: _set(_default_of(scene, scene.random.pick(scene.namespaces)), value)


def _silent(scene: Scene, _given: Parameters) -> None:
    del _default_of(scene, scene.random.pick(scene.namespaces))[_FIELD]


def _unplaced_says(value: JsonValue) -> Change:
    """Return the change of the default account of `default`, which names no namespace."""

    def change(scene: Scene, _given: Parameters) -> None:
        scene.namespace("default")
        _set(scene.unplace(_default_of(scene, "default")), value)

    return change


def _set(manifest: JsonObject, value: JsonValue) -> None:
    manifest[_FIELD] = value


def _exempt_accounts_silent(scene: Scene, given: Parameters) -> None:
    for namespace in given["exempt_namespaces"]:
        scene.namespace(namespace)
        del _default_of(scene, namespace)[_FIELD]


def _beside_exempt(changed: Callable[[str], str], value: JsonValue) -> Change:
    def change(scene: Scene, given: Parameters) -> None:
        name = changed(scene.random.pick(given["exempt_namespaces"]))
        scene.namespace(name)
        _set(_default_of(scene, name), value)

    return change


def _without_default(scene: Scene, _given: Parameters) -> None:
    name = scene.namespace_name()
    scene.namespace(name)
    scene.remove(_default_of(scene, name))


def _other_accounts(scene: Scene, _given: Parameters) -> None:
    for name in ("default-token-reader", "defaults", "my-default", "defau"):
        metadata = scene.metadata(name)
        scene.add({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata})


def _foreign_account(scene: Scene, _given: Parameters) -> None:
    for name in ("identity.meridian.example", "zones.meridian.example"):
        found = scene.custom_object(f"{name}/v1", "ServiceAccount", {})
        found["metadata"]["name"] = "default"
        found[_FIELD] = True


def _similar_used(scene: Scene, _given: Parameters) -> None:
    for _, changed in NEAR:
        scene.workload().spec["serviceAccountName"] = changed("default")
        bind(scene, _VIEW, account(scene.random.pick(scene.namespaces), changed("default")))


def _unnamed(workload: Workload) -> None:
    del workload.spec["serviceAccountName"]


def _old_field(workload: Workload) -> None:
    workload.spec["serviceAccount"] = workload.spec.pop("serviceAccountName")


def _old_field_default(workload: Workload) -> None:
    _unnamed(workload)
    workload.spec["serviceAccount"] = "default"


def _both_fields(workload: Workload) -> None:
    workload.spec["serviceAccount"] = "default"


def _both_fields_default(workload: Workload) -> None:
    _old_field(workload)
    workload.spec["serviceAccountName"] = "default"


def _empty_new_field(workload: Workload) -> None:
    _old_field(workload)
    workload.spec["serviceAccountName"] = ""


def _both_empty(workload: Workload) -> None:
    workload.spec.update(serviceAccountName="", serviceAccount="")


def _subject_way(name: str, bound: _Bound, bad: _Subject, fine: _Subject) -> Way:
    """Return the violating way that binds what `bad` makes of a namespace, and the repaired one with `fine`."""

    def with_subject(subject: _Subject) -> Change:
        return lambda scene, _given: bound(scene, subject(scene.random.pick(scene.namespaces)))

    return violates(name, with_subject(bad), with_subject(fine))


def _default(namespace: str) -> JsonObject:
    return account(namespace, "default")


def _default_user(namespace: str) -> JsonObject:
    return user(_USER_NAME.format(namespace))


def _runtime(namespace: str) -> JsonObject:
    return account(namespace, f"{namespace}-runtime")


def _runtime_user(namespace: str) -> JsonObject:
    return user(f"system:serviceaccount:{namespace}:{namespace}-runtime")


def _in_namespace(scene: Scene, subject: JsonObject) -> None:
    bind(scene, role(scene, harmless_rule(scene.random)), someone(scene), subject)


def _in_namespace_by_cluster_role(scene: Scene, subject: JsonObject) -> None:
    bind_in(scene, _VIEW, None, subject)


def _in_cluster(scene: Scene, subject: JsonObject) -> None:
    bind(scene, _VIEW, subject, someone(scene))


def _without_group(scene: Scene, subject: JsonObject) -> None:
    del bind(scene, _VIEW, subject)["roleRef"]["apiGroup"]


def _system_role(scene: Scene, subject: JsonObject) -> None:
    bind(scene, known_role("system:discovery"), subject)


def _other_system_account(place: int, name: str) -> Change:
    """Return the change that binds an account of a system namespace that is not exempt."""

    def change(scene: Scene, given: Parameters) -> None:
        bind(scene, _VIEW, account(other_system_namespace(place)(scene, given), name))

    return change


def _exempt_bound(scene: Scene, given: Parameters) -> None:
    for namespace in given["exempt_namespaces"]:
        bind(scene, _VIEW, account(namespace, "default"), user(_USER_NAME.format(namespace)))
        bind_in(scene, _VIEW, None, account(namespace, "default"))


def _in_exempt_place(subject: _Subject) -> Change:
    """Return the change that binds an account of the users' namespaces in an exempt one."""

    def change(scene: Scene, given: Parameters) -> None:
        place = scene.random.pick(given["exempt_namespaces"])
        bind_in(scene, _VIEW, place, subject(scene.random.pick(scene.namespaces)))

    return change


def _others_of_that_name(scene: Scene, _given: Parameters) -> None:
    namespace = scene.random.pick(scene.namespaces)
    others = [f"system:serviceaccount:{namespace}:default-2", f"oidc:serviceaccount:{namespace}:default"]
    groups = [
        group("default"),
        group(f"system:serviceaccounts:{namespace}"),
        group(_USER_NAME.format(namespace)),
    ]
    so_called = [user("default"), user("default") | {"namespace": namespace}]
    bind(scene, _VIEW, *so_called, *map(user, others), *groups)


def _foreign_binding(scene: Scene, _given: Parameters) -> None:
    for found in foreign_roles(scene, lambda scene: harmless_rule(scene.random), "RoleBinding"):
        found["subjects"] = [_default(scene.random.pick(scene.namespaces))]


def _default_of(scene: Scene, namespace: str) -> JsonObject:
    found = scene.find("ServiceAccount", "default", namespace)
    if found is None:
        raise LookupError(f"namespace {namespace!r} has no default account")
    return found


CONTROL = Control(
    number="5.1.5",
    title="Default service accounts are not used",
    parameters=exempt_namespaces,
    ways=(
        violates("the account does not say whether its token is mounted", _silent, _says(False)),
        violates("the account's token is mounted", _says(True), _says(False)),
        violates("the account's field is null", _says(None), _says(False)),
        violates(
            "the account of `default` names no namespace and mounts",
            _unplaced_says(True),
            _unplaced_says(False),
        ),
        *(
            violates(
                f"the account of a namespace whose name {relation} an exempt one's mounts its token",
                _beside_exempt(near, True),
                _beside_exempt(near, False),
            )
            for relation, near in NEAR
        ),
        *every_kind("names no account", _unnamed),
        bad("a workload names the account", pod_edit(serviceAccountName="default")),
        bad("a workload's account is an empty text", pod_edit(serviceAccountName="")),
        bad("both fields for a workload's account are empty", _both_empty, _empty_new_field),
        bad("a workload names the account by the old field", _old_field_default, _old_field),
        bad("the new field names the account, the old one another", _both_fields_default, _both_fields),
        _subject_way(
            "a RoleBinding names the account after somebody else", _in_namespace, _default, _runtime
        ),
        _subject_way(
            "a RoleBinding of a ClusterRole names the account",
            _in_namespace_by_cluster_role,
            _default,
            _runtime,
        ),
        _subject_way("a ClusterRoleBinding names the account", _in_cluster, _default, _runtime),
        _subject_way(
            "a binding names the account, its reference no API group", _without_group, _default, _runtime
        ),
        _subject_way("a binding of a role of Kubernetes names the account", _system_role, _default, _runtime),
        _subject_way(
            "a RoleBinding names the account by its user name",
            _in_namespace_by_cluster_role,
            _default_user,
            _runtime_user,
        ),
        _subject_way(
            "a ClusterRoleBinding names the account by its user name",
            _in_cluster,
            _default_user,
            _runtime_user,
        ),
        *(
            violates(
                f"a binding names the account of the {ordinal} system namespace that is not exempt",
                _other_system_account(place, "default"),
                _other_system_account(place, "operator"),
            )
            for place, ordinal in enumerate(ORDINALS)
        ),
        violates(
            "a binding in an exempt namespace names the account of another one",
            _in_exempt_place(_default),
            _in_exempt_place(_runtime),
        ),
        *HARDENED,
        complies("a workload names another account by the old field", edited(_old_field)),
        complies("the new field is empty, the old one names another account", edited(_empty_new_field)),
        complies("the new field names another account, the old one the default", edited(_both_fields)),
        complies("accounts of similar names do not say", _other_accounts),
        complies("accounts of similar names are used and bound", _similar_used),
        complies("accounts in exempt namespaces do not say", _exempt_accounts_silent),
        complies("the account of a namespace is not in the files", _without_default),
        complies("bindings name accounts of exempt namespaces", _exempt_bound),
        complies("a binding names users and groups of such names", _others_of_that_name),
        complies("an account of another API group has that name", _foreign_account),
        complies("a binding of another API group names the account", _foreign_binding),
        *text_look_alikes("serviceAccountName", "  serviceAccountName: default\n"),
        *foreign_look_alikes(_unnamed),
        *namespace_ways("that names no account", _unnamed),
    ),
)
