"""5.1.5: the service account that every namespace has."""

from itbench.interfaces.json import JsonObject, JsonValue
from itbench_ciso.controls.access import (
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
from itbench_ciso.controls.control import Change, Control, Parameters, complies, violates
from itbench_ciso.controls.exceptions import exempt_namespaces, namespace_ways
from itbench_ciso.controls.pod_ways import HARDENED, edited, foreign_look_alikes, pod_edit, text_look_alikes
from itbench_ciso.controls.scene import Scene
from itbench_ciso.controls.workload import Workload

_USER_NAME = "system:serviceaccount:{}:default"


def _account_says(value: JsonValue) -> Change:
    def change(scene: Scene, _given: Parameters) -> None:
        _default_of(scene, scene.random.pick(scene.namespaces))["automountServiceAccountToken"] = value

    return change


def _account_silent(scene: Scene, _given: Parameters) -> None:
    del _default_of(scene, scene.random.pick(scene.namespaces))["automountServiceAccountToken"]


def _exempt_account_silent(scene: Scene, given: Parameters) -> None:
    namespace = scene.random.pick(given["exempt_namespaces"])
    scene.namespace(namespace)
    del _default_of(scene, namespace)["automountServiceAccountToken"]


def _other_account(scene: Scene, _given: Parameters) -> None:
    names = ("default-token-reader", "defaults", "shop-default")
    metadata = scene.metadata(scene.random.pick(names))
    scene.add({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata})


def _unnamed(workload: Workload) -> None:
    del workload.spec["serviceAccountName"]


def _old_field(workload: Workload) -> None:
    workload.spec["serviceAccount"] = workload.spec.pop("serviceAccountName")


def _old_field_default(workload: Workload) -> None:
    _unnamed(workload)
    workload.spec["serviceAccount"] = "default"


def _bound_in_namespace(scene: Scene, _given: Parameters) -> None:
    bound = role(scene, harmless_rule(scene.random))
    bind(scene, bound, someone(scene), account(bound["metadata"]["namespace"], "default"))


def _bound_in_cluster(scene: Scene, _given: Parameters) -> None:
    bind(scene, known_role("view"), account(scene.random.pick(scene.namespaces), "default"))


def _bound_by_user_name(scene: Scene, _given: Parameters) -> None:
    bind_in(scene, known_role("view"), None, user(_USER_NAME.format(scene.random.pick(scene.namespaces))))


def _exempt_bound(scene: Scene, given: Parameters) -> None:
    namespace = scene.random.pick(given["exempt_namespaces"])
    bind(scene, known_role("view"), account(namespace, "default"), user(_USER_NAME.format(namespace)))


def _others_of_that_name(scene: Scene, _given: Parameters) -> None:
    bind(scene, known_role("view"), user("default"), group("default"))


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
        violates("the account does not say whether its token is mounted", _account_silent),
        violates("the account's token is mounted", _account_says(True)),
        violates("the account's field is null", _account_says(None)),
        violates("a workload names no account", edited(_unnamed)),
        violates("a Pod names no account", edited(_unnamed, "Pod")),
        violates("a CronJob names no account", edited(_unnamed, "CronJob")),
        violates("a workload names the account", edited(pod_edit(serviceAccountName="default"))),
        violates("a workload's account is an empty text", edited(pod_edit(serviceAccountName=""))),
        violates("a workload names the account by the old field", edited(_old_field_default)),
        violates("a RoleBinding names the account after somebody else", _bound_in_namespace),
        violates("a ClusterRoleBinding names the account", _bound_in_cluster),
        violates("a binding names the account by its user name", _bound_by_user_name),
        *HARDENED,
        complies("a workload names another account by the old field", edited(_old_field)),
        complies("an account of a similar name does not say", _other_account),
        complies("an account in an exempt namespace does not say", _exempt_account_silent),
        complies("a binding names an account of an exempt namespace", _exempt_bound),
        complies("a binding names a user and a group of that name", _others_of_that_name),
        *text_look_alikes("serviceAccountName", "  serviceAccountName: default\n"),
        *foreign_look_alikes({"serviceAccountName": "default"}),
        *namespace_ways("names no account", _unnamed),
    ),
)
