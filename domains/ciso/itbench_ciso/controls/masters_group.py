"""5.1.7: the group that no rule stops."""

from itbench.interfaces.json import JsonObject
from itbench_ciso.controls.access import bind, bind_in, group, harmless_rule, known_role, role, someone, user
from itbench_ciso.controls.control import Control, Parameters, complies, no_parameters, violates
from itbench_ciso.controls.rights import foreign_role
from itbench_ciso.controls.scene import Scene

_NAME = "system:masters"
_ADMIN = "cluster-admin"


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


def _cluster_wide(scene: Scene, _given: Parameters) -> None:
    bind(scene, known_role(scene.random.pick(("view", "edit"))), group(_NAME))


def _in_a_namespace(scene: Scene, _given: Parameters) -> None:
    bind(scene, role(scene, harmless_rule(scene.random)), group(_NAME))


def _after_another(scene: Scene, _given: Parameters) -> None:
    bind(scene, known_role("view"), someone(scene), group(_NAME))


def _without_group(scene: Scene, _given: Parameters) -> None:
    bind(scene, known_role("view"), {"kind": "Group", "name": _NAME})


def _other_role(scene: Scene, _given: Parameters) -> None:
    bind(scene, known_role(scene.random.pick(("admin", "edit"))), group(_NAME), name=_ADMIN)


def _role_binding_of_that_name(scene: Scene, _given: Parameters) -> None:
    bind_in(scene, known_role("view"), None, group(_NAME), name=_ADMIN)


def _asked_by_member(scene: Scene, _given: Parameters) -> None:
    _request(scene, "system:authenticated", _NAME)


def _built_in(scene: Scene, _given: Parameters) -> None:
    bind(scene, known_role(_ADMIN), group(_NAME), name=_ADMIN)


def _user(scene: Scene, _given: Parameters) -> None:
    bind(scene, known_role("view"), user(_NAME))


def _similar(scene: Scene, _given: Parameters) -> None:
    name = scene.random.pick(("system:masters-readonly", "masters", "meridian:system:masters"))
    bind(scene, known_role("view"), group(name))


def _asked_by_others(scene: Scene, _given: Parameters) -> None:
    _request(scene, "system:authenticated", "developers")


def _annotated(scene: Scene, _given: Parameters) -> None:
    found = bind(scene, role(scene, harmless_rule(scene.random)), someone(scene))
    found["metadata"]["annotations"] = {"meridian.example/replaces": f"Group {_NAME}"}


def _foreign(scene: Scene, _given: Parameters) -> None:
    found = foreign_role(scene, harmless_rule(scene.random), "ClusterRoleBinding")
    found["subjects"] = [{"kind": "Group", "name": _NAME}]


CONTROL = Control(
    number="5.1.7",
    title="Nothing is given to the group system:masters",
    parameters=no_parameters,
    is_admission=True,
    ways=(
        violates("a ClusterRoleBinding names it", _cluster_wide),
        violates("a RoleBinding names it", _in_a_namespace),
        violates("it stands after another subject", _after_another),
        violates("the subject has no API group", _without_group),
        violates("the built-in binding's name with another role", _other_role),
        violates("a RoleBinding with the built-in binding's name", _role_binding_of_that_name),
        violates("a member has asked for a certificate", _asked_by_member),
        complies("the built-in binding", _built_in),
        complies("a user happens to have that name", _user),
        complies("a group with a similar name", _similar),
        complies("somebody else has asked for a certificate", _asked_by_others),
        complies("an annotation names it", _annotated),
        complies("what looks like a binding belongs to another API group", _foreign),
    ),
)
