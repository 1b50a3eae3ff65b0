"""5.1.7: the group that no rule stops."""

from collections.abc import Callable
from typing import TypeAlias

from itbench import JsonObject
from itbench_ciso.controls.control import Change, Control, Parameters, Way, complies, no_parameters, violates
from itbench_ciso.controls.manifests.access import (
    account,
    bind,
    bind_in,
    group,
    harmless_rule,
    known_role,
    role,
    some_group,
    someone,
    user,
)
from itbench_ciso.controls.manifests.names import NEAR
from itbench_ciso.controls.manifests.scene import Scene
from itbench_ciso.controls.ways.rights import foreign_roles

_NAME = "system:masters"
_ADMIN = "cluster-admin"
_VIEW = known_role("view")
_Subject: TypeAlias = Callable[[Scene], JsonObject]


def _masters(_scene: Scene) -> JsonObject:
    return group(_NAME)


def _request(scene: Scene, *groups: str) -> JsonObject:
    spec: JsonObject = {
        "request": "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0K",
        "signerName": "kubernetes.io/kube-apiserver-client",
        "username": "ines@meridian.example",
        "groups": list(groups),
        "usages": ["client auth"],
    }
    metadata = {"name": scene.name()}
    return scene.add(
        {
            "apiVersion": "certificates.k8s.io/v1",
            "kind": "CertificateSigningRequest",
            "metadata": metadata,
            "spec": spec,
        }
    )


def _in_cluster(subject: _Subject) -> Change:
    return lambda scene, _given: bind(scene, _VIEW, subject(scene))


def _in_a_namespace(subject: _Subject) -> Change:
    return lambda scene, _given: bind(scene, role(scene, harmless_rule(scene.random)), subject(scene))


def _unplaced(subject: _Subject) -> Change:
    return lambda scene, _given: scene.unplace(bind_in(scene, _VIEW, "default", subject(scene)))


def _after_another(subject: _Subject) -> Change:
    return lambda scene, _given: bind(scene, _VIEW, someone(scene), subject(scene), someone(scene))


def _system_role(subject: _Subject) -> Change:
    return lambda scene, _given: bind(scene, known_role("system:discovery"), subject(scene))


def _without_group(subject: _Subject) -> Change:
    def change(scene: Scene, _given: Parameters) -> None:
        del bind(scene, _VIEW, subject(scene))["roleRef"]["apiGroup"]

    return change


def _built_in_name(subject: _Subject) -> Change:
    return lambda scene, _given: bind(scene, _VIEW, subject(scene), name=_ADMIN)


def _built_in_role(subject: _Subject) -> Change:
    return lambda scene, _given: bind(scene, known_role(_ADMIN), subject(scene))


def _bound(role_name: str, name: str, subject: _Subject) -> Change:
    return lambda scene, _given: bind(scene, known_role(role_name), subject(scene), name=name)


def _role_binding_of_that_name(subject: _Subject) -> Change:
    return lambda scene, _given: bind_in(scene, known_role(_ADMIN), None, subject(scene), name=_ADMIN)


def _asked_by(*groups: str) -> Change:
    return lambda scene, _given: _request(scene, *groups)


def _built_in(scene: Scene, _given: Parameters) -> None:
    bind(scene, known_role(_ADMIN), group(_NAME), name=_ADMIN)


def _others(scene: Scene, _given: Parameters) -> None:
    bind(scene, _VIEW, user(_NAME), account(scene.random.pick(scene.namespaces), "masters"))


def _similar(scene: Scene, _given: Parameters) -> None:
    names = ("system:masters-readonly", "masters", "meridian:system:masters", "system:master")
    bind(scene, _VIEW, *map(group, names))
    _request(scene, *names)


def _nobody(scene: Scene, _given: Parameters) -> None:
    bind(scene, _VIEW)["subjects"] = None
    _request(scene)["spec"]["groups"] = None


def _annotated(scene: Scene, _given: Parameters) -> None:
    found = bind(scene, role(scene, harmless_rule(scene.random)), someone(scene))
    found["metadata"]["annotations"] = {"meridian.example/replaces": f"Group {_NAME}"}


def _foreign(scene: Scene, _given: Parameters) -> None:
    for kind in ("ClusterRoleBinding", "RoleBinding"):
        for found in foreign_roles(scene, lambda scene: harmless_rule(scene.random), kind):
            found["subjects"] = [{"kind": "Group", "name": _NAME}]


def _foreign_request(scene: Scene, _given: Parameters) -> None:
    for version in ("pki.meridian.example", "certificates.k8s.io.example", "my.certificates.k8s.io"):
        _request(scene, _NAME)["apiVersion"] = f"{version}/v1"


def _user_of_that_name(scene: Scene, _given: Parameters) -> None:
    _request(scene, "system:authenticated")["spec"]["username"] = _NAME


def _bad(name: str, given: Callable[[_Subject], Change]) -> Way:
    return violates(name, given(_masters), given(some_group))


CONTROL = Control(
    number="5.1.7",
    title="Nothing is given to the group system:masters",
    parameters=no_parameters,
    is_admission=True,
    ways=(
        _bad("a ClusterRoleBinding names it", _in_cluster),
        _bad("a RoleBinding names it", _in_a_namespace),
        _bad("a RoleBinding without a namespace names it", _unplaced),
        _bad("it stands between other subjects", _after_another),
        _bad("a binding of a role of Kubernetes names it", _system_role),
        _bad("a binding names it, and its reference no API group", _without_group),
        violates(
            "the subject has no API group",
            lambda scene, _given: bind(scene, _VIEW, {"kind": "Group", "name": _NAME}),
            lambda scene, _given: bind(scene, _VIEW, {"kind": "Group", "name": "developers"}),
        ),
        _bad("the built-in binding's name with another role", _built_in_name),
        _bad("the built-in binding's role by another name", _built_in_role),
        _bad("a RoleBinding with the built-in binding's name and role", _role_binding_of_that_name),
        *(
            violates(
                f"a binding whose name {relation} the built-in one's has its role",
                _bound(_ADMIN, changed(_ADMIN), _masters),
                _bound(_ADMIN, changed(_ADMIN), some_group),
            )
            for relation, changed in NEAR
        ),
        *(
            violates(
                f"the built-in binding's name, but a role whose name {relation} cluster-admin",
                _bound(changed(_ADMIN), _ADMIN, _masters),
                _bound(changed(_ADMIN), _ADMIN, some_group),
            )
            for relation, changed in NEAR
        ),
        violates(
            "a member has asked for a certificate",
            _asked_by("system:authenticated", _NAME),
            _asked_by("system:authenticated", "developers"),
        ),
        violates("a member of this group alone has asked for one", _asked_by(_NAME), _asked_by("developers")),
        complies("the built-in binding", _built_in),
        complies("a user and an account happen to have such names", _others),
        complies("groups with similar names", _similar),
        complies("lists of subjects and groups are null", _nobody),
        complies(
            "somebody else has asked for a certificate", _asked_by("system:authenticated", "developers")
        ),
        complies("a user of that name has asked for a certificate", _user_of_that_name),
        complies("an annotation names it", _annotated),
        complies("what looks like a binding belongs to another API group", _foreign),
        complies("what looks like a request belongs to another API group", _foreign_request),
    ),
)
