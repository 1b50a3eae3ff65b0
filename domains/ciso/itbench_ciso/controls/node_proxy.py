"""5.1.10: reaching the kubelet through the API server."""

from itbench.interfaces.json import JsonObject
from itbench_ciso.controls.access import rule
from itbench_ciso.controls.control import Control, complies, no_parameters, violates
from itbench_ciso.controls.rights import Right
from itbench_ciso.controls.scene import Scene
from itbench_ciso.controls.written_ways import in_cluster_role, written_ways

_RIGHT = Right(
    verbs=("get", "create", "update", "delete", "patch"), resources=("nodes/proxy",), is_cluster_wide=True
)


def _every_proxy(_scene: Scene) -> JsonObject:
    return rule(["get"], ["*/proxy"])


def _every_resource(scene: Scene) -> JsonObject:
    return rule([scene.random.pick(("update", "delete"))], ["*"])


def _named(scene: Scene) -> JsonObject:
    return _RIGHT.granted(scene) | {"resourceNames": ["node-1"]}


def _other_parts(scene: Scene) -> JsonObject:
    return rule(
        ["get", "list"], scene.random.shuffled(["nodes", "nodes/metrics", "nodes/stats", "nodes/log"])[:2]
    )


def _other_proxies(_scene: Scene) -> JsonObject:
    return rule(["get", "create"], ["pods/proxy", "services/proxy"])


def _url(_scene: Scene) -> JsonObject:
    return {"nonResourceURLs": ["/proxy", "/nodes/proxy"], "verbs": ["get"]}


CONTROL = Control(
    number="5.1.10",
    title="Roles do not reach the proxy of nodes",
    parameters=no_parameters,
    is_admission=True,
    ways=(
        *written_ways(_RIGHT),
        violates("the proxy of every resource", in_cluster_role(_every_proxy)),
        violates("every resource", in_cluster_role(_every_resource)),
        violates("the proxy of named nodes", in_cluster_role(_named)),
        complies("other parts of nodes", in_cluster_role(_other_parts)),
        complies("proxies of other resources", in_cluster_role(_other_proxies)),
        complies("a URL outside of resources", in_cluster_role(_url)),
    ),
)
