"""5.1.3: asterisks in roles."""

from itbench.interfaces.json import JsonObject
from itbench_ciso.controls.access import cluster_role, harmless_rule, role, rule
from itbench_ciso.controls.control import Control, Parameters, complies, violates
from itbench_ciso.controls.scene import Scene
from itbench_ciso.controls.written_ways import in_cluster_role, in_role, look_alike_ways, two_cluster_roles


def _verbs(scene: Scene) -> JsonObject:
    return harmless_rule(scene.random) | {"verbs": ["*"], "resources": ["configmaps"]}


def _resources(_scene: Scene) -> JsonObject:
    return rule(["get", "list"], ["*"], "metrics.k8s.io")


def _groups(scene: Scene) -> JsonObject:
    return harmless_rule(scene.random) | {"apiGroups": ["*"]}


def _subresource(_scene: Scene) -> JsonObject:
    return rule(["get", "patch"], ["*/scale"], "apps")


def _subresources(_scene: Scene) -> JsonObject:
    return rule(["get"], ["deployments", "deployments/*"], "apps")


def _urls(scene: Scene) -> JsonObject:
    return {
        "nonResourceURLs": ["/version", scene.random.pick(("/healthz/*", "/metrics/*"))],
        "verbs": ["get"],
    }


def _beside_others(_scene: Scene) -> JsonObject:
    return rule(["get", "list", "*"], ["configmaps", "services"])


def _named_asterisk(_scene: Scene) -> JsonObject:
    return rule(["get"], ["configmaps"], names=["*"])


def _plain_urls(_scene: Scene) -> JsonObject:
    return {"nonResourceURLs": ["/version", "/healthz", "/metrics"], "verbs": ["get"]}


def _all_verbs_by_name(_scene: Scene) -> JsonObject:
    verbs = ["get", "list", "watch", "create", "update", "patch", "delete", "deletecollection"]
    return rule(verbs, ["configmaps", "services"])


def _exempt(scene: Scene, given: Parameters) -> None:
    cluster_role(scene, _verbs(scene), name=scene.random.pick(given["exempt_roles"]))


def _role_of_exempt_name(scene: Scene, given: Parameters) -> None:
    role(scene, _verbs(scene), name=scene.random.pick(given["exempt_roles"]))


def _longer_name(scene: Scene, given: Parameters) -> None:
    cluster_role(scene, _verbs(scene), name=f"{scene.random.pick(given['exempt_roles'])}-view")


def _in_label(scene: Scene, given: Parameters) -> None:
    cluster_role(scene, _verbs(scene), labels={"app": scene.random.pick(given["exempt_roles"])})


def _host(scene: Scene, _given: Parameters) -> None:
    rules = [{"host": "*.meridian.example", "http": {"paths": []}}]
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
        violates("every verb, in a ClusterRole", in_cluster_role(_verbs)),
        violates("every verb, in a Role", in_role(_verbs)),
        violates("an asterisk beside other verbs", in_cluster_role(_beside_others)),
        violates("every resource of an API group", in_cluster_role(_resources)),
        violates("every resource of an API group, in a Role", in_role(_resources)),
        violates("every API group", in_cluster_role(_groups)),
        violates("one subresource of every resource", in_role(_subresource)),
        violates("every subresource of one resource", in_cluster_role(_subresources)),
        violates("an asterisk at the end of a URL", in_cluster_role(_urls)),
        violates("a Role with the name of an exempt ClusterRole", _role_of_exempt_name),
        violates("a ClusterRole whose name only begins like an exempt one's", _longer_name),
        violates("an exempt name in a label", _in_label),
        complies("an exempt ClusterRole", _exempt),
        complies("a resource name is an asterisk, which has no meaning", in_role(_named_asterisk)),
        complies("URLs without asterisks", in_cluster_role(_plain_urls)),
        complies("all verbs one by one", in_cluster_role(_all_verbs_by_name)),
        complies("an asterisk in the host of an Ingress", _host),
        complies("an annotation has asterisks", _annotated),
        *look_alike_ways(_verbs),
    ),
)
