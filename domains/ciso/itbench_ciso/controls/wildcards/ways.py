"""5.1.3: asterisks in roles."""

from collections.abc import Callable

from itbench import JsonObject
from itbench_ciso.controls.control import Change, Control, Parameters, Way, complies, violates
from itbench_ciso.controls.manifests.access import cluster_role, harmless_rule, role, rule
from itbench_ciso.controls.manifests.names import NEAR
from itbench_ciso.controls.manifests.scene import Scene
from itbench_ciso.controls.ways.aggregated import own_rule
from itbench_ciso.controls.ways.rights import Given, Granting
from itbench_ciso.controls.ways.written import (
    NEARLY_SYSTEM,
    in_cluster_role,
    in_role,
    look_alike_ways,
    so_called,
    two_cluster_roles,
)

_NAMED = {"verbs": "get", "apiGroups": "apps", "resources": "configmaps", "nonResourceURLs": "/version"}


def _without(granting: Granting) -> Granting:
    """Return what grants a rule of the same shape in which everything is named."""

    def named(scene: Scene) -> JsonObject:
        found = granting(scene)
        for field, name in _NAMED.items():
            found |= (
                {field: [name if "*" in each else each for each in found[field]]} if field in found else {}
            )
        return found

    return named


def _bad(name: str, given: Given, granting: Granting) -> Way:
    return violates(name, given(granting), given(_without(granting)))


def _verbs(scene: Scene) -> JsonObject:
    return harmless_rule(scene.random) | {"verbs": ["*"], "resources": ["configmaps"]}


def _resources(_scene: Scene) -> JsonObject:
    return rule(["get", "list"], ["*"], "metrics.k8s.io")


def _groups(scene: Scene) -> JsonObject:
    return harmless_rule(scene.random) | {"apiGroups": ["*"]}


def _subresource(_scene: Scene) -> JsonObject:
    return rule(["get", "patch"], ["*/scale"], "apps")


def _url_ending(scene: Scene) -> JsonObject:
    return {
        "nonResourceURLs": ["/version", scene.random.pick(("/healthz/*", "/metrics/*", "/logs*")), "/api"],
        "verbs": ["get"],
    }


def _urls(_scene: Scene) -> JsonObject:
    return {"nonResourceURLs": ["*"], "verbs": ["get"]}


def _url_verbs(_scene: Scene) -> JsonObject:
    return {"nonResourceURLs": ["/version"], "verbs": ["*"]}


def _beside_others(_scene: Scene) -> JsonObject:
    return rule(["get", "*", "list"], ["configmaps", "services"])


def _subresource_beside_others(_scene: Scene) -> JsonObject:
    return rule(["get"], ["deployments", "*/status", "replicasets"], "apps")


def _resources_of_groups(_scene: Scene) -> JsonObject:
    return rule(["get", "list"], ["*"], "apps") | {"apiGroups": ["apps", "batch"]}


def _groups_beside_others(_scene: Scene) -> JsonObject:
    return rule(["get"], ["configmaps"]) | {"apiGroups": ["apps", "*"]}


def _url_beside_others(_scene: Scene) -> JsonObject:
    return {"nonResourceURLs": ["/version", "/logs/*"], "verbs": ["get", "head"]}


def _subresource_of_groups(_scene: Scene) -> JsonObject:
    return rule(["get", "list"], ["*/status"], "apps") | {"apiGroups": ["apps", "batch"]}


def _meaningless(_scene: Scene) -> JsonObject:
    return rule(["get", "list*"], ["deployments/*", "deploy*", "*s", "pods/*/log"], "apps*")


def _meaningless_urls(_scene: Scene) -> JsonObject:
    return {"nonResourceURLs": ["/healthz/*/ready", "*/metrics"], "verbs": ["get*"]}


def _named_asterisk(_scene: Scene) -> JsonObject:
    return rule(["get"], ["configmaps"], names=["*"])


def _plain_urls(_scene: Scene) -> JsonObject:
    return {"nonResourceURLs": ["/version", "/healthz", "/metrics"], "verbs": ["get"]}


def _all_verbs_by_name(_scene: Scene) -> JsonObject:
    verbs = ["get", "list", "watch", "create", "update", "patch", "delete", "deletecollection"]
    return rule(verbs, ["configmaps", "services"])


def _middle_rule(granting: Granting) -> Change:
    def change(scene: Scene, _given: Parameters) -> None:
        found = cluster_role(scene)
        found["rules"] = [harmless_rule(scene.random), granting(scene), harmless_rule(scene.random)]

    return change


def _exempt(scene: Scene, given: Parameters) -> None:
    for name in given["exempt_roles"]:
        cluster_role(scene, _verbs(scene), _resources(scene), name=name)


def _role_of_exempt_name(granting: Granting) -> Change:
    return lambda scene, given: role(scene, granting(scene), name=scene.random.pick(given["exempt_roles"]))


def _near_name(changed: Callable[[str], str]) -> Given:
    def given(granting: Granting) -> Change:
        return lambda scene, given: cluster_role(
            scene, granting(scene), name=changed(scene.random.pick(given["exempt_roles"]))
        )

    return given


def _in_label(granting: Granting) -> Change:
    return lambda scene, given: cluster_role(
        scene, granting(scene), labels={"app": scene.random.pick(given["exempt_roles"])}
    )


def _unplaced(granting: Granting) -> Change:
    return lambda scene, _given: scene.unplace(role(scene, granting(scene), namespace="default"))


def _host(scene: Scene, _given: Parameters) -> None:
    path = {
        "path": "/",
        "pathType": "Prefix",
        "backend": {"service": {"name": "web", "port": {"number": 80}}},
    }
    rules = [{"host": "*.meridian.example", "http": {"paths": [path]}}]
    metadata = scene.metadata()
    scene.add(
        {
            "apiVersion": "networking.k8s.io/v1",
            "kind": "Ingress",
            "metadata": metadata,
            "spec": {"rules": rules},
        }
    )


def _annotated(scene: Scene, _given: Parameters) -> None:
    made = cluster_role(scene, harmless_rule(scene.random))
    made["metadata"]["annotations"] = {"meridian.example/replaces": 'verbs: ["*"], resources: ["*"]'}


CONTROL = Control(
    number="5.1.3",
    title="Roles use no asterisks",
    parameters=two_cluster_roles,
    is_admission=True,
    ways=(
        _bad("every verb, in a ClusterRole", in_cluster_role, _verbs),
        _bad("every verb, in a Role", in_role, _verbs),
        _bad("every verb, in a Role without a namespace", _unplaced, _verbs),
        _bad("an asterisk beside other verbs", in_cluster_role, _beside_others),
        _bad("every resource of an API group", in_cluster_role, _resources),
        _bad("every resource of an API group, in a Role", in_role, _resources),
        _bad("every API group", in_cluster_role, _groups),
        _bad("one subresource of every resource", in_role, _subresource),
        _bad("one subresource of every resource beside others", in_cluster_role, _subresource_beside_others),
        _bad("an asterisk at the end of a URL", in_cluster_role, _url_ending),
        _bad("every URL", in_cluster_role, _urls),
        _bad("every verb for a URL", in_cluster_role, _url_verbs),
        _bad("only one of three rules has an asterisk", _middle_rule, _verbs),
        _bad("an aggregated role has an asterisk in a rule of its own", own_rule, _resources),
        _bad("every resource of several API groups", in_cluster_role, _resources_of_groups),
        _bad("every API group beside others", in_cluster_role, _groups_beside_others),
        _bad("an asterisk at the end of a URL beside others", in_cluster_role, _url_beside_others),
        _bad("one subresource of every resource in several API groups", in_role, _subresource_of_groups),
        _bad("a Role with the name of an exempt ClusterRole", _role_of_exempt_name, _verbs),
        *(
            _bad(f"a ClusterRole whose name {relation} an exempt one's", _near_name(near), _verbs)
            for relation, near in NEAR
        ),
        _bad("an exempt name in a label", _in_label, _verbs),
        *(
            _bad(f"a role whose name {what}", so_called(beginning), _verbs)
            for what, beginning in NEARLY_SYSTEM
        ),
        complies("the exempt ClusterRoles", _exempt),
        complies("asterisks where they have no meaning", in_role(_meaningless)),
        complies("asterisks in URLs where they have no meaning", in_cluster_role(_meaningless_urls)),
        complies("a resource name is an asterisk, which has no meaning", in_role(_named_asterisk)),
        complies("URLs without asterisks", in_cluster_role(_plain_urls)),
        complies("all verbs one by one", in_cluster_role(_all_verbs_by_name)),
        complies("an asterisk in the host of an Ingress", _host),
        complies("an annotation has asterisks", _annotated),
        *look_alike_ways(_verbs),
    ),
)
